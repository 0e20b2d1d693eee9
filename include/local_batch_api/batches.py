"""Where each batch stands, and which changes of its status are possible.

validating → in_progress → finalizing → completed; validating → failed; validating, in_progress, finalizing →
expired; validating, in_progress → cancelling → cancelled. A change is an UPDATE that names the status it starts
from: where HTTP and the worker meet, one of them wins and the other sees it. A line's answer, the batch's counts
and the account are one transaction: after a kill a line was executed and is accounted for, or neither.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from local_batch_api.errors import ApiError
from local_batch_api.executions import Execution, record_executions, record_spoiled
from local_batch_api.files import Clock, FileStore, StoredFile
from local_batch_api.limits import UNFINISHED, check_rate, check_room
from local_batch_api.pages import Page, list_object

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from local_batch_api.contract import Term
    from local_batch_api.creation import BatchOrder
    from local_batch_api.database import Database
    from local_batch_api.validation import CheckedInput

WINDOW = 86_400


@dataclass(frozen=True, slots=True)
class Batch:
    """One row of the table `batches`; times are unix seconds, `metadata` and `errors` JSON."""

    id: str
    owner: str
    status: str
    endpoint: str
    input_file_id: str
    completion_window: str
    metadata: str | None
    output_expires_after: int | None
    model: str | None
    errors: str | None
    output_file_id: str | None
    error_file_id: str | None
    created_at: float
    expires_at: float
    in_progress_at: float | None
    finalizing_at: float | None
    completed_at: float | None
    failed_at: float | None
    expired_at: float | None
    cancelling_at: float | None
    cancelled_at: float | None
    total: int
    completed: int
    failed: int
    input_tokens: int
    output_tokens: int

    @property
    def executed(self) -> int:
        """How many lines have been executed: those at the positions below it."""
        return self.completed + self.failed

    def wire(self) -> dict[str, Any]:
        """OpenAI's batch object."""
        errors = None if self.errors is None else {"object": "list", "data": json.loads(self.errors)}
        times = {name: getattr(self, name) for name in _FIELDS if name.endswith("_at")}
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": self.endpoint,
            "model": self.model,
            "errors": errors,
            "input_file_id": self.input_file_id,
            "completion_window": self.completion_window,
            "status": self.status,
            "output_file_id": self.output_file_id,
            "error_file_id": self.error_file_id,
            **{name: None if time is None else int(time) for name, time in times.items()},
            "request_counts": {"total": self.total, "completed": self.completed, "failed": self.failed},
            "usage": {
                "input_tokens": self.input_tokens,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": self.output_tokens,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": self.input_tokens + self.output_tokens,
            },
            "metadata": None if self.metadata is None else json.loads(self.metadata),
        }


_FIELDS = tuple(field.name for field in fields(Batch))


@dataclass(frozen=True, slots=True)
class ExecutedLine:
    """The outcome of the line at `position`; `output` is its line of the output or error file.

    `glossary` are the terms that it was asked to use.
    """

    position: int
    status_code: int
    output: str
    input_tokens: int
    output_tokens: int
    executions: Sequence[Execution]
    glossary: Sequence[Term] = ()
    spoiled: Mapping[str, str] = field(default_factory=dict)
    """Slot → the fault by which its answer was lost."""


class BatchStore:
    """The batches of all owners."""

    def __init__(self, database: Database, now: Clock, batches_per_hour: int | None = None) -> None:
        self._database = database
        self._now = now
        self._batches_per_hour = batches_per_hour

    def create(self, owner: str, order: BatchOrder) -> Batch:
        """Commit a new batch. Raises ApiError 429 over the owner's batches per hour."""
        batch_id, now = f"batch_{secrets.token_hex(16)}", self._now()
        with self._database.transaction() as connection:
            if self._batches_per_hour is not None:
                check_rate(connection, owner, self._batches_per_hour, now)
            connection.execute(
                "INSERT INTO batches (id, owner, status, endpoint, input_file_id, completion_window, metadata,"
                " output_expires_after, created_at, expires_at)"
                " VALUES (?, ?, 'validating', ?, ?, '24h', ?, ?, ?, ?)",
                [
                    batch_id,
                    owner,
                    order.endpoint,
                    order.input_file_id,
                    None if order.metadata is None else json.dumps(order.metadata),
                    order.output_expires_after,
                    now,
                    now + WINDOW,
                ],
            )
        return self._read(owner, batch_id)

    def get(self, owner: str, batch_id: str) -> Batch:
        """The owner's batch. Raises ApiError 404."""
        return self._read(owner, batch_id)

    def _read(self, owner: str, batch_id: str) -> Batch:
        rows = self._database.rows("SELECT * FROM batches WHERE id = ? AND owner = ?", [batch_id, owner])
        if not rows:
            raise ApiError(404, f"No batch found with id '{batch_id}'.")
        return _batch(rows[0])

    def show(self, batch: Batch) -> dict[str, Any]:
        """The batch as clients see it."""
        return batch.wire()

    def list_page(self, owner: str, page: Page) -> dict[str, Any]:
        """OpenAI's list object of the owner's batches."""
        rows, has_more = page.select(self._database, "batches", "owner = ?", [owner])
        return list_object([self.show(_batch(row)) for row in rows], has_more)

    def unfinished(self) -> list[Batch]:
        """The batches of all owners which the worker has to go on with, oldest first."""
        query = f"SELECT * FROM batches WHERE status IN {UNFINISHED} ORDER BY seq"
        return [_batch(row) for row in self._database.rows(query)]

    def cancel(self, owner: str, batch_id: str) -> Batch:
        """Ask for an end; asked again it changes nothing. Raises ApiError 404, 409 where it has ended already."""
        self.begin_cancel(owner, batch_id)
        batch = self.get(owner, batch_id)
        if batch.status not in ("cancelling", "cancelled"):
            raise ApiError(409, f"Cannot cancel a batch with status '{batch.status}'.")
        return batch

    def begin_cancel(self, owner: str, batch_id: str) -> None:
        """Let the batch end where it stands, if it has not ended."""
        with self._database.transaction() as connection:
            self._move(connection, batch_id, ("validating", "in_progress"), "cancelling", owner=owner)

    def start(self, batch: Batch, checked: CheckedInput, token_limit: int | None) -> None:
        """End the validation: the batch is in progress or, with errors or over the token limit, failed."""
        with self._database.transaction() as connection:
            errors = checked.errors
            if not errors and token_limit is not None:
                errors = check_room(connection, batch, checked, token_limit)
            status = "failed" if errors else "in_progress"
            if not self._move(connection, batch.id, ("validating",), status):
                return
            if errors:
                connection.execute("UPDATE batches SET errors = ? WHERE id = ?", [json.dumps(errors), batch.id])
                return
            connection.execute(
                "UPDATE batches SET model = ?, total = ?, enqueued_tokens = ? WHERE id = ?",
                [checked.model, len(checked.lines), checked.prompt_tokens, batch.id],
            )
            connection.executemany(
                "INSERT INTO lines (batch_id, position, line, custom_id, start, length) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (batch.id, position, one.line, one.custom_id, one.start, one.length)
                    for position, one in enumerate(checked.lines)
                ),
            )

    def record(self, batch: Batch, executed: Sequence[ExecutedLine]) -> None:
        """Commit executed lines with their account; nothing, where the batch was cancelled meanwhile."""
        with self._database.transaction() as connection:
            completed = sum(line.status_code == 200 for line in executed)
            updated = connection.execute(
                "UPDATE batches SET completed = completed + ?, failed = failed + ?,"
                " input_tokens = input_tokens + ?, output_tokens = output_tokens + ?"
                " WHERE id = ? AND status = 'in_progress'",
                [
                    completed,
                    len(executed) - completed,
                    sum(line.input_tokens for line in executed),
                    sum(line.output_tokens for line in executed),
                    batch.id,
                ],
            )
            if not updated.rowcount:
                return
            connection.executemany(
                "UPDATE lines SET status_code = ?, output = ? WHERE batch_id = ? AND position = ?",
                ((line.status_code, line.output, batch.id, line.position) for line in executed),
            )
            record_executions(connection, batch.id, (one for line in executed for one in line.executions))
            record_spoiled(
                connection,
                batch.id,
                (
                    (one.line, one.slot, line.spoiled[one.slot])
                    for line in executed
                    for one in line.executions
                    if one.slot in line.spoiled
                ),
            )

    def finalize(self, batch: Batch) -> None:
        """All lines have been executed: what is left is writing the files."""
        with self._database.transaction() as connection:
            self._move(connection, batch.id, ("in_progress",), "finalizing")

    def finish(self, batch: Batch, status: str, output: StoredFile | None, errors: StoredFile | None) -> None:
        """Commit the end together with the files; nothing, where the status has changed meanwhile."""
        with self._database.transaction() as connection:
            if not self._move(connection, batch.id, (batch.status,), status):
                return
            for stored in filter(None, (output, errors)):
                FileStore.register(connection, stored)
            connection.execute(
                "UPDATE batches SET output_file_id = ?, error_file_id = ? WHERE id = ?",
                [output and output.id, errors and errors.id, batch.id],
            )
            connection.execute("DELETE FROM lines WHERE batch_id = ?", [batch.id])

    def _move(
        self,
        connection: sqlite3.Connection,
        batch_id: str,
        expected: tuple[str, ...],
        status: str,
        owner: str = "",
    ) -> bool:
        """Change the status if it still is one of the expected; whether it was. `owner` "" is anyone."""
        places = ", ".join("?" * len(expected))
        updated = connection.execute(
            f"UPDATE batches SET status = ?, {status}_at = ?"
            f" WHERE id = ? AND status IN ({places}) AND ? IN ('', owner)",
            [status, self._now(), batch_id, *expected, owner],
        )
        return updated.rowcount == 1


def _batch(row: sqlite3.Row) -> Batch:
    return Batch(**{name: row[name] for name in _FIELDS})
