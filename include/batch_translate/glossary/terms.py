"""One entry of a glossary."""

from __future__ import annotations

from typing import NamedTuple

_SEPARATOR = "\x1f"


class Term(NamedTuple):
    """A term of the source language and what it has to be in the target language.

    `forbidden` are words of the target language which must not stand for it. With `target` "" only those count.
    A term whose target is its source is not to be translated. `case_sensitive`: `Apple` is not `apple`, neither in
    the source nor in the translation. `inflected`: in the translation, and in a source language with word borders,
    its regular inflections count as the term. `note` is for people.
    """

    source: str
    target: str
    forbidden: tuple[str, ...] = ()
    case_sensitive: bool = False
    inflected: bool = True
    note: str = ""

    def key(self) -> tuple[str, str]:
        """What of the term enters the instruction key: with what it demands, texts that hold it are asked anew."""
        return self.source, _SEPARATOR.join([self.target, *self.forbidden])
