"""Runs whose processes are killed at every step and in the worst moments, on one real Airflow.

One backfill; each day dies at one named place, and while it goes on triggerer, scheduler and local API are killed
under all of them, a resume is lost and every event comes twice. What was executed is the local API's own account.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from faults.airflow import backfill as backfills
from faults.airflow import kill_points
from faults.airflow.backfill import Backfill
from faults.airflow.night import Account, Folder, judge
from faults.record import record
from pipeline import DAG

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline import Pipeline

    from airflow_api import Run

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(1800)]

FIRST = date(2024, 1, 1)
SLOW = ("file uploaded, not noted", "create_batch begins")
"""The first day dies at both and so holds its claims for more than a minute."""
WAITING = (
    ("recover_jobs begins", "claims counted, not deferred"),
    ("recover_jobs begins", "wait_for_claims resumes"),
)
"""The days after it want nothing but a text of the first day, come late, and wait for it."""
UNSENT = ("intent to send noted, nothing sent", "create_batch about to wait", "create_batch resumes")
"""The intent makes every later try wait until it is proven that no batch came of it."""
OFTEN = (
    "plan written, reading not noted",
    "job planned, the task not ended",
    "file uploaded, not noted",
    "batch created, row not updated",
    "one of two documents published",
)


def each_alone() -> list[tuple[str, ...]]:
    """The points that no day above is needed for."""
    taken = {*SLOW, *UNSENT, *(point for points in WAITING for point in points), *kill_points.ALONE}
    return [(point,) for point in kill_points.POINTS if point not in taken]


DEATHS: tuple[tuple[str, ...], ...] = (SLOW, *WAITING, UNSENT, OFTEN, *each_alone())
DAYS = tuple((FIRST + timedelta(days=number)).isoformat() for number in range(len(DEATHS)))
SCHEDULER_ALONE, SCHEDULER = "scheduler killed, its tasks run on", "scheduler killed with its tasks"
LATE = {"name": "slow", "route": "POST /v1/batches", "seconds": 3}
"""A request to create is worked on seconds after it was made: then its task may be dead."""
CLAIMED = "どの日にも出る、閉店時間のお知らせです。"


@dataclass(slots=True)
class Outcome:
    """All runs at their end. `cleared` are those that were red before a clear, with their last log line."""

    runs: dict[str, Run]
    account: Account
    cleared: dict[str, str]
    struck: dict[str, list[str]]


def folder_of(number: int) -> Folder:
    if 1 <= number <= len(WAITING):
        return Folder(DAYS[number], notices=(), messages=(CLAIMED,), shared=(CLAIMED,))
    return Folder.of(DAYS[number], [CLAIMED] if number == 0 else [])


@pytest.fixture(scope="module")
def outcome(stack: Pipeline, deaths: Path) -> Outcome:
    for number, points in enumerate(DEATHS):
        folder_of(number).lay_out(stack)
        for point in points:
            kill_points.arm(deaths, DAYS[number], point)
    backfills.inject(stack, LATE)
    nights = Backfill.create(stack, DAYS)
    nights.tell(f"{len(DAYS)} runs, each dies once or twice")
    struck = disturb(stack, nights)
    runs = nights.wait(900)
    cleared = clear_red(stack, nights, runs)
    backfills.inject(stack)
    account = Account.of(stack)
    nights.tell(f"all ended: {dict(Counter(run.state for run in nights.runs().values()))}, {len(cleared)} cleared")
    return Outcome(nights.runs(), account, cleared, struck)


def disturb(stack: Pipeline, nights: Backfill) -> dict[str, list[str]]:
    """Kill the components, each in a moment in which it hurts; fault → the days that were in the middle of it."""
    struck: dict[str, list[str]] = {}

    def note(fault: str, days: set[str]) -> None:
        struck[fault] = sorted(days)
        nights.tell(f"{fault}: {len(days)} runs struck")

    waiting = nights.moment("deferred", 2, "wait_for_batch")
    note("resume lost", nights.days_of([task for task in waiting if backfills.lose_resume(stack, task["id"])]))
    waiting = nights.moment("deferred", 3)
    backfills.kill_component(stack, "triggerer")
    note("triggerer killed while batches wait", nights.days_of(waiting))
    waiting = nights.moment("deferred", 2)
    stack.local_api.service.kill()
    stack.local_api.start()
    backfills.inject(stack, LATE)
    note("local API killed and started over the same folder", nights.days_of(waiting))
    nights.moment("running", 2)
    under_way = nights.under_way()
    backfills.kill_scheduler_alone(stack)
    note(SCHEDULER_ALONE, under_way)
    nights.moment("running", 2)
    under_way = nights.under_way()
    backfills.kill_component(stack, "scheduler")
    note(SCHEDULER, under_way)
    return struck


def clear_red(stack: Pipeline, nights: Backfill, runs: dict[str, Run]) -> dict[str, str]:
    """Clear what failed in the red runs, as the person on call would; day → the last line of its log."""
    said: dict[str, str] = {}
    for day, run in runs.items():
        if run.state == "failed":
            failed = [task for task in stack.api.task_instances(DAG, run.run_id) if task.state == "failed"]
            said[day] = " | ".join(stack.api.log(DAG, run.run_id, task)[-1] for task in failed)
            nights.tell(f"{day} is red at {', '.join(task.name for task in failed)}: {said[day]}")
            body = {"dry_run": False, "only_failed": True, "dag_run_id": run.run_id, "include_downstream": True}
            stack.api.request("POST", f"/api/v2/dags/{DAG}/clearTaskInstances", json=body)
    if said:
        nights.wait(300)
    return said


@pytest.mark.parametrize("number", range(len(DEATHS)), ids=[", ".join(points) for points in DEATHS])
def test_killed_run_ends_green_with_every_text_paid_once(
    outcome: Outcome, stack: Pipeline, deaths: Path, number: int
) -> None:
    day = DAYS[number]
    note = "green after a clear of verify_complete" if day in outcome.cleared else ""
    judge(stack, deaths, folder_of(number), DEATHS[number], outcome.account, note)
    assert outcome.runs[day].state == "success"


@pytest.mark.parametrize(
    "fault",
    [
        "resume lost",
        "triggerer killed while batches wait",
        "local API killed and started over the same folder",
        SCHEDULER_ALONE,
        SCHEDULER,
    ],
)
def test_killed_component_loses_nothing_and_pays_nothing_twice(
    outcome: Outcome, stack: Pipeline, fault: str
) -> None:
    struck = [folder_of(DAYS.index(day)) for day in outcome.struck[fault]]
    texts = [text for folder in struck for text in folder.texts]
    lost = [text for folder in struck for text in folder.lost(stack)]
    twice, running = outcome.account.twice(texts), outcome.account.running()
    record(fault, "airflow", len(struck), len(lost), len(twice), len(running), f"{len(struck)} runs under way")
    assert struck
    assert (lost, twice, running) == ([], {}, [])


def test_event_that_is_sent_twice_is_one_result(outcome: Outcome, stack: Pipeline, deaths: Path) -> None:
    events = kill_points.events_sent_twice(deaths)
    lost = [text for number in range(len(DAYS)) for text in folder_of(number).lost(stack)]
    twice = {text: count for text, count in outcome.account.executed.items() if count > 1}
    record("event sent twice", "airflow", events, len(lost), len(twice), len(outcome.account.running()))
    assert events >= len(DAYS) // 3  # the others had no need to wait
    assert (lost, twice) == ([], {})


def test_no_task_was_tried_again_but_the_killed_ones(outcome: Outcome, stack: Pipeline) -> None:
    died_with_scheduler = {*outcome.struck[SCHEDULER_ALONE], *outcome.struck[SCHEDULER]}
    unexplained = {
        f"{day} {entry['task_id']}": entry["try_number"]
        for day, points in zip(DAYS, DEATHS, strict=True)
        if day not in died_with_scheduler
        for entry in backfills.tries(stack, outcome.runs[day])
        if entry["task_id"].rpartition(".")[2] not in {kill_points.POINTS[point].task for point in points}
    }
    assert unexplained == {}
