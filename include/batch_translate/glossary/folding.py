"""In which form are texts and terms compared? Numbered tags left out, in one width, in one case.

Case folding here keeps every character in its place, so that what was found without regard to case can be looked
at with it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from batch_translate.languages import NOT_PROSE

# A tag alone stands for something between two words, a pair of tags for nothing: <1>検索</1>エンジン is one word.
_TAG = re.compile(r"(</[0-9]+>(?=<[0-9]+>)|<[0-9]+/>)|</?[0-9]+>")
_OBJECT = "\ufffc"
_VARIANTS = re.compile(
    "[\u00ad\u0130\u02bc\u200b\u2010\u2011\u2019\u2060\u3000\u3200-\u33ff\ufb00-\ufb06\ufe00-\ufe0f\uff01-\uffef"
    "\U000e0100-\U000e01ef]+"
)
_USUAL: dict[int, str | None] = {
    **dict.fromkeys((0xAD, 0x200B, 0x2060, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))),
    **dict.fromkeys((0x2BC, 0x2019), "'"),
    **dict.fromkeys((0x2010, 0x2011), "-"),
    0x130: "I",  # the only letter that becomes two in lower case
}
# Names in placeholders are no words of the text (docs/prompt-contract.md has the placeholders).
_GAP = re.compile(
    rf"{NOT_PROSE.pattern}|%\(\w+\)|\$\{{[^{{}}]*\}}|\{{\{{[^{{}}]*\}}\}}|\{{\s*+[A-Za-z0-9_][\w.\[\]-]*+\s*+[,:!}}]"
)


class Folded(NamedTuple):
    """A text to find terms in; `cased` and `lowered` are equally long.

    `gaps` are (start, end) of URLs, mail addresses and placeholders.
    """

    cased: str
    lowered: str
    gaps: tuple[tuple[int, int], ...]

    def is_prose(self, start: int, end: int) -> bool:
        """Whether a stretch does not lie inside of a gap, even in part. It may surround one."""
        return all(end <= first or last <= start or (start <= first and last <= end) for first, last in self.gaps)


def folded(text: str) -> str:
    """`text` without tags, in NFC; full-width forms, half-width katakana and squared letters are usual ones."""
    if "<" in text:
        text = _TAG.sub(lambda tag: _OBJECT if tag[1] else "", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _VARIANTS.sub(_usual, text))
    return text


def fold(text: str) -> Folded:
    """`text` as terms are looked for in it."""
    cased = folded(text)
    may_have_gaps = "{" in cased or "@" in cased or "://" in cased or "%(" in cased
    gaps = tuple(match.span() for match in _GAP.finditer(cased)) if may_have_gaps else ()
    return Folded(cased, cased.lower(), gaps)


def _usual(run: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", run.group()).translate(_USUAL)
