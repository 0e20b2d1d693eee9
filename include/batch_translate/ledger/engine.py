"""Opening the ledger: one database on SQLite or PostgreSQL, migrated on first use, with short transactions.

Every change is made in `write()`, which takes SQLite's write lock at its begin: two writers wait for each other
instead of failing half way.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event

from batch_translate.errors import BatchTranslateError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA_VERSION = "0004"
_LOCK_SECONDS = 60
# SQLite's own default of 2 MB makes a large ledger read and write each page again and again.
_CACHE_KIB = 64 * 1024
_PAGE_BYTES = 16_384  # a third less time than the default of 4,096 where a million rows are written in order
_LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's error code
_MIGRATION_LOCK = 0x62617463  # any number that no other program on the same PostgreSQL uses


class Ledger:
    """One ledger by its SQLAlchemy URL. Cheap to make; safe to use from several threads and processes."""

    def __init__(self, url: str) -> None:
        """Open the ledger, bringing its tables up to date.

        Raises SettingsError for a URL that is neither SQLite in a local file nor PostgreSQL; BatchTranslateError
        when tables that must be changed are in use for too long.
        """
        self.url = _checked_url(url)
        self.engine = _connect(self.url)
        self._migrate()

    def __repr__(self) -> str:
        return f"Ledger({self.url.render_as_string(hide_password=True)})"

    @property
    def on_postgresql(self) -> bool:
        """Whether this is PostgreSQL; otherwise it is SQLite."""
        return self.url.get_backend_name() == "postgresql"

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection to read with, in one consistent view."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that is committed at the end, or undone whole by an exception."""
        with self.engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _migrate(self) -> None:
        with self.read() as connection:
            if _version(connection) == SCHEMA_VERSION:
                return
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        try:
            with self.write() as connection:
                if self.on_postgresql:
                    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
                    # Who waits for a whole table makes all others wait behind.
                    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
                if _version(connection) != SCHEMA_VERSION:  # else another process was first
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
            raise BatchTranslateError(
                f"the ledger's tables must be brought up to version {SCHEMA_VERSION}, but another process "
                f"kept using them for {_LOCK_SECONDS} seconds. Nothing was changed. Try again when no run is "
                "under way."
            ) from error


def _checked_url(url: str) -> sa.URL:
    parsed = sa.make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        return parsed.set(drivername="sqlite")
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise SettingsError(
        f"the ledger cannot live at {parsed.render_as_string(hide_password=True)}: give sqlite:///path/to/file or "
        "postgresql://user:password@host/database in BATCH_TRANSLATE_LEDGER"
    )


def _connect(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "postgresql":
        # No pool: a task process is short, and a fork must not share a connection.
        return sa.create_engine(url, poolclass=sa.NullPool)
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": _LOCK_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, below
        cursor = connection.cursor()
        for schema in ("main", "temp"):
            cursor.execute(f"PRAGMA {schema}.page_size={_PAGE_BYTES}")  # of a new file; another keeps its own
        # SQLite does not wait here. The mode stays with the file: who is locked out leaves it to the other one.
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a committed intent survives a power cut
        cursor.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        cursor.execute(f"PRAGMA temp.cache_size=-{_CACHE_KIB // 2}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        mode = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
