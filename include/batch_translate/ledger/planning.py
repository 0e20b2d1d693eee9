"""Planning: jobs with what they ask for, gathered beside the ledger and committed together before any is sent.

A request row is the claim on its text for as long as its job is open. Who asks for a text takes its next attempt,
and the attempt is part of the primary key: of two runs that found the same text missing, one finds it taken. So
does a run whose view is old: whatever was asked, answered or released since then, took that attempt before it.
Rows are written in the order of their keys, which a large ledger takes many times faster than any other, and which
makes two planners on PostgreSQL wait for each other instead of locking each other up.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from batch_translate import keys
from batch_translate.errors import BudgetError
from batch_translate.ledger import budget
from batch_translate.ledger.schema import job_documents, jobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_translate.ledger.budget import Cap
    from batch_translate.ledger.engine import Ledger


class Asked(NamedTuple):
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
    """A shard that is about to be asked for: the intent. Tokens are estimates, `planned_at` seconds since 1970."""

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
    planned_at: float
    profile_key: str | None = None


class JobDocument(NamedTuple):
    """A document of a job: how many of the texts stand in it first, and their part of the source tokens."""

    document: str
    segments: int
    share: float


_GATHERED = """
CREATE TEMPORARY TABLE gathered (
  job_key VARCHAR(32), custom_id VARCHAR(64), slot INTEGER, segment_key VARCHAR(32), instruction_key VARCHAR(32),
  attempt INTEGER, source_language VARCHAR(35), target_language VARCHAR(35), source TEXT, context TEXT)
"""
_BY_KEY = "CREATE TEMPORARY TABLE by_key AS SELECT * FROM gathered ORDER BY segment_key, instruction_key"
# `WHERE true` tells SQLite's parser that ON begins no join.
_REQUESTS = """
INSERT INTO requests (segment_key, instruction_key, attempt, job_key, custom_id, slot)
SELECT segment_key, instruction_key, attempt, job_key, custom_id, slot FROM by_key WHERE true
    ON CONFLICT DO NOTHING
"""
_TEXTS = """
INSERT INTO texts (segment_key, source_language, target_language, source, context)
SELECT segment_key, source_language, target_language, source, context FROM by_key WHERE true
    ON CONFLICT DO NOTHING
"""


class Draft:
    """Jobs that are not planned yet; made by `draft`. What they ask for waits on the database's disk, not here."""

    def __init__(self, ledger: Ledger, connection: sa.Connection) -> None:
        self._ledger = ledger
        self._connection = connection
        self._jobs: list[JobPlan] = []
        self._documents: list[dict[str, Any]] = []
        self._execute(_GATHERED)

    @property
    def segments(self) -> int:
        """How many texts the jobs ask for."""
        return sum(job.segments for job in self._jobs)

    def add(self, job: JobPlan, asked: Iterable[Asked], documents: Iterable[JobDocument] = ()) -> None:
        """Put a job beside the others; `asked` has one row for each of its `segments`.

        Its bill is told by `documents`, whose shares make 1.
        """
        first = (job.job_key,)
        rows = (first + row for row in asked)
        with self._connection.begin():
            driver: Any = self._connection.connection.cursor()  # COPY is psycopg's own
            if self._ledger.on_postgresql:
                with driver.copy("COPY gathered FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                driver.executemany("INSERT INTO gathered VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            driver.close()
        self._jobs.append(job)
        self._documents += [{"job_key": job.job_key, **one._asdict()} for one in documents]

    def commit(self, caps: Iterable[Cap] = ()) -> bool:
        """Commit the intent: the jobs' rows with their requests, which are their claims, all or nothing.

        False when another job has asked for one of the texts since it was found missing, or one has been
        answered: nothing was written. A draft is committed once. Raises BudgetError where a cap forbids the jobs:
        then only that they were refused is written.
        """
        self._execute(_BY_KEY)
        if self._ledger.on_postgresql:
            self._execute("ANALYZE by_key")
        connection = self._connection.execution_options(begin="IMMEDIATE")
        try:
            with connection.begin() as work:
                return self._plan(connection, work, caps)
        except BudgetError as error:
            self._refuse(str(error))
            raise

    def _plan(self, connection: sa.Connection, work: sa.Transaction, caps: Iterable[Cap]) -> bool:
        if connection.execute(sa.text(_REQUESTS)).rowcount != self.segments:
            work.rollback()
            return False
        budget.reserve(connection, self._jobs, caps)
        connection.execute(sa.text(_TEXTS))
        rows = [{**asdict(job), "state": "planned"} for job in self._jobs]
        connection.execute(sa.insert(jobs), rows)
        if self._documents:
            connection.execute(sa.insert(job_documents), self._documents)
        return True

    def _refuse(self, note: str) -> None:
        # Under keys of their own: the jobs may be planned some day, and by another run.
        rows = [
            {**asdict(job), "state": "refused", "note": note, "job_key": keys.refusal_key(job.job_key, job.run_id)}
            for job in self._jobs
        ]
        with self._ledger.write() as connection:
            known = [row["job_key"] for row in rows]
            connection.execute(sa.delete(jobs).where(jobs.c.job_key.in_(known), jobs.c.state == "refused"))
            connection.execute(sa.insert(jobs), rows)

    def _execute(self, statement: str) -> None:
        with self._connection.begin():
            self._connection.execute(sa.text(statement))


def forget_refusals(ledger: Ledger, run_id: str) -> None:
    """Take a run's refusals off the record: it asks anew for what is missing."""
    with ledger.write() as connection:
        connection.execute(sa.delete(jobs).where(jobs.c.run_id == run_id, jobs.c.state == "refused"))


@contextmanager
def draft(ledger: Ledger) -> Iterator[Draft]:
    """A new draft; what has not been committed at the end is forgotten."""
    with ledger.read() as connection:
        yield Draft(ledger, connection)


def plan(ledger: Ledger, job: JobPlan, asked: Iterable[Asked]) -> bool:
    """Commit the intent of a single job, as `Draft.commit` does."""
    with draft(ledger) as one:
        one.add(job, asked)
        return one.commit()
