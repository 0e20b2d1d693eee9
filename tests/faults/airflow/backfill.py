"""A backfill of many days, watched and disturbed while it runs."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
from pipeline import DAG

from processes import wait_until

if TYPE_CHECKING:
    from pipeline import Pipeline

    from airflow_api import Run

_TASKS = f"/api/v2/dags/{DAG}/dagRuns/~/taskInstances"


@dataclass(slots=True)
class Backfill:
    """The runs of one backfill; `began` is on the monotonic clock."""

    stack: Pipeline
    days: tuple[str, ...]
    began: float = field(default_factory=time.monotonic)

    @classmethod
    def create(cls, stack: Pipeline, days: tuple[str, ...], max_active_runs: int = 10) -> Backfill:
        """Start it for `days`, which follow each other."""
        body = {
            "dag_id": DAG,
            "from_date": f"{days[0]}T00:00:00Z",
            "to_date": f"{days[-1]}T00:00:00Z",
            "max_active_runs": max_active_runs,
        }
        # The scheduler closes the one before in its own time, and there may be only one.
        wait_until(lambda: not stack.api.has_open_backfill(DAG), 90, "the backfill before is closed")
        stack.api.request("POST", "/api/v2/backfills", json=body)
        backfill = cls(stack, days)
        wait_until(lambda: len(backfill.runs()) == len(days), 60, f"the backfill has {len(days)} runs")
        return backfill

    def runs(self) -> dict[str, Run]:
        """Day → its run."""
        listed = self.stack.api.runs(DAG, run_type="backfill")
        return {str(run.partition_key): run for run in listed if run.partition_key in self.days}

    def tell(self, what: str) -> None:
        """Print a line with the seconds since the beginning."""
        print(f"[{time.monotonic() - self.began:5.0f} s] {what}", flush=True)

    def wait(self, seconds: float) -> dict[str, Run]:
        """Wait until every run has ended; how it ended by day."""
        limit = time.monotonic() + seconds
        while True:
            runs = self.runs()
            ended = [run for run in runs.values() if run.ended]
            if len(ended) == len(runs) or time.monotonic() > limit:
                break
            self.tell(f"{len(ended)} of {len(runs)} runs have ended")
            time.sleep(15)
        assert all(run.ended for run in runs.values()), {day: run.state for day, run in runs.items()}
        return runs

    def tasks(self, state: str, task: str = "") -> list[dict[str, Any]]:
        """The backfill's task instances in a state, of one task (without its groups) or of all."""
        ids = {run.run_id for run in self.runs().values()}
        page = self.stack.api.request("GET", _TASKS, params={"state": state, "limit": 100})
        return [
            entry
            for entry in page["task_instances"]
            if entry["dag_run_id"] in ids and task in ("", entry["task_id"].rpartition(".")[2])
        ]

    def days_of(self, tasks: list[dict[str, Any]]) -> set[str]:
        """The days whose runs have these task instances."""
        ids = {task["dag_run_id"] for task in tasks}
        return {day for day, run in self.runs().items() if run.run_id in ids}

    def under_way(self) -> set[str]:
        """The days whose runs have begun and not ended."""
        return {day for day, run in self.runs().items() if run.state == "running"}

    def moment(self, state: str, count: int, task: str = "", seconds: float = 240) -> list[dict[str, Any]]:
        """Wait until so many task instances are in a state at once; them."""

        def seen() -> list[dict[str, Any]] | None:
            found = self.tasks(state, task)
            return found if len(found) >= count else None

        return list(wait_until(seen, seconds, f"{count} times {task or 'a task'} is {state}", interval=1))


def inject(stack: Pipeline, *rules: dict[str, Any]) -> None:
    """Put fault rules in force at the local API, in place of those before."""
    url = stack.local_api.base_url.removesuffix("/v1") + "/local/faults"
    httpx.put(url, json=list(rules), trust_env=False).raise_for_status()


def injected(stack: Pipeline) -> int:
    """How often the rules in force have injected their faults."""
    url = stack.local_api.base_url.removesuffix("/v1") + "/local/faults"
    return sum(rule["injected"] for rule in httpx.get(url, trust_env=False).json()["data"])


def kill_component(stack: Pipeline, component: str) -> None:
    """SIGKILL a component with everything it started, as when its machine goes down; start it anew."""
    service = stack.airflow.services[component]
    service.kill()
    started = datetime.now(UTC)
    service.start()
    stack.airflow.wait_healthy(started)


def kill_scheduler_alone(stack: Pipeline) -> None:
    """SIGKILL the scheduler's own process and start another; tasks that it has begun run on."""
    service = stack.airflow.services["scheduler"]
    os.kill(service.pid, signal.SIGKILL)
    started = datetime.now(UTC)
    service.start()
    stack.airflow.wait_healthy(started)


def lose_resume(stack: Pipeline, task_instance: str) -> bool:
    """Let a deferred task begin anew under the same try number; False where it was not deferred any more.

    That is what Airflow does where a worker could not parse the DAG file in time: next_method is cleared, and
    the event with it.
    """
    database = stack.airflow.home / "airflow.db"
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        changed = connection.execute(
            "UPDATE task_instance SET state = 'scheduled', next_method = NULL, next_kwargs = NULL,"
            " trigger_id = NULL WHERE id IN (?, ?) AND state = 'deferred'",
            [task_instance, task_instance.replace("-", "")],
        )
        return changed.rowcount == 1


def tries(stack: Pipeline, run: Run) -> list[dict[str, Any]]:
    """The run's task instances that needed more than one try, as the API lists them."""
    page = stack.api.request(
        "GET", f"/api/v2/dags/{DAG}/dagRuns/{run.run_id}/taskInstances", params={"limit": 100}
    )
    return [entry for entry in page["task_instances"] if entry["try_number"] > 1]
