"""Where is a text that is too long for one request cut? At the end of a sentence, and never inside of markup.

sentencex finds the sentences (docs/adr/0004-libraries.md): it knows the marks and abbreviations of some 300
languages and gives back every character.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_translate.languages import base_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_translate.markup.tags import Span

LONG = 1_500
"""Characters up to which a text stays in one piece: about as many tokens where a character is a token."""

# sentencex takes time with the square of a paragraph's length: two minutes for a million characters.
_AT_ONCE = 8_000


def cut_long(text: str, spans: Iterable[Span], language: str, longest: int = LONG) -> list[tuple[int, int]]:
    """The stretches, from start to end, in which `text` is translated: together they are all of it.

    A stretch is as many sentences as fit into `longest` characters, or a single longer one. `spans` are not cut.
    """
    if len(text) <= longest:
        return [(0, len(text))]
    stretches: list[tuple[int, int]] = []
    start = end = 0
    for border in _borders(text, spans, language):
        if end > start and border - start > longest:
            stretches.append((start, end))
            start = end
        end = border
    return [*stretches, (start, len(text))]


def _borders(text: str, spans: Iterable[Span], language: str) -> list[int]:
    borders: list[int] = []
    following = iter(sorted(spans, key=lambda span: span.start))
    span = next(following, None)
    covered = 0
    for border in _sentence_ends(text, base_language(language)):
        while span is not None and span.start < border:
            covered = max(covered, span.end)
            span = next(following, None)
        if covered <= border:
            borders.append(border)
    if not borders or borders[-1] != len(text):
        borders.append(len(text))
    return borders


def _sentence_ends(text: str, language: str) -> Iterator[int]:
    # Imported where a text is long: most runs have none.
    from sentencex import segment

    position = 0
    while position < len(text):
        sentences = segment(language, text[position : position + _AT_ONCE])
        goes_on = position + _AT_ONCE < len(text)
        if goes_on and len(sentences) == 1:
            position += _AT_ONCE
            continue
        for sentence in sentences[:-1] if goes_on else sentences:
            position += len(sentence)
            yield position
