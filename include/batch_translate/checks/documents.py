"""What can only be said of a translation within its document: warnings, for nobody is asked again because of them.

Subtitles: Netflix's Timed Text Style Guides (https://partnerhelp.netflixstudios.com/hc/en-us/sections/22463232153235)
give 42 characters a line, 16 in Chinese and Korean and 13 in Japanese, two lines, and the speeds below for adults'
programmes. Japanese lines are laid out with 16 characters here, so those are what counts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from batch_translate.checks.prose import shortened
from batch_translate.findings import Finding
from batch_translate.languages import base_language
from batch_translate.markup.tags import TAG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batch_translate.checks.registry import Setting
    from batch_translate.findings import Severity
    from batch_translate.segments import Segment

DOCUMENT_CHECKS: dict[str, Severity] = {
    "consistency": "warning",
    "reading_speed": "warning",
    "subtitle_length": "warning",
}
"""The checks by name, each with its default severity."""

# Characters a second, of which a half-width one is half in the languages that have full-width ones.
_SPEED = 17
_SPEEDS = {"en": 20, "ja": 4, "ko": 12, "zh": 9, "yue": 9}
_LINES, _LINE = 2, 42
_LINE_OF_WIDE = 16
_WIDE = frozenset({"ja", "zh", "yue", "ko"})
# How many texts of a document are remembered: its memory must not grow with the document.
_MOST_TEXTS, _LONGEST_TEXT = 50_000, 200
_NOT_WORDS = re.compile(r"[\W_]+")


class DocumentChecks:
    """The findings on the translations of one document into one language, given in its order."""

    def __init__(self, language: str, settings: Mapping[str, Setting]) -> None:
        self._is_wide = base_language(language) in _WIDE
        self._speed = _SPEEDS.get(base_language(language), _SPEED)
        self._severities = {name: settings.get(name, severity) for name, severity in DOCUMENT_CHECKS.items()}
        self._known: dict[tuple[str, str], str] = {}

    def add(self, segment: Segment, target: str) -> tuple[Finding, ...]:
        """What is to be said of the next translation."""
        said = [*self._differs(segment, target), *(self._subtitle(segment, target) if segment.seconds else ())]
        return tuple(
            Finding(name, severity, sentence)
            for name, sentence in said
            if (severity := self._severities[name]) != "off"
        )

    def _differs(self, segment: Segment, target: str) -> Iterator[tuple[str, str]]:
        """The same text has one translation: what differs is what no key tells apart, as `送信` and `送信 `."""
        if len(segment.text) > _LONGEST_TEXT:
            return
        key = segment.context, _words(segment.text)
        known = self._known.get(key)
        if known is None:
            if len(self._known) < _MOST_TEXTS:
                self._known[key] = target
        elif known != target and _words(known) != _words(target):
            yield "consistency", f"The same text was translated as {shortened(known)!r} before."

    def _subtitle(self, segment: Segment, target: str) -> Iterator[tuple[str, str]]:
        text = TAG.sub("", target)
        characters = sum(map(self._width, text.replace("\n", "")))
        speed = characters / float(segment.seconds)
        if speed > self._speed:
            yield (
                "reading_speed",
                f"The subtitle has {speed:.1f} characters a second, and {self._speed} can be read: shorten it.",
            )
        most = _LINES * (_LINE_OF_WIDE if self._is_wide else _LINE)
        if characters > most:
            yield (
                "subtitle_length",
                f"The subtitle has {characters:g} characters, and {_LINES} lines hold {most}: shorten it.",
            )

    def _width(self, character: str) -> float:
        if unicodedata.combining(character):
            return 0
        return 0.5 if self._is_wide and unicodedata.east_asian_width(character) in ("Na", "N", "H") else 1


def _words(text: str) -> str:
    """`text` without what makes no other text of it: case, width, spaces, punctuation, the numbers of tags."""
    plain = unicodedata.normalize("NFKC", TAG.sub(" ", text)).casefold()
    return _NOT_WORDS.sub("", plain) or plain
