"""`python -m batch_translate`: cancel, recover and forget, as the person on call uses them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from integration.steps.night import DAY

from batch_translate.__main__ import main
from batch_translate.ledger import jobs
from batch_translate.steps.build_requests import build_requests
from batch_translate.steps.cancel_day import cancel_day
from batch_translate.steps.wait_for_claims import open_claims

if TYPE_CHECKING:
    from integration.steps.night import Night


@pytest.fixture(autouse=True)
def environment(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH_TRANSLATE_DATA", str(night.data))
    monkeypatch.setenv("BATCH_TRANSLATE_LEDGER", night.ledger.url.render_as_string(hide_password=False))
    monkeypatch.setenv("OPENAI_API_KEY", night.key)
    monkeypatch.setenv("OPENAI_BASE_URL", night.server.base_url)


def test_cancelled_day_leaves_nothing_running_and_keeps_what_was_paid(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    night.put(DAY, {"a.txt": "おはよう\n\nこんばんは\n", "b.txt": "またね\n\nさようなら\n"})
    plan = night.read(segments_per_request=1, requests_per_shard=2)
    sent, unsent = build_requests(night.ledger, plan.url, "run-1", 1)
    night.send(sent)
    assert main(["cancel", DAY]) == 0
    assert "1 batches ended and were collected, 1 jobs were never sent, 0 stay open" in capsys.readouterr().out
    assert jobs.open_jobs(night.ledger) == []
    assert jobs.get(night.ledger, unsent).state == "absent"
    assert open_claims(plan.url, "run-2") == 0
    assert {batch.status for batch in night.client().batches.list()} <= {"cancelled", "completed"}
    executed = night.executed()
    assert night.run_day(run_id="run-2")["complete"]
    assert night.executed() == sorted(["おはよう", "こんばんは", "またね", "さようなら"])
    assert set(executed) <= set(night.executed())


def test_cancel_gives_up_a_batch_that_the_provider_denies_all_the_time(night: Night) -> None:
    night.put(DAY, {"a.txt": "おはよう\n"})
    (job_key,) = build_requests(night.ledger, night.read().url, "dead", 1)
    night.wait_for_batch(night.send(job_key))
    # An hour old, or it may only not be shown yet.
    other = replace(night, key="sk-of-another-project")
    assert cancel_day(night.ledger, other.api, DAY, patience_seconds=0)["open"] == 1
    night.put_back("submitted_at", [job_key], 3600)
    assert cancel_day(night.ledger, other.api, DAY, patience_seconds=0.5)["collected"] == 1
    assert jobs.get(night.ledger, job_key).batch_status == "gone"


def test_recover_collects_what_a_dead_run_left(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    night.put(DAY, {"a.txt": "おはよう\n"})
    (job_key,) = build_requests(night.ledger, night.read().url, "dead", 1)
    night.wait_for_batch(night.send(job_key))
    assert main(["recover"]) == 0
    assert "1 jobs collected" in capsys.readouterr().out
    assert jobs.get(night.ledger, job_key).state == "collected"


def test_forgotten_translation_is_asked_for_anew(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    night.put(DAY, {"a.txt": "おはよう\n\nこんばんは\n"})
    night.run_day()
    assert main(["forget", "おはよう"]) == 0
    assert "is forgotten (1 answers; it came for 2024-04-17)" in capsys.readouterr().out
    assert main(["forget", "おはよう", "--to", "en"]) == 1
    assert "no translation" in capsys.readouterr().err
    assert night.run_day(run_id="run-2")["complete"]
    assert night.executed() == ["おはよう", "おはよう", "こんばんは"]


def test_provider_that_cannot_be_reached_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert main(["recover"]) == 2
    assert "OPENAI_API_KEY" in capsys.readouterr().err
