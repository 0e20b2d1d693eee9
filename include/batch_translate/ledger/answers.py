"""Answers: what a job's batch brought, stored once however often it is collected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

from batch_translate.answers import Answer, Slot, Usage
from batch_translate.errors import ReconciliationError
from batch_translate.ledger.schema import answers, claims, jobs, requests, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.ledger.engine import Ledger


def slots_of(ledger: Ledger, job_key: str) -> dict[str, list[Slot]]:
    """custom_id → the slots of that request, by number."""
    query = (
        sa.select(
            requests.c.custom_id,
            requests.c.slot,
            requests.c.segment_key,
            requests.c.instruction_key,
            texts.c.source_language,
            texts.c.target_language,
            texts.c.source,
        )
        .join(texts, texts.c.segment_key == requests.c.segment_key)
        .where(requests.c.job_key == job_key)
        .order_by(requests.c.custom_id, requests.c.slot)
    )
    found: dict[str, list[Slot]] = {}
    with ledger.read() as connection:
        for row in connection.execute(query):
            found.setdefault(row[0], []).append(Slot(*row))
    return found


def store(
    ledger: Ledger,
    job_key: str,
    batch_id: str,
    brought: Sequence[Answer],
    *,
    status: str,
    usage: Usage,
    cost_usd: float | None,
    now: float,
    note: str | None = None,
) -> bool:
    """Store all answers of a job, close it and end its claims, in one transaction; False if it was closed before.

    Raises ReconciliationError unless there is exactly one answer for each slot the job asked for.
    """
    with ledger.write() as connection:
        closed = connection.execute(
            sa.update(jobs)
            .where(jobs.c.job_key == job_key, jobs.c.state == "submitted")
            .values(
                state="collected",
                batch_status=status,
                input_tokens=usage.input_tokens,
                cached_tokens=usage.cached_tokens,
                output_tokens=usage.output_tokens,
                cost_usd=cost_usd,
                collected_at=now,
                note=note,
            )
        )
        if closed.rowcount != 1:
            return False
        query = sa.select(requests.c.custom_id, requests.c.slot).where(requests.c.job_key == job_key)
        asked = {(custom_id, slot) for custom_id, slot in connection.execute(query)}
        places = {(answer.slot.custom_id, answer.slot.slot) for answer in brought}
        if places != asked or len(brought) != len(asked):
            raise ReconciliationError(
                f"job {job_key}, batch {batch_id}: {len(asked)} texts asked for, {len(brought)} answers for "
                f"{len(places & asked)} of them. Nothing was stored. This is a defect: keep the work folder and "
                "report it."
            )
        rows = [
            {
                "batch_id": batch_id,
                "custom_id": answer.slot.custom_id,
                "slot": answer.slot.slot,
                "job_key": job_key,
                "segment_key": answer.slot.segment_key,
                "instruction_key": answer.slot.instruction_key,
                "verdict": answer.verdict,
                "reason": answer.reason,
                "text": answer.text,
                "findings": json.dumps(answer.findings, ensure_ascii=False),
                "model": answer.model,
                "answered_at": now,
            }
            for answer in brought
        ]
        if rows:
            connection.execute(sa.insert(answers), rows)
        connection.execute(sa.delete(claims).where(claims.c.job_key == job_key))
        return True
