"""What a script asks Airflow over its REST API.

Answers 500 and lost connections are asked again for a while: on SQLite the API server gives them after a stall.
A trigger that is repeated carries its own run id, so that it can make one run only.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from processes import StackError, wait_until

_ENDED = ("success", "failed")
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Run:
    """One DAG run as its list shows it."""

    dag_id: str
    run_id: str
    state: str
    run_type: str
    partition_key: str | None
    queued_at: str | None

    @property
    def ended(self) -> bool:
        return self.state in _ENDED


@dataclass(frozen=True, slots=True)
class TaskInstance:
    """One task of one run; `map_index` is -1 where the task is not mapped, `state` "" before it is scheduled."""

    task_id: str
    map_index: int
    state: str
    try_number: int

    @property
    def name(self) -> str:
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"


class AirflowApi:
    """A client for one Airflow, logged in with user and password."""

    def __init__(self, url: str, user: str, password: str, retry_seconds: float = 30) -> None:
        self.url = url
        self._login = {"username": user, "password": password}
        self._retry_seconds = retry_seconds
        # The server is on this machine: no proxy of the environment is asked.
        self._http = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def request(self, method: str, path: str, **arguments: Any) -> Any:
        """The JSON answer of one call; StackError for any refusal."""
        deadline = time.monotonic() + self._retry_seconds
        while True:
            try:
                if path != "/auth/token" and "Authorization" not in self._http.headers:
                    self._log_in()
                answer = self._http.request(method, path, **arguments)
            except httpx.TransportError as error:
                reason = repr(error)
            else:
                if answer.is_success:
                    return answer.json() if answer.content else None
                reason = f"HTTP {answer.status_code} {answer.text[:500]}"
                if answer.status_code == 401 and "Authorization" in self._http.headers:
                    del self._http.headers["Authorization"]  # the token ran out
                elif answer.status_code < 500:
                    raise StackError(f"{method} {path}: {reason}")
            if time.monotonic() > deadline:
                raise StackError(f"{method} {path}: {reason}")
            time.sleep(0.5)

    def _log_in(self) -> None:
        token = self.request("POST", "/auth/token", json=self._login)["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def health(self) -> dict[str, Any]:
        """State and last heartbeat of each component; one attempt, no retries."""
        answer: dict[str, Any] = self._http.get("/api/v2/monitor/health").raise_for_status().json()
        return answer

    def wait_for_dag(self, dag_id: str, seconds: float = 60) -> None:
        """Wait until the DAG has been parsed; StackError with the import errors when it does not appear."""

        def known() -> bool:
            dags = self.request("GET", "/api/v2/dags", params={"dag_id_pattern": dag_id, "limit": _PAGE})["dags"]
            return any(dag["dag_id"] == dag_id for dag in dags)

        try:
            wait_until(known, seconds, f"DAG {dag_id} is parsed", interval=0.5)
        except StackError as error:
            errors = self.request("GET", "/api/v2/importErrors")["import_errors"]
            traces = "\n".join(f"{entry['filename']}:\n{entry['stack_trace']}" for entry in errors)
            raise StackError(f"{error}; import errors: {traces or 'none'}") from None

    def unpause(self, dag_id: str) -> None:
        """Let the DAG's runs start."""
        self.request("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, Any], run_id: str = "") -> str:
        """Start one run by hand; its run id."""
        run_id = run_id or f"manual__{uuid.uuid4().hex[:12]}"
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        try:
            self.request("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)
        except StackError as error:
            # 409: an attempt whose answer was lost has made the run.
            if "HTTP 409" not in str(error):
                raise
        return run_id

    def runs(self, dag_id: str, **filters: Any) -> list[Run]:
        """The DAG's newest runs, newest first; `filters` are the API's (run_type, state, …)."""
        params = {"limit": _PAGE, "order_by": "-run_after", **filters}
        return [_run(entry) for entry in self.request("GET", _runs(dag_id), params=params)["dag_runs"]]

    def run(self, dag_id: str, run_id: str) -> Run:
        return _run(self.request("GET", f"{_runs(dag_id)}/{run_id}"))

    def wait_for_run(self, dag_id: str, run_id: str, seconds: float) -> Run:
        """Wait until the run has ended, however it ended."""

        def ended() -> Run | None:
            run = self.run(dag_id, run_id)
            return run if run.ended else None

        run: Run = wait_until(ended, seconds, f"run {run_id} of {dag_id} ends", interval=0.5)
        return run

    def has_open_backfill(self, dag_id: str) -> bool:
        """Whether a backfill of the DAG has not been closed by the scheduler yet."""
        listed = self.request("GET", "/api/v2/backfills", params={"dag_id": dag_id, "limit": _PAGE})
        return any(backfill["completed_at"] is None for backfill in listed["backfills"])

    def task_instances(self, dag_id: str, run_id: str) -> list[TaskInstance]:
        """All task instances of one run."""
        found: list[TaskInstance] = []
        while True:
            page = self.request(
                "GET",
                f"{_runs(dag_id)}/{run_id}/taskInstances",
                params={"limit": _PAGE, "offset": len(found), "order_by": "id"},
            )
            found += [
                TaskInstance(entry["task_id"], entry["map_index"], entry["state"] or "", entry["try_number"])
                for entry in page["task_instances"]
            ]
            if len(found) >= page["total_entries"] or not page["task_instances"]:
                return found

    def log(self, dag_id: str, run_id: str, task: TaskInstance) -> list[str]:
        """The lines of one task's last try, with tracebacks."""
        answer = self.request(
            "GET",
            f"{_runs(dag_id)}/{run_id}/taskInstances/{task.task_id}/logs/{max(task.try_number, 1)}",
            params={"map_index": task.map_index, "full_content": True},
            headers={"Accept": "application/json"},
        )
        lines = [line for entry in answer["content"] for line in _log_lines(entry)]
        return [line for line in lines if not line.startswith(("::group::", "::endgroup::"))]

    def failures(self, dag_id: str, run_id: str, lines: int = 15) -> str:
        """The run's failed tasks with the last lines of their logs, for people."""
        parts = []
        for task in self.task_instances(dag_id, run_id):
            if task.state == "failed":
                tail = self.log(dag_id, run_id, task)[-lines:]
                parts.append("\n".join([f"{dag_id} {run_id}: {task.name} failed", *(f"    {t}" for t in tail)]))
        return "\n".join(parts)


def _runs(dag_id: str) -> str:
    return f"/api/v2/dags/{dag_id}/dagRuns"


def _run(entry: dict[str, Any]) -> Run:
    return Run(
        entry["dag_id"],
        entry["dag_run_id"],
        entry["state"],
        entry["run_type"],
        entry["partition_key"],
        entry["queued_at"],
    )


def _log_lines(entry: dict[str, Any] | str) -> list[str]:
    if isinstance(entry, str):
        return entry.splitlines()
    errors = [f"{error['exc_type']}: {error['exc_value']}" for error in entry.get("error_detail") or []]
    # A skipped task's sentence stands beside the event.
    reason = [str(entry["reason"])] if "reason" in entry else []
    return [*str(entry["event"]).splitlines(), *reason, *errors]
