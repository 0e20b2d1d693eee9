"""Jobs: what has been asked, by whom, and how far it is. How a job comes to be is in planning.py.

While a job is open, its requests are claims: nobody else asks for the same texts. They end with its state, when
the job is collected, or proven never to have reached the provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from batch_translate.errors import JobError
from batch_translate.ledger.schema import jobs

if TYPE_CHECKING:
    from batch_translate.ledger.engine import Ledger

OPEN = ("planned", "submitted")
Begun = Literal["begun", "no room", "known"]
# A run that waits to send shows itself at least this often; one that does not is passed over.
_ALIVE_SECONDS = 300.0
_ROOM_LOCK = 0x726F6F6D  # any number that no other program on the same PostgreSQL uses


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
    estimated_input_tokens: int
    refusals: int


_COLUMNS = [jobs.c[name] for name in Job.__dataclass_fields__]


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
    """Note the uploaded request file; of several the first stays. Raises JobError where there is no such job."""
    with ledger.write() as connection:
        connection.execute(
            sa.update(jobs).where(jobs.c.job_key == job_key, jobs.c.file_id.is_(None)).values(file_id=file_id)
        )
    get(ledger, job_key)


def begin_submission(ledger: Ledger, job_key: str, token_limit: int, now: float) -> Begun:
    """Note that the batch is about to be asked for, if its estimated tokens have room under the model's limit.

    known: that was noted before, or the job is closed: then look first. no room: other batches hold the limit, or
    other jobs have waited longer. Of all who ask at the same time, as many get room as there is.
    """
    with ledger.write() as connection:
        if ledger.on_postgresql:
            # The sum must not change until our own tokens are in it.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ROOM_LOCK})
        row = connection.execute(_planned(job_key)).first()
        if row is None or row.submitting_at is not None:
            return "known"
        if not _fits(connection, row, token_limit, now):
            return "no room"
        # On PostgreSQL the job may have been closed since it was read.
        unsent = (jobs.c.job_key == job_key) & (jobs.c.state == "planned") & jobs.c.submitting_at.is_(None)
        begun = connection.execute(sa.update(jobs).where(unsent).values(submitting_at=now))
        return "begun" if begun.rowcount == 1 else "known"


def has_room(ledger: Ledger, job_key: str, token_limit: int, now: float) -> bool:
    """Whether a planned job would get room now, noting that its run is still there and waiting.

    True as well for a job that need not wait any more.
    """
    with ledger.write() as connection:
        connection.execute(sa.update(jobs).where(jobs.c.job_key == job_key).values(alive_at=now))
        row = connection.execute(_planned(job_key)).first()
        return row is None or row.submitting_at is not None or _fits(connection, row, token_limit, now)


def _planned(job_key: str) -> sa.Select[Any]:
    chosen = sa.select(jobs.c.job_key, jobs.c.model, jobs.c.estimated_input_tokens, jobs.c.planned_at)
    return chosen.add_columns(jobs.c.submitting_at).where(jobs.c.job_key == job_key, jobs.c.state == "planned")


def _fits(connection: sa.Connection, job: Any, token_limit: int, now: float) -> bool:
    others = (jobs.c.model == job.model) & (jobs.c.job_key != job.job_key)
    # Older jobs whose runs wait for room as well go first, so that a large one is not passed by for ever.
    waiting = (
        (jobs.c.state == "planned")
        & jobs.c.submitting_at.is_(None)
        & (jobs.c.alive_at > now - _ALIVE_SECONDS)
        & (sa.tuple_(jobs.c.planned_at, jobs.c.job_key) < sa.tuple_(job.planned_at, job.job_key))
    )
    total = sa.select(sa.func.coalesce(sa.func.sum(jobs.c.estimated_input_tokens), 0))
    held = connection.execute(total.where(others & (_ENQUEUED | waiting))).scalar_one()
    # A job that is larger than the limit goes alone: the provider may know of more room than we do.
    return bool(held == 0 or held + job.estimated_input_tokens <= token_limit)


# Asked for, and not known to have ended: `batch_status` is noted when it has.
_ENQUEUED = jobs.c.state.in_(OPEN) & jobs.c.submitting_at.is_not(None) & jobs.c.batch_status.is_(None)


def enqueued(ledger: Ledger, model: str) -> list[Job]:
    """The jobs of a model that have a batch which is not known to have ended."""
    query = sa.select(*_COLUMNS).where(jobs.c.model == model, _ENQUEUED, jobs.c.batch_id.is_not(None))
    with ledger.read() as connection:
        return [Job(*row) for row in connection.execute(query)]


def record_end(ledger: Ledger, job: Job, status: str) -> None:
    """Note that an open job's batch has ended: it holds no room any more, though it is not collected yet."""
    with ledger.write() as connection:
        connection.execute(
            sa.update(jobs)
            .where(jobs.c.job_key == job.job_key, jobs.c.state == "submitted", jobs.c.batch_id == job.batch_id)
            .values(batch_status=status)
        )


def renew_submission(ledger: Ledger, job: Job, now: float) -> bool:
    """Note that the batch of the submission that `job` shows is proven absent and asked for anew.

    False when somebody else noted that first, or knows the batch: of several who look, one sends.
    """
    return _advance(ledger, job, {"submitting_at": now})


def withdraw_submission(ledger: Ledger, job_key: str, begun_at: float) -> None:
    """Note that the provider refused: no batch exists, the next try may ask at once."""
    with ledger.write() as connection:
        connection.execute(
            sa.update(jobs)
            .where(jobs.c.job_key == job_key, jobs.c.state == "planned", jobs.c.submitting_at == begun_at)
            .values(submitting_at=None)
        )


def send_back(ledger: Ledger, job: Job, note: str, *, forget_file: bool, now: float) -> bool:
    """Plan the job anew: the submission that `job` shows ended without running or costing anything.

    With `forget_file` its request file is uploaded again. False when the job is not as `job` shows it any more.
    """
    values: dict[str, Any] = {
        "state": "planned",
        "submitting_at": None,
        "submitted_at": None,
        "batch_id": None,
        "batch_status": None,
        "refusals": job.refusals + 1,
        "alive_at": now,
        "note": note,
    }
    return _advance(ledger, job, {**values, "file_id": None} if forget_file else values)


def record_batch(ledger: Ledger, job_key: str, batch_id: str, begun_at: float, now: float) -> bool:
    """Note the batch that the provider made for the submission begun at a time; noting it again changes nothing.

    False when the job has gone on without this batch: nobody will collect it.
    """
    with ledger.write() as connection:
        changed = connection.execute(
            sa.update(jobs)
            .where(jobs.c.job_key == job_key, jobs.c.state == "planned", jobs.c.submitting_at == begun_at)
            .values(batch_id=batch_id, state="submitted", submitted_at=now)
        )
    return changed.rowcount == 1 or get(ledger, job_key).batch_id == batch_id


def close_unsent(ledger: Ledger, job: Job, note: str) -> bool:
    """Close a planned job and end its claims: nothing was sent, or it is proven that nothing arrived.

    False when the job is not as `job` shows it any more. A run that wakes up and wants to send it finds it closed,
    and asks for what is missing in its next pass.
    """
    with ledger.write() as connection:
        changed = connection.execute(
            sa.update(jobs).where(_as_shown(job), jobs.c.state == "planned").values(state="absent", note=note)
        )
        return changed.rowcount == 1


def release_unsent(ledger: Ledger, seen_before: float, except_run: str) -> list[str]:
    """Close the jobs of other runs that were neither sent nor seen waiting since a time; their keys."""
    seen = sa.func.coalesce(jobs.c.alive_at, jobs.c.planned_at)
    stale = sa.select(*_COLUMNS).where(
        jobs.c.state == "planned",
        jobs.c.submitting_at.is_(None),
        seen < seen_before,
        jobs.c.run_id != except_run,
    )
    with ledger.read() as connection:
        found = [Job(*row) for row in connection.execute(stale)]
    note = "planned and never sent; its run ended"
    return [job.job_key for job in found if close_unsent(ledger, job, note)]


def _as_shown(job: Job) -> sa.ColumnElement[bool]:
    same = [jobs.c[name].is_not_distinct_from(getattr(job, name)) for name in ("submitting_at", "batch_id")]
    return sa.and_(jobs.c.job_key == job.job_key, jobs.c.state == job.state, *same)


def _advance(ledger: Ledger, job: Job, values: dict[str, Any]) -> bool:
    with ledger.write() as connection:
        return connection.execute(sa.update(jobs).where(_as_shown(job)).values(**values)).rowcount == 1
