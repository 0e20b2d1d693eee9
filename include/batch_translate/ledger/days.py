"""Days: which plan was read last, which was published, and what each run has spent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from batch_translate.errors import JobError
from batch_translate.ledger.schema import jobs, publications, readings

if TYPE_CHECKING:
    from batch_translate.ledger.engine import Ledger


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a day's folder; a larger id is a newer reading."""

    id: int
    day: str
    plan_hash: str
    plan_url: str
    run_id: str
    read_at: float


def record_reading(ledger: Ledger, day: str, plan_hash: str, plan_url: str, run_id: str, now: float) -> int:
    """Note that a run has read a day's folder; the reading's id."""
    row = {"day": day, "plan_hash": plan_hash, "plan_url": plan_url, "run_id": run_id, "read_at": now}
    with ledger.write() as connection:
        return int(connection.execute(sa.insert(readings).returning(readings.c.id), row).scalar_one())


def latest_reading(ledger: Ledger, day: str) -> Reading | None:
    """The newest reading of a day."""
    query = sa.select(readings).where(readings.c.day == day).order_by(readings.c.id.desc()).limit(1)
    with ledger.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else Reading(*row)


def reading_of(ledger: Ledger, run_id: str, plan_url: str) -> int:
    """The id of a run's newest reading with a plan. Raises JobError when the ledger knows of none."""
    query = sa.select(sa.func.max(readings.c.id)).where(
        readings.c.run_id == run_id, readings.c.plan_url == plan_url
    )
    with ledger.read() as connection:
        found = connection.execute(query).scalar()
    if found is None:
        raise JobError(f"run {run_id} has not read {plan_url}, says the ledger {ledger!r}: clear read_documents")
    return int(found)


def published(ledger: Ledger, day: str, language: str) -> tuple[int, tuple[str, ...]] | None:
    """(reading id, documents) of what stands in the output folder of a day and language."""
    query = sa.select(publications.c.reading_id, publications.c.documents).where(
        publications.c.day == day, publications.c.language == language
    )
    with ledger.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else (int(row[0]), tuple(json.loads(row[1])))


def record_publication(
    ledger: Ledger, day: str, language: str, reading_id: int, documents: tuple[str, ...], now: float
) -> bool:
    """Note what a reading publishes. False when a newer one was published: nothing may be written then."""
    statement = sa.text(
        "INSERT INTO publications (day, language, reading_id, published_at, documents) "
        "VALUES (:day, :language, :reading, :now, :documents) "
        "ON CONFLICT (day, language) DO UPDATE SET reading_id = excluded.reading_id, "
        "published_at = excluded.published_at, documents = excluded.documents "
        "WHERE publications.reading_id <= excluded.reading_id"
    )
    row: dict[str, Any] = {"day": day, "language": language, "reading": reading_id, "now": now}
    with ledger.write() as connection:
        changed = connection.execute(statement, {**row, "documents": json.dumps(documents, ensure_ascii=False)})
        return changed.rowcount == 1


@dataclass(frozen=True, slots=True)
class Spending:
    """What jobs have cost: counts, billed tokens and US dollars (None while a price is unknown).

    `estimated_cost_usd` is what they were planned at; `open` batches are not collected yet, and not billed.
    """

    batches: int
    requests: int
    segments: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_usd: float | None
    estimated_cost_usd: float | None
    open: int


def spending(
    ledger: Ledger, *, day: str | None = None, run_id: str | None = None, job_key: str | None = None
) -> Spending:
    """What was sent to the provider for a day, by a run or as one job."""
    query = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(jobs.c.requests), 0),
        sa.func.coalesce(sa.func.sum(jobs.c.segments), 0),
        sa.func.coalesce(sa.func.sum(jobs.c.input_tokens), 0),
        sa.func.coalesce(sa.func.sum(jobs.c.cached_tokens), 0),
        sa.func.coalesce(sa.func.sum(jobs.c.output_tokens), 0),
        sa.func.count() - sa.func.count(jobs.c.collected_at),
        sa.func.sum(jobs.c.estimated_cost_usd),
        sa.func.sum(jobs.c.cost_usd),
        # A sum passes over what has no price, and would be a part of the whole.
        sa.func.count(jobs.c.collected_at) - sa.func.count(jobs.c.cost_usd),
    ).where(jobs.c.batch_id.is_not(None))
    for name, value in (("day", day), ("run_id", run_id), ("job_key", job_key)):
        if value is not None:
            query = query.where(jobs.c[name] == value)
    with ledger.read() as connection:
        row = connection.execute(query).one()
    *counts, not_ended, estimated, cost, unpriced = row
    batches, asked, segments, input_tokens, cached_tokens, output_tokens = map(int, counts)
    return Spending(
        batches,
        asked,
        segments,
        input_tokens,
        cached_tokens,
        output_tokens,
        None if cost is None or unpriced else float(cost),
        estimated,
        not_ended,
    )
