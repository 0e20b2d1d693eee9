from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.ledger import samples
from unit.ledger.samples import answered, key, planned, submitted

from batch_translate import keys
from batch_translate.ledger import days, jobs, memory, planning
from batch_translate.ledger.planning import Asked
from batch_translate.ledger.reasons import reasons_for_asking

if TYPE_CHECKING:
    from batch_translate.answers import Verdict
    from batch_translate.ledger import Ledger

OTHER = keys.instruction_key("default", 2)


def ask_otherwise(
    ledger: Ledger, name: str, run: str, now: float, instruction: str = OTHER, plan_hash: str = "0" * 12
) -> None:
    """Ask for a text under other instructions, in a batch of its own."""
    custom_id = keys.custom_id([(key(name), instruction, 1)])
    asked = Asked(custom_id, 1, key(name), instruction, 1, "ja", "en", name, "")
    job = replace(samples.job_for([asked], run, now), plan_hash=plan_hash)
    assert planning.plan(ledger, job, [asked])
    jobs.begin_submission(ledger, job.job_key, 10**9, now)
    jobs.record_batch(ledger, job.job_key, f"batch of {job.job_key}", now, now)


def test_a_text_that_nobody_asked_for_is_new(ledger: Ledger) -> None:
    submitted(ledger, "a", "b")
    submitted(ledger, "c", run="other")
    assert reasons_for_asking(ledger, "run_1") == {"new": 2}


@pytest.mark.parametrize(
    ("came", "reason"),
    [
        (["rejected"], "findings"),
        (["failed"], "no answer"),
        (["unanswered"], "no answer"),
        (["suspect"], "no answer"),
        (["unanswered", "rejected"], "findings"),
        (["rejected", "unanswered"], "no answer"),
    ],
)
def test_the_attempt_before_says_why_there_is_another(ledger: Ledger, came: list[Verdict], reason: str) -> None:
    for number, verdict in enumerate(came, 1):
        answered(ledger, "a", verdict, attempt=number, run="earlier")
    submitted(ledger, "a", attempt=len(came) + 1)
    assert reasons_for_asking(ledger, "run_1") == {reason: 1}


def test_a_repair_of_the_same_run_has_its_own_reason(ledger: Ledger) -> None:
    answered(ledger, "a", "rejected")
    submitted(ledger, "a", attempt=2)
    assert reasons_for_asking(ledger, "run_1") == {"new": 1, "findings": 1}


def test_a_forgotten_answer_is_asked_for_anew_and_what_is_rejected_then_counts_again(ledger: Ledger) -> None:
    answered(ledger, "a", "accepted", run="earlier")
    memory.forget(ledger, key("a"))
    answered(ledger, "a", "rejected", attempt=2)
    submitted(ledger, "a", attempt=3, run="later")
    assert reasons_for_asking(ledger, "run_1") == {"forgotten": 1}
    assert reasons_for_asking(ledger, "later") == {"findings": 1}


def test_what_never_arrived_brought_no_answer(ledger: Ledger) -> None:
    planned(ledger, "a", run="dead")
    jobs.release_unsent(ledger, 2.0, except_run="run_1")
    submitted(ledger, "a", attempt=2)
    assert reasons_for_asking(ledger, "run_1") == {"no answer": 1}


def test_another_version_of_the_profile_asks_for_all_again(ledger: Ledger) -> None:
    answered(ledger, "a", "accepted", run="earlier")
    for name in ("a", "b"):
        ask_otherwise(ledger, name, "run_1", now=9.0)
    assert reasons_for_asking(ledger, "run_1") == {"instructions changed": 1, "new": 1}
    assert reasons_for_asking(ledger, "earlier") == {"new": 1}


def test_two_profiles_of_one_plan_change_no_instructions_but_a_second_reading_does(ledger: Ledger) -> None:
    submitted(ledger, "a")
    ask_otherwise(ledger, "a", "run_1", now=9.0)
    assert reasons_for_asking(ledger, "run_1") == {"new": 2}
    third = keys.instruction_key("default", 3)
    ask_otherwise(ledger, "a", "run_1", now=10.0, instruction=third, plan_hash="1" * 12)
    assert reasons_for_asking(ledger, "run_1") == {"new": 2, "instructions changed": 1}


def test_reasons_add_up_to_what_was_sent(ledger: Ledger) -> None:
    answered(ledger, "a", "rejected")
    answered(ledger, "b", "unanswered")
    submitted(ledger, "a", "b", "c", attempt=2)
    planned(ledger, "d")  # never sent
    assert sum(reasons_for_asking(ledger, "run_1").values()) == 5
    assert days.spending(ledger, run_id="run_1").segments == 5
    assert reasons_for_asking(ledger, "nobody") == {}
