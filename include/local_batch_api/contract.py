"""What a request asks to have translated, read by the written contract (docs/prompt-contract.md) alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from local_batch_api.errors import ApiError

CONTRACT = "batch_translate/1"
_SAID = {"about": "text", "context": "text", "rejected": "an object with the texts `answer` and `finding`"}


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary's term. `target` "": only that the `forbidden` words must not stand for it."""

    source: str
    target: str = ""
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """The user message's object; `segments` are slot → source text.

    What it says besides (about, context, rejected) is checked and changes no answer.
    """

    source_language: str
    target_language: str
    segments: dict[str, str]
    glossary: tuple[Term, ...] = ()


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
    for name in _SAID:
        _check_said(name, message.get(name, {}), segments)
    glossary = _read_glossary(message.get("glossary", []))
    return TranslationRequest(message["source_language"], message["target_language"], segments, glossary)


def _check_said(name: str, said: object, segments: dict[str, str]) -> None:
    if (
        not isinstance(said, dict)
        or not set(said) <= set(segments)
        or not all(_is_said(name, one) for one in said.values())
    ):
        raise _broken(name, f"must be an object, slot of `segments` → {_SAID[name]}")


def _is_said(name: str, one: object) -> bool:
    if name == "rejected":
        return isinstance(one, dict) and _all_text([one.get("answer"), one.get("finding")])
    return isinstance(one, str)


def _read_glossary(glossary: object) -> tuple[Term, ...]:
    refusal = _broken(
        "glossary", "must be a list of objects with a `source`, and a `target`, a list `forbidden`, or both"
    )
    if not isinstance(glossary, list):
        raise refusal
    terms = []
    for term in glossary:
        if (
            not isinstance(term, dict)
            or not term.get("source")
            or not (term.get("target") or term.get("forbidden"))
        ):
            raise refusal
        target, forbidden = term.get("target", ""), term.get("forbidden", [])
        if not isinstance(forbidden, list) or not _all_text([term["source"], target, *forbidden]):
            raise refusal
        terms.append(Term(term["source"], target, tuple(forbidden)))
    return tuple(terms)


def _all_text(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def _broken(member: str, what: str) -> ApiError:
    return ApiError(
        400, f"Prompt contract {CONTRACT}: {member} {what}.", param="messages", code="invalid_contract"
    )
