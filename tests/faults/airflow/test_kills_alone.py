"""Kills that need a night without other runs: while a run collects, and while it recovers another run's batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from faults.airflow import kill_points
from faults.airflow.kill_points import COLLECTING, RECOVERING
from faults.airflow.night import Account, Folder, judge
from faults.record import record
from pipeline import DAG

from processes import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline import Pipeline

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]


def test_run_killed_while_it_collects_ends_green(stack: Pipeline, deaths: Path) -> None:
    folders = [Folder.of(f"2023-11-{number:02}") for number in range(1, 1 + len(COLLECTING))]
    for folder, point in zip(folders, COLLECTING, strict=True):
        folder.lay_out(stack)
        kill_points.arm(deaths, folder.day, point)
    runs = [stack.api.trigger(DAG, {"day": folder.day}) for folder in folders]
    assert {stack.wait(run_id).state for run_id in runs} == {"success"}
    account = Account.of(stack)
    for folder, point in zip(folders, COLLECTING, strict=True):
        judge(stack, deaths, folder, (point,), account)


def test_batches_of_a_run_marked_as_failed_are_collected_by_the_next_one(stack: Pipeline, deaths: Path) -> None:
    orphaned, next_day = [Folder.of("2023-12-01"), Folder.of("2023-12-02")], Folder.of("2023-12-03")
    runs = []
    for folder in (*orphaned, next_day):
        folder.lay_out(stack)
    for folder in orphaned:
        runs.append(stack.api.trigger(DAG, {"day": folder.day}))
    for run_id in runs:
        wait_until(lambda run_id=run_id: waits_for_batch(stack, run_id), 60, f"{run_id} waits for its batch")
        stack.api.request("PATCH", f"/api/v2/dags/{DAG}/dagRuns/{run_id}", json={"state": "failed"})
    wait_until(lambda: Account.of(stack).running() == [], 60, "the batches have ended")
    for point in RECOVERING:
        kill_points.arm(deaths, next_day.day, point)
    assert stack.trigger_and_wait(next_day.day).state == "success"
    sent = sum(Account.of(stack).executed.values())
    again = [stack.api.trigger(DAG, {"day": folder.day}) for folder in orphaned]
    assert [stack.wait(run_id).state for run_id in again] == ["success", "success"]
    account = Account.of(stack)
    judge(stack, deaths, next_day, RECOVERING, account)
    running = account.running()
    lost = [text for folder in orphaned for text in folder.lost(stack)]
    twice = account.twice(text for folder in orphaned for text in folder.texts)
    record("run marked as failed under way", "airflow", len(orphaned), len(lost), len(twice), len(running))
    assert (lost, twice, running) == ([], {}, [])
    assert sum(account.executed.values()) == sent


def waits_for_batch(stack: Pipeline, run_id: str) -> bool:
    tasks = stack.api.task_instances(DAG, run_id)
    return any(task.task_id.endswith("wait_for_batch") and task.state == "deferred" for task in tasks)
