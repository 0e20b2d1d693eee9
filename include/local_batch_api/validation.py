"""Whether a batch's input file can be executed: read once, line by line, nothing of it kept but where lines are.

It runs after the batch was created, as OpenAI's does: what is wrong here fails the whole batch, and nothing runs.
What only the endpoint can judge (a role, a schema) fails its line alone, later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from local_batch_api.errors import ApiError, missing, wrong_type, wrong_value
from local_batch_api.tokens import count_prompt_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_LINES = 50_000
MOST_ERRORS = 100
"""How many errors are listed; OpenAI does not document its number."""


@dataclass(frozen=True, slots=True)
class InputLine:
    """Where one request is: `line` from 1, `start` and `length` in bytes."""

    line: int
    custom_id: str
    start: int
    length: int


@dataclass(slots=True)
class CheckedInput:
    """What was found. With `errors` (the members of `errors.data`) the batch has failed."""

    lines: list[InputLine] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    model: str | None = None
    prompt_tokens: int = 0


def check_input(content: BinaryIO, endpoint: str) -> CheckedInput:
    """Read and check an input file from its start."""
    checked = CheckedInput()
    custom_ids: set[str] = set()
    for number, start, raw in _numbered_lines(content):
        if len(checked.lines) == MOST_LINES:
            message = f"The file has more than the {MOST_LINES:,} requests that a batch may have."
            checked.errors = [error_entry("invalid_request", message)]
            return checked
        try:
            request = _parse(raw)
            model = _check_request(request, endpoint, custom_ids, checked.model)
        except ApiError as refusal:
            checked.errors.append(error_entry(refusal.code or "", refusal.message, refusal.param, number))
            if len(checked.errors) == MOST_ERRORS:
                return checked
            continue
        checked.model = model
        checked.prompt_tokens += count_prompt_tokens(request["body"]["messages"])
        checked.lines.append(InputLine(number, request["custom_id"], start, len(raw)))
    if not checked.lines and not checked.errors:
        message = "The file is empty. Please ensure that the batch contains at least one request."
        checked.errors.append(error_entry("empty_file", message))
    return checked


def error_entry(code: str, message: str, param: str | None = None, line: int | None = None) -> dict[str, Any]:
    """One member of a batch's `errors.data`."""
    return {"code": code, "message": message, "param": param, "line": line}


def _numbered_lines(content: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    start = 0
    for number, raw in enumerate(content, start=1):
        if raw.strip():
            yield number, start, raw
        start += len(raw)


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        request = json.loads(raw.decode())
        if b"\\ud" in raw.lower():
            # Half a surrogate pair is JSON, but no text: it could not be written out again.
            json.dumps(request, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict):
        raise ApiError(400, "This line is not parseable as valid JSON.", code="invalid_json_line")
    return request


def _check_request(request: dict[str, Any], endpoint: str, custom_ids: set[str], model: str | None) -> str:
    """The request's model; `custom_ids` gains the request's."""
    for name, kind, expected in (
        ("custom_id", str, "a string"),
        ("method", str, "a string"),
        ("url", str, "a string"),
        ("body", dict, "an object"),
    ):
        if name not in request:
            raise missing(name)
        if not isinstance(request[name], kind):
            raise wrong_type(name, expected, request[name])
    if request["custom_id"] in custom_ids:
        raise ApiError(
            400,
            "The custom_id for this request is a duplicate of another request. The custom_id parameter must be "
            "unique for each request in a batch.",
            param="custom_id",
            code="duplicate_custom_id",
        )
    custom_ids.add(request["custom_id"])
    if request["method"] != "POST":
        raise wrong_value("method", request["method"], ["POST"])
    if request["url"] != endpoint:
        raise ApiError(
            400,
            "The URL provided for this request does not match the batch endpoint.",
            param="url",
            code="invalid_url",
        )
    return _check_model(request["body"], model)


def _check_model(body: dict[str, Any], model: str | None) -> str:
    for name in ("model", "messages"):
        if name not in body:
            raise missing(f"body.{name}", name)
    named = body["model"]
    if not isinstance(named, str):
        raise wrong_type("body.model", "a string", named)
    if model not in (None, named):
        raise ApiError(
            400,
            f"The provided model '{named}' does not match the rest of the batch. Each batch must contain requests "
            "for a single model.",
            param="body.model",
            code="mismatched_model",
        )
    return named
