"""Does a translation have the terms it needs, and no word that is forbidden?

The two err on opposite sides. A right translation that is refused is paid for again, so a term counts as there
when its word may be there in a form that no rule knows, and a forbidden word only when it surely stands there.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from batch_translate.glossary.folding import fold, folded
from batch_translate.glossary.inflection import stem, unaccented
from batch_translate.glossary.wording import wording
from batch_translate.languages import base_language, has_word_borders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.glossary.folding import Folded
    from batch_translate.glossary.terms import Term
    from batch_translate.glossary.wording import Kind

# In compounds that are written solid a word is still there: メールサーバー has サーバー.
_LATIN: tuple[Kind, ...] = ("letter", "digit")
# Verbs and adjectives in the form a dictionary has, as far as their kanji show which word it is.
_JAPANESE_ENDING = re.compile(
    "(?<=[ァ-ヺー々㐀-鿿])する$|(?<=[々㐀-鿿])[いうくぐすつぬぶむる]$|(?<=[々㐀-鿿][ぁ-ゖ])[うくぐすつぬぶむる]$"
)
_SPACE = re.compile(r"[\s-]+")


def missing(terms: Sequence[Term], translation: str, target_language: str) -> tuple[Term, ...]:
    """The terms whose target does not stand in the translation."""
    wanted = [term for term in terms if term.target]
    if not wanted:
        return ()
    text = fold(translation)
    return tuple(term for term in wanted if not _stands(term, text, target_language))


def forbidden(terms: Sequence[Term], translation: str, target_language: str) -> tuple[tuple[Term, str], ...]:
    """Each forbidden word that stands in the translation, with its term. Inside a term's target it may stand."""
    strict = [term for term in terms if term.forbidden]
    if not strict:
        return ()
    text = fold(translation)
    allowed: list[tuple[int, int]] | None = None
    found = []
    for term in strict:
        for word in term.forbidden:
            spans = wording(word, target_language, term.case_sensitive, term.inflected).spans(text)
            if not spans:
                continue
            if allowed is None:
                allowed = _targets(terms, text, target_language)
            if not all(any(a <= start and end <= b for a, b in allowed) for start, end in spans):
                found.append((term, word))
    return tuple(found)


def _targets(terms: Sequence[Term], text: Folded, language: str) -> list[tuple[int, int]]:
    """Where the targets stand, as parts of other words as well."""
    return [
        span
        for term in terms
        if term.target
        for span in wording(term.target, language, term.case_sensitive, term.inflected).spans(text, (), ())
    ]


def _stands(term: Term, text: Folded, language: str) -> bool:
    base = base_language(language)
    verbatim = term.target == term.source
    if verbatim or not term.inflected or base == "en":
        forms = wording(term.target, language, term.case_sensitive, term.inflected and not verbatim)
        free: tuple[Kind, ...] = () if verbatim and term.inflected else _LATIN
        return bool(forms.spans(text, _LATIN, free))
    if base == "ko" or not has_word_borders(language):
        target = _JAPANESE_ENDING.sub("", term.target) if base == "ja" else term.target
        return bool(wording(target, language, term.case_sensitive, False).spans(text, _LATIN, _LATIN))
    return _stems(term.target, term.case_sensitive).search(_prose(text, term.case_sensitive)) is not None


@lru_cache(maxsize=20_000)
def _stems(target: str, case_sensitive: bool) -> re.Pattern[str]:
    """The words of a target without their endings, one after another; each may be a part of a compound."""
    cased = folded(target)
    words = _SPACE.split(cased if case_sensitive else cased.lower())
    return re.compile(r"\w*[\s-]+\w*".join(re.escape(stem(word)) for word in words if word))


def _prose(text: Folded, case_sensitive: bool) -> str:
    prose = text.cased if case_sensitive else text.lowered
    for start, end in reversed(text.gaps):
        prose = f"{prose[:start]}\ufffc{prose[end:]}"
    return unaccented(prose)
