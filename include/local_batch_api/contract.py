"""What a request asks to have translated, read by the written contract (docs/prompt-contract.md) alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from local_batch_api.errors import ApiError

CONTRACT = "batch_translate/1"


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """The user message's object; `glossary` are (source, target) terms, `segments` are slot → source text."""

    source_language: str
    target_language: str
    segments: dict[str, str]
    glossary: tuple[tuple[str, str], ...] = ()


def read_request(user_text: str) -> TranslationRequest | None:
    """What the last user message asks for; None where it is not under the contract.

    Raises ApiError 400 where it says it is but is not: a model would answer something, a judge must not.
    """
    if '"contract"' not in user_text:
        return None
    try:
        message = json.loads(user_text)
    except ValueError:
        return None
    if not isinstance(message, dict) or not str(message.get("contract", "")).startswith("batch_translate/"):
        return None
    if message["contract"] != CONTRACT:
        raise _broken("contract", f"is {message['contract']!r}; this server knows {CONTRACT!r}")
    segments = message.get("segments")
    if not isinstance(segments, dict) or not segments or not _all_text(segments.values()):
        raise _broken("segments", "must be an object, slot → text, with at least one slot")
    if list(segments) != [str(number) for number in range(1, len(segments) + 1)]:
        raise _broken("segments", 'must have the slots "1", "2", ... in this order')
    for name in ("source_language", "target_language"):
        if not isinstance(message.get(name), str) or not message[name]:
            raise _broken(name, "must be a language tag")
    glossary = _read_glossary(message.get("glossary", []))
    return TranslationRequest(message["source_language"], message["target_language"], segments, glossary)


def _read_glossary(glossary: object) -> tuple[tuple[str, str], ...]:
    refusal = _broken("glossary", "must be a list of objects with a `source` and a `target`")
    if not isinstance(glossary, list):
        raise refusal
    terms = []
    for term in glossary:
        if not isinstance(term, dict) or not _all_text([term.get("source"), term.get("target")]):
            raise refusal
        terms.append((term["source"], term["target"]))
    return tuple(terms)


def _all_text(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def _broken(member: str, what: str) -> ApiError:
    return ApiError(
        400, f"Prompt contract {CONTRACT}: {member} {what}.", param="messages", code="invalid_contract"
    )
