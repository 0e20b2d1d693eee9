"""Where does a wording stand in a text? As a whole, in one of its forms, its words apart by any space or hyphen.

Where it begins or ends with a letter, another one must not go on there: `API` does not stand in `rapid`. So with
katakana (メール does not stand in メールアドレス) and with Hangul; Han, hiragana and the scripts of South East
Asia have no such borders. A word may touch a number, a number no letter: `Python` stands in `Python3`, `GB` in
`5GB`, but `H2` not in `H2O`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from batch_translate.glossary.folding import folded
from batch_translate.glossary.inflection import inflected
from batch_translate.languages import base_language

if TYPE_CHECKING:
    from collections.abc import Collection

    from batch_translate.glossary.folding import Folded

Kind = Literal["letter", "digit", "katakana", "hangul", "mark", ""]
EVERY: frozenset[Kind] = frozenset(("letter", "digit", "katakana", "hangul"))
_SPACE = re.compile(r"\s+|(?<=\w)-(?=\w)")
_WITHOUT_BORDERS = {
    "CJK", "IDEOGRAPHIC", "HIRAGANA", "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN",
}  # fmt: skip


class Wording:
    """A term's words in one language, ready to be looked for; `words` are each with the forms it may stand in.

    `literal` is the one form of the one word, else "". A text of nothing but tags has no words and stands nowhere.
    """

    def __init__(self, text: str, language: str, *, case_sensitive: bool, inflects: bool) -> None:
        text = folded(text)
        words = [word for word in _SPACE.split(text) if word]
        forms = inflected(words, language) if inflects else tuple((word,) for word in words)
        self.words = forms if case_sensitive else tuple(tuple(form.lower() for form in word) for word in forms)
        self._case_sensitive = case_sensitive
        self._ending = "(?:'s?)?" if inflects and base_language(language) == "en" and text[-1:].isalpha() else ""
        # Most terms are one word without forms: those need no regular expression.
        has_forms = self._ending or len(self.words) != 1 or len(self.words[0]) != 1
        self.literal = "" if has_forms else self.words[0][0]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = [f"(?:{'|'.join(map(re.escape, forms))})" for forms in self.words]
        return re.compile((r"(?:\s+|-)".join(words) or r"(?!)") + self._ending)

    def spans(
        self, text: Folded, left: Collection[Kind] = EVERY, right: Collection[Kind] = EVERY
    ) -> list[tuple[int, int]]:
        """Where it stands, as (start, end); at `left` and `right` borders count for those kinds of characters."""
        inside = text.cased if self._case_sensitive else text.lowered
        return [
            (start, end)
            for start, end in self._matches(inside)
            if not (_goes_on(inside, start, start - 1, left) or _goes_on(inside, end - 1, end, right))
            and (not text.gaps or text.is_prose(start, end))
        ]

    def _matches(self, inside: str) -> list[tuple[int, int]]:
        found = []
        if self.literal:
            start = inside.find(self.literal)
            while start >= 0:
                found.append((start, start + len(self.literal)))
                start = inside.find(self.literal, start + 1)
        else:
            match = self._pattern.search(inside)
            while match:
                found.append(match.span())
                match = self._pattern.search(inside, match.start() + 1)
        return found


@lru_cache(maxsize=20_000)
def wording(text: str, language: str, case_sensitive: bool, inflects: bool) -> Wording:
    """The wording, kept for the next text with the same term."""
    return Wording(text, language, case_sensitive=case_sensitive, inflects=inflects)


def _goes_on(text: str, inner: int, outer: int, kinds: Collection[Kind]) -> bool:
    if not 0 <= outer < len(text):
        return False
    beyond = _kind(text[outer])
    if beyond == "":
        return False
    if beyond == "mark" and outer > inner:
        return True
    edge = _kind(text[inner])
    edge = "letter" if edge == "mark" else edge
    beyond = "letter" if beyond == "mark" else beyond
    return edge in kinds and (edge == beyond or (edge == "digit" and beyond == "letter"))


@lru_cache(maxsize=10_000)
def _kind(character: str) -> Kind:
    category = unicodedata.category(character)
    if category == "Nd":
        return "digit"
    if category[0] == "M":
        return "mark"
    if category[0] != "L" and character != "_":
        return ""
    script = re.split("[ -]", unicodedata.name(character, ""))[0]
    if script == "KATAKANA":
        return "katakana"
    if script == "HANGUL":
        return "hangul"
    return "" if script in _WITHOUT_BORDERS else "letter"
