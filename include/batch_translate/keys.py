"""Keys: what makes two texts, two requests, two jobs the same.

They are hashes of content, never of a position, a time, a run or a model: the same question has the same key
on every machine, for ever. A change here makes every memory worthless.
"""

from __future__ import annotations

import hashlib
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_SEPARATOR = "\x1f"


def _joined(parts: Iterable[str]) -> str:
    # Each part is preceded by its length, so that no two lists of parts read alike.
    return _SEPARATOR.join([f"{len(part)}:{part}" for part in parts])


def _digest(kind: str, parts: Iterable[str], length: int) -> str:
    return _hashed(f"{kind}{_SEPARATOR}{_joined(parts)}", length)


def _hashed(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def segment_key(source_language: str, target_language: str, text: str, context: str = "") -> str:
    """32 hex digits for a text to be translated between two languages.

    The text counts in Unicode normal form C, with its placeholders; `context` is Segment.context.
    """
    return segment_keys(source_language, target_language)(text, context)


@lru_cache(maxsize=64)
def segment_keys(source_language: str, target_language: str) -> Callable[[str, str], str]:
    """`segment_key` for texts of one language pair, as a function of text and context."""
    pair = f"segment{_SEPARATOR}{_joined((source_language, target_language))}{_SEPARATOR}"

    def key(text: str, context: str) -> str:
        text = unicodedata.normalize("NFC", text)
        return _hashed(f"{pair}{len(text)}:{text}{_SEPARATOR}{len(context)}:{context}", 32)

    return key


def instruction_key(profile: str, version: int, terms: Sequence[tuple[str, str]] = ()) -> str:
    """32 hex digits for how a text is to be translated.

    `version` is a number that the profile's owner raises; `terms` are the glossary terms, as (source, target),
    that occur in the text. The model and the prompt's wording are not part of it.
    """
    flat = [part for term in sorted(terms) for part in term]
    return _digest("instruction", (profile, str(version), *flat), 32)


def profile_key(content: str) -> str:
    """32 hex digits for a profile with all it says. Only to keep each once: no other key is made of it."""
    return _digest("profile", (content,), 32)


def custom_id(asked: Iterable[tuple[str, str, int]]) -> str:
    """40 hex digits for one request: (segment_key, instruction_key, attempt) of its slots, in their order."""
    slots = [
        f"{len(s)}:{s}{_SEPARATOR}{len(i)}:{i}{_SEPARATOR}{len(number)}:{number}"  # as _joined does it
        for s, i, number in ((s, i, str(attempt)) for s, i, attempt in asked)
    ]
    return _hashed(f"request{_SEPARATOR}{_SEPARATOR.join(slots)}", 40)


def job_key(custom_ids: Iterable[str]) -> str:
    """32 hex digits for one shard, whatever the order of its requests."""
    return _digest("job", sorted(custom_ids), 32)


def refusal_key(job_key: str, run_id: str) -> str:
    """32 hex digits for a shard that a run was not allowed to ask for."""
    return _digest("refusal", (job_key, run_id), 32)


def estimate_key(run_id: str) -> str:
    """12 hex digits for a run's estimate beside its plan: what a run is called may not be a file's name."""
    return _digest("estimate", (run_id,), 12)


def plan_hash(parts: Iterable[str]) -> str:
    """12 hex digits for what a run was asked to do: settings and documents with their sha256."""
    return _digest("plan", parts, 12)
