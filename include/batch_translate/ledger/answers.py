"""Answers: what a job's batch brought, stored once however often it is collected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from batch_translate.answers import Answer, Slot, Usage
from batch_translate.errors import ReconciliationError
from batch_translate.findings import Finding, write_findings
from batch_translate.ledger.schema import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_translate.ledger.engine import Ledger

_SLOTS = """
SELECT q.custom_id, q.slot, t.source_language, t.target_language, t.source, t.context
  FROM requests q JOIN texts t ON t.segment_key = q.segment_key
 WHERE q.job_key = :job_key
"""
_COLUMNS = "job_key, custom_id, slot, verdict, reason, text, findings, model, answered_at"
_ASKED = "SELECT count(*) FROM requests WHERE job_key = :job_key"
_ANSWERED = """
SELECT count(*) FROM requests q
  JOIN answers a ON a.job_key = q.job_key AND a.custom_id = q.custom_id AND a.slot = q.slot
 WHERE q.job_key = :job_key
"""

# The rows of answers that say what a person has banned for their text.
_BANNED = """
UPDATE answers SET verdict = 'rejected', reason = 'findings', findings = :findings
 WHERE job_key = :job_key AND verdict = 'accepted' AND EXISTS (
       SELECT 1 FROM requests q JOIN bans b ON b.segment_key = q.segment_key AND b.text = answers.text
        WHERE q.job_key = answers.job_key AND q.custom_id = answers.custom_id AND q.slot = answers.slot)
"""
_BAN = Finding("banned", "critical", "A person has banned this translation.")


def slots_of(ledger: Ledger, job_key: str) -> dict[str, list[Slot]]:
    """custom_id → the slots of that request by number, ordered by custom_id."""
    with ledger.read() as connection:
        slots = sorted(map(Slot._make, connection.execute(sa.text(_SLOTS), {"job_key": job_key}).all()))
    found: dict[str, list[Slot]] = {}
    for slot in slots:
        found.setdefault(slot.custom_id, []).append(slot)
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
    """Store what a job's batch brought, close it and so end its claims, in one transaction.

    `status` is the batch's. False if the job was closed before, or has another batch by now. Raises
    ReconciliationError unless there is exactly one answer for each slot the job asked for.
    """
    with ledger.write() as connection:
        closed = connection.execute(
            sa.update(jobs)
            .where(jobs.c.job_key == job_key, jobs.c.state == "submitted", jobs.c.batch_id == batch_id)
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
        asked = connection.execute(sa.text(_ASKED), {"job_key": job_key}).scalar_one()
        try:
            _insert(connection, _rows(job_key, brought, now))
        except connection.dialect.loaded_dbapi.IntegrityError as error:
            raise _unreconciled(job_key, f"{asked} texts asked for, several answers for one of them") from error
        _reject_banned(connection, job_key)
        answered = connection.execute(sa.text(_ANSWERED), {"job_key": job_key}).scalar_one()
        if not answered == asked == len(brought):
            said = f"{asked} texts asked for, {len(brought)} answers for {answered} of them"
            raise _unreconciled(job_key, said)
        return True


def _rows(job_key: str, brought: Sequence[Answer], now: float) -> Iterator[tuple[Any, ...]]:
    for (custom_id, slot, *_), verdict, reason, text, findings, model in brought:
        said = write_findings(findings) if findings else "[]"
        yield job_key, custom_id, slot, verdict, reason, text, said, model, now


def _insert(connection: sa.Connection, rows: Iterator[tuple[Any, ...]]) -> None:
    # By the driver: a statement of SQLAlchemy's for each row takes longer than the row.
    driver: Any = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        with driver.copy(f"COPY answers ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        driver.executemany(f"INSERT INTO answers ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    driver.close()


def _reject_banned(connection: sa.Connection, job_key: str) -> None:
    """Here and not when the answers are judged: a ban that comes meanwhile holds as well."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE bans IN SHARE MODE"))
    if connection.execute(sa.text("SELECT 1 FROM bans LIMIT 1")).first() is not None:
        said = {"job_key": job_key, "findings": write_findings([_BAN])}
        connection.execute(sa.text(_BANNED), said)


def _unreconciled(job_key: str, counts: str) -> ReconciliationError:
    return ReconciliationError(
        f"job {job_key}: {counts}. Nothing was stored. This is a defect: keep the work folder and report it."
    )
