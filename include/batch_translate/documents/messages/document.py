"""How does one value of a message catalogue become a part? For the formats whose documents are trees of values.

A value is a message of ICU MessageFormat where ICU would read it as one and it has branches, else a text as in any
cell. Where one value of a catalogue has branches, all its values with arguments are messages: its program reads
them by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batch_translate.documents.messages.icu_message import IcuMessage
from batch_translate.documents.messages.icu_text import RESERVED, reference_spans
from batch_translate.documents.prose import Prose
from batch_translate.documents.text_format import Parts, Slot, with_line_ends_of
from batch_translate.markup.icu import looks_branched, parse_message
from batch_translate.markup.inline import inline_spans, may_hold_inline
from batch_translate.segments import Problem, Segment, storable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from batch_translate.documents.document import DocumentSettings


# Far above what people write; a longer key must not be repeated in the places of a million values.
_LONG_KEY, _LONG_POINTER = 200, 1_000


@dataclass(frozen=True, slots=True)
class Value:
    """A string of a document, from `start` to `end`: what it says, and the JSON pointer of where it stands.

    `column` is the pointer without array indexes, `key` the last key on the way; `put` writes another text there.
    """

    start: int
    end: int
    text: str
    pointer: str
    column: str
    key: str
    put: Callable[[str], str]


@dataclass(slots=True)
class _Level:
    is_object: bool
    pointer: str
    column: str
    key: str
    index: int = 0


@dataclass(slots=True)
class Path:
    """Where a walk over objects and arrays is. A value or a key is named before it is stepped over."""

    levels: list[_Level] = field(default_factory=list)
    key: str = ""

    def enter(self, *, is_object: bool) -> None:
        self.levels.append(_Level(is_object, _shortened(self.pointer), self.column, self.key))

    def leave(self) -> None:
        self.key = self.levels.pop().key

    def step(self) -> None:
        """A value has ended."""
        if self.levels:
            self.levels[-1].index += 1

    @property
    def pointer(self) -> str:
        if not self.levels:
            return ""
        level = self.levels[-1]
        return f"{level.pointer}/{_escaped(self.key) if level.is_object else level.index}"

    @property
    def column(self) -> str:
        if not self.levels:
            return ""
        level = self.levels[-1]
        return f"{level.column}/{_escaped(self.key)}" if level.is_object else level.column


@dataclass(frozen=True, slots=True)
class _Pieces:
    """A value which is not a message: its slots and what stands between them."""

    raw: str
    put: Callable[[str], str]
    pieces: list[str | Slot]
    slots: list[Slot]

    @property
    def segments(self) -> Sequence[Segment]:
        return [slot.segment for slot in self.slots]

    def fits(self, index: int, target: str) -> bool:
        return self.slots[index].fits(0, target)

    def written(self, targets: Sequence[str | None]) -> str:
        if all(target is None for target in targets):
            return self.raw
        given = iter(targets)
        return self.put("".join(it if isinstance(it, str) else it.written([next(given)]) for it in self.pieces))


def parts_of_values(
    text: str, values: Callable[[], Iterable[Value]], settings: DocumentSettings, target_language: str
) -> Parts:
    """The parts of a document `text`; `values` gives its values in their order, each time it is asked."""
    # With escapes a document need not look as its values do.
    may_have_branches = "\\" in text or looks_branched(text)
    catalogue = _Catalogue(settings, target_language, may_have_branches and any(map(_has_branches, values())))
    at = 0
    for value in values():
        if not value.text.strip() or not _is_chosen(value, settings.columns):
            continue
        yield text[at : value.start]
        yield from catalogue.parts(value, text[value.start : value.end])
        at = value.end
    yield text[at:]


@dataclass(slots=True)
class _Catalogue:
    settings: DocumentSettings
    target_language: str
    has_branches: bool
    seen: dict[str, int] = field(default_factory=dict)

    def parts(self, value: Value, raw: str) -> Parts:
        place = storable(value.pointer) or "the text"
        if storable(value.text) != value.text:
            yield Problem(place, "has NUL or half of a surrogate pair in its text; not translated")
            yield raw
            return
        if "{" in value.text and (self.has_branches or looks_branched(value.text)):
            message = None if RESERVED.search(value.text) else parse_message(value.text)
            if message is not None:
                languages = self.settings.target_languages
                part = IcuMessage(raw, value.text, value.put, self._unique, languages, self.target_language)
                part.grow(message, place)
                yield part
                return
            if looks_branched(value.text):
                reason = "looks like an ICU message but is none that ICU reads; translated as one text"
                yield Problem(place, reason, "note")
        yield self._pieces(value, raw, self._unique(place))

    def _pieces(self, value: Value, raw: str, place: str) -> _Pieces:
        text = value.text
        spans = [*reference_spans(text), *(inline_spans(text) if may_hold_inline(text) else ())]
        prose = Prose(place, self.settings.source_language, self.target_language)
        pieces: list[str | Slot] = [
            it
            for it in prose.parts(text, spans, lambda target: with_line_ends_of(text, target))
            if isinstance(it, str | Slot)
        ]
        return _Pieces(raw, value.put, pieces, [it for it in pieces if isinstance(it, Slot)])

    def _unique(self, place: str) -> str:
        """The place, numbered where another segment has it: a key is repeated in its object."""
        count = self.seen.get(place, 0) + 1
        self.seen[place] = count
        return place if count == 1 else self._unique(f"{place} ({count})")


def _is_chosen(value: Value, columns: tuple[str, ...] | None) -> bool:
    if columns is None:
        return "/@" not in value.column  # what ARB and JSON-LD say about other keys: descriptions, types
    return any(value.column == name if name.startswith("/") else value.key == name for name in columns)


def _has_branches(value: Value) -> bool:
    return looks_branched(value.text) and parse_message(value.text) is not None


def _shortened(pointer: str) -> str:
    return pointer if len(pointer) <= _LONG_POINTER else "…" + pointer[-_LONG_POINTER:]


def _escaped(key: str) -> str:
    if len(key) > _LONG_KEY:
        key = key[:_LONG_KEY] + "…"
    return key.replace("~", "~0").replace("/", "~1")  # JSON pointer, RFC 6901
