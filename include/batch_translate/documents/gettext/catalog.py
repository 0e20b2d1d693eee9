"""How is a gettext catalogue written with translations in it? As edits of its text, string by string.

An entry is translated or it is not: once a piece of it has a translation, the others get the text they were asked
from, for a plural form that is empty beside one that is not shows nothing where its number comes up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from batch_translate.documents.gettext.plurals import (
    WITHOUT_HEADER,
    Form,
    forms_of,
    is_valid_rule,
    language_rule,
    names_language,
)
from batch_translate.documents.gettext.syntax import Entry, Strings, encode
from batch_translate.markup.placeholders import placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from batch_translate.documents.gettext.header import Header
    from batch_translate.documents.text_format import Slot
    from batch_translate.segments import Segment

Edit = tuple[int, int, str]


class Ask(NamedTuple):
    """A text an entry needs; `sentence` says which plural form it is where the text does not say it itself."""

    text: str
    sentence: str = ""


class Rules:
    """Which Plural-Forms holds for a language: the header's, or the language's own."""

    def __init__(self, header: Header, messages: Sequence[Entry]) -> None:
        self._declared = header.field("Plural-Forms") or ""
        self._is_valid = is_valid_rule(self._declared)
        self._language = header.field("Language") or ""
        plurals = [entry for entry in messages if entry.plural is not None]
        self._has_plurals = bool(plurals)
        # How many forms those have which are translated: by another rule they would stand for other numbers.
        self._done = max((form.index + 1 for entry in plurals for form in entry.forms if form.value), default=0)

    def is_replaced(self, language: str) -> bool:
        """Whether the language's own rule comes in place of the header's."""
        if self._is_valid:
            speaks_for_it = not self._language or names_language(self._language, language)
            return self._has_plurals and not self._done and not speaks_for_it
        if self._done:
            return self._done == len(forms_of(language_rule(language), language))
        return self._has_plurals or bool(self._declared)

    def rule(self, language: str) -> str:
        """The Plural-Forms that holds for the language."""
        if self.is_replaced(language):
            return language_rule(language)
        return self._declared if self._is_valid else WITHOUT_HEADER

    def asks(self, entry: Entry, language: str) -> dict[int, Ask]:
        """Index of msgstr → what it is translated from, for those which are empty or missing; 0 without plural."""
        if entry.plural is None:
            return {} if entry.forms[0].value else {0: Ask(entry.text)}
        filled = {form.index for form in entry.forms if form.value}
        forms = forms_of(self.rule(language), language)
        return {index: _ask(entry, form) for index, form in enumerate(forms) if index not in filled}


@dataclass(frozen=True, slots=True)
class Untranslated:
    """An entry with what it asks for: stretches without prose, and numbers of slots."""

    entry: Entry
    pieces: Mapping[Ask, tuple[str | int, ...]]


@dataclass(frozen=True, slots=True)
class Catalog:
    """A whole file, the part of its document that has all segments."""

    text: str
    line_end: str
    header: Header
    rules: Rules
    untranslated: tuple[Untranslated, ...]
    slots: tuple[Slot, ...]
    language: str
    is_utf8: bool

    @property
    def segments(self) -> Sequence[Segment]:
        return [slot.segment for slot in self.slots]

    def fits(self, index: int, target: str) -> bool:
        return self.slots[index].fits(0, target)

    def written(self, targets: Sequence[str | None]) -> str:
        is_translated = any(target is not None for target in targets)
        edits = list(self._header_edits(is_translated))
        reshapes = is_translated and self.rules.is_replaced(self.language)
        for found in self.untranslated:
            asks = self.rules.asks(found.entry, self.language)
            texts = self._texts(found, asks, targets)
            if found.entry.plural is None:
                edits += [self._filled(found.entry, found.entry.forms[0], text) for text in texts.values()]
            elif texts or reshapes:
                empty = dict.fromkeys(asks, "")
                edits += self._plural_edits(found.entry, texts or empty)
        return _edited(self.text, edits)

    def _texts(
        self, found: Untranslated, asks: Mapping[int, Ask], targets: Sequence[str | None]
    ) -> dict[int, str]:
        """Index of msgstr → its text; empty where nothing of the entry has a target."""
        pieces = {index: found.pieces.get(ask, (ask.text,)) for index, ask in asks.items()}
        numbers = (piece for its in pieces.values() for piece in its if isinstance(piece, int))
        if all(targets[number] is None for number in numbers):
            return {}
        return {
            index: "".join(
                self.slots[piece].written([targets[piece]]) if isinstance(piece, int) else piece for piece in its
            )
            for index, its in pieces.items()
        }

    def _filled(self, entry: Entry, strings: Strings, text: str) -> Edit:
        # The other strings are empty and stay.
        return (*strings.spans[0], self._wrapped(entry, text))

    def _plural_edits(self, entry: Entry, texts: Mapping[int, str]) -> Iterator[Edit]:
        missing = dict(texts)
        for form in entry.forms:
            if form.index in missing:
                yield self._filled(entry, form, missing.pop(form.index))
            elif not form.value and form is not entry.forms[0]:
                yield form.before, form.end, ""
        end = entry.forms[-1].end
        added = (f"msgstr[{index}] {self._wrapped(entry, text)}" for index, text in missing.items())
        yield end, end, "".join(self.line_end + form for form in added)

    def _wrapped(self, entry: Entry, text: str) -> str:
        """The text as a string, or as several where the msgid is: a line each, the first one empty."""
        if not entry.is_multiline or not text:
            return encode(text)
        lines = text.split("\n")
        strings = [encode(f"{line}\n") for line in lines[:-1]] + ([encode(lines[-1])] if lines[-1] else [])
        return self.line_end.join(['""', *strings])

    def _header_edits(self, is_translated: bool) -> Iterator[Edit]:
        fields = dict(self._fields(is_translated))
        if fields and (self.header.entry is not None or "Plural-Forms" in fields):
            yield self.header.with_fields(self.text, fields.items(), self.line_end)

    def _fields(self, is_translated: bool) -> Iterator[tuple[str, str]]:
        if needs_charset(self.header) and (is_translated or not self.is_utf8):
            yield "Content-Type", self.header.with_utf8
        if is_translated and self.rules.is_replaced(self.language):
            named = self.header.field("Language")
            if not named or not names_language(named, self.language):
                yield "Language", self.language.replace("-", "_")
            yield "Plural-Forms", self.rules.rule(self.language)


def line_end_of(text: str) -> str:
    """How the lines of a text end."""
    if "\r\n" in text:
        return "\r\n"
    return "\r" if "\r" in text and "\n" not in text else "\n"


def needs_charset(header: Header) -> bool:
    """Whether the header does not say UTF-8, in which every translation is written."""
    return (header.charset or "").upper() not in ("UTF-8", "UTF8")


def _ask(entry: Entry, form: Form) -> Ask:
    """What a plural form is translated from. A msgid may leave out the number only where that is always 1."""
    plural = entry.plural or ""
    if form.is_one_alone or (form.category == "one" and placeholders(entry.text) == placeholders(plural)):
        return Ask(entry.text)
    return Ask(plural, form.sentence)


def _edited(text: str, edits: list[Edit]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end, written in sorted(edits):
        pieces += (text[position:start], written)
        position = end
    return "".join(pieces) + text[position:]
