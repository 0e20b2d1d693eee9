"""A ledger of the schema before, with jobs in flight, is brought up to date and buys nothing twice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from unit.ledger import samples
from unit.ledger.samples import DAY, INSTRUCTION, key

from batch_translate import keys
from batch_translate.errors import BatchTranslateError
from batch_translate.findings import Finding
from batch_translate.ledger import Ledger, answers, engine, jobs, profiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COLLECTED, SENT, UNCLEAR, PLANNED, ABSENT = "collected", "sent", "unclear", "planned", "absent"


def _id(name: str, attempt: int) -> str:
    return keys.custom_id([(key(name), INSTRUCTION, attempt)])


class Before:
    """Fills the tables of 0001 in their own words, as the code of that time did."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def insert(self, table: str, **values: object) -> None:
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        self._connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)

    def job(self, job_key: str, state: str, asked: Iterable[tuple[str, int]], **values: object) -> None:
        asked = list(asked)
        common = {"plan_hash": "0" * 12, "pass_number": 1, "model": "model", "request_file": "requests.jsonl"}
        estimates = {"estimated_input_tokens": 10, "estimated_output_tokens": 20}
        counts = {"requests": len(asked), "segments": len(asked)}
        row = {**common, **estimates, **counts, "planned_at": 1.0, **values}
        self.insert("jobs", job_key=job_key, run_id="run_0", day=DAY, state=state, **row)
        for name, attempt in asked:
            self._ask(job_key, state, name, attempt)

    def _ask(self, job_key: str, state: str, name: str, attempt: int) -> None:
        what = {"segment_key": key(name), "instruction_key": INSTRUCTION}
        self.insert("requests", job_key=job_key, custom_id=_id(name, attempt), slot=1, attempt=attempt, **what)
        if state in ("planned", "submitted"):
            self.insert("claims", job_key=job_key, **what)

    def text(self, name: str) -> None:
        languages = {"source_language": "ja", "target_language": "en"}
        self.insert("texts", segment_key=key(name), source=name, context="", **languages)

    def answer(self, job_key: str, name: str, attempt: int, verdict: str, text: str | None, at: float) -> None:
        what = {"segment_key": key(name), "instruction_key": INSTRUCTION, "job_key": job_key}
        said = {"verdict": verdict, "reason": "", "text": text, "findings": "[]", "answered_at": at}
        self.insert(
            "answers", batch_id=f"batch of {job_key}", custom_id=_id(name, attempt), slot=1, **what, **said
        )


def _first_version(ledger_url: str) -> sa.Engine:
    """The database of an empty ledger of version 0001."""
    url = sa.make_url(ledger_url)
    before = sa.create_engine(
        url if url.get_backend_name() == "sqlite" else url.set(drivername="postgresql+psycopg")
    )
    with before.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(engine.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    return before


@pytest.fixture
def upgraded(ledger_url: str) -> Iterator[Ledger]:
    """Texts a to g: answered; answered when asked again; in flight; unclear; planned; released; two attempts 1."""
    before = _first_version(ledger_url)
    with before.begin() as connection:
        fill = Before(connection)
        for name in "abcdefg":
            fill.text(name)
        fill.job(COLLECTED, "collected", [("a", 1), ("b", 1)], batch_id="batch of collected", submitting_at=2.0)
        fill.answer(COLLECTED, "a", 1, "accepted", "A", 3.0)
        fill.answer(COLLECTED, "b", 1, "rejected", "bad", 3.0)
        fill.job("again", "collected", [("b", 2)], batch_id="batch of again", submitting_at=4.0)
        fill.answer("again", "b", 2, "accepted", "B", 5.0)
        fill.job(SENT, "submitted", [("c", 1)], batch_id="batch of sent", submitting_at=2.0)
        fill.job(UNCLEAR, "planned", [("d", 1)], submitting_at=2.0)
        fill.job(PLANNED, "planned", [("e", 1)])
        fill.job(ABSENT, "absent", [("f", 1)])
        # Two runs with the same view, one after the other: 0001 let both ask for attempt 1.
        for run in ("first", "second"):
            fill.job(run, "collected", [("g", 1)], batch_id=f"batch of {run}", submitting_at=2.0)
            fill.answer(run, "g", 1, "unanswered", None, 3.0)
    before.dispose()
    ledger = Ledger(ledger_url)
    yield ledger
    ledger.close()


def test_what_was_answered_or_is_in_flight_is_not_asked_for(upgraded: Ledger) -> None:
    found = samples.missing(upgraded, *"abcdefg")
    assert [(one.segment_key, one.attempt) for one in found] == [(key("f"), 2), (key("g"), 3)]
    assert samples.claimed(upgraded) == 3


@pytest.mark.parametrize("name", ["c", "d", "e"])
def test_a_run_with_a_view_from_before_the_upgrade_gets_nothing_that_is_in_flight(
    upgraded: Ledger, name: str
) -> None:
    assert samples.plan(upgraded, name, attempt=1) is None


def test_answers_are_kept_and_the_first_accepted_one_counts(upgraded: Ledger) -> None:
    outcomes = samples.outcomes(upgraded, *"abc")
    assert [(one.state, one.text) for one in outcomes[:2]] == [("translated", "A"), ("translated", "B")]
    assert outcomes[2].reason == "in flight with job sent"


def test_a_job_in_flight_is_collected_after_the_upgrade(upgraded: Ledger) -> None:
    assert {job.job_key for job in jobs.open_jobs(upgraded)} == {SENT, UNCLEAR, PLANNED}
    brought = samples.answers_of(upgraded, SENT)
    assert len(brought) == len(answers.slots_of(upgraded, SENT)) == 1
    assert samples.collect(upgraded, SENT, brought)
    assert samples.outcomes(upgraded, "c")[0].text == "c"
    assert samples.claimed(upgraded) == 2


def test_what_may_be_asked_again_is_asked_as_the_next_attempt(upgraded: Ledger) -> None:
    for one, name in zip(samples.missing(upgraded, "f", "g"), "fg", strict=True):
        assert samples.plan(upgraded, name, attempt=one.attempt) is not None
    assert samples.missing(upgraded, "f", "g") == []


def test_a_sentence_of_an_older_ledger_is_a_critical_finding(upgraded: Ledger) -> None:
    with upgraded.write() as connection:
        said = {"found": '["the placeholder {0} is missing"]', "job": SENT}
        connection.execute(sa.text("UPDATE jobs SET state = 'collected' WHERE job_key = :job"), said)
        connection.execute(
            sa.text(
                "INSERT INTO answers (job_key, custom_id, slot, verdict, reason, text, findings, answered_at) "
                "SELECT job_key, custom_id, slot, 'rejected', 'findings', 'C', :found, 3.0 FROM requests "
                "WHERE job_key = :job"
            ),
            said,
        )
    (outcome,) = samples.outcomes(upgraded, "c")
    assert outcome.findings == (Finding("placeholders", "critical", "the placeholder {0} is missing"),)
    assert profiles.content_of(upgraded, SENT) is None


@pytest.mark.parametrize("ledger_url", ["postgresql"], indirect=True)
def test_an_upgrade_gives_up_on_tables_that_others_keep(ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_LOCK_SECONDS", 1)
    before = _first_version(ledger_url)
    with before.connect() as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM jobs").scalar() == 0
        with pytest.raises(BatchTranslateError, match="kept using them for 1 seconds"):
            Ledger(ledger_url)
    before.dispose()
    assert samples.missing(Ledger(ledger_url), "a")
