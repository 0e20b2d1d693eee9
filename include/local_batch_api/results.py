"""What a batch's output and error files hold, and in which order.

The order is another than the input's, by a hash of the custom_ids: whoever matches by position is found out, and
the same input always comes back in the same order.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from local_batch_api.creation import BATCH_FILE_LIFE
from local_batch_api.files import Clock, FileStore, StoredFile, new_file_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local_batch_api.batches import Batch
    from local_batch_api.database import Database

_NEVER_RAN = {
    "expired": ("batch_expired", "This request could not be executed before the completion window expired."),
    "cancelled": ("batch_cancelled", "This request was cancelled before it was executed."),
}


def request_id(batch_id: str, line: int) -> str:
    """32 hex digits, the same for the same line of the same batch."""
    return hashlib.sha256(f"{batch_id}:{line}".encode()).hexdigest()[:32]


def output_line(
    batch_id: str, line: int, custom_id: str, response: dict[str, Any] | None, error: dict[str, str] | None
) -> str:
    """One line of an output or error file, without its line feed."""
    entry = {
        "id": f"batch_req_{request_id(batch_id, line)}",
        "custom_id": custom_id,
        "response": response,
        "error": error,
    }
    return json.dumps(entry, ensure_ascii=False)


class ResultWriter:
    """Writes the files of batches that end."""

    def __init__(self, database: Database, files: FileStore, now: Clock) -> None:
        self._database = database
        self._files = files
        self._now = now

    def write(self, batch: Batch, status: str) -> tuple[StoredFile | None, StoredFile | None]:
        """Write the output and the error file, None for one without lines; who commits the end registers them."""
        order = self._shuffled_positions(batch)
        return (
            self._write_file(batch, "output", self._lines(batch, order, "status_code = 200", status)),
            self._write_file(batch, "error", self._lines(batch, order, "status_code IS NOT 200", status)),
        )

    def _shuffled_positions(self, batch: Batch) -> Sequence[int]:
        query = "SELECT custom_id FROM lines WHERE batch_id = ? ORDER BY position"
        custom_ids = [row["custom_id"] for row in self._database.rows(query, [batch.id])]
        hashes = [hashlib.sha256(custom_id.encode()).digest() for custom_id in custom_ids]
        order = sorted(range(len(hashes)), key=hashes.__getitem__)
        return order[::-1] if order == sorted(order) else order

    def _lines(self, batch: Batch, order: Sequence[int], condition: str, status: str) -> Iterator[str]:
        query = f"SELECT * FROM lines WHERE batch_id = ? AND position = ? AND {condition}"
        for position in order:
            for row in self._database.rows(query, [batch.id, position]):
                if row["output"] is not None:
                    yield row["output"]
                else:
                    code, message = _NEVER_RAN[status]
                    error = {"code": code, "message": message}
                    yield output_line(batch.id, row["line"], row["custom_id"], None, error)

    def _encoded(self, batch: Batch, kind: str, lines: Iterator[str]) -> Iterator[bytes]:
        """The bytes of the file; `kind` is output or error."""
        return (f"{line}\n".encode() for line in lines)

    def _keeps_empty_files(self, batch: Batch) -> bool:
        return False

    def _write_file(self, batch: Batch, kind: str, lines: Iterator[str]) -> StoredFile | None:
        file_id = new_file_id()
        path = self._files.path(file_id)
        with path.open("wb") as content:
            content.writelines(self._encoded(batch, kind, lines))
            size = content.tell()
        if not size and not self._keeps_empty_files(batch):
            path.unlink()
            return None
        now = self._now()
        return StoredFile(
            file_id,
            batch.owner,
            f"{batch.id}_{kind}.jsonl",
            "batch_output",
            size,
            now,
            now + (batch.output_expires_after or BATCH_FILE_LIFE),
        )
