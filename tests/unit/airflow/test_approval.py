"""What approve_budget decides by itself, and what it makes of an answer; that it asks is in tests/browser."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from batch_translate.ledger import Ledger, approvals
from batch_translate.ledger.approvals import Approval
from batch_translate_airflow.approval import ApproveBudgetOperator

OVER = {"subject": "2024-04-17: spend?", "body": "**much**", "usd": 1.25, "needed_usd": 1.0}
AT = datetime(2024, 4, 18, 0, 30, tzinfo=UTC)
REFUSED = Approval("rejected", 1.25, "admin", 1.0)


class Store(dict):
    """The task's state store, which outlives a clear."""

    def set(self, key, value, retention=None):
        self[key] = value


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    monkeypatch.setenv("BATCH_TRANSLATE_LEDGER", url)
    opened = Ledger(url)
    yield opened
    opened.close()


def operator(over):
    estimate = {"day": "2024-04-17", "over": over}
    return ApproveBudgetOperator(task_id="approve_budget", estimate=estimate, response_timeout=timedelta(hours=1))


def context(**shown):
    return {"run_id": "run-1", "task_state_store": Store(shown)}


def event(option, user="admin", timedout=False):
    by = {"id": user, "name": user} if user else None
    return {
        "chosen_options": [option],
        "params_input": {},
        "responded_at": AT,
        "responded_by_user": by,
        "timedout": timedout,
    }


def test_with_nothing_over_a_cap_nobody_is_asked_and_an_old_refusal_is_forgotten(ledger):
    approvals.record(ledger, "run-1", REFUSED)
    assert operator(None).execute(context()) is None
    assert approvals.decision(ledger, "run-1") is None


def test_what_an_approval_covers_is_not_asked_again(ledger):
    approvals.record(ledger, "run-1", Approval("approved", 1.0, "admin", 1.0))
    asked = context()
    assert operator(OVER).execute(asked) is None
    assert asked["task_state_store"] == {}


def test_a_question_that_airflow_shows_again_and_is_too_low_is_not_put(ledger):
    approvals.record(ledger, "run-1", REFUSED)
    with pytest.raises(
        AirflowFailException, match=r"needs 1\.0000 USD by now, and was asked about 0\.9000.*new run"
    ):
        operator(OVER).execute(context(shown_usd=0.9))


def test_an_answer_to_a_question_that_is_gone_approves_nothing_and_says_that_it_is_asked_again(ledger):
    with pytest.raises(AirflowException, match="The next try asks again"):
        operator(OVER).execute_complete(context(), event("Approve"))
    assert approvals.decision(ledger, "run-1") is None


def test_an_approval_counts_for_the_sum_that_was_shown(ledger):
    operator(OVER).execute_complete(context(shown_usd=1.1), event("Approve"))
    assert approvals.decision(ledger, "run-1") == Approval("approved", 1.1, "admin", AT.timestamp())


@pytest.mark.parametrize(
    ("answer", "kept", "said"),
    [
        (event("Reject"), ("rejected", "admin"), "rejected by admin"),
        (event("Reject", user="", timedout=True), ("timed out", ""), "Nobody approved the budget"),
    ],
)
def test_a_refusal_is_kept_and_fails_the_task_for_good(ledger, answer, kept, said):
    with pytest.raises(AirflowFailException, match=said):
        operator(OVER).execute_complete(context(shown_usd=1.25), answer)
    found = approvals.decision(ledger, "run-1")
    assert (found.decision, found.decided_by) == kept
