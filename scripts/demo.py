"""`make demo`: one run by hand and a backfill over three days, from nothing to translations, without a key.

The local API answers from the phrasebook of include/examples, one text wrongly the first time (faults.toml there);
an account is never used. Everything it starts ends with it; what it made stays in the data folder, so a second
demo finds every text translated and sends nothing.
"""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx

from airflow_stack import AirflowStack
from demo_results import print_results, read_repairs
from processes import StackError, sole_user, unwind_on_signals, wait_until
from provider import DEMO, EXAMPLES, local_provider, pipeline_environment, user_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from airflow_api import AirflowApi, Run

DAG = "translate_nightly"
BY_HAND = "2024-04-16"
BACKFILL = ("2024-04-17", "2024-04-18", "2024-04-19")
_RUN_SECONDS = 300
_BATCH_SECONDS = 1


@dataclass
class Progress:
    """Prints a line whenever a run has changed."""

    started: float = field(default_factory=time.monotonic)
    _shown: dict[str, str] = field(default_factory=dict)

    def say(self, line: str) -> None:
        print(f"{time.monotonic() - self.started:6.1f} s  {line}", flush=True)

    def show(self, api: AirflowApi, run: Run, name: str) -> None:
        tasks = api.task_instances(run.dag_id, run.run_id)
        ended = sum(task.state in ("success", "skipped", "failed", "upstream_failed") for task in tasks)
        line = f"{name}  {run.state:8} {ended:2} of {len(tasks)} tasks ended"
        if self._shown.get(run.run_id) != line:
            self._shown[run.run_id] = line
            busy = [task.name for task in tasks if task.state in ("running", "deferred")]
            self.say(f"{line}{'; now ' if busy else ''}{', '.join(busy)}")


def main() -> int:
    unwind_on_signals()
    progress = Progress()
    data = DEMO
    started = datetime.now(UTC)
    try:
        with (
            sole_user(user_record(data)),
            local_provider(data, _BATCH_SECONDS, ["--faults", str(EXAMPLES / "faults.toml")]) as key,
            AirflowStack(data / "airflow", env=pipeline_environment(data) | key) as stack,
        ):
            progress.say(f"Airflow is healthy: {stack.url} (user admin, password {stack.password})")
            copy_examples(data / "input")
            stack.api.wait_for_dag(DAG)
            stack.api.unpause(DAG)
            runs = [run_by_hand(stack.api, progress), *run_backfill(stack, progress)]
            failed = [run for run in runs if run.state != "success"]
            for run in failed:
                print(stack.api.failures(DAG, run.run_id), file=sys.stderr)
            sent = requests_sent(key, started)
    except StackError as error:
        print(f"The demo stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("The demo was interrupted; everything is stopped.", file=sys.stderr)
        return 130
    repairs = read_repairs(pipeline_environment(data)["BATCH_TRANSLATE_LEDGER"])
    print_results(data / "output", (BY_HAND, *BACKFILL), sent, repairs)
    progress.say(f"{len(runs) - len(failed)} of {len(runs)} runs succeeded; everything is stopped")
    return 1 if failed else 0


def copy_examples(folder: Path) -> None:
    """Lay the example days out as input, unless something is there already."""
    if not folder.exists():
        shutil.copytree(EXAMPLES / "input", folder)


def run_by_hand(api: AirflowApi, progress: Progress) -> Run:
    """Trigger one day as the UI's button does, and follow it to its end."""
    progress.say(f"{BY_HAND}: triggered by hand")
    run_id = api.trigger(DAG, {"day": BY_HAND})
    return _follow(lambda: [api.run(DAG, run_id)], api, progress)[0]


def run_backfill(stack: AirflowStack, progress: Progress) -> list[Run]:
    """Backfill three days with Airflow's command, and follow them to their end."""
    # A DAG has one backfill at a time, and the scheduler closes that of an earlier demo only when it runs again.
    wait_until(lambda: not stack.api.has_open_backfill(DAG), _RUN_SECONDS, "the earlier backfill ends", interval=1)
    first, last = BACKFILL[0], BACKFILL[-1]
    command = ["backfill", "create", "--dag-id", DAG, "--from-date", first, "--to-date", last]
    progress.say(f"airflow {' '.join(command)}")
    since = datetime.now(UTC)
    # Without --reprocess-behavior a second demo would create no runs at all.
    stack.run_cli(*command, "--reprocess-behavior", "completed")

    def runs() -> list[Run]:
        listed = stack.api.runs(DAG, run_type="backfill")
        return [run for run in listed if run.queued_at and datetime.fromisoformat(run.queued_at) >= since]

    return _follow(runs, stack.api, progress, expected=len(BACKFILL))


def _follow(runs: Callable[[], list[Run]], api: AirflowApi, progress: Progress, expected: int = 1) -> list[Run]:
    def ended() -> list[Run]:
        now = sorted(runs(), key=lambda run: run.partition_key or "")
        for run in now:
            progress.show(api, run, run.partition_key or BY_HAND)
        return now if len(now) == expected and all(run.ended for run in now) else []

    followed: list[Run] = wait_until(ended, _RUN_SECONDS, "the runs end", interval=1)
    return followed


def requests_sent(key: dict[str, str], since: datetime) -> tuple[int, int]:
    """Batches and requests that the API itself says it was given since then."""
    url = key.get("OPENAI_BASE_URL", "https://api.openai.com/v1").rstrip("/")
    answer = httpx.get(
        f"{url}/batches", params={"limit": 100}, headers={"Authorization": f"Bearer {key['OPENAI_API_KEY']}"}
    )
    batches = [
        batch
        for batch in answer.raise_for_status().json()["data"]
        if batch["created_at"] >= int(since.timestamp())
    ]
    return len(batches), sum(batch["request_counts"]["total"] for batch in batches)


if __name__ == "__main__":
    sys.exit(main())
