from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import pytest
from unit.ledger import samples
from unit.ledger.samples import answered, collect, count, plan, planned, submitted

from batch_translate.errors import JobError
from batch_translate.ledger import jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_translate.ledger import Ledger

Result = TypeVar("Result")
TABLES = ("jobs", "requests", "claims", "texts")


def at_once(*calls: Callable[[], Result]) -> list[Result]:
    """What the calls return, each made in a thread of its own at the same moment."""
    start = threading.Barrier(len(calls), timeout=30)

    def run(call: Callable[[], Result]) -> Result:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


def test_plan_writes_the_intent_with_its_requests_texts_and_claims(ledger: Ledger) -> None:
    job = jobs.get(ledger, planned(ledger, "a", "b", now=7.0))
    assert (job.state, job.run_id, job.planned_at, job.requests) == ("planned", "run_1", 7.0, 2)
    assert (job.file_id, job.batch_id, job.submitting_at) == (None, None, None)
    assert {table: count(ledger, table) for table in TABLES} == {
        "jobs": 1, "requests": 2, "claims": 2, "texts": 2
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
    other = jobs.Asked("id", 1, samples.key("a"), "f" * 32, 1, "ja", "en", "a", "")
    assert jobs.plan(ledger, samples.job_for([other], "run_2"), [other], 0.0)


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
        "jobs": len(won), "requests": len(texts), "claims": len(texts), "texts": len(texts)
    }  # fmt: skip


def test_the_very_same_job_is_planned_once(ledger: Ledger) -> None:
    for round_ in range(5):
        names = [f"text {round_}.{number}" for number in range(50)]
        keys = at_once(*(partial(plan, ledger, *names, run=f"run_{i}") for i in range(4)))
        assert len([job_key for job_key in keys if job_key]) == 1
    assert count(ledger, "jobs") == 5


def test_a_thousand_texts_are_claimed_in_blocks(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_ROWS_AT_ONCE", 300)
    assert plan(ledger, *(f"text {number}" for number in range(1000)))
    assert count(ledger, "claims") == count(ledger, "requests") == 1000
    assert plan(ledger, "new", "text 999", run="run_2") is None


def test_open_jobs_are_those_whose_batch_is_not_collected_oldest_first(ledger: Ledger) -> None:
    second = planned(ledger, "b", now=2.0)
    first = planned(ledger, "a", now=1.0, run="run_2")
    done = answered(ledger, "c", "accepted")
    assert [job.job_key for job in jobs.open_jobs(ledger)] == [first, second]
    assert [job.job_key for job in jobs.open_jobs(ledger, "run_1")] == [second]
    assert {job.job_key for job in jobs.jobs_of_day(ledger, samples.DAY)} == {first, second, done}


def test_submission_begins_once(ledger: Ledger) -> None:
    job_key = planned(ledger, "a")
    begun = at_once(*(partial(jobs.begin_submission, ledger, job_key, float(i)) for i in range(1, 7)))
    assert sorted(begun) == [False] * 5 + [True]
    assert jobs.get(ledger, job_key).submitting_at == begun.index(True) + 1


def test_submission_is_renewed_by_one_of_those_who_looked(ledger: Ledger) -> None:
    job_key = planned(ledger, "a")
    jobs.begin_submission(ledger, job_key, 1.0)
    renewed = at_once(*(partial(jobs.renew_submission, ledger, job_key, 1.0, float(i)) for i in range(2, 8)))
    assert sorted(renewed) == [False] * 5 + [True]
    assert not jobs.renew_submission(ledger, job_key, 1.0, 9.0)


def test_submission_is_not_renewed_when_its_batch_is_known(ledger: Ledger) -> None:
    job_key = submitted(ledger, "a")
    assert not jobs.renew_submission(ledger, job_key, 1.0, 9.0)


def test_a_refused_submission_may_begin_again_and_a_made_one_may_not(ledger: Ledger) -> None:
    job_key = planned(ledger, "a")
    jobs.begin_submission(ledger, job_key, 1.0)
    jobs.withdraw_submission(ledger, job_key)
    assert jobs.begin_submission(ledger, job_key, 2.0)
    jobs.record_batch(ledger, job_key, "batch_1", 3.0)
    jobs.withdraw_submission(ledger, job_key)
    job = jobs.get(ledger, job_key)
    assert (job.state, job.batch_id, job.submitting_at) == ("submitted", "batch_1", 2.0)


def test_recording_the_same_batch_late_does_not_open_a_collected_job(ledger: Ledger) -> None:
    job_key = answered(ledger, "a", "accepted")
    jobs.record_batch(ledger, job_key, f"batch of {job_key}", 9.0)
    assert jobs.get(ledger, job_key).state == "collected"


def test_a_second_batch_of_a_job_is_an_error_that_names_both(ledger: Ledger) -> None:
    job_key = submitted(ledger, "a")
    with pytest.raises(JobError, match=f"batch of {job_key}.*batch_2"):
        jobs.record_batch(ledger, job_key, "batch_2", 9.0)
    assert jobs.get(ledger, job_key).batch_id == f"batch of {job_key}"


def test_release_takes_old_jobs_of_other_runs_that_were_never_sent(ledger: Ledger) -> None:
    stale = planned(ledger, "stale", run="dead", now=1.0)
    begun = planned(ledger, "begun", run="dead", now=1.0)
    jobs.begin_submission(ledger, begun, 2.0)
    sent = submitted(ledger, "sent", run="dead")
    fresh = planned(ledger, "fresh", run="dead", now=100.0)
    own = planned(ledger, "own", run="me", now=1.0)
    assert jobs.release_unsent(ledger, 50.0, except_run="me") == [stale]
    states = {key: jobs.get(ledger, key).state for key in (stale, begun, sent, fresh, own)}
    assert states == {stale: "absent", begun: "planned", sent: "submitted", fresh: "planned", own: "planned"}
    assert count(ledger, "claims") == 4
    assert not jobs.begin_submission(ledger, stale, 60.0)


def test_a_released_text_is_asked_for_as_another_attempt(ledger: Ledger) -> None:
    planned(ledger, "a", run="dead")
    jobs.release_unsent(ledger, 50.0, except_run="me")
    (found,) = samples.missing(ledger, "a")
    assert found.attempt == 2
    assert plan(ledger, "a", attempt=2, run="me") is not None


def test_of_release_and_submission_at_once_one_wins(ledger: Ledger) -> None:
    for number in range(10):
        job_key = planned(ledger, f"text {number}", run="asleep")
        begun, released = at_once(
            partial(jobs.begin_submission, ledger, job_key, 60.0),
            lambda: bool(jobs.release_unsent(ledger, 50.0, except_run="me")),
        )
        assert begun != released


def test_a_job_that_is_not_there_is_an_error_that_names_the_ledger(ledger: Ledger) -> None:
    with pytest.raises(JobError, match=r"job nothing is not in the ledger Ledger\("):
        jobs.get(ledger, "nothing")
    with pytest.raises(JobError, match="job nothing"):
        jobs.record_file(ledger, "nothing", "file_1")
    with pytest.raises(JobError, match="job nothing"):
        jobs.record_batch(ledger, "nothing", "batch_1", 1.0)


def test_claims_end_when_the_job_is_collected(ledger: Ledger) -> None:
    job_key = submitted(ledger, "a", "b")
    collect(ledger, job_key, samples.answers_of(ledger, job_key, "unanswered"))
    assert count(ledger, "claims") == 0
    assert plan(ledger, "a", "b", attempt=2, run="run_2") is not None
