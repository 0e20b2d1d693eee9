"""Where are the segments of plain text? Each paragraph, a block of lines between blank lines, is one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TextIO

from batch_translate.documents.text_format import Parts, Slot, TextFormat, cut_margins, with_line_ends_of
from batch_translate.segments import Segment

if TYPE_CHECKING:
    from batch_translate.documents.document import DocumentSettings


class PlainText(TextFormat):
    name = "plain text"
    endings = (".txt",)

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        block: list[str] = []
        count = 0
        for line in text:
            if line.strip():
                block.append(line)
                continue
            if block:
                count += 1
                yield from _paragraph("".join(block), count)
                block = []
            yield line
        if block:
            yield from _paragraph("".join(block), count + 1)


def _paragraph(block: str, number: int) -> Parts:
    before, text, after = cut_margins(block)
    yield before
    yield Slot(Segment(f"paragraph {number}", text), text, partial(with_line_ends_of, text))
    yield after
