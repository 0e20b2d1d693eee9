"""The texts one run wants, joined with the ledger as a set: what is missing, what is claimed, what came of each.

The wanted texts go into a temporary table and every question is a handful of joins, so a million texts cost a
million index look-ups inside the database and no memory here. A row is one occurrence of a text, known by its
ordinal.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import sqlalchemy as sa

from batch_translate.findings import Finding, badness, read_findings
from batch_translate.ledger.wanted_tables import tables_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_translate.ledger.engine import Ledger
    from batch_translate.ledger.wanted_tables import Tables, WantedRow

State = Literal["translated", "needs_review", "failed", "skipped"]
Row = Sequence[Any]

_ROWS_AT_ONCE = 10_000

_TABLES = (
    "CREATE TEMPORARY TABLE missing (ordinal INTEGER PRIMARY KEY, segment_key VARCHAR(32), "
    "instruction_key VARCHAR(32), asked INTEGER, doubted INTEGER, rejected INTEGER)",
    "CREATE TEMPORARY TABLE rejections (ordinal INTEGER PRIMARY KEY, text TEXT, findings TEXT)",
    "CREATE TEMPORARY TABLE reviewed (ordinal INTEGER PRIMARY KEY, text TEXT, review BIGINT)",
)

_MISSING = """
INSERT INTO missing
SELECT min(w.ordinal), w.segment_key, w.instruction_key, max(c.asked), max(c.doubted), max(c.rejected)
  FROM (
    SELECT k.ordinal AS ordinal, coalesce(max(k.attempt), 0) AS asked,
           count(CASE WHEN k.verdict IN ('rejected', 'failed', 'suspect') THEN 1 END) AS doubted,
           max(CASE WHEN k.verdict = 'rejected' THEN k.attempt END) AS rejected
      FROM {answered} k
     GROUP BY k.ordinal
    HAVING count(CASE WHEN k.verdict = 'accepted' THEN 1 END) + max(k.claimed) = 0
       AND count(CASE WHEN k.verdict IN ('rejected', 'failed') THEN 1 END)
         < {max_attempts:d} + CASE WHEN count(CASE WHEN k.verdict = 'rejected' THEN 1 END) = 0 THEN 1 ELSE 0 END
       AND k.ordinal NOT IN (SELECT v.ordinal FROM reviewed v)
  ) c CROSS JOIN wanted w
 WHERE w.ordinal = c.ordinal
 GROUP BY w.segment_key, w.instruction_key
"""

_REJECTIONS = """
INSERT INTO rejections
SELECT m.ordinal, a.text, a.findings FROM missing m
  JOIN requests q ON q.segment_key = m.segment_key AND q.instruction_key = m.instruction_key
                 AND q.attempt = m.rejected
  JOIN answers a ON a.job_key = q.job_key AND a.custom_id = q.custom_id AND a.slot = q.slot
 WHERE m.rejected IS NOT NULL
"""

# Reviews are few beside answers. They hold whatever the instructions.
_REVIEWED = """
INSERT INTO reviewed SELECT w.ordinal, r.text, r.id FROM reviews r CROSS JOIN wanted w
 WHERE r.in_use = 1 AND w.segment_key = r.segment_key
"""

_CLAIMED = """
SELECT count(*) FROM (
    SELECT DISTINCT w.segment_key, w.instruction_key FROM {answered} k JOIN wanted w ON w.ordinal = k.ordinal
     WHERE k.claimed = 1 AND k.ordinal NOT IN (SELECT v.ordinal FROM reviewed v)) AS texts
"""

# Open jobs are few beside wanted texts.
_CLAIMING = """
SELECT j.run_id, count(*) FROM jobs j CROSS JOIN requests q
 WHERE j.state IN ('planned', 'submitted') AND q.job_key = j.job_key AND EXISTS (
       SELECT 1 FROM wanted w WHERE w.segment_key = q.segment_key AND w.instruction_key = q.instruction_key
          AND w.ordinal NOT IN (SELECT v.ordinal FROM reviewed v))
 GROUP BY j.run_id
"""

# A text that was asked for several times has several rows, one after the other.
_ANSWERS = """
SELECT k.ordinal, k.verdict, k.text, k.reason, k.findings, k.model, k.job_key, k.claimed, k.answered_at, k.attempt,
       v.text
  FROM {answered} k LEFT JOIN reviewed v ON v.ordinal = k.ordinal
 ORDER BY k.ordinal
"""


class Missing(NamedTuple):
    """A text that nobody has answered and nobody asks for. `ordinal` is that of its first occurrence.

    `attempt` is the number, from 1, that asking for it now would have; `rejected` the last rejected answer with
    its findings, where there is one. `alone`: an earlier answer puts the text itself in doubt, so it must not
    share a request with others; False where it was never asked, or only batches and services were at fault.
    """

    ordinal: int
    segment_key: str
    instruction_key: str
    attempt: int
    rejected: tuple[str, tuple[Finding, ...]] | None
    alone: bool


class Outcome(NamedTuple):
    """Where one occurrence stands. `text` is the translation, or the best rejected answer for needs_review.

    `origin`: `review` when a person decided on it, `batch` when this run's own batch brought it, `memory` when it
    was there before or another run brought it, "" where there is no answer.
    """

    ordinal: int
    state: State
    text: str | None
    origin: Literal["review", "batch", "memory", ""]
    reason: str
    findings: tuple[Finding, ...]
    model: str | None


class Wanted:
    """The questions one can ask about a set of wanted texts; made by `wanted`."""

    def __init__(self, connection: sa.Connection, tables: Tables) -> None:
        self._connection = connection
        self._tables = tables

    def missing(self, max_attempts: int) -> Iterator[Missing]:
        """Yield what is missing now, in the order of the ordinals.

        A text with `max_attempts` answers that were rejected or failed is left to people; one that never got a
        text back, for which its run is red, may be asked once more. The view is that of the first step: what is
        claimed meanwhile shows when the claim is tried.
        """
        self.find_missing(max_attempts)
        return self.still_missing()

    def still_missing(self) -> Iterator[Missing]:
        """Yield what was missing at the last look."""
        rows = self._stream(
            "SELECT m.ordinal, m.segment_key, m.instruction_key, m.asked, m.doubted, r.text, r.findings "
            "FROM missing m LEFT JOIN rejections r ON r.ordinal = m.ordinal ORDER BY m.ordinal"
        )
        for ordinal, segment_key, instruction_key, asked, doubted, text, findings in rows:
            rejected = None if text is None else (text, read_findings(findings))
            yield Missing(ordinal, segment_key, instruction_key, asked + 1, rejected, doubted > 0)

    def count_missing(self, max_attempts: int) -> int:
        """How many texts are missing now."""
        return self.count_open(max_attempts)[0]

    def count_open(self, max_attempts: int) -> tuple[int, int]:
        """How many texts are missing now, and how many are claimed, both seen at the same time."""
        answered = self._look(max_attempts)
        claimed = int(self._tables.execute(_CLAIMED.format(answered=answered)).scalar_one())
        missing = self._scalar("SELECT count(*) FROM missing")
        return missing, claimed

    def distinct(self) -> int:
        """How many different texts are wanted."""
        texts = "SELECT DISTINCT segment_key, instruction_key FROM wanted"
        return self._scalar(f"SELECT count(*) FROM ({texts}) AS texts")

    def newest_review(self) -> int:
        """The id of the newest decision that counts here, 0 where there is none; another one changes it."""
        return self._scalar("SELECT coalesce(max(review), 0) FROM reviewed")

    def claiming_runs(self) -> dict[str, int]:
        """How many of the wanted texts each run's open jobs ask for just now."""
        self._tables.index_by_text()
        counts = {str(run): int(count) for run, count in self._tables.execute(_CLAIMING)}
        self._tables.end_view()
        return counts

    def outcomes(self, run_id: str) -> Iterator[Outcome]:
        """Yield one Outcome per occurrence, in the order of the ordinals."""
        jobs = sa.text("SELECT job_key FROM jobs WHERE run_id = :run_id")
        ours = set(self._connection.scalars(jobs, {"run_id": run_id}))
        for row in self._best_answers():
            ordinal, verdict, text, reason, findings, model, job_key, claimed, _, _, review = row
            found = read_findings(findings)
            if review is not None:
                yield Outcome(ordinal, "translated", review, "review", "", (), None)
            elif verdict == "accepted":
                yield Outcome(
                    ordinal, "translated", text, "batch" if job_key in ours else "memory", "", found, model
                )
            elif verdict == "rejected":
                yield Outcome(ordinal, "needs_review", text, "", reason, found, model)
            elif claimed:
                yield Outcome(ordinal, "failed", None, "", f"in flight with job {job_key}", found, None)
            else:
                yield Outcome(ordinal, "failed", None, "", reason or "never asked", found, model)

    def _best_answers(self) -> Iterator[Row]:
        """The rows of _ANSWERS, of each ordinal the one that says where the text stands."""
        answered = self._tables.answered("verdict", "text", "reason", "findings", "model", "answered_at")
        best: Row | None = None
        for row in self._stream(_ANSWERS.format(answered=answered)):
            if best is None or best[0] != row[0]:
                if best is not None:
                    yield best
                best = row
            else:
                best = max(best, row, key=_weight)
        if best is not None:
            yield best

    def find_missing(self, max_attempts: int) -> None:
        """Look for what is missing now, as `missing` does."""
        self._look(max_attempts)
        self._tables.end_view()

    def _look(self, max_attempts: int) -> str:
        """Put what is missing beside the wanted texts; what was answered by now, until the view ends."""
        answered = self._tables.answered("verdict")
        self._tables.execute("DELETE FROM missing")
        self._tables.execute(_MISSING.format(answered=answered, max_attempts=max_attempts))
        self._tables.analyze("missing")
        self._tables.execute("DELETE FROM rejections")
        self._tables.execute(_REJECTIONS)
        self._tables.analyze("rejections")
        return answered

    def _scalar(self, statement: str) -> int:
        found = int(self._tables.execute(statement).scalar_one())
        self._tables.end_view()
        return found

    def _stream(self, statement: str) -> Iterator[Row]:
        options = {"yield_per": _ROWS_AT_ONCE}
        with closing(self._connection.execute(sa.text(statement), execution_options=options)) as found:
            for rows in found.partitions(_ROWS_AT_ONCE):
                yield from rows


def _weight(row: Row) -> tuple[float, ...]:
    """The first accepted answer stays for ever; then comes the best rejected one; else the latest says most."""
    _, verdict, _, _, findings, _, _, claimed, answered_at, attempt, _ = row
    if verdict == "accepted":
        return 4, -answered_at, -attempt
    if verdict == "rejected":
        critical, warnings = badness(read_findings(findings))
        return 3, -critical, -warnings, answered_at, attempt
    if claimed:
        return 2, 0.0, attempt
    return (1 if verdict == "failed" else 0), answered_at or 0.0, attempt or 0


@contextmanager
def wanted(ledger: Ledger, rows: Iterable[WantedRow]) -> Iterator[Wanted]:
    """Put the wanted texts beside the ledger for as long as the context lasts."""
    with ledger.read() as connection:
        tables = tables_for(ledger, connection)
        tables.load(rows)
        for table in _TABLES:
            tables.execute(table)
        if connection.execute(sa.text("SELECT 1 FROM reviews LIMIT 1")).first() is not None:
            tables.index_by_text()
            tables.execute(_REVIEWED)
            tables.analyze("reviewed")
        tables.end_view()
        yield Wanted(connection, tables)
        connection.rollback()
