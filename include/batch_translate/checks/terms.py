"""Glossary terms: each with its one right translation, and without the words that are forbidden for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_translate.glossary.translation import forbidden, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.checks.pair import Pair


def check_terms(pair: Pair) -> Iterator[str]:
    """One sentence for each term of the source that the translation lacks. To stand there once is enough."""
    if not pair.terms:
        return
    for term in missing(pair.terms, pair.target, pair.target_language):
        if term.target == term.source:
            yield f'The glossary term "{term.source}" must not be translated, and the translation lacks it.'
        else:
            yield (
                f'The glossary term "{term.source}" must be translated as "{term.target}", '
                "which the translation lacks."
            )


def check_forbidden(pair: Pair) -> Iterator[str]:
    """One sentence for each word that is forbidden for a term of the source and stands in the translation."""
    if not pair.terms:
        return
    for term, word in forbidden(pair.terms, pair.target, pair.target_language):
        instead = f': use "{term.target}"' if term.target else ""
        yield f'The translation has "{word}", which is forbidden for the glossary term "{term.source}"{instead}.'
