"""Where the server keeps what must outlive it: one SQLite file, one connection, short transactions.

A kill at any moment leaves whole transactions only (WAL). Callers put everything that must be true together
into one `transaction()`; HTTP answers are sent after it has ended.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,               -- sha256 of the API key
    filename TEXT NOT NULL,
    purpose TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL
);
CREATE TABLE IF NOT EXISTS batches (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,               -- sha256 of the API key
    status TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    input_file_id TEXT NOT NULL,
    completion_window TEXT NOT NULL,
    metadata TEXT,                     -- JSON
    output_expires_after INTEGER,      -- seconds
    model TEXT,
    errors TEXT,                       -- JSON, the list in errors.data
    output_file_id TEXT,
    error_file_id TEXT,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    in_progress_at REAL,
    finalizing_at REAL,
    completed_at REAL,
    failed_at REAL,
    expired_at REAL,
    cancelling_at REAL,
    cancelled_at REAL,
    total INTEGER NOT NULL DEFAULT 0,
    completed INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    enqueued_tokens INTEGER NOT NULL DEFAULT 0,
    input_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0
);
-- The lines of unfinished batches; they go when the batch's files are written.
CREATE TABLE IF NOT EXISTS lines (
    batch_id TEXT NOT NULL,
    position INTEGER NOT NULL,         -- 0, 1, 2 ...: executed in this order
    line INTEGER NOT NULL,             -- 1-based, in the input file
    custom_id TEXT NOT NULL,
    start INTEGER NOT NULL,            -- bytes
    length INTEGER NOT NULL,
    status_code INTEGER,
    output TEXT,                       -- the output line; null until executed
    PRIMARY KEY (batch_id, position)
) WITHOUT ROWID;
-- The account: what was executed, one row per translated text. The constraint makes a second execution an error.
CREATE TABLE IF NOT EXISTS executions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id TEXT NOT NULL,
    custom_id TEXT NOT NULL,
    line INTEGER NOT NULL,
    slot TEXT NOT NULL,                -- '' outside the prompt contract
    source_language TEXT NOT NULL,     -- '' outside the prompt contract
    target_language TEXT NOT NULL,     -- '' outside the prompt contract
    text TEXT NOT NULL,                -- the source text; '' where the line was refused
    status_code INTEGER NOT NULL,
    started_at REAL NOT NULL,
    finished_at REAL NOT NULL,
    UNIQUE (batch_id, line, slot)
);
-- Executed texts whose answer an injected fault kept from everybody.
CREATE TABLE IF NOT EXISTS spoiled (
    batch_id TEXT NOT NULL,
    line INTEGER NOT NULL,
    slot TEXT NOT NULL,
    fault TEXT NOT NULL,
    PRIMARY KEY (batch_id, line, slot)
) WITHOUT ROWID;
"""


class Database:
    """The SQLite file at `path`, made with its tables where there is none."""

    def __init__(self, path: Path) -> None:
        # HTTP handlers and the worker run in different threads and take turns by the lock.
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing; a power cut may lose the last transactions, never break the file.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything done on the connection inside is committed together, or not at all."""
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection

    def rows(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """The rows of a SELECT."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file; nothing may use this object afterwards."""
        with self._lock:
            self._connection.close()
