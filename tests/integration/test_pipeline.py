"""The DAG on a real scheduler, triggerer and API server, against the local API."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from airflow_stack import PROJECT
from batch_translate.report import read_translations
from batch_translate.storage import read_json
from local_batch_api.filler import fill
from processes import wait_until
from provider import EXAMPLES

if TYPE_CHECKING:
    from pipeline import Pipeline

    from airflow_api import Run

pytestmark = pytest.mark.airflow
DAG = "translate_nightly"
BY_HAND, BACKFILL = "2024-04-16", ("2024-04-17", "2024-04-18", "2024-04-19")


@pytest.fixture(scope="module")
def by_hand(stack: Pipeline) -> Run:
    shutil.copytree(EXAMPLES / "input", stack.data / "input", dirs_exist_ok=True)
    return stack.trigger_and_wait(BY_HAND)


def test_run_by_hand_publishes_every_document_with_its_translation(stack: Pipeline, by_hand: Run) -> None:
    assert by_hand.state == "success"
    source, output = stack.data / "input" / BY_HAND, stack.data / "output" / BY_HAND
    assert sorted(path.name for path in source.rglob("*.*")) == sorted(
        path.name for path in (output / "en").rglob("*.*")
    )
    table = read_translations(BY_HAND, "en", str(stack.data / "output"))
    assert set(table["state"]) <= {"translated", "skipped"}
    phrasebook = dict(
        line.split("\t")[2:4] for line in (EXAMPLES / "phrasebook.tsv").read_text("utf-8").splitlines()[1:]
    )
    translated = table[table["state"] == "translated"]
    assert len(translated) > 50
    assert all(
        phrasebook[row.source.replace("\n", "\\n")] == row.target.replace("\n", "\\n")
        for row in translated.itertuples()
    )
    assert read_json(str(output / "_report.json"))["complete"] is True


def test_batch_is_waited_for_in_the_triggerer(stack: Pipeline, by_hand: Run) -> None:
    assert "DEFERRED" in stack.log_of(by_hand, "pass_1.shard.wait_for_batch")


def test_mapped_tasks_are_named_by_job_and_language(stack: Pipeline, by_hand: Run) -> None:
    path = f"/api/v2/dags/{DAG}/dagRuns/{by_hand.run_id}/taskInstances"
    entries = stack.api.request("GET", path, params={"limit": 100})["task_instances"]
    names = {entry["task_id"]: entry["rendered_map_index"] for entry in entries if entry["map_index"] == 0}
    assert names.pop("pass_1.write_translations") == "en"
    assert len(set(names.values())) == 1
    assert all(len(name) == 8 for name in names.values())


def test_backfill_does_exactly_its_folders_and_asks_for_each_text_once(stack: Pipeline, by_hand: Run) -> None:
    command = ["backfill", "create", "--dag-id", DAG, "--from-date", BACKFILL[0], "--to-date", BACKFILL[-1]]
    stack.airflow.run_cli(*command)
    runs = wait_until(lambda: stack.api.runs(DAG, run_type="backfill"), 60, "the backfill's runs are created")
    ended = [stack.wait(run.run_id) for run in runs]
    assert sorted(str(run.partition_key) for run in ended) == list(BACKFILL)
    assert {run.state for run in ended} == {"success"}
    for day in BACKFILL:
        assert read_json(str(stack.data / "output" / day / "_report.json"))["complete"] is True
    tables = [read_translations(day, "en", str(stack.data / "output")) for day in (BY_HAND, *BACKFILL)]
    texts = pd.concat(tables).query("state == 'translated'").drop_duplicates("segment_key")
    assert Counter(row["text"] for row in stack.executions()) == Counter(texts["source"])


def test_cleared_run_sends_nothing_and_publishes_the_same(stack: Pipeline, by_hand: Run) -> None:
    document = stack.data / "output" / BY_HAND / "en" / "products.csv"
    before, sent = document.read_bytes(), len(stack.executions())
    stack.api.request("POST", f"/api/v2/dags/{DAG}/dagRuns/{by_hand.run_id}/clear", json={"dry_run": False})
    assert stack.wait(by_hand.run_id).state == "success"
    assert len(stack.executions()) == sent
    assert document.read_bytes() == before


def test_schedule_starts_a_run_for_the_day_before(stack: Pipeline) -> None:
    # The DAG as it is, in a zone where midnight is near.
    midnight = (datetime.now(UTC) + timedelta(seconds=45)).replace(microsecond=0)
    offset = -(midnight.hour * 3600 + midnight.minute * 60 + midnight.second)
    offset += 86400 if offset < -43200 else 0
    text = (stack.dags / "translate_nightly.py").read_text("utf-8")
    soon = text.replace('timezone("Asia/Tokyo")', f"timezone({offset})").replace(f'"{DAG}"', '"translate_soon"')
    assert soon.count("translate_soon") == soon.count(f"timezone({offset})") == 1
    day = (midnight + timedelta(seconds=offset) - timedelta(days=1)).strftime("%Y-%m-%d")
    stack.put(day, {"お知らせ.txt": "本日は休業いたします。\n"})
    (stack.dags / "translate_soon.py").write_text(soon, encoding="utf-8")
    stack.api.wait_for_dag("translate_soon")
    stack.api.unpause("translate_soon")
    run = wait_until(lambda: stack.api.runs("translate_soon"), 120, "the schedule starts a run")[0]
    assert (run.run_type, run.partition_key) == ("scheduled", day)
    assert stack.api.wait_for_run("translate_soon", run.run_id, 180).state == "success"
    published = stack.data / "output" / day / "en" / "お知らせ.txt"
    assert published.read_text("utf-8") == f"{fill('ja', 'en', '本日は休業いたします。')}\n"


def test_corrections_win_and_the_command_that_is_named_rewrites_the_day(stack: Pipeline) -> None:
    text = "店は休みです。"
    head = "source_language,target_language,source,correction\n"
    stack.put("_reviewed", {"mine.csv": f"{head}ja,en,{text},The shop is closed.\n"})
    stack.put("2024-05-06", {"a.txt": f"{text}\n"})
    output, sent = stack.data / "output" / "2024-05-06" / "en" / "a.txt", len(stack.executions())
    run = stack.trigger_and_wait("2024-05-06")
    assert (run.state, output.read_text("utf-8")) == ("success", "The shop is closed.\n")

    stack.put("_reviewed", {"mine.csv": f"{head}ja,en,{text},We are closed.\n"})
    stack.api.wait_for_dag("import_reviews")
    stack.api.unpause("import_reviews")
    imported = stack.api.wait_for_run("import_reviews", stack.api.trigger("import_reviews", {}), 60)
    assert imported.state == "success"
    log = stack.log_of(imported, "import_reviews")
    command = f"dags clear {DAG} --run-id {run.run_id} --yes"
    assert f"2024-05-06 (en): airflow {command}" in log
    stack.airflow.run_cli(*command.split())
    assert stack.wait(run.run_id).state == "success"
    assert output.read_text("utf-8") == "We are closed.\n"
    assert len(stack.executions()) == sent


def test_corrections_that_cannot_be_read_make_the_night_red_and_stop_nothing(stack: Pipeline) -> None:
    stack.put("_reviewed", {"broken.xlf": "<xliff"})
    stack.put("2024-05-03", {"a.txt": "本日は休業いたします。\n"})
    run = stack.trigger_and_wait("2024-05-03")
    assert run.state == "failed"
    assert "Corrections are missing" in stack.log_of(run, "verify_complete")
    assert (stack.data / "output" / "2024-05-03" / "en" / "a.txt").exists()
    (stack.data / "input" / "_reviewed" / "broken.xlf").unlink()


def test_a_dry_run_ends_with_the_estimate(stack: Pipeline) -> None:
    stack.put("2024-05-04", {"a.txt": "明日は朝から開店します。\n"})
    sent = len(stack.executions())
    run = stack.trigger_and_wait("2024-05-04", dry_run=True)
    assert run.state == "success"
    states = {task.task_id: task.state for task in stack.api.task_instances(DAG, run.run_id)}
    assert (states["read_documents"], states["check_budget"], states["verify_complete"]) == (
        "success", "skipped", "skipped"
    )  # fmt: skip
    assert "1 texts to ask in 1 requests for about 0.0000 USD" in stack.log_of(run, "check_budget")
    assert len(stack.executions()) == sent
    assert not (stack.data / "output" / "2024-05-04").exists()


def test_missing_folder_skips_the_run_and_says_so(stack: Pipeline) -> None:
    run = stack.trigger_and_wait("1999-12-31")
    assert run.state == "success"
    states = {task.task_id: task.state for task in stack.api.task_instances(DAG, run.run_id)}
    assert states.pop("import_reviews") == states.pop("recover_jobs") == "success"
    assert set(states.values()) == {"skipped"}
    assert "there is no folder" in stack.log_of(run, "read_documents")


def test_unreadable_line_makes_the_run_red_and_everything_else_is_published(stack: Pipeline) -> None:
    broken = '{"id": 1, "message": "在庫はありますか。"}\n{"id": 2, "message": \n'
    stack.put("2024-05-02", {"messages.jsonl": broken, "note.txt": "本日は休業いたします。\n"})
    run = stack.trigger_and_wait("2024-05-02")
    assert run.state == "failed"
    said = stack.log_of(run, "verify_complete")
    assert "2024-05-02 is not complete. Not read: messages.jsonl, line 2" in said
    output = stack.data / "output" / "2024-05-02" / "en"
    assert (output / "note.txt").read_text("utf-8") == f"{fill('ja', 'en', '本日は休業いたします。')}\n"
    assert '"message_en"' in (output / "messages.jsonl").read_text("utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "batch_translate", "status", "2024-05-02"],
        env=os.environ | stack.airflow.environment | {"PYTHONPATH": str(PROJECT / "include")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Mend the files that were not read" in done.stdout
