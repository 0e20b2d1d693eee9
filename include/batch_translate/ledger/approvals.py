"""What people have decided on runs that would go over a cap: the last decision on each run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import sqlalchemy as sa

from batch_translate.ledger.schema import approvals

if TYPE_CHECKING:
    from batch_translate.ledger.engine import Ledger

Decision = Literal["approved", "rejected", "timed out"]


class Approval(NamedTuple):
    """A decision on a run, which may spend up to `usd` US dollars if it was approved.

    `decided_by` is the user's name in Airflow, "" where nobody decided in time; `decided_at` is in seconds
    since 1970.
    """

    decision: Decision
    usd: float
    decided_by: str
    decided_at: float


def decision(ledger: Ledger, run_id: str) -> Approval | None:
    """The last decision on a run; None where nobody was asked or nobody has answered yet."""
    columns = (approvals.c[name] for name in Approval._fields)
    with ledger.read() as connection:
        row = connection.execute(sa.select(*columns).where(approvals.c.run_id == run_id)).first()
    return None if row is None else Approval(*row)


def approved_usd(ledger: Ledger, run_id: str) -> float | None:
    """Up to how many US dollars a run may spend by the last decision; None where that is no approval."""
    last = decision(ledger, run_id)
    return last.usd if last is not None and last.decision == "approved" else None


def record(ledger: Ledger, run_id: str, approval: Approval) -> None:
    """Keep a decision in place of the one before."""
    with ledger.write() as connection:
        connection.execute(sa.delete(approvals).where(approvals.c.run_id == run_id))
        connection.execute(sa.insert(approvals), {"run_id": run_id, **approval._asdict()})


def forget_refusal(ledger: Ledger, run_id: str) -> None:
    """Forget that a run was rejected or timed out: it is not over a cap any more."""
    with ledger.write() as connection:
        connection.execute(
            sa.delete(approvals).where(approvals.c.run_id == run_id, approvals.c.decision != "approved")
        )
