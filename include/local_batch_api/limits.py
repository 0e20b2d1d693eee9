"""How much one key may ask for: batches an hour, and prompt tokens in batches that have not ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_batch_api.errors import ApiError
from local_batch_api.validation import error_entry

if TYPE_CHECKING:
    import sqlite3

    from local_batch_api.batches import Batch
    from local_batch_api.validation import CheckedInput

UNFINISHED = ("validating", "in_progress", "finalizing", "cancelling")
_HOUR = 3_600


def check_rate(connection: sqlite3.Connection, owner: str, most: int, now: float) -> None:
    """Raises ApiError 429 where the owner has created `most` batches within the last hour."""
    (created,) = connection.execute(
        "SELECT count(*) FROM batches WHERE owner = ? AND created_at > ?", [owner, now - _HOUR]
    ).fetchone()
    if created >= most:
        message = f"Rate limit reached: {most:,} batches per hour. Please try again later."
        raise ApiError(429, message, code="rate_limit_exceeded", kind="requests")


def check_room(
    connection: sqlite3.Connection, batch: Batch, checked: CheckedInput, limit: int
) -> list[dict[str, Any]]:
    """The error of a batch whose prompts, with those of unfinished batches, are over the model's limit."""
    (enqueued,) = connection.execute(
        "SELECT coalesce(sum(enqueued_tokens), 0) FROM batches"
        f" WHERE owner = ? AND model = ? AND status IN {UNFINISHED}",
        [batch.owner, checked.model],
    ).fetchone()
    return [] if enqueued + checked.prompt_tokens <= limit else [token_limit_error(checked.model, limit)]


def token_limit_error(model: str | None, limit: int) -> dict[str, Any]:
    """The member of `errors.data` for a batch that finds no room under the model's limit."""
    message = (
        f"Enqueued token limit reached for {model} in organization org-local. Limit: {limit:,} enqueued "
        "tokens. Please try again once some in_progress batches have been completed."
    )
    return error_entry("token_limit_exceeded", message)
