from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest
from unit.ledger import samples
from unit.ledger.samples import answered, at_once, count, plan, planned

from batch_translate.ledger import jobs, planning
from batch_translate.ledger.planning import Asked

if TYPE_CHECKING:
    from batch_translate.ledger import Ledger

TABLES = ("jobs", "requests", "texts")


def test_plan_writes_the_intent_with_its_requests_texts_and_claims(ledger: Ledger) -> None:
    job = jobs.get(ledger, planned(ledger, "a", "b", now=7.0))
    assert (job.state, job.run_id, job.planned_at, job.requests) == ("planned", "run_1", 7.0, 2)
    assert (job.file_id, job.batch_id, job.submitting_at) == (None, None, None)
    assert {table: count(ledger, table) for table in TABLES} == {
        "jobs": 1, "requests": 2, "texts": 2
    }  # fmt: skip


@pytest.mark.parametrize("names", [("b", "c"), ("c", "b"), ("b",), ("a", "b")])
def test_a_job_that_wants_a_claimed_text_writes_nothing(ledger: Ledger, names: tuple[str, ...]) -> None:
    planned(ledger, "a", "b")
    before = {table: count(ledger, table) for table in TABLES}
    assert plan(ledger, *names, run="run_2") is None
    assert {table: count(ledger, table) for table in TABLES} == before


def test_a_text_answered_since_it_was_found_missing_is_not_asked_again(ledger: Ledger) -> None:
    found = samples.missing(ledger, "a", "b")
    answered(ledger, "a", "accepted", run="run_2")
    assert plan(ledger, "a", "b", attempt=found[0].attempt) is None
    assert plan(ledger, "b") is not None


def test_another_instruction_is_another_claim(ledger: Ledger) -> None:
    planned(ledger, "a")
    other = Asked("id", 1, samples.key("a"), "f" * 32, 1, "ja", "en", "a", "")
    assert planning.plan(ledger, samples.job_for([other], "run_2"), [other])


def test_one_planner_wins_each_text_and_losers_write_nothing(ledger: Ledger) -> None:
    # Neighbours overlap, in both orders: a lock taken in the order of asking would be a deadlock.
    wanted = [
        [f"text {(start + step) % 24}" for step in range(6)][:: 1 if start % 2 else -1]
        for start in range(0, 24, 3)
    ]
    keys = at_once(*(partial(plan, ledger, *names, run=f"run_{i}") for i, names in enumerate(wanted)))
    won = [names for names, job_key in zip(wanted, keys, strict=True) if job_key]
    assert won
    texts = Counter(name for names in won for name in names)
    assert set(texts.values()) == {1}
    assert {table: count(ledger, table) for table in TABLES} == {
        "jobs": len(won), "requests": len(texts), "texts": len(texts)
    }  # fmt: skip


def test_the_very_same_job_is_planned_once(ledger: Ledger) -> None:
    for round_ in range(5):
        names = [f"text {round_}.{number}" for number in range(50)]
        keys = at_once(*(partial(plan, ledger, *names, run=f"run_{i}") for i in range(4)))
        assert len([job_key for job_key in keys if job_key]) == 1
    assert count(ledger, "jobs") == 5


def test_several_jobs_are_committed_together(ledger: Ledger) -> None:
    with planning.draft(ledger) as draft:
        for name in ("a", "b"):
            asked = [samples.ask(f"{name} {number}") for number in range(3)]
            draft.add(samples.job_for(asked, "run_1"), asked)
        assert draft.segments == 6
        assert count(ledger, "jobs") == 0
        assert draft.commit()
    assert (count(ledger, "jobs"), count(ledger, "requests")) == (2, 6)


def test_one_claimed_text_holds_back_every_job_of_a_draft(ledger: Ledger) -> None:
    planned(ledger, "b 1", run="run_2")
    before = {table: count(ledger, table) for table in TABLES}
    with planning.draft(ledger) as draft:
        for name in ("a", "b"):
            asked = [samples.ask(f"{name} {number}") for number in range(3)]
            draft.add(samples.job_for(asked, "run_1"), asked)
        assert not draft.commit()
    assert {table: count(ledger, table) for table in TABLES} == before


def test_a_draft_that_is_not_committed_leaves_nothing(ledger: Ledger) -> None:
    asked = [samples.ask("a")]
    with planning.draft(ledger) as draft:
        draft.add(samples.job_for(asked, "run_1"), asked)
    assert {table: count(ledger, table) for table in TABLES} == dict.fromkeys(TABLES, 0)


def test_a_view_from_before_another_run_asked_and_gave_up_is_refused(ledger: Ledger) -> None:
    found = samples.missing(ledger, "a", "b")
    answered(ledger, "a", "unanswered", run="run_2")
    assert plan(ledger, "a", "b", attempt=found[0].attempt) is None
    assert [one.attempt for one in samples.missing(ledger, "a", "b")] == [2, 1]


def test_texts_and_contexts_are_kept_as_they_are(ledger: Ledger) -> None:
    asked = [samples.ask("行1\n行2\t'\"\\\\N 😀")._replace(context="menu\tfile")]
    assert planning.plan(ledger, samples.job_for(asked, "run_1"), asked)
    with ledger.read() as connection:
        rows = connection.exec_driver_sql("SELECT source, context FROM texts").all()
    assert [tuple(row) for row in rows] == [(asked[0].source, asked[0].context)]
