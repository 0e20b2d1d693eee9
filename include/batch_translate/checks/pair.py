"""What a check looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from batch_translate.glossary.terms import Term


class Pair(NamedTuple):
    """A source text and its translation, both with placeholders (docs/prompt-contract.md).

    `context` is Segment.context. `terms` are the glossary terms that occur in the source.
    """

    source: str
    target: str
    source_language: str
    target_language: str
    context: str = ""
    terms: tuple[Term, ...] = ()
