"""Which forms has a word? By rule, not by dictionary: what a rule makes too much occurs in no text.

In a source text, and of forbidden words, only forms count that are surely the word's: a term found by mistake is
demanded from a translation that is right. `stem` is for the other side, where overlooking a term is the mistake.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from batch_translate.languages import base_language

# After the first of these an English term does not change: terms of service, logged in to.
_PARTICLES = {
    "about", "across", "after", "as", "at", "away", "back", "by", "down", "for", "from", "in", "into", "of", "off",
    "on", "onto", "out", "over", "to", "up", "with",
}  # fmt: skip
_DOUBLED = re.compile(r"[^aeiou][aeiou][bdfgklmnprstvz]$")
_DANISH = {"": "e en ene er erne et ne r s"}
# What a word that ends in the first may take instead of it. A language that is not listed has no forms.
_ENDINGS = {
    "de": {"": "e em en es n ns s"},
    "nl": {"": "en n s"},
    "sv": {"": "ar arna en er erna et n na or orna r s t"},
    "da": _DANISH,
    "nb": _DANISH,
    "no": _DANISH,
    "fr": {"": "s x", "al": "aux", "é": "ée ées és"},
    "es": {"": "es s", "ión": "iones", "z": "ces"},
    "pt": {"": "es s", "al": "ais", "m": "ns", "ão": "ões"},
    "it": {"a": "e", "ca": "che", "co": "chi", "e": "i", "ga": "ghe", "go": "ghi", "o": "i"},
    "ko": {
        "": "가 과 까지 나 는 도 들 들은 들을 들의 들이 라도 로 로부터 를 마다 만 만의 밖에 보다 부터 뿐 에 에게 "
        "에도 에서 에서는 에서의 에는 와 으로 으로부터 으로서 은 을 의 이 이나 이며 인 입니다 처럼 하고 한테"
    },
}
_ENDING_LETTERS = frozenset("aeiouyаеёиоуыэюяьіїєηαοιυ")
_COMBINING = re.compile("[\u0300-\u036f]+")


def inflected(words: list[str], language: str) -> tuple[tuple[str, ...], ...]:
    """For each word of a term its forms, the longest first.

    Of an English term the last word has forms, and the one before its first particle. In the other languages that
    have rules here every word has.
    """
    base = base_language(language)
    if base == "en":
        lowered = [word.lower() for word in words]
        particle = next((at for at, word in enumerate(lowered) if at and word in _PARTICLES), 0)
        changing = {len(words) - 1, particle - 1}
        return tuple(
            _english(word) if at in changing and word.isalpha() else (word,) for at, word in enumerate(words)
        )
    return tuple(_with_endings(word, base) if word.isalpha() else (word,) for word in words)


def _english(word: str) -> tuple[str, ...]:
    lower = word.lower()
    if len(word) < 3 or (word.isupper() and len(word) < 6):
        return word + "s", word
    forms = {word, word + "ed", word + "ing"}
    if lower.endswith(("s", "x", "z", "ch", "sh")):
        forms.add(word + "es")
    elif lower.endswith("y") and lower[-2] not in "aeiou":
        forms |= {word[:-1] + "ies", word[:-1] + "ied"}
    elif lower.endswith("o"):
        forms |= {word + "s", word + "es"}
    else:
        forms.add(word + "s")
    if lower.endswith("e"):
        forms |= {word + "d", word[:-1] + "ing"}
    if _DOUBLED.search(lower):
        forms |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    return _longest_first(forms)


def _with_endings(word: str, base: str) -> tuple[str, ...]:
    if len(word) < 3 and base != "ko":
        return (word,)
    forms = {word}
    for ending, others in _ENDINGS.get(base, {}).items():
        if word.endswith(ending):
            forms |= {word.removesuffix(ending) + other for other in others.split()}
    return _longest_first(forms)


def _longest_first(forms: set[str]) -> tuple[str, ...]:
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """What of a word stays in most of its forms, in a language of which no rule is known. Unaccented."""
    plain = unaccented(word)
    if len(plain) > 6:
        return plain[:-2]
    return plain[:-1] if len(plain) > 3 and plain[-1] in _ENDING_LETTERS else plain


def unaccented(text: str) -> str:
    """`text` without the accents of its letters, which forms of one word may differ in (Haus, Häuser)."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _COMBINING.sub("", unicodedata.normalize("NFD", text)))
