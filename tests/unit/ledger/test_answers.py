from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.ledger import samples
from unit.ledger.samples import answers_of, collect, count, planned, submitted

from batch_translate.answers import Usage
from batch_translate.errors import ReconciliationError
from batch_translate.findings import Finding
from batch_translate.ledger import answers, days, jobs, planning

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_translate.answers import Answer
    from batch_translate.ledger import Ledger


def test_slots_carry_the_texts_that_were_asked_for(ledger: Ledger) -> None:
    job_key = planned(ledger, "おはよう", "{count}件")
    (first,), (second,) = answers.slots_of(ledger, job_key).values()
    assert {first.source, second.source} == {"おはよう", "{count}件"}
    assert (first.slot, first.source_language, first.target_language) == (1, "ja", "en")


def test_slots_of_a_packed_request_come_by_number(ledger: Ledger) -> None:
    asked = [samples.ask(f"text {slot}")._replace(custom_id="one", slot=slot) for slot in (10, 2, 1)]
    job = samples.job_for(asked, "run_1")
    assert planning.plan(ledger, job, asked)
    found = answers.slots_of(ledger, job.job_key)
    assert [slot.slot for slot in found["one"]] == [1, 2, 10]


def test_store_closes_the_job_ends_its_claims_and_keeps_the_bill(ledger: Ledger) -> None:
    job_key = submitted(ledger, "a", "b")
    assert collect(ledger, job_key, answers_of(ledger, job_key))
    job = jobs.get(ledger, job_key)
    assert (job.state, job.batch_status) == ("collected", "completed")
    assert (samples.claimed(ledger), count(ledger, "answers")) == (0, 2)
    assert days.spending(ledger, run_id="run_1") == days.Spending(1, 2, 2, 100, 10, 50, 0.25, 0.5, 0)


def test_storing_again_changes_nothing(ledger: Ledger) -> None:
    job_key = submitted(ledger, "a")
    assert collect(ledger, job_key, answers_of(ledger, job_key, said="first "))
    assert not collect(ledger, job_key, answers_of(ledger, job_key, said="second "))
    assert count(ledger, "answers") == 1
    assert samples.outcomes(ledger, "a")[0].text == "first a"


def test_a_job_that_was_not_sent_takes_no_answers(ledger: Ledger) -> None:
    job_key = planned(ledger, "a")
    assert not collect(ledger, job_key, answers_of(ledger, job_key))
    assert (count(ledger, "answers"), samples.claimed(ledger)) == (0, 1)


def _another_id(brought: list[Answer]) -> list[Answer]:
    return [*brought[1:], brought[0]._replace(slot=brought[0].slot._replace(custom_id="of another job"))]


def _another_slot(brought: list[Answer]) -> list[Answer]:
    return [*brought[1:], brought[0]._replace(slot=brought[0].slot._replace(slot=9))]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda brought: brought[1:],
        lambda brought: [*brought, brought[0]],
        lambda brought: [brought[0], *brought[:-1]],
        lambda brought: [],
        _another_id,
        _another_slot,
    ],
    ids=["one missing", "one twice", "one instead of another", "none", "another id", "another slot"],
)
def test_answers_that_do_not_match_the_job_are_refused_whole(
    ledger: Ledger, spoil: Callable[[list[Answer]], list[Answer]]
) -> None:
    job_key = submitted(ledger, "a", "b", "c")
    with pytest.raises(ReconciliationError, match=f"job {job_key}.*Nothing was stored"):
        collect(ledger, job_key, spoil(answers_of(ledger, job_key)))
    assert (count(ledger, "answers"), samples.claimed(ledger)) == (0, 3)
    assert jobs.get(ledger, job_key).state == "submitted"
    assert collect(ledger, job_key, answers_of(ledger, job_key))


def test_text_findings_and_reason_come_back_as_they_were(ledger: Ledger) -> None:
    job_key = submitted(ledger, "a")
    (answer,) = answers_of(ledger, job_key)
    findings = (Finding("placeholders", "critical", "足りない: {count}"), Finding("length", "warning", "two"))
    said = answer._replace(verdict="rejected", text="行1\n行2 '\"\\ 😀", findings=findings, reason="r")
    collect(ledger, job_key, [said])
    (outcome,) = samples.outcomes(ledger, "a")
    assert (outcome.text, outcome.findings, outcome.reason) == (said.text, said.findings, "r")


def test_note_and_unknown_cost_are_kept(ledger: Ledger) -> None:
    job_key = submitted(ledger, "a")
    answers.store(
        ledger, job_key, f"batch of {job_key}", answers_of(ledger, job_key, "unanswered"),
        status="expired", usage=Usage(), cost_usd=None, now=1.0, note="1 unreadable lines",
    )  # fmt: skip
    job = jobs.get(ledger, job_key)
    assert (job.batch_status, job.note) == ("expired", "1 unreadable lines")
    assert days.spending(ledger, day=samples.DAY).cost_usd is None
