"""Where are the segments of XLIFF? In the sources that have no target; what is written are their targets.

Sources, notes, metadata and targets that are there stay to the byte. With the first target of a file or document
its target language is named, where it was not: so a document is one part, written when all its targets are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from batch_translate.documents.limits import parsing, read_whole
from batch_translate.documents.text_format import Part, Parts, Slot, TextFormat
from batch_translate.documents.xliff.targets import Edit, UnitDraft, draft_unit
from batch_translate.documents.xliff.units import read_units
from batch_translate.documents.xliff.xml_text import declared_encoding, edited, with_attribute
from batch_translate.segments import Problem, Segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.documents.document import DocumentSettings


class Xliff(TextFormat):
    name = "XLIFF"
    endings = (".xlf", ".xliff")

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        whole = read_whole(text, document)
        if not whole.strip():
            yield whole
            return
        with parsing(document):
            found = _read(whole, text.encoding, document, settings, target_language)
        yield from found


@dataclass(frozen=True, slots=True)
class _Document:
    """The whole document; `encoding` is where it names another encoding than it is written in."""

    data: bytes
    drafts: tuple[UnitDraft, ...]
    slots: tuple[Slot, ...]
    target_language: str
    encoding: tuple[Edit, ...]
    was_utf8: bool

    @property
    def segments(self) -> Sequence[Segment]:
        return [slot.segment for slot in self.slots]

    def fits(self, index: int, target: str) -> bool:
        return self.slots[index].fits(0, target)

    def written(self, targets: Sequence[str | None]) -> str:
        given = iter(targets)
        edits: list[Edit] = []
        languages: dict[int, Edit] = {}
        for draft in self.drafts:
            own = list(islice(given, len(draft.slots)))
            if all(target is None for target in own):
                continue
            edits += draft.edits(own, self.data)
            part = draft.unit.part
            holder = part.holder
            if not part.names_target and holder.start not in languages:
                tag = self.data[holder.start : holder.end].decode()
                edit = with_attribute(tag, part.language_attribute, self.target_language)
                languages[holder.start] = (holder.start, holder.end, edit)
        is_changed = bool(edits) or not self.was_utf8
        return edited(self.data, [*edits, *languages.values(), *(self.encoding if is_changed else ())])


def _read(
    whole: str, encoding: str, document: str, settings: DocumentSettings, target_language: str
) -> list[str | Problem | Part]:
    data = whole.encode()
    units, problems = read_units(data, document, settings)
    line_end = "\n" if "\n" in whole or "\r" not in whole else "\r"
    line_end = "\r\n" if "\r\n" in whole else line_end
    drafts: list[UnitDraft] = []
    for unit in units:
        draft, unfit = draft_unit(unit, line_end, settings, target_language)
        drafts.append(draft)
        problems += unfit
    slots = tuple(slot for draft in drafts for slot in draft.slots)
    declared = declared_encoding(whole)
    rename: tuple[Edit, ...] = ()
    was_utf8 = encoding == "utf-8"
    if declared is not None and declared[0].lower() != "utf-8":
        rename = ((declared[1], declared[2], "UTF-8"),)
        if was_utf8 and not whole.isascii():
            reason = f"says that it is {declared[0]} and is UTF-8; it was read as that"
            problems.append(Problem("line 1", reason, "note"))
    return [*problems, _Document(data, tuple(drafts), slots, target_language, rename, was_utf8)]
