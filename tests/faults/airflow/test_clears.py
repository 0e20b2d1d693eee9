"""The clear matrix: each task and the whole run, ended or under way, the input unchanged or changed.

A clear is what the person on call does, often more than once and not always at the right task. So it may cost
nothing but what is new, and where it is the wrong one the run must say so.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from faults.airflow.backfill import Backfill
from faults.airflow.night import Account, Folder
from faults.record import record
from pipeline import DAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline import Pipeline

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(1200)]

RUN = "the whole run"
SHARD = "pass_1.shard"
READING = ("import_reviews", "recover_jobs", "read_documents", RUN)
"""What leads to a new reading of the folder, when it is cleared with everything downstream."""


def chosen(tasks: tuple[str, ...]) -> tuple[str, ...]:
    """All with CLEARS=all, as `make test-faults` has it; else every other one, and the others on the next day."""
    return tasks if os.environ.get("CLEARS") == "all" else tasks[datetime.now(UTC).toordinal() % 2 :: 2]


NOT_READING = chosen(
    (
        "check_budget",
        "approve_budget",
        "pass_1.build_requests",
        f"{SHARD}.upload_file",
        f"{SHARD}.create_batch",
        f"{SHARD}.wait_for_batch",
        f"{SHARD}.collect_results",
        "pass_1.languages_to_write",
        "pass_1.write_translations",
        "pass_2.wait_for_claims",
        "verify_complete",
    )
)
TASKS = (*READING, *NOT_READING)
UNDER_WAY = chosen(
    (RUN, "read_documents", "pass_1.build_requests", f"{SHARD}.create_batch", f"{SHARD}.wait_for_batch")
)
CHANGED = "input changed, "
SLOW_SECONDS = 240
"""In this time all runs of the test begin to wait for their batches; then the batches end at once."""


@dataclass(slots=True)
class Nights:
    """Finished or waiting runs, one for each task that is cleared in it."""

    stack: Pipeline
    backfill: Backfill
    folders: dict[str, Folder]

    @classmethod
    def begin(cls, stack: Pipeline, first: date, tasks: Iterable[str]) -> Nights:
        folders = {
            task: Folder.of((first + timedelta(days=number)).isoformat()) for number, task in enumerate(tasks)
        }
        for folder in folders.values():
            folder.lay_out(stack)
        days = tuple(folder.day for folder in folders.values())
        return cls(stack, Backfill.create(stack, days, max_active_runs=len(days)), folders)

    def clear(self, task: str, *, what: str = "", downstream: bool = True) -> None:
        """Clear `what` (default: the task itself) in the run that belongs to `task`."""
        run_id, cleared = self.backfill.runs()[self.folders[task].day].run_id, what or task
        if cleared == RUN:
            self.stack.api.request(
                "POST", f"/api/v2/dags/{DAG}/dagRuns/{run_id}/clear", json={"dry_run": False, "only_failed": False}
            )
            return
        body: dict[str, Any] = {
            "dry_run": False,
            "only_failed": False,
            "dag_run_id": run_id,
            "task_ids": [cleared],
            "include_downstream": downstream,
        }
        self.stack.api.request("POST", f"/api/v2/dags/{DAG}/clearTaskInstances", json=body)

    def change(self, task: str) -> Folder:
        """Change a text of the day's folder, add one, take one away; the folder as it is now."""
        old = self.folders[task]
        notices = (f"{old.day}の差し替えのお知らせです。", *old.notices[1:], f"{old.day}の追加のお知らせです。")
        self.folders[task] = replace(old, notices=notices, messages=old.messages[:-1])
        self.folders[task].lay_out(self.stack)
        return self.folders[task]

    def finish(self, seconds: float = 300) -> dict[str, str]:
        """Wait for the end of all runs; task → how its run ended."""
        runs = self.backfill.wait(seconds)
        return {task: runs[folder.day].state for task, folder in self.folders.items()}

    def said(self, task: str) -> str:
        """The last log lines of the tasks that failed in the run that belongs to `task`."""
        run_id = self.backfill.runs()[self.folders[task].day].run_id
        failed = [one for one in self.stack.api.task_instances(DAG, run_id) if one.state == "failed"]
        return "\n".join(self.stack.api.log(DAG, run_id, one)[-1] for one in failed)

    def tell(self, fault: str, executed_before: int) -> Account:
        """Judge all folders of the matrix by the account, and put it on record; the account."""
        account = Account.of(self.stack)
        for folder in self.folders.values():
            lost, twice = folder.lost(self.stack), account.twice(folder.texts)
            running = account.running(folder.day)
            record(f"cleared: {fault}", "airflow", 1, len(lost), len(twice), len(running))
        new = sum(account.executed.values()) - executed_before
        self.backfill.tell(f"{fault}: {len(self.folders)} clears, {new} texts executed since")
        return account


def green(nights: Nights) -> dict[str, str]:
    return dict.fromkeys(nights.folders, "success")


def executed(stack: Pipeline) -> int:
    return sum(Account.of(stack).executed.values())


def published(nights: Nights) -> dict[str, bytes]:
    output = nights.stack.data / "output"
    return {
        f"{folder.day}/{path.name}": path.read_bytes()
        for folder in nights.folders.values()
        for path in (output / folder.day / "en").iterdir()
    }


@pytest.fixture(scope="module")
def ended(stack: Pipeline) -> Nights:
    """Runs that have ended well, to be cleared again and again."""
    nights = Nights.begin(stack, date(2024, 3, 1), TASKS)
    assert nights.finish() == green(nights)
    nights.backfill.tell(f"{len(TASKS)} runs have ended")
    return nights


@pytest.mark.parametrize("downstream", [False, True], ids=["the task alone", "with everything downstream"])
def test_clear_of_a_finished_run_sends_nothing_and_publishes_the_same(ended: Nights, downstream: bool) -> None:
    before, sent, batches = published(ended), executed(ended.stack), len(ended.stack.batches())
    for task in TASKS:
        ended.clear(task, downstream=downstream)
    assert ended.finish() == green(ended)
    how = "with all downstream" if downstream else "alone"
    account = ended.tell(f"each task {how}, input unchanged", sent)
    assert sum(account.executed.values()) == sent
    assert len(account.batches) == batches
    assert published(ended) == before


@pytest.fixture(scope="module")
def changed(ended: Nights) -> tuple[Nights, dict[str, str], int]:
    """The same runs cleared after their folders have changed; how they ended; what was executed before."""
    sent = executed(ended.stack)
    for task in TASKS:
        ended.change(task)
        ended.clear(task)
    return ended, ended.finish(), sent


@pytest.mark.parametrize("task", READING)
def test_clear_that_reads_again_sends_only_what_is_new(
    changed: tuple[Nights, dict[str, str], int], task: str
) -> None:
    nights, states, _ = changed
    folder, account = nights.folders[task], Account.of(nights.stack)
    assert states[task] == "success"
    assert folder.lost(nights.stack) == []
    assert {account.executed[text] for text in folder.texts} == {1}


@pytest.mark.parametrize("task", NOT_READING)
def test_clear_that_does_not_read_again_says_what_to_clear(
    changed: tuple[Nights, dict[str, str], int], task: str
) -> None:
    nights, states, _ = changed
    assert "Clear read_documents with everything downstream" in nights.said(task)
    assert states[task] == "failed"


def test_clear_of_what_was_recommended_brings_every_folder_to_its_end(
    changed: tuple[Nights, dict[str, str], int],
) -> None:
    nights, _, sent = changed
    new = 2 * len(READING)
    assert executed(nights.stack) == sent + new
    for task in NOT_READING:
        nights.clear(task, what="read_documents")
    assert nights.finish() == green(nights)
    account = nights.tell("each task, input changed; then what the log says", sent)
    assert [text for folder in nights.folders.values() for text in folder.lost(nights.stack)] == []
    texts = [text for folder in nights.folders.values() for text in folder.texts]
    assert (account.twice(texts), account.never(texts), account.running()) == ({}, [], [])
    assert sum(account.executed.values()) == sent + 2 * len(TASKS)


@pytest.fixture
def _slow_api(stack: Pipeline) -> Iterator[None]:
    stack.local_api.restart("--delay", str(SLOW_SECONDS))
    yield
    stack.local_api.restart()


@pytest.mark.usefixtures("_slow_api")
def test_clear_of_a_run_under_way_collects_what_is_in_flight(stack: Pipeline) -> None:
    nights = Nights.begin(stack, date(2024, 4, 1), [*UNDER_WAY, *(CHANGED + task for task in UNDER_WAY)])
    before, sent = dict(nights.folders), executed(stack)
    nights.backfill.moment("deferred", len(before), "wait_for_batch")
    for name in before:
        if name.startswith(CHANGED):
            nights.change(name)
        nights.clear(name, what=name.removeprefix(CHANGED))
    assert executed(stack) == sent  # nothing has been answered yet: all is in flight
    stack.local_api.restart()
    states = nights.finish()
    for name in before:
        if states[name] == "failed":
            assert name.startswith(CHANGED)
            assert "Clear read_documents with everything downstream" in nights.said(name)
            nights.clear(name, what="read_documents")
    assert nights.finish() == green(nights)
    account = nights.tell("under way, input unchanged and changed", sent)
    texts = {text for folders in (before, nights.folders) for folder in folders.values() for text in folder.texts}
    assert [text for folder in nights.folders.values() for text in folder.lost(stack)] == []
    assert (account.twice(texts), account.never(texts), account.running()) == ({}, [], [])
