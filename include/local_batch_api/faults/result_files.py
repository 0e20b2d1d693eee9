"""Faults of a batch's output file: lines that are doubled, foreign, broken or not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local_batch_api.executions import record_spoiled_requests
from local_batch_api.results import ResultWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_batch_api.batches import Batch
    from local_batch_api.database import Database
    from local_batch_api.faults.rules import Faults
    from local_batch_api.files import Clock, FileStore

_UNKNOWN_ID = "request-that-nobody-sent"


class FaultyResultWriter(ResultWriter):
    """Writes files as no client would like to read them."""

    def __init__(self, database: Database, files: FileStore, now: Clock, faults: Faults) -> None:
        super().__init__(database, files, now)
        self._faults = faults

    def _keeps_empty_files(self, batch: Batch) -> bool:
        return self._faults.of_batch(batch.id, "empty_files") is not None

    def _encoded(self, batch: Batch, kind: str, lines: Iterator[str]) -> Iterator[bytes]:
        if kind == "error":
            left_out = self._faults.of_batch(batch.id, "unrun_lines_left_out")
            yield from super()._encoded(batch, kind, (line for line in lines if not left_out or _ran(line)))
            return
        last: bytes | None = None
        for line in lines:
            if last is not None:
                yield last
            changed = self._changed(batch, line)
            yield from changed[:-1]
            last = changed[-1] if changed else None
        if last is not None:
            if self._faults.of_batch(batch.id, "last_line_truncated"):
                self._spoil(batch, json.loads(last)["custom_id"], "last_line_truncated")
                last = last[: len(last) // 2]
            yield last

    def _changed(self, batch: Batch, line: str) -> list[bytes]:
        """What stands in the file in place of the line, which holds an answer."""
        good = f"{line}\n".encode()
        entry = json.loads(line)
        custom_id = entry["custom_id"]
        before = self._custom_id_before(batch)
        fault = self._faults.decide(
            "line", f"{batch.id}:{custom_id}", lambda name: name != "line_foreign" or before is not None
        )
        if fault is None:
            return [good]
        if fault.name == "line_twice":
            return [good, good]
        if fault.name in ("line_unknown", "line_foreign"):
            other = {**entry, "custom_id": before if fault.name == "line_foreign" else _UNKNOWN_ID}
            return [f"{json.dumps(other, ensure_ascii=False)}\n".encode(), good]
        self._spoil(batch, custom_id, fault.name)
        if fault.name == "line_missing":
            return []
        middle = len(good) // 2
        return [good[:middle] + b"\xff\xfe" + good[middle:]]

    def _custom_id_before(self, batch: Batch) -> str | None:
        """A custom_id of the owner's other batches: the last that was executed."""
        rows = self._database.rows(
            "SELECT executions.custom_id FROM executions JOIN batches ON batches.id = executions.batch_id"
            " WHERE batches.owner = ? AND batches.id != ? ORDER BY executions.seq DESC LIMIT 1",
            [batch.owner, batch.id],
        )
        return str(rows[0]["custom_id"]) if rows else None

    def _spoil(self, batch: Batch, custom_id: str, fault: str) -> None:
        with self._database.transaction() as connection:
            record_spoiled_requests(connection, batch.id, fault, custom_id)


def _ran(line: str) -> bool:
    error = json.loads(line).get("error") or {}
    return error.get("code") not in ("batch_expired", "batch_cancelled")
