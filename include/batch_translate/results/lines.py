"""One line of an output or error file: what it says, whichever way it says it.

Servers differ (bodies as JSON strings, missing keys, status 0); a line that cannot be understood is never an
exception here and never a translation. The shapes are those of OpenAI's Batch API guide and of captures from
servers that claim to be compatible with it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_translate.answers import Usage
from batch_translate.segments import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Errors of the service or the account: the same text may well be answered another time.
_NOT_THE_TEXT = {0, 401, 403, 404, 408, 409, 425, 429}


@dataclass(frozen=True, slots=True)
class Content:
    """A line with a text. `whole` is False when the model was stopped by a limit; `reason` says which."""

    custom_id: str
    text: str
    whole: bool
    reason: str
    model: str | None
    usage: Usage


@dataclass(frozen=True, slots=True)
class NoContent:
    """A line without a text. `text_at_fault`: asking the same again is of no use."""

    custom_id: str
    reason: str
    text_at_fault: bool
    usage: Usage


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no JSON object with a custom_id; `number` counts from 1."""

    number: int
    reason: str


Line = Content | NoContent | Unreadable


def read_lines(file: Iterable[bytes]) -> Iterator[Line]:
    """Yield what each line says; blank lines say nothing."""
    for number, raw in enumerate(file, start=1):
        if not raw.strip():
            continue
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError) as error:  # undecodable bytes are a ValueError as well
            yield Unreadable(number, f"not JSON: {error}")
            continue
        if not isinstance(value, dict) or not isinstance(value.get("custom_id"), str):
            yield Unreadable(number, "no custom_id")
            continue
        yield _read(value["custom_id"], value)


def _read(custom_id: str, line: dict[str, Any]) -> Line:
    response = line.get("response")
    if not isinstance(response, dict):
        error = line.get("error")
        error = error if isinstance(error, dict) else {}
        return NoContent(custom_id, _say(error, "no response"), False, Usage())
    body = response.get("body")
    if isinstance(body, str):  # seen on compatible servers
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return NoContent(custom_id, "the response's body is not JSON", False, Usage())
    body = body if isinstance(body, dict) else {}
    status = response.get("status_code")
    if status != 200:
        error = body.get("error")
        error = error if isinstance(error, dict) else {}
        code = status if isinstance(status, int) else 0
        at_fault = 400 <= code < 500 and code not in _NOT_THE_TEXT
        return NoContent(custom_id, f"HTTP {code}: {_say(error, 'no message')}", at_fault, _usage(body))
    return _read_completion(custom_id, body)


def _read_completion(custom_id: str, body: dict[str, Any]) -> Line:
    usage = _usage(body)
    try:
        choice = body["choices"][0]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
        finish = choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        return NoContent(custom_id, "a response without a choice", False, usage)
    if refusal:
        return NoContent(custom_id, f"the model refused: {storable(str(refusal))}", True, usage)
    if finish == "content_filter":
        return NoContent(custom_id, "stopped by the content filter", True, usage)
    if not isinstance(content, str) or not content.strip():
        return NoContent(custom_id, "an empty answer", True, usage)
    model = body.get("model")
    whole = finish != "length"
    reason = "" if whole else "the answer was cut at its length limit"
    return Content(custom_id, content, whole, reason, storable(model) if isinstance(model, str) else None, usage)


def _say(error: dict[str, Any], otherwise: str) -> str:
    said = [storable(str(error[name])) for name in ("code", "message") if error.get(name)]
    return ": ".join(said) or otherwise


def _usage(body: dict[str, Any]) -> Usage:
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return Usage()
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    return Usage(
        _count(usage.get("prompt_tokens", usage.get("input_tokens"))),
        _count(details.get("cached_tokens")) if isinstance(details, dict) else 0,
        _count(usage.get("completion_tokens", usage.get("output_tokens"))),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
