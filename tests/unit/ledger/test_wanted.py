from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from unit.ledger import samples
from unit.ledger.samples import INSTRUCTION, answered, key, missing, outcomes, planned, rows, submitted

from batch_translate.ledger import jobs, schema
from batch_translate.ledger.wanted import Missing, Outcome, wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.answers import Verdict
    from batch_translate.ledger import Ledger


def test_a_new_text_is_missing_once_with_its_first_ordinal(ledger: Ledger) -> None:
    assert missing(ledger, "a", "b", "a") == [
        Missing(0, key("a"), INSTRUCTION, 1, None, False),
        Missing(1, key("b"), INSTRUCTION, 1, None, False),
    ]


@pytest.mark.parametrize(
    ("came", "is_missing", "state", "text"),
    [
        ([], True, "failed", None),
        (["accepted"], False, "translated", "0 a"),
        (["rejected"], True, "needs_review", "0 a"),
        (["failed"], True, "failed", None),
        (["unanswered"], True, "failed", None),
        (["suspect"], True, "failed", None),
        (["suspect", "unanswered", "suspect", "suspect"], True, "failed", None),
        (["unanswered"] * 5, True, "failed", None),
        (["rejected"] * 3, False, "needs_review", "2 a"),
        (["failed", "rejected", "failed"], False, "needs_review", "1 a"),
        (["rejected", "unanswered", "rejected"], True, "needs_review", "2 a"),
        (["unanswered", "rejected", "accepted"], False, "translated", "2 a"),
        (["failed", "unanswered", "failed"], True, "failed", None),
        (["failed"] * 3, True, "failed", None),
        (["failed"] * 4, False, "failed", None),
    ],
    ids=lambda value: "+".join(value) or "nothing" if isinstance(value, list) else "",
)
def test_what_came_decides_what_is_missing_and_what_is_shown(
    ledger: Ledger, came: list[Verdict], is_missing: bool, state: str, text: str | None
) -> None:
    for number, verdict in enumerate(came):
        answered(ledger, "a", verdict, f"{number} ", attempt=number + 1)
    found = missing(ledger, "a")
    assert bool(found) == is_missing
    assert [one.attempt for one in found] in ([], [len(came) + 1])
    (outcome,) = outcomes(ledger, "a")
    assert (outcome.state, outcome.text) == (state, text)


def test_the_first_accepted_answer_stays_for_ever(ledger: Ledger) -> None:
    # Two jobs can only bring the same text when a batch that was given up for lost comes back.
    late = submitted(ledger, "a", run="run_2")
    with ledger.write() as connection:
        connection.exec_driver_sql("UPDATE jobs SET state = 'absent'")
    answered(ledger, "a", "accepted", "first ", attempt=2)
    with ledger.write() as connection:
        connection.exec_driver_sql(f"UPDATE jobs SET state = 'submitted' WHERE job_key = '{late}'")
    samples.collect(ledger, late, samples.answers_of(ledger, late, said="second "), now=4.0)
    assert outcomes(ledger, "a", run="run_1")[0] == Outcome(0, "translated", "first a", "batch", "", (), "model")


def test_missing_carries_the_latest_rejected_answer_with_its_findings(ledger: Ledger) -> None:
    answered(ledger, "a", "rejected", "first ")
    answered(ledger, "a", "rejected", "second ", attempt=2)
    answered(ledger, "a", "unanswered", attempt=3)
    (found,) = missing(ledger, "a")
    assert (found.attempt, found.rejected) == (4, ("second a", (samples.FINDING,)))


@pytest.mark.parametrize(
    ("came", "alone"),
    [
        ([], False),
        (["unanswered", "unanswered"], False),
        (["suspect"], True),
        (["suspect", "unanswered"], True),
        (["rejected"], True),
        (["failed", "unanswered"], True),
    ],
)
def test_a_text_in_doubt_is_to_be_asked_alone_and_a_batchs_fault_puts_none_in_doubt(
    ledger: Ledger, came: list[Verdict], alone: bool
) -> None:
    for number, verdict in enumerate(came):
        answered(ledger, "a", verdict, attempt=number + 1)
    assert [one.alone for one in missing(ledger, "a", "b", "a")] == [alone, False]


def test_of_answers_without_a_text_the_latest_says_why(ledger: Ledger) -> None:
    answered(ledger, "a", "suspect")
    answered(ledger, "a", "unanswered", attempt=2)
    assert outcomes(ledger, "a")[0].reason == "unanswered"
    answered(ledger, "a", "failed", attempt=3)
    answered(ledger, "a", "unanswered", attempt=4)
    assert outcomes(ledger, "a")[0].reason == "failed"


@contextmanager
def executed(ledger: Ledger, statements: list[str]) -> Iterator[None]:
    """Each statement that the ledger's database executes meanwhile."""

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(ledger.engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        sa.event.remove(ledger.engine, "before_cursor_execute", note)


def test_questions_about_many_texts_take_no_more_statements_than_about_few(ledger: Ledger) -> None:
    def statements(count: int) -> int:
        names = [f"{count} texts, {number}" for number in range(count)]
        half = samples.submitted(ledger, *names[: count // 2])
        samples.collect(ledger, half, samples.answers_of(ledger, half))
        planned(ledger, *names[count // 2 : count // 2 + 10], run="other")
        said: list[str] = []
        with wanted(ledger, rows(*names)) as found, executed(ledger, said):
            assert found.distinct() == count
            assert sum(1 for _ in found.missing(3)) == found.count_missing(3) == count - count // 2 - 10
            assert found.claiming_runs() == {"other": 10}
            assert sum(1 for _ in found.outcomes("run_1")) == count
        return len(said)

    assert statements(1000) == statements(40) < 50


def test_several_may_ask_at_once_and_nothing_is_left_of_their_tables(ledger: Ledger) -> None:
    def tables() -> list[str]:
        return sorted(sa.inspect(ledger.engine).get_table_names())

    answered(ledger, "a", "accepted")
    before = tables()
    with wanted(ledger, rows("a", "b")) as one, wanted(ledger, rows("c")) as other:
        assert (one.count_missing(3), other.count_missing(3)) == (1, 1)
        assert len(list(one.outcomes("run_1"))) + len(list(other.outcomes("run_1"))) == 3
        assert tables() == before
    assert tables() == before


def test_who_reads_what_is_missing_holds_up_nobody(ledger: Ledger) -> None:
    # A build plans on another connection meanwhile: if that had to wait for somebody who waits for this one, it
    # would wait for ever.
    tables = "jobs, requests, answers, reviews"
    with wanted(ledger, rows("a", "b")) as found:
        assert next(found.missing(3)).segment_key == key("a")
        with ledger.write() as connection:
            if ledger.on_postgresql:
                connection.exec_driver_sql(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE NOWAIT")
        assert planned(ledger, "a")


def test_what_ends_meanwhile_is_either_claimed_or_missing(ledger: Ledger) -> None:
    claimed, job_key = 0, submitted(ledger, "a", "b", run="other")
    with wanted(ledger, rows("a", "b", "c", "b")) as found:
        assert found.count_open(3) == (1, 2)

        def end(connection: object, cursor: object, statement: str, *_: object) -> None:
            nonlocal claimed
            if "DELETE FROM missing" in statement and not claimed:
                claimed = 1
                samples.collect(ledger, job_key, samples.answers_of(ledger, job_key, "unanswered"))

        sa.event.listen(ledger.engine, "before_cursor_execute", end)
        try:
            assert sum(found.count_open(3)) == 3
        finally:
            sa.event.remove(ledger.engine, "before_cursor_execute", end)
        assert claimed
        assert found.count_open(3) == (3, 0)


def test_claimed_texts_are_not_missing_whoever_claims_them(ledger: Ledger) -> None:
    planned(ledger, "a", "b", run="other")
    submitted(ledger, "c", run="me")
    assert [one.segment_key for one in missing(ledger, "a", "b", "c", "d")] == [key("d")]
    with wanted(ledger, rows("a", "c", "c", "d")) as found:
        assert found.claiming_runs() == {"other": 1, "me": 1}


def test_a_claimed_text_without_an_answer_is_in_flight(ledger: Ledger) -> None:
    job_key = planned(ledger, "a")
    (outcome,) = outcomes(ledger, "a")
    assert (outcome.state, outcome.reason) == ("failed", f"in flight with job {job_key}")


def test_a_text_that_failed_once_and_is_asked_again_is_in_flight(ledger: Ledger) -> None:
    answered(ledger, "a", "failed")
    job_key = planned(ledger, "a", attempt=2)
    assert outcomes(ledger, "a")[0].reason == f"in flight with job {job_key}"


def test_origin_is_batch_for_the_run_that_asked_and_memory_for_all_others(ledger: Ledger) -> None:
    answered(ledger, "a", "accepted", run="run_1")
    assert [outcomes(ledger, "a", run=run)[0].origin for run in ("run_1", "run_2")] == ["batch", "memory"]


def test_a_text_nobody_asked_for_says_so(ledger: Ledger) -> None:
    assert outcomes(ledger, "a") == [Outcome(0, "failed", None, "", "never asked", (), None)]


def test_every_occurrence_has_its_outcome_in_order(ledger: Ledger) -> None:
    answered(ledger, "a", "accepted")
    found = outcomes(ledger, "b", "a", "c", "a")
    assert [(one.ordinal, one.state) for one in found] == [
        (0, "failed"), (1, "translated"), (2, "failed"), (3, "translated")
    ]  # fmt: skip


def test_another_instruction_is_another_text(ledger: Ledger) -> None:
    answered(ledger, "a", "accepted")
    planned(ledger, "b")
    other = "f" * 32
    with wanted(ledger, [(0, key("a"), other), (1, key("b"), other), (2, key("a"), INSTRUCTION)]) as found:
        assert [one.ordinal for one in found.missing(3)] == [0, 1]
        assert found.distinct() == 3
        assert found.claiming_runs() == {}


def test_questions_may_be_asked_in_any_order_and_again(ledger: Ledger) -> None:
    with wanted(ledger, rows("a", "b", "a")) as found:
        for _ in range(2):
            assert found.count_missing(3) == 2
            assert len(list(found.outcomes("run_1"))) == 3
            assert (found.distinct(), found.claiming_runs()) == (2, {})
        planned(ledger, "a")
        assert (found.count_missing(3), found.claiming_runs()) == (1, {"run_1": 1})


def test_a_view_that_is_read_slowly_does_not_hold_up_planners(ledger: Ledger) -> None:
    with wanted(ledger, rows("a", "b", "c")) as found:
        view = found.missing(3)
        assert next(view).ordinal == 0
        assert samples.plan(ledger, "b", run="other")
        # The view is that of the first step; the claim is tried when it comes to that.
        assert [one.ordinal for one in view] == [1, 2]


def test_tables_of_others_with_the_same_names_are_left_alone(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for name in ("wanted", "missing"):
            connection.exec_driver_sql(f"CREATE TABLE {name} (theirs INTEGER)")
            connection.exec_driver_sql(f"INSERT INTO {name} VALUES (1)")
    assert len(missing(ledger, "a", "b")) == 2
    assert (samples.count(ledger, "wanted"), samples.count(ledger, "missing")) == (1, 1)


def test_nothing_wanted_is_nothing_missing(ledger: Ledger) -> None:
    assert missing(ledger) == []
    assert outcomes(ledger) == []


def test_a_released_job_leaves_its_texts_missing(ledger: Ledger) -> None:
    planned(ledger, "a", run="dead", now=1.0)
    jobs.release_unsent(ledger, 2.0, except_run="me")
    assert [one.attempt for one in missing(ledger, "a")] == [2]


def review(ledger: Ledger, name: str, text: str, in_use: int = 1) -> None:
    with ledger.write() as connection:
        row = {"segment_key": key(name), "text": text, "in_use": in_use}
        origin = {"reviewer": "Hana", "sha256": "0" * 64, "decided_at": 5.0}
        connection.execute(sa.insert(schema.reviews), {**row, **origin})


def test_a_review_wins_over_every_answer_and_under_any_instruction(ledger: Ledger) -> None:
    answered(ledger, "a", "accepted")
    answered(ledger, "b", "rejected")
    for name in ("a", "b", "new"):
        review(ledger, name, f"reviewed {name}")
    review(ledger, "c", "no longer in use", in_use=0)
    other = [(4, key("a"), "another instruction")]
    with wanted(ledger, rows("a", "b", "new", "c") + other) as questions:
        assert [one.ordinal for one in questions.missing(3)] == [3]
        found = list(questions.outcomes("run_1"))
    assert [one.text for one in found] == ["reviewed a", "reviewed b", "reviewed new", None, "reviewed a"]
    assert [one.origin for one in found] == ["review", "review", "review", "", "review"]
    assert {one.state for one in found[:3]} == {"translated"}


def test_of_rejected_answers_the_one_with_the_fewest_findings_is_shown(ledger: Ledger) -> None:
    for attempt, (said, critical, warnings) in enumerate(
        [("bad ", 2, 0), ("best ", 1, 0), ("noted ", 1, 3), ("worst ", 3, 0)], start=1
    ):
        job_key = submitted(ledger, "a", attempt=attempt)
        (answer,) = samples.answers_of(ledger, job_key, "rejected", said)
        findings = [samples.FINDING] * critical + [samples.FINDING._replace(severity="warning")] * warnings
        samples.collect(ledger, job_key, [answer._replace(findings=tuple(findings))], now=float(attempt))
    assert outcomes(ledger, "a")[0].text == "best a"
