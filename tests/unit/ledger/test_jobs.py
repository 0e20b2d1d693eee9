from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from unit.ledger import samples
from unit.ledger.samples import answered, at_once, collect, plan, planned, submitted

from batch_translate.errors import JobError
from batch_translate.ledger import jobs

if TYPE_CHECKING:
    from batch_translate.ledger import Ledger

ROOM = 10**9


def test_open_jobs_are_those_whose_batch_is_not_collected_oldest_first(ledger: Ledger) -> None:
    second = planned(ledger, "b", now=2.0)
    first = planned(ledger, "a", now=1.0, run="run_2")
    done = answered(ledger, "c", "accepted")
    assert [job.job_key for job in jobs.open_jobs(ledger)] == [first, second]
    assert [job.job_key for job in jobs.open_jobs(ledger, "run_1")] == [second]
    assert {job.job_key for job in jobs.jobs_of_day(ledger, samples.DAY)} == {first, second, done}


def test_submission_begins_once(ledger: Ledger) -> None:
    job_key = planned(ledger, "a")
    begun = at_once(*(partial(jobs.begin_submission, ledger, job_key, ROOM, float(i)) for i in range(1, 7)))
    assert sorted(begun) == ["begun", *["known"] * 5]
    assert jobs.get(ledger, job_key).submitting_at == begun.index("begun") + 1


def test_submission_is_renewed_by_one_of_those_who_looked(ledger: Ledger) -> None:
    job_key = planned(ledger, "a")
    jobs.begin_submission(ledger, job_key, ROOM, 1.0)
    job = jobs.get(ledger, job_key)
    renewed = at_once(*(partial(jobs.renew_submission, ledger, job, float(i)) for i in range(2, 8)))
    assert sorted(renewed) == [False] * 5 + [True]
    assert not jobs.renew_submission(ledger, job, 9.0)


def test_submission_is_not_renewed_when_its_batch_is_known(ledger: Ledger) -> None:
    job_key = planned(ledger, "a")
    jobs.begin_submission(ledger, job_key, ROOM, 1.0)
    before = jobs.get(ledger, job_key)
    jobs.record_batch(ledger, job_key, "batch_1", 1.0, 2.0)
    assert not jobs.renew_submission(ledger, before, 9.0)


def test_a_refused_submission_may_begin_again_and_a_made_one_may_not(ledger: Ledger) -> None:
    job_key = planned(ledger, "a")
    jobs.begin_submission(ledger, job_key, ROOM, 1.0)
    jobs.withdraw_submission(ledger, job_key, 1.0)
    assert jobs.begin_submission(ledger, job_key, ROOM, 2.0) == "begun"
    jobs.withdraw_submission(ledger, job_key, 1.0)  # of the one before
    assert jobs.record_batch(ledger, job_key, "batch_1", 2.0, 3.0)
    jobs.withdraw_submission(ledger, job_key, 2.0)
    job = jobs.get(ledger, job_key)
    assert (job.state, job.batch_id, job.submitting_at) == ("submitted", "batch_1", 2.0)


def test_recording_the_same_batch_late_does_not_open_a_collected_job(ledger: Ledger) -> None:
    job_key = answered(ledger, "a", "accepted")
    assert jobs.record_batch(ledger, job_key, f"batch of {job_key}", 1.0, 9.0)
    assert jobs.get(ledger, job_key).state == "collected"


def test_a_second_batch_of_a_job_is_not_taken(ledger: Ledger) -> None:
    job_key = submitted(ledger, "a")
    assert not jobs.record_batch(ledger, job_key, "batch_2", 1.0, 9.0)
    assert jobs.get(ledger, job_key).batch_id == f"batch of {job_key}"


def test_batch_of_a_submission_before_this_one_is_not_taken(ledger: Ledger) -> None:
    job_key = planned(ledger, "a")
    jobs.begin_submission(ledger, job_key, ROOM, 1.0)
    jobs.renew_submission(ledger, jobs.get(ledger, job_key), 50.0)
    assert not jobs.record_batch(ledger, job_key, "batch_1", 1.0, 60.0)
    assert jobs.record_batch(ledger, job_key, "batch_2", 50.0, 60.0)


def test_a_job_that_was_sent_back_is_planned_anew_once(ledger: Ledger) -> None:
    job_key = submitted(ledger, "a")
    jobs.record_file(ledger, job_key, "file_1")
    job = jobs.get(ledger, job_key)
    sent_back = at_once(*[lambda: jobs.send_back(ledger, job, "no room", forget_file=False, now=5.0)] * 4)
    assert sorted(sent_back) == [False] * 3 + [True]
    again = jobs.get(ledger, job_key)
    assert (again.state, again.batch_id, again.submitting_at, again.refusals) == ("planned", None, None, 1)
    assert again.file_id == "file_1"
    assert jobs.send_back(ledger, again, "lost file", forget_file=True, now=6.0)
    assert jobs.get(ledger, job_key).file_id is None


def test_room_is_shared_by_the_open_batches_of_a_model(ledger: Ledger) -> None:
    """Each of these jobs is estimated at 10 tokens."""
    first, second, third = (planned(ledger, name, now=float(when)) for when, name in enumerate("abc"))
    assert jobs.begin_submission(ledger, first, 20, 10.0) == "begun"
    assert jobs.begin_submission(ledger, second, 20, 10.0) == "begun"
    assert jobs.begin_submission(ledger, third, 20, 10.0) == "no room"
    assert not jobs.has_room(ledger, third, 20, 10.0)
    jobs.record_batch(ledger, first, "batch_1", 10.0, 11.0)
    jobs.record_end(ledger, jobs.get(ledger, first), "completed")  # ended, and not collected yet
    assert jobs.has_room(ledger, third, 20, 12.0)
    assert jobs.begin_submission(ledger, third, 20, 12.0) == "begun"


def test_of_many_that_ask_at_once_as_many_get_room_as_there_is(ledger: Ledger) -> None:
    keys = [planned(ledger, name) for name in "abcdef"]
    begun = at_once(*(partial(jobs.begin_submission, ledger, key, 30, 1.0) for key in keys))
    assert sorted(begun) == ["begun"] * 3 + ["no room"] * 3


def test_who_has_waited_longer_goes_first_while_its_run_is_seen(ledger: Ledger) -> None:
    older, newer = planned(ledger, "a", now=1.0), planned(ledger, "b", now=2.0)
    assert jobs.has_room(ledger, older, 10, 100.0)
    assert jobs.begin_submission(ledger, newer, 10, 101.0) == "no room"
    assert jobs.begin_submission(ledger, newer, 10, 1000.0) == "begun"  # nobody has seen the older one's run since


def test_a_job_larger_than_the_limit_goes_alone(ledger: Ledger) -> None:
    large, other = planned(ledger, "a"), planned(ledger, "b")
    assert jobs.begin_submission(ledger, large, 5, 1.0) == "begun"
    assert jobs.begin_submission(ledger, other, 5, 1.0) == "no room"


def test_a_run_that_waits_for_room_keeps_its_job(ledger: Ledger) -> None:
    waiting = planned(ledger, "a", run="waiting", now=1.0)
    jobs.has_room(ledger, waiting, ROOM, 90.0)
    assert jobs.release_unsent(ledger, 50.0, except_run="me") == []
    assert jobs.release_unsent(ledger, 100.0, except_run="me") == [waiting]


def test_release_takes_old_jobs_of_other_runs_that_were_never_sent(ledger: Ledger) -> None:
    stale = planned(ledger, "stale", run="dead", now=1.0)
    begun = planned(ledger, "begun", run="dead", now=1.0)
    jobs.begin_submission(ledger, begun, ROOM, 2.0)
    sent = submitted(ledger, "sent", run="dead")
    fresh = planned(ledger, "fresh", run="dead", now=100.0)
    own = planned(ledger, "own", run="me", now=1.0)
    assert jobs.release_unsent(ledger, 50.0, except_run="me") == [stale]
    states = {key: jobs.get(ledger, key).state for key in (stale, begun, sent, fresh, own)}
    assert states == {stale: "absent", begun: "planned", sent: "submitted", fresh: "planned", own: "planned"}
    assert samples.claimed(ledger) == 4
    assert jobs.begin_submission(ledger, stale, ROOM, 60.0) == "known"


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
            partial(jobs.begin_submission, ledger, job_key, ROOM, 60.0),
            lambda: bool(jobs.release_unsent(ledger, 50.0, except_run="me")),
        )
        assert (begun == "begun") != released


def test_a_job_that_is_not_there_is_an_error_that_names_the_ledger(ledger: Ledger) -> None:
    with pytest.raises(JobError, match=r"job nothing is not in the ledger Ledger\("):
        jobs.get(ledger, "nothing")
    with pytest.raises(JobError, match="job nothing"):
        jobs.record_file(ledger, "nothing", "file_1")
    with pytest.raises(JobError, match="job nothing"):
        jobs.record_batch(ledger, "nothing", "batch_1", 1.0, 1.0)


def test_claims_end_when_the_job_is_collected(ledger: Ledger) -> None:
    job_key = submitted(ledger, "a", "b")
    collect(ledger, job_key, samples.answers_of(ledger, job_key, "unanswered"))
    assert samples.claimed(ledger) == 0
    assert plan(ledger, "a", "b", attempt=2, run="run_2") is not None
