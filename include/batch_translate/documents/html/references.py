"""What does a character reference say, and how is a translation spelled in HTML?

Follows https://html.spec.whatwg.org/multipage/parsing.html#character-reference-state: `&copy` needs no semicolon,
but in an attribute `&copy=` is no reference. References to white space and to control characters stay as they
are, for what they say would not survive as a character.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from html.entities import html5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_REFERENCE = re.compile(r"&(?:#[xX][0-9A-Fa-f]++;?|#[0-9]++;?|([A-Za-z][A-Za-z0-9]*+;?))")
_LONGEST_NAME = max(len(name) for name in html5)
# No character's number is longer; html.unescape fails at thousands of digits.
_LONGEST_NUMBER = 12
_MAY_REFER = re.compile("[#A-Za-z0-9]")
_WHITE_SPACE = re.compile(r"[ \t\n\f\r]+")
_BARE = re.compile("[&>]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference from `start` to `end` and the characters it stands for."""

    start: int
    end: int
    says: str

    @property
    def stays(self) -> bool:
        """Whether it is kept as it is, like markup."""
        return (
            self.says in ("", "\ufffd") or self.says in "\t\n\f\r " or unicodedata.category(self.says[0]) == "Cc"
        )


def references_in(text: str, start: int, end: int, *, in_attribute: bool) -> Iterator[Reference]:
    """The character references of `text` between `start` and `end`."""
    if text.find("&", start, end) < 0:
        return
    for match in _REFERENCE.finditer(text, start, end):
        if match[1] is None:
            says = html.unescape(match.group()) if len(match.group()) <= _LONGEST_NUMBER else "\ufffd"
            yield Reference(match.start(), match.end(), says)
            continue
        name = match[1]
        if name not in html5:
            name = next((name[:n] for n in range(min(len(name), _LONGEST_NAME), 1, -1) if name[:n] in html5), "")
        after = match.start(1) + len(name)
        open_ended = not name.endswith(";") and after < end and (text[after].isalnum() or text[after] == "=")
        if name and not (in_attribute and open_ended and text[after].isascii()):
            yield Reference(match.start(), after, html5[name])


def decoded(text: str, references: Iterable[Reference]) -> tuple[str, list[int]]:
    """What `text` says, and for each character (and the end) where it stands in `text`."""
    pieces: list[str] = []
    places: list[int] = []
    position = 0
    for reference in references:
        pieces += (text[position : reference.start], reference.says)
        places.extend(range(position, reference.start))
        places.extend([reference.start] * len(reference.says))
        position = reference.end
    places.extend(range(position, len(text) + 1))
    return "".join(pieces) + text[position:], places


def collapsed(text: str) -> str:
    """`text` with its white space as HTML shows it: one space, none where a line of ideographs goes on."""
    if not _WHITE_SPACE.search(text):
        return text

    def shown(match: re.Match[str]) -> str:
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        broken = "\n" in match.group() or "\r" in match.group()
        return "" if broken and _is_ideographic(before) and _is_ideographic(after) else " "

    return _WHITE_SPACE.sub(shown, text)


def _is_ideographic(character: str) -> bool:
    return (
        character != ""
        and unicodedata.east_asian_width(character) in "WF"
        and not "\uac00" <= character <= "\ud7af"
    )


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a stretch of HTML spells characters: those it writes as `references`, and those it writes `bare`."""

    references: Mapping[str, str]
    bare: frozenset[str]
    quote: str = ""

    @classmethod
    def of(
        cls, text: str, texts: Iterable[tuple[int, int]], references: Iterable[Reference], quote: str = ""
    ) -> Spelling:
        """That of the stretches `texts` of a document, with the references in them."""
        found: dict[str, str] = {}
        places: set[int] = set()
        for reference in references:
            places.add(reference.start)
            if len(reference.says) == 1 and not reference.stays:
                found.setdefault(reference.says, text[reference.start : reference.end].rstrip(";") + ";")
        bare = {
            match.group()
            for start, end in texts
            for match in _BARE.finditer(text, start, end)
            if match.start() not in places
        }
        return cls(found, frozenset(bare - found.keys()), quote)

    def spell(self, text: str) -> str:
        """`text` as it is written; whatever it says, it is neither a tag nor a reference nor a template tag."""
        special = "".join(map(re.escape, {*"&<>{", *self.quote, *self.references}))
        return re.sub(f"[{special}]", self._spelled, text)

    def _spelled(self, match: re.Match[str]) -> str:
        character = match.group()
        if character in self.references:
            return self.references[character]
        following = match.string[match.end() : match.end() + 1]
        # What comes after the last character is not known here: a tag, a template tag.
        if character == "{":
            return "&#123;" if following in ("", *"{%#") else character
        if character == "&" and "&" in self.bare and following and not _MAY_REFER.match(following):
            return character
        if character == ">" and ">" in self.bare:
            return character
        return _ESCAPES[character]
