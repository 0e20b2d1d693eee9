"""Where the wanted texts lie and how they meet the ledger's tables, on each database.

The questions of wanted.py go by two relations, of the same columns on both: the wanted texts, and what was
`answered` to each: ordinal, attempt, claimed (1 while the job that asks is open), job_key, columns of the answer.
That has a row for each time an occurrence was asked for, its answer NULL where there is none, and a row of NULLs
where it never was.
"""

from __future__ import annotations

import secrets
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
  FROM {wanted} w {join} requests q ON q.segment_key = w.segment_key AND q.instruction_key = w.instruction_key
  LEFT JOIN jobs j ON j.job_key = q.job_key AND j.state IN ('planned', 'submitted')
"""
_SAME_PLACE = "a.job_key = k.job_key AND a.custom_id = k.custom_id AND a.slot = k.slot"


class Tables:
    """The tables of one set of wanted texts. `wanted` is the name of theirs."""

    wanted: str

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def load(self, rows: Iterable[WantedRow]) -> None:
        """Make the table of the wanted texts."""
        raise NotImplementedError

    def answered(self, *columns: str) -> str:
        """What was answered by now, as a relation for FROM; `columns` are those that are needed of an answer."""
        raise NotImplementedError

    def analyze(self, table: str) -> None:
        """Tell the database how large a table has become."""

    def end_view(self) -> None:
        """Let go of the view of the ledger, so that a long build holds up nobody."""

    def index_by_text(self) -> None:
        """Make the wanted texts be found by their keys."""
        self.execute("CREATE INDEX IF NOT EXISTS {wanted}_by_text ON {wanted} (segment_key, instruction_key)")

    def execute(self, statement: str, **parts: str) -> sa.CursorResult[*tuple[Any, ...]]:
        """Execute a statement, `wanted` and `parts` put in."""
        return self._connection.execute(sa.text(statement.format(wanted=self.wanted, **parts)))


class OnSqlite(Tables):
    """Temporary tables.

    SQLite jumps from row to row, so it goes through texts and answers in the orders in which the ledger keeps
    them, which is several times faster on a large one: `asked` is sorted for the second of the two.
    """

    wanted = "wanted"

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
        asked = _ASKED.replace(" w ", " w INDEXED BY wanted_by_text ", 1)
        self.execute(f"INSERT INTO asked {asked} ORDER BY q.job_key, q.custom_id, q.slot", join="LEFT JOIN")
        of_answer = ", ".join(f"a.{column}" for column in columns)
        return (
            f"(SELECT k.ordinal, k.attempt, k.claimed, k.job_key, {of_answer} FROM asked k "
            f"LEFT JOIN answers a ON {_SAME_PLACE})"
        )

    def end_view(self) -> None:
        self._connection.commit()


class OnPostgresql(Tables):
    """Tables that other transactions never see, for this one is not committed: what ends it removes them.

    PostgreSQL reads the ledger's tables from end to end and looks each row up among the wanted ones. Several
    processes share that where the rows do not lie in temporary tables, and for inner joins: what has no answer is
    put to it afterwards.
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
        self.wanted = f"wanted_{secrets.token_hex(6)}"

    def load(self, rows: Iterable[WantedRow]) -> None:
        for setting in self._SETTINGS:
            self.execute(f"SET {setting}")
        self.execute(f"CREATE UNLOGGED TABLE {{wanted}} ({_WANTED})")
        driver: Any = self._connection.connection.cursor()  # COPY is psycopg's own
        with driver.copy(f"COPY {self.wanted} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        driver.close()
        self.analyze(self.wanted)

    def answered(self, *columns: str) -> str:
        # Claims are looked at with the requests, in one view; what is answered after that is still found below.
        self.execute("DROP TABLE IF EXISTS {wanted}_asked, {wanted}_answered")
        self.execute(f"CREATE UNLOGGED TABLE {{wanted}}_asked AS {_ASKED}", join="JOIN")
        self.analyze(f"{self.wanted}_asked")
        of_answer = ", ".join(f"a.{column}" for column in columns)
        self.execute(
            f"CREATE UNLOGGED TABLE {{wanted}}_answered AS SELECT k.ordinal, k.attempt, k.claimed, k.job_key, "
            f"{of_answer} FROM {{wanted}}_asked k JOIN answers a ON {_SAME_PLACE}"
        )
        self.analyze(f"{self.wanted}_answered")
        self.execute(
            "INSERT INTO {wanted}_answered (ordinal, attempt, claimed, job_key) "
            "SELECT k.ordinal, k.attempt, k.claimed, k.job_key FROM {wanted}_asked k WHERE NOT EXISTS ("
            "SELECT 1 FROM {wanted}_answered f WHERE f.ordinal = k.ordinal AND f.attempt = k.attempt)"
        )
        self.execute(
            "INSERT INTO {wanted}_answered (ordinal, claimed) SELECT w.ordinal, 0 FROM {wanted} w "
            "WHERE NOT EXISTS (SELECT 1 FROM {wanted}_asked k WHERE k.ordinal = w.ordinal)"
        )
        return f"{self.wanted}_answered"

    def analyze(self, table: str) -> None:
        self.execute(f"ANALYZE {table}")


def tables_for(ledger: Ledger, connection: sa.Connection) -> Tables:
    """The tables for a set of wanted texts on the ledger's database."""
    return OnPostgresql(connection) if ledger.on_postgresql else OnSqlite(connection)
