"""Jobs and their claims: what has been asked, by whom, and how far it is.

A job's row and its claims are committed together and before anything is sent. A claim ends with its job: when it
is collected, or proven never to have reached the provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from batch_translate.errors import JobError
from batch_translate.ledger.schema import answers, claims, jobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batch_translate.ledger.engine import Ledger

OPEN = ("planned", "submitted")
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One slot of one request: which text it asks for, with the text itself for the ledger to keep."""

    custom_id: str
    slot: int
    segment_key: str
    instruction_key: str
    attempt: int
    source_language: str
    target_language: str
    source: str
    context: str


@dataclass(frozen=True, slots=True)
class JobPlan:
    """A shard that is about to be asked for: the intent. Tokens are estimates."""

    job_key: str
    run_id: str
    day: str
    plan_hash: str
    pass_number: int
    model: str
    request_file: str
    requests: int
    segments: int
    estimated_input_tokens: int
    estimated_output_tokens: int
    estimated_cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Job:
    """A job's row, as far as the steps read it. Times are seconds since 1970."""

    job_key: str
    run_id: str
    day: str
    pass_number: int
    model: str
    state: str
    request_file: str
    file_id: str | None
    batch_id: str | None
    batch_status: str | None
    requests: int
    segments: int
    planned_at: float
    submitting_at: float | None
    submitted_at: float | None
    note: str | None


_COLUMNS = [jobs.c[name] for name in Job.__dataclass_fields__]


def plan(ledger: Ledger, job: JobPlan, asked: Sequence[Asked], now: float) -> bool:
    """Commit the intent: the job's row, its requests and its claims, all or nothing.

    False when another job claims one of the texts, one has been answered since it was found missing, or this very
    job is in the ledger already: nothing was written.
    """
    row = {name: getattr(job, name) for name in JobPlan.__dataclass_fields__}
    texts = {a.segment_key: a for a in asked}
    with ledger.engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin() as work:
        known = connection.execute(sa.select(jobs.c.job_key).where(jobs.c.job_key == job.job_key)).first()
        if known is not None or not _claim(connection, job.job_key, asked):
            work.rollback()
            return False
        connection.execute(sa.insert(jobs), {**row, "state": "planned", "planned_at": now})
        _insert(
            connection,
            "INSERT INTO texts (segment_key, source_language, target_language, source, context) "
            "VALUES (:key, :source_language, :target_language, :source, :context) ON CONFLICT DO NOTHING",
            (_text(a) for _, a in sorted(texts.items())),
        )
        _insert(
            connection,
            "INSERT INTO requests (job_key, custom_id, slot, segment_key, instruction_key, attempt) "
            "VALUES (:job_key, :custom_id, :slot, :segment_key, :instruction_key, :attempt)",
            (_request(job.job_key, a) for a in asked),
        )
        return True


def _claim(connection: sa.Connection, job_key: str, asked: Sequence[Asked]) -> bool:
    # Sorted, so that two planners on PostgreSQL wait for each other instead of locking each other up.
    claimed = sorted({(a.segment_key, a.instruction_key) for a in asked})
    # The rows we wrote, not the rows there are: the same job planned elsewhere has them all just as well.
    ours = _insert(
        connection,
        "INSERT INTO claims (segment_key, instruction_key, job_key) VALUES (:s, :i, :j) ON CONFLICT DO NOTHING",
        ({"s": s, "i": i, "j": job_key} for s, i in claimed),
    )
    # With the claims in hand nobody else can bring an answer; one that came just before is paid for.
    answered = sa.select(sa.func.count()).select_from(
        claims.join(
            answers,
            (answers.c.segment_key == claims.c.segment_key)
            & (answers.c.instruction_key == claims.c.instruction_key)
            & (answers.c.verdict == "accepted"),
        )
    )
    return (
        ours == len(claimed) and connection.execute(answered.where(claims.c.job_key == job_key)).scalar_one() == 0
    )


def _text(asked: Asked) -> dict[str, Any]:
    return {
        "key": asked.segment_key,
        "source_language": asked.source_language,
        "target_language": asked.target_language,
        "source": asked.source,
        "context": asked.context,
    }


def _request(job_key: str, asked: Asked) -> dict[str, Any]:
    return {
        "job_key": job_key,
        "custom_id": asked.custom_id,
        "slot": asked.slot,
        "segment_key": asked.segment_key,
        "instruction_key": asked.instruction_key,
        "attempt": asked.attempt,
    }


def _insert(connection: sa.Connection, statement: str, rows: Iterable[dict[str, Any]]) -> int:
    """Execute the statement for every row; how many rows it wrote."""
    written = 0
    remaining = iter(rows)
    while block := list(islice(remaining, _ROWS_AT_ONCE)):
        written += connection.execute(sa.text(statement), block).rowcount
    return written


def get(ledger: Ledger, job_key: str) -> Job:
    """The job's row. Raises JobError when there is none."""
    with ledger.read() as connection:
        row = connection.execute(sa.select(*_COLUMNS).where(jobs.c.job_key == job_key)).first()
    if row is None:
        raise JobError(
            f"job {job_key} is not in the ledger {ledger!r}: is this the ledger the run was planned with?"
        )
    return Job(*row)


def open_jobs(ledger: Ledger, run_id: str | None = None) -> list[Job]:
    """The jobs that are planned or submitted, of one run or of all, the oldest first."""
    query = sa.select(*_COLUMNS).where(jobs.c.state.in_(OPEN)).order_by(jobs.c.planned_at, jobs.c.job_key)
    if run_id is not None:
        query = query.where(jobs.c.run_id == run_id)
    with ledger.read() as connection:
        return [Job(*row) for row in connection.execute(query)]


def jobs_of_day(ledger: Ledger, day: str) -> list[Job]:
    """All jobs ever made for a day, the oldest first."""
    query = sa.select(*_COLUMNS).where(jobs.c.day == day).order_by(jobs.c.planned_at, jobs.c.job_key)
    with ledger.read() as connection:
        return [Job(*row) for row in connection.execute(query)]


def record_file(ledger: Ledger, job_key: str, file_id: str) -> None:
    """Note the uploaded request file."""
    _change(ledger, job_key, {"file_id": file_id})


def begin_submission(ledger: Ledger, job_key: str, now: float) -> bool:
    """Note that the batch is about to be asked for. False when that was noted before: then look first."""
    with ledger.write() as connection:
        changed = connection.execute(
            sa.update(jobs)
            .where(jobs.c.job_key == job_key, jobs.c.state == "planned", jobs.c.submitting_at.is_(None))
            .values(submitting_at=now)
        )
        return changed.rowcount == 1


def renew_submission(ledger: Ledger, job_key: str, begun_at: float, now: float) -> bool:
    """Note that the batch of a submission begun at a time is proven absent and asked for anew.

    False when somebody else noted that first, or knows the batch: of several who look, one sends.
    """
    with ledger.write() as connection:
        changed = connection.execute(
            sa.update(jobs)
            .where(jobs.c.job_key == job_key, jobs.c.state == "planned", jobs.c.submitting_at == begun_at)
            .values(submitting_at=now)
        )
        return changed.rowcount == 1


def withdraw_submission(ledger: Ledger, job_key: str) -> None:
    """Note that the provider refused: no batch exists, the next try may ask at once."""
    with ledger.write() as connection:
        connection.execute(
            sa.update(jobs).where(jobs.c.job_key == job_key, jobs.c.batch_id.is_(None)).values(submitting_at=None)
        )


def record_batch(ledger: Ledger, job_key: str, batch_id: str, now: float) -> None:
    """Note the batch that the provider made for the job; noting it again changes nothing.

    Raises JobError when the job has another batch or was closed without one.
    """
    with ledger.write() as connection:
        changed = connection.execute(
            sa.update(jobs)
            .where(jobs.c.job_key == job_key, jobs.c.state == "planned")
            .values(batch_id=batch_id, state="submitted", submitted_at=now)
        )
    if changed.rowcount != 1 and (job := get(ledger, job_key)).batch_id != batch_id:
        raise JobError(
            f"job {job_key} is {job.state} with batch {job.batch_id}: the provider made batch {batch_id} for it "
            "too. Nobody will collect that one: cancel it at the provider."
        )


def release_unsent(ledger: Ledger, planned_before: float, except_run: str) -> list[str]:
    """Close the jobs that were planned before a time and never sent, and end their claims; their keys.

    The change takes only jobs whose submission was never begun, in one statement: a run that wakes up and wants
    to send one of them finds it closed, and asks for what is missing in its next pass.
    """
    stale = sa.select(jobs.c.job_key).where(
        jobs.c.state == "planned",
        jobs.c.submitting_at.is_(None),
        jobs.c.planned_at < planned_before,
        jobs.c.run_id != except_run,
    )
    with ledger.write() as connection:
        closed = []
        for key in [row[0] for row in connection.execute(stale)]:
            change = (
                sa.update(jobs)
                .where(jobs.c.job_key == key, jobs.c.submitting_at.is_(None), jobs.c.state == "planned")
                .values(state="absent", note="planned and never sent; its run ended")
            )
            if connection.execute(change).rowcount == 1:
                connection.execute(sa.delete(claims).where(claims.c.job_key == key))
                closed.append(str(key))
    return closed


def _change(ledger: Ledger, job_key: str, values: dict[str, Any]) -> None:
    with ledger.write() as connection:
        changed = connection.execute(sa.update(jobs).where(jobs.c.job_key == job_key).values(**values))
        if changed.rowcount != 1:
            raise JobError(f"job {job_key} is not in the ledger {ledger!r}")
