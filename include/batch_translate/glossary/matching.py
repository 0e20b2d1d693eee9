"""Which terms of a glossary occur in a source text? Asked of every segment, so most terms are never looked at.

Each term is filed under the one part of it that the fewest terms have: a word, or two characters where words are
not written apart. Only terms whose part occurs in the text are looked for in it.
"""

from __future__ import annotations

import re
from collections import Counter
from operator import add
from typing import TYPE_CHECKING, NamedTuple

from batch_translate.glossary import translation as translations
from batch_translate.glossary.folding import fold
from batch_translate.glossary.wording import wording
from batch_translate.languages import base_language, has_word_borders

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batch_translate.glossary.terms import Term
    from batch_translate.glossary.wording import Wording

# Words of the scripts that write them apart, numbers by themselves.
_WORD = re.compile("[^\\W\\d_\u2e80-\U000fffff]+|[0-9]+")


class _Entry(NamedTuple):
    order: int
    term: Term
    wording: Wording
    needed: str  # in lower case, "" where a term has several forms


class Glossary:
    """The terms of one language pair, built once and asked for each text. Without terms it costs nothing."""

    def __init__(self, terms: Sequence[Term], source_language: str, target_language: str) -> None:
        self._target_language = target_language
        # Korean puts particles after its words.
        by_words = has_word_borders(source_language) and base_language(source_language) != "ko"
        words = (wording(term.source, source_language, term.case_sensitive, term.inflected) for term in terms)
        entries = [
            _Entry(order, term, spelled, spelled.literal.lower())
            for order, (term, spelled) in enumerate(zip(terms, words, strict=True))
            if spelled.words
        ]
        self._filed, self._unfiled = _file(entries, by_words)
        self._finders = [_WORD] if by_words else _pair_finders(self._filed)

    def find(self, text: str) -> tuple[Term, ...]:
        """The terms that occur in a source text, each once, in the order in which they first do.

        The longest come first: where a term stands inside or across another, the shorter one does not count there.
        Of two for the same stretch the case-sensitive one counts, then the first.
        """
        if not self._filed and not self._unfiled:
            return ()
        seen = fold(text)
        candidates = self._unfiled.copy()
        for finder in self._finders:
            for part in self._filed.keys() & finder.findall(seen.lowered):
                candidates += self._filed[part]
        if not candidates:
            return ()
        found = [
            (start - end, start, not term.case_sensitive, order, term)
            for order, term, spelled, needed in candidates
            if needed in seen.lowered
            for start, end in spelled.spans(seen)
        ]
        if len(found) < 2:
            return tuple(term for *_, term in found)
        return _without_overlaps(found, len(seen.cased))

    def missing(self, terms: Sequence[Term], translation: str) -> tuple[Term, ...]:
        """The terms whose target does not stand in the translation."""
        return translations.missing(terms, translation, self._target_language)

    def forbidden(self, terms: Sequence[Term], translation: str) -> tuple[tuple[Term, str], ...]:
        """Each forbidden word that stands in the translation, with its term."""
        return translations.forbidden(terms, translation, self._target_language)


def _without_overlaps(found: list[tuple[int, int, bool, int, Term]], length: int) -> tuple[Term, ...]:
    taken = bytearray(length)
    chosen = []
    for shortness, start, *_, term in sorted(found, key=lambda occurrence: occurrence[:4]):
        end = start - shortness
        if 1 not in taken[start:end]:
            taken[start:end] = b"\1" * (end - start)
            chosen.append((start, term))
    return tuple(dict.fromkeys(term for _, term in sorted(chosen, key=lambda occurrence: occurrence[0])))


def _file(entries: list[_Entry], by_words: bool) -> tuple[dict[str, list[_Entry]], list[_Entry]]:
    """(part → the terms to look for in texts that have it, terms without such a part)."""
    parts = [_word_parts(entry.wording) if by_words else _pair_parts(entry.wording) for entry in entries]
    counts = Counter(part for choices in parts for choice in choices for part in choice)
    filed: dict[str, list[_Entry]] = {}
    unfiled = []
    for entry, choices in zip(entries, parts, strict=True):
        if not choices:
            unfiled.append(entry)
            continue
        for part in min(choices, key=lambda choice: max(counts[part] for part in choice)):
            filed.setdefault(part, []).append(entry)
    return filed, unfiled


def _pair_finders(parts: Iterable[str]) -> list[re.Pattern[str]]:
    """What finds in a text the parts that may be among these. Most characters begin none: they are passed fast."""
    pairs = [part for part in parts if len(part) == 2]
    singles = [part for part in parts if len(part) == 1]
    first, second = (re.escape("".join(sorted({pair[at] for pair in pairs}))) for at in (0, 1))
    finders = [re.compile(f"(?=([{first}][{second}]))")] if pairs else []
    return [*finders, re.compile(f"[{re.escape(''.join(singles))}]")] if singles else finders


def _word_parts(spelled: Wording) -> list[tuple[str, ...]]:
    """What may be looked up for a term, each as all the parts of which one occurs wherever the term does."""
    choices: list[tuple[str, ...]] = []
    for forms in spelled.words:
        lowered = tuple(form.lower() for form in forms)
        if all(_WORD.fullmatch(form) for form in lowered):
            choices.append(lowered)
        else:
            choices += [(part,) for part in _WORD.findall(lowered[-1])]
    return choices


def _pair_parts(spelled: Wording) -> list[tuple[str, ...]]:
    # Every form of a word begins with its shortest one.
    words = [forms[-1].lower() for forms in spelled.words]
    pairs: list[tuple[str, ...]] = [(pair,) for word in words for pair in map(add, word, word[1:])]
    return pairs or [(words[0],)]
