"""What is written for one XLIFF unit: its target, with every code of its source, and its state."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from batch_translate.documents.prose import Prose
from batch_translate.documents.text_format import Slot
from batch_translate.documents.xliff.inline import Flat, Text, flatten, raw_of
from batch_translate.documents.xliff.xml_text import (
    XML_NAMESPACE,
    edited,
    escaped,
    indentation_before,
    with_attribute,
    without_attribute,
)
from batch_translate.segments import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_translate.documents.document import DocumentSettings
    from batch_translate.documents.xliff.units import Unit
    from batch_translate.documents.xliff.xml_text import Tag

Edit = tuple[int, int, str]
_SPACE = f"{XML_NAMESPACE} space"
_NAME = re.compile(r"<([^\s/>]+)")


@dataclass(frozen=True, slots=True)
class Draft:
    """One text of a unit: slots, and what stands between them."""

    text: Text
    flat: Flat
    parts: tuple[str | Slot, ...]

    def rendered(self, targets: Iterator[str | None], data: bytes, inside: dict[int, str]) -> str:
        """The text with the next `targets` in its slots; `inside` are the texts in its codes as written."""
        written = "".join(
            escaped(part) if isinstance(part, str) else _put_or_source(part, next(targets)) for part in self.parts
        )
        codes = self.flat.codes.items()
        return written.translate({ord(character): raw_of(code, data, inside) for character, code in codes})


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """A unit with the slots of all its texts, in their order."""

    unit: Unit
    drafts: tuple[Draft, ...]

    @property
    def slots(self) -> list[Slot]:
        return [part for draft in self.drafts for part in draft.parts if isinstance(part, Slot)]

    def edits(self, targets: Sequence[str | None], data: bytes) -> Iterator[Edit]:
        """How `data` changes when these targets are written. A text without one is as it is in the source."""
        unit = self.unit
        content = edited(data, self._texts(targets, data), *unit.content)
        # A part which is not translated, or translates to itself, is for a person to see.
        is_whole = None not in targets
        if unit.part.is_second:
            segment = without_attribute(_raw(unit.holder, data), "subState")
            state = "translated" if is_whole else "initial"
            yield unit.holder.start, unit.holder.end, with_attribute(segment, "state", state)
        state = "" if unit.part.is_second else "translated" if is_whole else "needs-translation"
        yield _target(unit, data, state, content)

    def _texts(self, targets: Sequence[str | None], data: bytes) -> list[Edit]:
        given = iter(targets)
        slices = [[next(given) for part in draft.parts if isinstance(part, Slot)] for draft in self.drafts]
        rendered: dict[int, str] = {}
        # A text comes before those which stand in its codes.
        for draft, own in zip(reversed(self.drafts), reversed(slices), strict=True):
            rendered[draft.text.start] = draft.rendered(iter(own), data, rendered)
        return [(text.start, text.end, rendered[text.start]) for text in self.unit.texts if text.start in rendered]


def draft_unit(
    unit: Unit, line_end: str, settings: DocumentSettings, target_language: str
) -> tuple[UnitDraft, list[Problem]]:
    """The slots of a unit, and which texts of it cannot be translated."""
    problems: list[Problem] = []
    flats: list[tuple[Text, Flat]] = []
    waiting = list(reversed(unit.texts))
    while waiting:
        text = waiting.pop()
        flat = flatten(text)
        if flat is None:
            problems.append(Problem(unit.place, "has more inline codes than can be kept; not translated"))
            continue
        flats.append((text, flat))
        waiting += [inner for code in reversed(flat.codes.values()) for inner in reversed(code.texts)]
    drafts: list[Draft] = []
    for number, (text, flat) in enumerate(flats, 1):
        place = f"{unit.place}, text {number}" if len(flats) > 1 else unit.place
        prose = Prose(place, settings.source_language, target_language, encode=partial(_without, flat))
        parts = prose.parts(flat.text, flat.spans, partial(_put, flat, line_end))
        drafts.append(
            Draft(text, flat, tuple(_of_unit(part, unit) for part in parts if isinstance(part, str | Slot)))
        )
    return UnitDraft(unit, tuple(drafts)), problems


def _of_unit(part: str | Slot, unit: Unit) -> str | Slot:
    if isinstance(part, str):
        return part
    segment = part.segment._replace(row_id=unit.id, only_for=unit.part.only_for)
    return dataclasses.replace(part, segment=segment)


def _without(flat: Flat, text: str) -> str:
    """A model's text without the characters that stand for codes here."""
    return text.translate(flat.no_codes) if flat.codes else text


def _put(flat: Flat, line_end: str, target: str) -> str:
    if "\r" not in flat.text:
        target = target.replace("\r\n", "\n").replace("\r", "\n")
    return escaped(target).replace("\n", line_end)


def _put_or_source(slot: Slot, target: str | None) -> str:
    written = None if target is None else slot.put(target)
    return escaped(slot.source) if written is None else written


def _target(unit: Unit, data: bytes, state: str, content: str) -> Edit:
    source = _raw(unit.source, data)
    if unit.target is None:
        prefix, _, _ = _name(source).rpartition("source")
        tag, indentation = f"<{prefix}target>", indentation_before(data, unit.source.start)
        start = end = unit.insert_at
    else:
        indentation = ""
        found, end = unit.target
        start = found.start
        tag = _raw(found, data)
        tag = f"{tag[:-2].rstrip()}>" if found.empty else tag
    if state:
        tag = with_attribute(tag, "state", state)
    if _SPACE in unit.source.attributes:
        tag = with_attribute(tag, "xml:space", unit.source.attributes[_SPACE])
    return start, end, f"{indentation}{tag}{content}</{_name(tag)}>"


def _raw(tag: Tag, data: bytes) -> str:
    return data[tag.start : tag.end].decode()


def _name(tag: str) -> str:
    found = _NAME.match(tag)
    return found[1] if found else ""
