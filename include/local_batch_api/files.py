"""Which files there are, whose they are, and where their content lies.

The content is one file named by the id in the content folder, written whole before its row is committed: a file
without a row is one that a kill left behind, and is swept away when the server starts.
"""

from __future__ import annotations

import secrets
import shutil
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from local_batch_api.errors import ApiError
from local_batch_api.pages import Page, list_object

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from local_batch_api.database import Database

Clock = Callable[[], float]
"""Gives the unix time in seconds; tests bring their own."""

_BASE62 = string.digits + string.ascii_letters
_LIVE = "owner = ? AND (expires_at IS NULL OR expires_at > ?)"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of one owner; `bytes` is its size, times are unix seconds."""

    id: str
    owner: str
    filename: str
    purpose: str
    bytes: int
    created_at: float
    expires_at: float | None

    def wire(self) -> dict[str, Any]:
        """OpenAI's file object."""
        return {
            "object": "file",
            "id": self.id,
            "purpose": self.purpose,
            "filename": self.filename,
            "bytes": self.bytes,
            "created_at": int(self.created_at),
            "expires_at": None if self.expires_at is None else int(self.expires_at),
            "status": "processed",
            "status_details": None,
        }


def new_file_id() -> str:
    """`file-` and 22 letters or digits."""
    return "file-" + "".join(secrets.choice(_BASE62) for _ in range(22))


class FileStore:
    """The files of all owners; `now` is the clock by which they expire."""

    def __init__(self, database: Database, folder: Path, now: Clock) -> None:
        self._database = database
        self._folder = folder
        self._now = now
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, file_id: str) -> Path:
        """Where the content of a file lies."""
        return self._folder / file_id

    def upload(
        self, owner: str, filename: str, purpose: str, content: BinaryIO, lives_for: int | None
    ) -> StoredFile:
        """Store an upload; `lives_for` are the seconds until it expires, None: never."""
        file_id = new_file_id()
        with self.path(file_id).open("wb") as copy:
            shutil.copyfileobj(content, copy)
            size = copy.tell()
        now = self._now()
        stored = StoredFile(file_id, owner, filename, purpose, size, now, now + lives_for if lives_for else None)
        with self._database.transaction() as connection:
            self.register(connection, stored)
        return stored

    @staticmethod
    def register(connection: sqlite3.Connection, stored: StoredFile) -> None:
        """Make a file whose content is written known, within the caller's transaction."""
        connection.execute(
            "INSERT INTO files (id, owner, filename, purpose, bytes, created_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                stored.id,
                stored.owner,
                stored.filename,
                stored.purpose,
                stored.bytes,
                stored.created_at,
                stored.expires_at,
            ],
        )

    def find(self, owner: str, file_id: str) -> StoredFile | None:
        """The owner's file, None where it does not exist, is another's, or has expired."""
        rows = self._database.rows(f"SELECT * FROM files WHERE id = ? AND {_LIVE}", [file_id, owner, self._now()])
        return _stored_file(rows[0]) if rows else None

    def get(self, owner: str, file_id: str) -> StoredFile:
        """As `find`, but raises ApiError 404."""
        stored = self.find(owner, file_id)
        if stored is None:
            raise ApiError(404, f"No such File object: {file_id}", param="id")
        return stored

    def list_page(self, owner: str, page: Page, purpose: str | None) -> dict[str, Any]:
        """OpenAI's list object of the owner's files."""
        where, values = _LIVE, [owner, self._now()]
        if purpose is not None:
            where, values = f"{where} AND purpose = ?", [*values, purpose]
        rows, has_more = page.select(self._database, "files", where, values)
        return list_object([_stored_file(row).wire() for row in rows], has_more)

    def delete(self, owner: str, file_id: str) -> None:
        """Delete a file; a batch that reads it already reads on. Raises ApiError 404."""
        self.get(owner, file_id)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM files WHERE id = ?", [file_id])
        if file_id not in self._read_by_batches():
            self.path(file_id).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove expired rows and all content which nothing refers to; for the start of the server."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM files WHERE expires_at <= ?", [self._now()])
        kept = {row["id"] for row in self._database.rows("SELECT id FROM files")} | self._read_by_batches()
        for path in self._folder.iterdir():
            if path.name not in kept:
                path.unlink()

    def _read_by_batches(self) -> set[str]:
        """Input files of batches which are still reading them, or about to."""
        query = "SELECT input_file_id FROM batches WHERE status IN ('validating', 'in_progress')"
        return {row["input_file_id"] for row in self._database.rows(query)}


def _stored_file(row: sqlite3.Row) -> StoredFile:
    return StoredFile(**{name: row[name] for name in StoredFile.__dataclass_fields__})
