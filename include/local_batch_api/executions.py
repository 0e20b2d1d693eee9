"""What was executed, text by text: the account by which tests judge whether anything was paid for twice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from local_batch_api.errors import ApiError
from local_batch_api.pages import read_limit

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from local_batch_api.database import Database

MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Execution:
    """One text of one executed line; slot and languages are "" outside the prompt contract."""

    custom_id: str
    line: int
    slot: str
    source_language: str
    target_language: str
    text: str
    status_code: int
    started_at: float
    finished_at: float


def record_executions(connection: sqlite3.Connection, batch_id: str, executions: Iterable[Execution]) -> None:
    """Write to the account, within the transaction that commits the lines."""
    connection.executemany(
        "INSERT INTO executions (batch_id, custom_id, line, slot, source_language, target_language, text,"
        " status_code, started_at, finished_at) VALUES (:batch_id, :custom_id, :line, :slot, :source_language,"
        " :target_language, :text, :status_code, :started_at, :finished_at)",
        ({"batch_id": batch_id, **asdict(one)} for one in executions),
    )


def record_spoiled(connection: sqlite3.Connection, batch_id: str, spoiled: Iterable[tuple[int, str, str]]) -> None:
    """Note (line, slot, fault) of executed texts whose answer a fault destroyed; the first fault counts."""
    connection.executemany(
        "INSERT OR IGNORE INTO spoiled (batch_id, line, slot, fault) VALUES (?, ?, ?, ?)",
        ((batch_id, *one) for one in spoiled),
    )


def record_spoiled_requests(
    connection: sqlite3.Connection, batch_id: str, fault: str, custom_id: str | None = None
) -> None:
    """As `record_spoiled`, for all texts of one request, or of the whole batch."""
    connection.execute(
        "INSERT OR IGNORE INTO spoiled (batch_id, line, slot, fault)"
        " SELECT batch_id, line, slot, ? FROM executions WHERE batch_id = ? AND ? IN (custom_id, '')",
        [fault, batch_id, custom_id or ""],
    )


def list_executions(database: Database, query: Mapping[str, str]) -> dict[str, Any]:
    """A page of the account, oldest first; `query` may have limit, after (a `seq`) and batch_id.

    `fault` is the injected one by which the text's answer was lost, null where the answer can be had.
    """
    after = query.get("after", "0")
    if not after.isdecimal():
        raise ApiError(400, "'after' must be the seq of an execution.", param="after")
    limit = read_limit(query, default=1_000, highest=MOST_ROWS)
    where = "seq > ?"
    values: list[object] = [int(after)]
    if "batch_id" in query:
        where, values = f"{where} AND executions.batch_id = ?", [*values, query["batch_id"]]
    rows = database.rows(
        "SELECT executions.*, spoiled.fault FROM executions LEFT JOIN spoiled USING (batch_id, line, slot)"
        f" WHERE {where} ORDER BY seq LIMIT ?",
        [*values, limit + 1],
    )
    return {"object": "list", "data": [dict(row) for row in rows[:limit]], "has_more": len(rows) > limit}
