"""Where are the segments of plain text? Each paragraph, a block of lines between blank lines, is one.

A paragraph that is too long for one request is cut at sentences. Aozora Bunko's ruby (`｜東京《とうけい》`)
becomes a numbered tag around its base, each note (`［＃…］`) one alone (https://www.aozora.gr.jp/annotation/).
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, TextIO

from batch_translate.documents.prose import Prose
from batch_translate.documents.text_format import Parts, TextFormat, cut_margins, with_line_ends_of
from batch_translate.markup.inline import inline_spans
from batch_translate.markup.tags import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.documents.document import DocumentSettings

_BASE = "々〆〇ヶ㐀-䶿一-鿿豈-﫿\U00020000-\U000323af"
# Without the mark ｜ a reading belongs to the ideographs before it.
_RUBY = re.compile(rf"(?:｜([^｜《》\r\n]+)|(?<![{_BASE}])([{_BASE}]++))《[^《》\r\n]+》")
_NOTE = re.compile(r"［＃[^［］\r\n]+］")


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
                yield from _paragraph("".join(block), count, settings, target_language)
                block = []
            yield line
        if block:
            yield from _paragraph("".join(block), count + 1, settings, target_language)


def _paragraph(block: str, number: int, settings: DocumentSettings, target_language: str) -> Parts:
    before, text, after = cut_margins(block)
    yield before
    prose = Prose(f"paragraph {number}", settings.source_language, target_language)
    yield from prose.parts(text, [*_aozora_spans(text), *inline_spans(text)], partial(with_line_ends_of, text))
    yield after


def _aozora_spans(text: str) -> Iterator[Span]:
    if "《" in text:
        for match in _RUBY.finditer(text):
            yield Span(match.start(), match.end(), match.span(1 if match[1] else 2))
    if "［" in text:
        yield from (Span(match.start(), match.end()) for match in _NOTE.finditer(text))
