"""What a provider means when it does not take a batch: for good, or for the moment.

A refusal comes as an HTTP answer or, validation being asynchronous, as the errors of a batch that failed without
running anything. Codes are an open list; OpenAI's were seen in the issues of openai-python (1643, 2084).
"""

from __future__ import annotations

import email.utils
from typing import TYPE_CHECKING, Literal

from batch_translate.provider.statuses import REFUSED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openai.types import Batch

SentBack = Literal["no room", "lost file"]

_LONGEST_WAIT = 3_600.0


def sent_back(batch: Batch) -> SentBack | None:
    """Why a batch failed that may be asked for again as it is; None for any other batch."""
    if batch.status != REFUSED or batch.errors is None:
        return None
    for error in batch.errors.data or []:
        if error.code == "token_limit_exceeded":
            return "no room"
        if error.line is None and is_lost_file(error.message or ""):
            return "lost file"
    return None


def is_lost_file(message: str) -> bool:
    """Whether an error's message says that the input file is not there."""
    return "cannot find file" in message.lower()


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds for which the provider asks to be left alone, at most an hour; None where it does not say.

    `Retry-After` holds seconds or an HTTP date (RFC 9110, 10.2.3); `now` is in epoch seconds.
    """
    said = headers.get("retry-after", "").strip()
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(said).timestamp() - now
        except (TypeError, ValueError):
            return None
    return min(seconds, _LONGEST_WAIT) if seconds >= 0 else None
