"""The texts one run wants, joined with the ledger as a set: what is missing, what is claimed, what came of each.

The wanted texts go into a temporary table and every question is one join, so a million texts cost a million index
look-ups inside the database and no memory here. A row is one occurrence of a text, known by its ordinal.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_translate.ledger.engine import Ledger

State = Literal["translated", "needs_review", "failed", "skipped"]
WantedRow = tuple[int, str, str]
"""(ordinal, segment_key, instruction_key)"""

_ROWS_AT_ONCE = 10_000

_TABLES = (
    "CREATE TEMPORARY TABLE wanted (ordinal BIGINT PRIMARY KEY, "
    "segment_key VARCHAR(32) NOT NULL, instruction_key VARCHAR(32) NOT NULL)",
    "CREATE TEMPORARY TABLE missing (ordinal BIGINT PRIMARY KEY, segment_key VARCHAR(32), "
    "instruction_key VARCHAR(32), asked BIGINT, rejected_id BIGINT)",
)

_MISSING = """
INSERT INTO missing
SELECT min(w.ordinal) AS ordinal, w.segment_key, w.instruction_key,
       (SELECT count(*) FROM requests q
         WHERE q.segment_key = w.segment_key AND q.instruction_key = w.instruction_key) AS asked,
       (SELECT max(a.id) FROM answers a
         WHERE a.segment_key = w.segment_key AND a.instruction_key = w.instruction_key
           AND a.verdict = 'rejected') AS rejected_id
  FROM wanted w
 WHERE NOT EXISTS (SELECT 1 FROM answers a WHERE a.segment_key = w.segment_key
                      AND a.instruction_key = w.instruction_key AND a.verdict = 'accepted')
   AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.segment_key = w.segment_key
                      AND c.instruction_key = w.instruction_key)
   AND (SELECT count(*) FROM answers a WHERE a.segment_key = w.segment_key
           AND a.instruction_key = w.instruction_key AND a.verdict IN ('rejected', 'failed')) < {max_attempts:d}
 GROUP BY w.segment_key, w.instruction_key
"""

# The first accepted answer stays for ever; of the others the latest says most.
_OUTCOMES = """
SELECT w.ordinal, a.verdict, a.text, a.reason, a.findings, a.model, j.run_id, c.job_key
  FROM wanted w
  LEFT JOIN answers a ON a.id = coalesce(
       (SELECT min(id) FROM answers b WHERE b.segment_key = w.segment_key
           AND b.instruction_key = w.instruction_key AND b.verdict = 'accepted'),
       (SELECT max(id) FROM answers b WHERE b.segment_key = w.segment_key
           AND b.instruction_key = w.instruction_key AND b.verdict = 'rejected'),
       (SELECT max(id) FROM answers b WHERE b.segment_key = w.segment_key
           AND b.instruction_key = w.instruction_key AND b.verdict = 'failed'),
       (SELECT max(id) FROM answers b WHERE b.segment_key = w.segment_key
           AND b.instruction_key = w.instruction_key AND b.verdict = 'unanswered'))
  LEFT JOIN jobs j ON j.job_key = a.job_key
  LEFT JOIN claims c ON c.segment_key = w.segment_key AND c.instruction_key = w.instruction_key
 ORDER BY w.ordinal
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """A text that nobody has answered and nobody asks for. `ordinal` is that of its first occurrence.

    `attempt` is the number, from 1, that asking for it now would have; `rejected` the last rejected answer with
    its findings, where there is one.
    """

    ordinal: int
    segment_key: str
    instruction_key: str
    attempt: int
    rejected: tuple[str, tuple[str, ...]] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where one occurrence stands. `text` is the translation, or the best rejected answer for needs_review.

    `origin`: `batch` when this run's own batch brought it, `memory` when it was there before or another run
    brought it, "" where there is no answer.
    """

    ordinal: int
    state: State
    text: str | None
    origin: Literal["batch", "memory", ""]
    reason: str
    findings: tuple[str, ...]
    model: str | None


class Wanted:
    """The questions one can ask about a set of wanted texts; made by `wanted`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def missing(self, max_attempts: int) -> Iterator[Missing]:
        """Yield what is missing now, in the order of the ordinals.

        A text with `max_attempts` answers that were rejected or failed is left to people. The view is that of
        the first step: what is claimed meanwhile shows when the claim is tried.
        """
        execute = self._connection.execute
        execute(sa.text("DELETE FROM missing"))
        execute(sa.text(_MISSING.format(max_attempts=max_attempts)))
        # Ends the view of the ledger, so that a long build holds up nobody.
        self._connection.commit()
        rows = self._stream(
            "SELECT m.ordinal, m.segment_key, m.instruction_key, m.asked, a.text, a.findings FROM missing m "
            "LEFT JOIN answers a ON a.id = m.rejected_id ORDER BY m.ordinal"
        )
        for ordinal, segment_key, instruction_key, asked, text, findings in rows:
            rejected = None if text is None else (text, tuple(json.loads(findings)))
            yield Missing(ordinal, segment_key, instruction_key, asked + 1, rejected)

    def count_missing(self, max_attempts: int) -> int:
        """How many texts are missing now."""
        return sum(1 for _ in self.missing(max_attempts))

    def distinct(self) -> int:
        """How many different texts are wanted."""
        query = "SELECT count(*) FROM (SELECT DISTINCT segment_key, instruction_key FROM wanted) AS texts"
        count = int(self._connection.execute(sa.text(query)).scalar_one())
        self._connection.commit()
        return count

    def claiming_runs(self) -> dict[str, int]:
        """How many of the wanted texts each run's open jobs ask for just now."""
        rows = self._connection.execute(
            sa.text(
                "SELECT j.run_id, count(DISTINCT c.segment_key) FROM wanted w JOIN claims c "
                "ON c.segment_key = w.segment_key AND c.instruction_key = w.instruction_key "
                "JOIN jobs j ON j.job_key = c.job_key GROUP BY j.run_id"
            )
        )
        counts = {str(run): int(count) for run, count in rows}
        self._connection.commit()
        return counts

    def outcomes(self, run_id: str) -> Iterator[Outcome]:
        """Yield one Outcome per occurrence, in the order of the ordinals."""
        for ordinal, verdict, text, reason, findings, model, asked_by, claimed_by in self._stream(_OUTCOMES):
            found = tuple(json.loads(findings)) if findings else ()
            if verdict == "accepted":
                origin: Literal["batch", "memory"] = "batch" if asked_by == run_id else "memory"
                yield Outcome(ordinal, "translated", text, origin, "", found, model)
            elif verdict == "rejected":
                yield Outcome(ordinal, "needs_review", text, "", reason, found, model)
            elif claimed_by is not None:
                yield Outcome(ordinal, "failed", None, "", f"in flight with job {claimed_by}", found, None)
            else:
                yield Outcome(ordinal, "failed", None, "", reason or "never asked", found, model)

    def _stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        options = {"stream_results": True, "yield_per": _ROWS_AT_ONCE}
        rows = self._connection.execute(sa.text(statement), execution_options=options)
        yield from (tuple(row) for row in rows)


@contextmanager
def wanted(ledger: Ledger, rows: Iterable[WantedRow]) -> Iterator[Wanted]:
    """Put the wanted texts beside the ledger for as long as the context lasts."""
    with ledger.read() as connection:
        for table in _TABLES:
            connection.execute(sa.text(table))
        driver: Any = connection.connection.cursor()  # COPY is psycopg's own
        if ledger.on_postgresql:
            with driver.copy("COPY wanted FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            driver.execute("ANALYZE wanted")
        else:
            driver.executemany("INSERT INTO wanted VALUES (?, ?, ?)", rows)
        driver.close()
        connection.commit()
        yield Wanted(connection)
        connection.rollback()
