"""Where the wanted texts lie and how they meet the ledger's tables, on each database.

The questions of wanted.py go by two relations, of the same columns on both: the wanted texts, and what was
`answered` to each: ordinal, attempt, claimed (1 while the job that asks is open), job_key, columns of the answer.
That has a row for each time an occurrence was asked for, its answer NULL where there is none, and a row of NULLs
where it never was.
"""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_translate.ledger.engine import Ledger

WantedRow = tuple[int, str, str]
"""(ordinal, segment_key, instruction_key)"""

_WANTED = "ordinal INTEGER PRIMARY KEY, segment_key VARCHAR(32) NOT NULL, instruction_key VARCHAR(32) NOT NULL"
_ASKED = """
SELECT w.ordinal, q.attempt, CASE WHEN j.job_key IS NULL THEN 0 ELSE 1 END AS claimed,
       q.job_key, q.custom_id, q.slot
  FROM {wanted} w {in_order}
  {join} requests q ON q.segment_key = w.segment_key AND q.instruction_key = w.instruction_key
  LEFT JOIN jobs j ON j.job_key = q.job_key AND j.state IN ('planned', 'submitted')
"""
_SAME_PLACE = "a.job_key = k.job_key AND a.custom_id = k.custom_id AND a.slot = k.slot"


class Tables(ABC):
    """The wanted texts, in the temporary table `wanted`, on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @abstractmethod
    def load(self, rows: Iterable[WantedRow]) -> None:
        """Make the table of the wanted texts."""

    @abstractmethod
    def answered(self, *columns: str) -> str:
        """What was answered by now, as a relation for FROM; `columns` are those that are needed of an answer.

        It is there until `end_view`.
        """

    def analyze(self, table: str) -> None:  # noqa: B027 - SQLite needs no telling
        """Tell the database how large a temporary table has become."""

    def end_view(self) -> None:
        """Let go of the view of the ledger and of all locks on it: a long build must not hold up anybody."""
        self._connection.commit()

    def index_by_text(self) -> None:
        """Make the wanted texts be found by their keys."""
        self.execute("CREATE INDEX IF NOT EXISTS wanted_by_text ON wanted (segment_key, instruction_key)")

    def execute(self, statement: str) -> sa.CursorResult[*tuple[Any, ...]]:
        """Execute a statement."""
        return self._connection.execute(sa.text(statement))


class OnSqlite(Tables):
    """SQLite jumps from row to row, so it goes through texts and answers in the orders in which the ledger keeps
    them, which is several times faster on a large one: `asked` is sorted for the second of the two.
    """

    def load(self, rows: Iterable[WantedRow]) -> None:
        self.execute(f"CREATE TEMPORARY TABLE wanted ({_WANTED})")
        self.execute(
            "CREATE TEMPORARY TABLE asked (ordinal INTEGER, attempt INTEGER, claimed INTEGER, "
            "job_key VARCHAR(32), custom_id VARCHAR(64), slot INTEGER)"
        )
        driver: Any = self._connection.connection.cursor()
        driver.executemany("INSERT INTO wanted VALUES (?, ?, ?)", rows)
        driver.close()

    def answered(self, *columns: str) -> str:
        self.index_by_text()
        self.execute("DELETE FROM asked")
        asked = _ASKED.format(wanted="wanted", in_order="INDEXED BY wanted_by_text", join="LEFT JOIN")
        self.execute(f"INSERT INTO asked {asked} ORDER BY q.job_key, q.custom_id, q.slot")
        return (
            f"(SELECT k.ordinal, k.attempt, k.claimed, k.job_key, {_of_answer(columns)} FROM asked k "
            f"LEFT JOIN answers a ON {_SAME_PLACE})"
        )


class OnPostgresql(Tables):
    """PostgreSQL reads the ledger's tables from end to end and looks each row up among the wanted ones.

    Several processes share that where the rows do not lie in temporary tables, and for inner joins. So each
    question copies the wanted texts into tables that others never see, for they are made and dropped in one
    transaction; and what has no answer is put to it afterwards.
    """

    # For this connection alone, which closes with the questions: joins of a million rows in memory, not in files;
    # plans for all rows of a cursor, which is taken for one that is left after a tenth of them; a hash table in
    # each process, for one that they share takes more of /dev/shm than a container has.
    _SETTINGS = (
        "work_mem = '256MB'",
        "temp_buffers = '64MB'",
        "jit = off",
        "cursor_tuple_fraction = 1",
        "enable_parallel_hash = off",
    )

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection)
        # Names of its own: who makes a table waits for whoever else makes one of its name.
        self._name = f"wanted_{secrets.token_hex(6)}"
        self._made: list[str] = []

    def load(self, rows: Iterable[WantedRow]) -> None:
        for setting in self._SETTINGS:
            self.execute(f"SET {setting}")
        self.execute(f"CREATE TEMPORARY TABLE wanted ({_WANTED})")
        driver: Any = self._connection.connection.cursor()  # COPY is psycopg's own
        with driver.copy("COPY wanted FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        driver.close()
        self.analyze("wanted")

    def answered(self, *columns: str) -> str:
        wanted = self._make("SELECT * FROM wanted")
        # Claims are looked at with the requests, in one view; what is answered after that is still found below.
        asked = self._make(_ASKED.format(wanted=wanted, in_order="", join="JOIN"))
        answered = self._make(
            f"SELECT k.ordinal, k.attempt, k.claimed, k.job_key, {_of_answer(columns)} FROM {asked} k "
            f"JOIN answers a ON {_SAME_PLACE}"
        )
        self.execute(
            f"INSERT INTO {answered} (ordinal, attempt, claimed, job_key) "
            f"SELECT k.ordinal, k.attempt, k.claimed, k.job_key FROM {asked} k WHERE NOT EXISTS ("
            f"SELECT 1 FROM {answered} f WHERE f.ordinal = k.ordinal AND f.attempt = k.attempt)"
        )
        self.execute(
            f"INSERT INTO {answered} (ordinal, claimed) SELECT w.ordinal, 0 FROM {wanted} w "
            f"WHERE NOT EXISTS (SELECT 1 FROM {asked} k WHERE k.ordinal = w.ordinal)"
        )
        return answered

    def analyze(self, table: str) -> None:
        self.execute(f"ANALYZE {table}")

    def end_view(self) -> None:
        if self._made:
            self.execute(f"DROP TABLE {', '.join(self._made)}")
            self._made = []
        super().end_view()

    def _make(self, query: str) -> str:
        table = f"{self._name}_{len(self._made)}"
        self.execute(f"CREATE UNLOGGED TABLE {table} AS {query}")
        self._made.append(table)
        self.analyze(table)
        return table


def _of_answer(columns: Iterable[str]) -> str:
    return ", ".join(f"a.{column}" for column in columns)


def tables_for(ledger: Ledger, connection: sa.Connection) -> Tables:
    """The tables for a set of wanted texts on the ledger's database."""
    return OnPostgresql(connection) if ledger.on_postgresql else OnSqlite(connection)
