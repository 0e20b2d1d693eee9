"""What a fault makes of the line in which a good answer stands, and which of its texts nobody can use any more."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_HTTP_ERRORS = {
    "line_bad_request": (
        400,
        "invalid_request_error",
        "invalid_prompt",
        "Invalid prompt: the request was rejected.",
    ),
    "line_rate_limited": (429, "tokens", "rate_limit_exceeded", "Rate limit reached for the model."),
    "line_server_error": (500, "server_error", None, "The server had an error while processing your request."),
}
_ADDED_SLOT = "added"


@dataclass(frozen=True, slots=True)
class SpoiledLine:
    """The line as it will stand in the file; `slots` are those whose answer is lost.

    `status_code` decides as ever in which file: 200 in the output file, anything else in the error file.
    """

    output: str
    status_code: int
    slots: Sequence[str]


def suits(name: str, slots: Sequence[str]) -> bool:
    """Whether the fault can happen to an answer with these slots; "" alone is an answer in plain text."""
    if name in ("slot_added", "slot_missing", "answer_not_json", "answer_with_nul"):
        return "" not in slots
    return name != "slots_merged" or len(slots) > 1


def spoil_answer(name: str, output: str, slots: Sequence[str]) -> SpoiledLine:
    """The line of a good answer, an output file's with status 200, after the fault."""
    line = json.loads(output)
    if name.startswith("answer_") or name.startswith("slot"):
        choice = line["response"]["body"]["choices"][0]
        lost = _spoil_choice(name, choice, slots)
        return SpoiledLine(_write(line), 200, lost)
    if name == "line_body_text":
        line["response"]["body"] = json.dumps(line["response"]["body"], ensure_ascii=False)
        return SpoiledLine(_write(line), 200, [])
    if name == "line_empty_body":
        line["response"]["body"] = {}
        return SpoiledLine(_write(line), 200, slots)
    if name == "line_status_zero":
        line["response"] = {"status_code": 0, "request_id": "", "body": {}}
        return SpoiledLine(_write(line), 0, slots)
    if name in _HTTP_ERRORS:
        status, kind, code, message = _HTTP_ERRORS[name]
        error = {"message": message, "type": kind, "param": None, "code": code}
        line["response"].update(status_code=status, body={"error": error})
        return SpoiledLine(_write(line), status, slots)
    line["error"] = {"code": "request_timeout", "message": "The request timed out."}
    if name == "line_without_response":
        del line["response"]
    else:
        line["response"] = None
    return SpoiledLine(_write(line), 0, slots)


def _spoil_choice(name: str, choice: dict[str, Any], slots: Sequence[str]) -> Sequence[str]:
    """Change the choice in place; the slots that are lost."""
    message = choice["message"]
    content = message["content"]
    if name == "answer_cut":
        choice["finish_reason"], message["content"] = "length", content[: len(content) // 2]
    elif name == "answer_filtered":
        choice["finish_reason"], message["content"] = "content_filter", None
    elif name == "answer_refused":
        message.update(content=None, refusal="I'm sorry, I can't help with that.")
    elif name == "answer_empty":
        message["content"] = ""
    elif name == "answer_not_json":
        message["content"] = "Sure! Here are your translations."
    else:
        translations = json.loads(content)
        lost = _spoil_slots(name, translations)
        message["content"] = json.dumps(translations, ensure_ascii=False)
        return lost
    return slots


def _spoil_slots(name: str, translations: dict[str, str]) -> Sequence[str]:
    """Change the packed answer; the slots that are lost."""
    first, *others = translations
    if name == "slot_added":
        translations[_ADDED_SLOT] = "Nobody asked for this."
        return []
    if name == "slot_missing":
        del translations[first]
        return [first]
    if name == "slots_merged":
        translations[first] = " ".join(translations.values())
        translations.update(dict.fromkeys(others, ""))
        return [first, *others]
    translations[first] = translations[first] + "\0"
    return [first]


def _write(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False)
