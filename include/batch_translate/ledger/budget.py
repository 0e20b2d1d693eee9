"""Caps on what may be spent, which hold however many runs plan at once.

A job's estimated cost is reserved in the transaction that plans it, and what it was billed replaces it when it is
collected. Jobs that were never sent, or proven never to have arrived, hold nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from batch_translate.errors import BudgetError
from batch_translate.ledger.schema import jobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batch_translate.ledger.engine import Ledger
    from batch_translate.ledger.planning import JobPlan

_LOCK = 0x63617073  # any number that no other program on the same PostgreSQL uses
_HOLDING = ("planned", "submitted", "collected")


class Cap(NamedTuple):
    """At most `usd` US dollars, by the setting `name`, for jobs planned in a time, of one run or of all.

    `since` and `until` are seconds since 1970; None: without an end.
    """

    name: str
    usd: float
    since: float = 0.0
    run_id: str | None = None
    until: float | None = None


def month_of(now: float) -> float:
    """When the calendar month of a time began, in UTC. Both are seconds since 1970."""
    day = datetime.fromtimestamp(now, UTC)
    return datetime(day.year, day.month, 1, tzinfo=UTC).timestamp()


def held(ledger: Ledger, cap: Cap) -> float:
    """US dollars that are spent or reserved under a cap."""
    with ledger.read() as connection:
        return _held(connection, cap)


class Refused(NamedTuple):
    """What was not asked for because of a cap: how many batches and texts, their estimated cost, and which cap."""

    batches: int
    segments: int
    cost_usd: float | None
    reason: str


def refused(ledger: Ledger, run_id: str) -> Refused | None:
    """What caps have forbidden a run and nobody has asked for since."""
    query = sa.select(
        sa.func.count(),
        sa.func.sum(jobs.c.segments),
        sa.func.sum(jobs.c.estimated_cost_usd),
        sa.func.max(jobs.c.note),
    ).where(jobs.c.run_id == run_id, jobs.c.state == "refused")
    with ledger.read() as connection:
        batches, segments, cost, reason = connection.execute(query).one()
    return Refused(batches, segments, cost, reason) if batches else None


def reserve(connection: sa.Connection, planned: Sequence[JobPlan], caps: Iterable[Cap]) -> None:
    """Make sure that jobs which are about to be planned in this transaction stay under all caps.

    Raises BudgetError where they do not, or where the cost of one is not known.
    """
    for cap in caps:
        if connection.dialect.name == "postgresql":
            # The sum must not change until these jobs are in it. SQLite has one writer anyway.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        costs = [job.estimated_cost_usd for job in planned]
        known = [cost for cost in costs if cost is not None]
        if len(known) < len(costs):
            models = ", ".join(sorted({job.model for job in planned if job.estimated_cost_usd is None}))
            raise BudgetError(f"{cap.name} is {cap.usd} and the price of {models} is not known")
        spent = _held(connection, cap)
        if spent + sum(known) > cap.usd:
            raise BudgetError(
                f"{cap.name} is {cap.usd} USD, {spent:.4f} are spent or reserved, and these cost {sum(known):.4f}"
            )


def _held(connection: sa.Connection, cap: Cap) -> float:
    cost = sa.func.coalesce(jobs.c.cost_usd, jobs.c.estimated_cost_usd)
    query = sa.select(sa.func.coalesce(sa.func.sum(cost), 0.0)).where(
        jobs.c.planned_at >= cap.since, jobs.c.state.in_(_HOLDING)
    )
    if cap.run_id is not None:
        query = query.where(jobs.c.run_id == cap.run_id)
    if cap.until is not None:
        query = query.where(jobs.c.planned_at <= cap.until)
    return float(connection.execute(query).scalar_one())
