from __future__ import annotations

from typing import TYPE_CHECKING

from batch_translate.ledger import approvals
from batch_translate.ledger.approvals import Approval

if TYPE_CHECKING:
    from batch_translate.ledger import Ledger

APPROVED = Approval("approved", 2.5, "admin", 1_700_000_000.25)
REJECTED = Approval("rejected", 3.5, "someone else", 1_700_000_001.0)


def test_the_last_decision_on_a_run_counts_and_each_run_has_its_own(ledger: Ledger) -> None:
    assert approvals.decision(ledger, "run-1") is None
    approvals.record(ledger, "run-1", REJECTED)
    approvals.record(ledger, "run-1", APPROVED)
    approvals.record(ledger, "run-2", REJECTED)
    assert approvals.decision(ledger, "run-1") == APPROVED
    assert approvals.decision(ledger, "run-2") == REJECTED


def test_only_an_approval_lets_a_run_spend(ledger: Ledger) -> None:
    assert approvals.approved_usd(ledger, "run-1") is None
    approvals.record(ledger, "run-1", APPROVED)
    assert approvals.approved_usd(ledger, "run-1") == 2.5
    for refusal in (REJECTED, Approval("timed out", 3.5, "", 2.0)):
        approvals.record(ledger, "run-1", refusal)
        assert approvals.approved_usd(ledger, "run-1") is None


def test_a_refusal_is_forgotten_and_an_approval_is_not(ledger: Ledger) -> None:
    approvals.record(ledger, "run-1", APPROVED)
    approvals.record(ledger, "run-2", REJECTED)
    for run_id in ("run-1", "run-2"):
        approvals.forget_refusal(ledger, run_id)
    assert approvals.decision(ledger, "run-1") == APPROVED
    assert approvals.decision(ledger, "run-2") is None
