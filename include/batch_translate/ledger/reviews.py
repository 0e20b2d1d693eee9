"""What people decide about single translations: reviews, which win over every answer, and bans.

What a file brings is gathered beside the ledger and committed at once: all of it that is not refused, or nothing.
The newest decision on a text is the one in use. Every question is asked of all rows together.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from batch_translate.ledger import memory
from batch_translate.ledger.schema import review_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_translate.ledger.engine import Ledger

_ROWS_AT_ONCE = 10_000

_BAN = """
INSERT INTO bans (segment_key, text_sha256, text, banned_at) VALUES (:key, :sha256, :text, :now)
    ON CONFLICT DO NOTHING
"""

_BROUGHT = """
CREATE TEMPORARY TABLE brought (
  number INTEGER PRIMARY KEY, place TEXT, given_key VARCHAR(32), own_key VARCHAR(32), source_language VARCHAR(35),
  target_language VARCHAR(35), source TEXT, context TEXT, text TEXT, text_sha256 VARCHAR(64))
"""
_CANDIDATES = """
SELECT b.number, b.place, b.source_language, b.target_language, b.source, b.text, b.own_key,
       coalesce(g.source_language, o.source_language), coalesce(g.target_language, o.target_language),
       coalesce(g.source, o.source), CASE WHEN x.segment_key IS NULL THEN 0 ELSE 1 END
  FROM brought b
  LEFT JOIN texts g ON g.segment_key = b.given_key
  LEFT JOIN texts o ON o.segment_key = b.own_key
  LEFT JOIN bans x ON x.segment_key = coalesce(g.segment_key, b.own_key) AND x.text_sha256 = b.text_sha256
 ORDER BY b.number
"""
_DECIDED = """
CREATE TEMPORARY TABLE decided AS
SELECT coalesce(g.segment_key, b.own_key) AS segment_key, max(b.number) AS number
  FROM brought b LEFT JOIN texts g ON g.segment_key = b.given_key
 GROUP BY coalesce(g.segment_key, b.own_key)
"""
# The newest decision is the one in use, also of two that are imported at once.
_LOCK = "LOCK TABLE reviews IN SHARE ROW EXCLUSIVE MODE"
_FILE = """
INSERT INTO review_files (sha256, name, reviews, imported_at) VALUES (:sha256, :name, 0, :now)
    ON CONFLICT DO NOTHING
"""
_UNCHANGED = """
DELETE FROM decided WHERE EXISTS (
  SELECT 1 FROM brought b JOIN reviews r ON r.text = b.text
   WHERE b.number = decided.number AND r.segment_key = decided.segment_key AND r.in_use = 1)
"""
_TEXTS = """
INSERT INTO texts (segment_key, source_language, target_language, source, context)
SELECT b.own_key, b.source_language, b.target_language, b.source, b.context
  FROM decided d JOIN brought b ON b.number = d.number AND b.own_key = d.segment_key
 WHERE true ORDER BY b.own_key
    ON CONFLICT DO NOTHING
"""
_OUT_OF_USE = "UPDATE reviews SET in_use = 0 WHERE in_use = 1 AND segment_key IN (SELECT segment_key FROM decided)"
_REVIEWS = """
INSERT INTO reviews (segment_key, text, reviewer, sha256, decided_at, in_use)
SELECT d.segment_key, b.text, :reviewer, :sha256, :now, 1
  FROM decided d JOIN brought b ON b.number = d.number ORDER BY d.segment_key
"""
_IN_USE = """
SELECT r.segment_key, r.text FROM asked_about k
  JOIN reviews r ON r.segment_key = k.segment_key AND r.in_use = 1
"""


class Brought(NamedTuple):
    """One decision of a file. What the file does not say is "".

    `given_key` is the segment_key it names, `own_key` the one of its source with languages and context: under that
    the text is kept where the ledger does not know the given one.
    """

    number: int
    place: str
    given_key: str
    own_key: str
    source_language: str
    target_language: str
    source: str
    context: str
    text: str


class Candidate(NamedTuple):
    """A decision beside what the ledger knows of its text: None where the text is new.

    `banned` is 1 where its translation is.
    """

    number: int
    place: str
    source_language: str
    target_language: str
    source: str
    text: str
    own_key: str
    known_source_language: str | None
    known_target_language: str | None
    known_source: str | None
    banned: int


class Gathered:
    """The decisions of one file, not committed yet; made by `gathered`."""

    def __init__(self, ledger: Ledger, connection: sa.Connection) -> None:
        self._ledger = ledger
        self._connection = connection

    def candidates(self) -> Iterator[Candidate]:
        """Yield every decision, in the file's order."""
        options = {"yield_per": _ROWS_AT_ONCE}
        with (
            self._connection.begin(),
            self._connection.execute(sa.text(_CANDIDATES), execution_options=options) as rows,
        ):
            yield from map(Candidate._make, rows)

    def commit(
        self, sha256: str, name: str, reviewer: str, refused: Iterable[int], now: float, whole: bool = True
    ) -> frozenset[str] | None:
        """Commit all but the refused decisions; the keys of the texts with a new translation.

        The file is known from then on if it is `whole`: nothing of it was refused.

        Of several decisions on one text the last counts; one that says what is in use changes nothing. None where
        the file has been imported before: nothing is changed.
        """
        rows = [{"number": number} for number in refused]
        with self._connection.begin():
            if rows:
                self._connection.execute(sa.text("DELETE FROM brought WHERE number = :number"), rows)
            self._connection.execute(sa.text(_DECIDED))
        connection = self._connection.execution_options(begin="IMMEDIATE")
        said = {"sha256": sha256, "name": name, "reviewer": reviewer, "now": now}
        with connection.begin() as work:
            if self._ledger.on_postgresql:
                connection.execute(sa.text(_LOCK))
            if whole and connection.execute(sa.text(_FILE), said).rowcount != 1:
                work.rollback()
                return None
            connection.execute(sa.text(_UNCHANGED))
            connection.execute(sa.text(_TEXTS))
            connection.execute(sa.text(_OUT_OF_USE))
            count = connection.execute(sa.text(_REVIEWS), said).rowcount
            connection.execute(
                sa.update(review_files).where(review_files.c.sha256 == sha256).values(reviews=count)
            )
            return frozenset(connection.scalars(sa.text("SELECT segment_key FROM decided")))


@contextmanager
def gathered(ledger: Ledger, decisions: Iterable[Brought]) -> Iterator[Gathered]:
    """Put a file's decisions beside the ledger for as long as the context lasts."""
    rows = ((*one, text_sha256(one.text)) for one in decisions)
    with ledger.read() as connection:
        with connection.begin():
            connection.execute(sa.text(_BROUGHT))
            _fill(ledger, connection, "brought", rows, 10)
        yield Gathered(ledger, connection)


def imported_at(ledger: Ledger, sha256: str) -> float | None:
    """When a file with this content was imported; None when it was not."""
    with ledger.read() as connection:
        query = sa.select(review_files.c.imported_at).where(review_files.c.sha256 == sha256)
        return connection.execute(query).scalar()


def texts_in_use(ledger: Ledger, segment_keys: Iterable[str]) -> dict[str, str]:
    """segment_key → the translation that a person decided on, for those of the texts that have one."""
    with ledger.read() as connection, connection.begin():
        connection.execute(sa.text("CREATE TEMPORARY TABLE asked_about (segment_key VARCHAR(32))"))
        _fill(ledger, connection, "asked_about", ((key,) for key in segment_keys), 1)
        return {str(key): str(text) for key, text in connection.execute(sa.text(_IN_USE))}


def decided_since(ledger: Ledger, since: float) -> frozenset[str]:
    """The texts on which a decision in use was made since a time, in seconds since 1970."""
    query = "SELECT segment_key FROM reviews WHERE decided_at >= :since AND in_use = 1"
    with ledger.read() as connection:
        return frozenset(connection.scalars(sa.text(query), {"since": since}))


def ban(ledger: Ledger, segment_key: str, text: str, now: float) -> int:
    """Never accept `text` as a translation again, and take all there is for its source out of use; how many.

    The source is asked for anew, as after `memory.forget`.
    """
    row = {"key": segment_key, "sha256": text_sha256(text), "text": text, "now": now}
    with ledger.write() as connection:
        connection.execute(sa.text(_BAN), row)
        return memory.take_out(connection, segment_key)


def text_sha256(text: str) -> str:
    """The hash by which a banned translation is found."""
    return hashlib.sha256(text.encode()).hexdigest()


def _fill(
    ledger: Ledger, connection: sa.Connection, table: str, rows: Iterable[tuple[Any, ...]], columns: int
) -> None:
    driver: Any = connection.connection.cursor()  # COPY is psycopg's own
    if ledger.on_postgresql:
        with driver.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        driver.execute(f"ANALYZE {table}")
    else:
        driver.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})", rows)
    driver.close()
