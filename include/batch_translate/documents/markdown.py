"""Where are the segments of a Markdown document? In its front matter and, block by block, in its prose.

Headings, paragraphs, list items, quotes, table cells, footnotes and container titles are segments; code, HTML and
math blocks and link definitions are not. The source lines are edited and nothing is rendered again, so marks, line
breaks and indentation stay. A target which would not be the same block there is not written: the source stays.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TextIO

from batch_translate.documents.front_matter import cut_front_matter, front_matter_parts
from batch_translate.documents.markdown_blocks import block_parser, block_tokens
from batch_translate.documents.markdown_inline import note_spans, spans_of
from batch_translate.documents.text_format import Parts, Slot, TextFormat, with_line_ends_of
from batch_translate.markup.tags import Protected, protect, restore
from batch_translate.segments import Problem, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

    from batch_translate.documents.document import DocumentSettings

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+\Z")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_BLOCK_MARK = re.compile(r"(\s*)(\d{0,9})(?=[^\w\s])")


@dataclass(frozen=True, slots=True)
class _Block:
    """The content of one inline token: from `start` to `end` in the text, line by line at `lines`."""

    kind: str
    start: int
    end: int
    lines: tuple[tuple[int, int], ...]


class Markdown(TextFormat):
    name = "Markdown"
    endings = (".md", ".markdown")

    def __init__(self) -> None:
        self._parser = block_parser()
        note_spans(self._parser)

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        front_matter, body = cut_front_matter(text.read())
        yield from front_matter_parts(front_matter, settings)
        references: dict[str, object] = {}
        tokens = block_tokens(self._parser, body, references)
        first_line = len(_LINE.findall(front_matter)) + 1
        position = 0
        count = 0
        for line, block in _blocks(tokens, body):
            if block is None:
                yield Problem(f"line {first_line + line}", "its indentation is not understood; not translated")
                continue
            content = _content(block, body)
            protected = protect(content, spans_of(self._parser, content, references))
            if not protected.prose.strip():
                continue
            count += 1
            yield body[position : block.start]
            segment = Segment(f"block {count}, line {first_line + line}", protected.text)
            yield Slot(segment, body[block.start : block.end], partial(self._put, block, body, protected))
            position = block.end
        yield body[position:]

    def _put(self, block: _Block, body: str, protected: Protected, target: str) -> str | None:
        restored = restore(with_line_ends_of("\n", target), protected.originals)
        if restored is None or not restored.strip():
            return None
        if len(block.lines) == 1:
            restored = " ".join(restored.split("\n"))
        if block.kind == "cell":
            return restored.replace("|", "\\|")
        lines = [line.lstrip(" \t") for line in restored.strip().split("\n")]
        # A lazy continuation is a paragraph only where it stands: what its source is not, no target can be.
        if block.kind == "paragraph" and self._is_paragraph(_content(block, body)):
            if not self._is_paragraph("\n".join(lines)):
                lines = [self._as_prose(line, "a\n" if number else "") for number, line in enumerate(lines)]
            if not self._is_paragraph("\n".join(lines)):
                return None
        return _with_margins(lines, block, body)

    def _as_prose(self, line: str, before: str) -> str:
        """The line, its first mark escaped where after `before` it would not just go on."""
        return line if self._is_paragraph(before + line) else _BLOCK_MARK.sub(r"\1\2\\", line, count=1)

    def _is_paragraph(self, text: str) -> bool:
        tokens = block_tokens(self._parser, text, {})
        return [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]


def _blocks(tokens: Iterable[Token], body: str) -> Iterator[tuple[int, _Block | None]]:
    """Each block of prose with its first line; None in place of a block that is not found in the text."""
    lines = [(match.start(), match.end()) for match in _LINE.finditer(body)]
    position = 0
    kind = ""
    for token in tokens:
        if token.type != "inline":
            kind = token.type
            continue
        if not token.content.strip() or token.map is None:
            continue
        first, last = token.map
        if kind in ("th_open", "td_open"):
            block = _cell(token.content, max(position, lines[first][0]), lines[first][1], body)
        else:
            block = _run(kind, token.content, lines[first:last], body)
        position = block.end if block else position
        yield first, block


def _run(kind: str, content: str, lines: list[tuple[int, int]], body: str) -> _Block | None:
    """The block whose lines end with the lines of `content`."""
    wanted = content.strip().split("\n")
    if len(wanted) > len(lines):
        return None
    found: list[tuple[int, int]] = []
    for text, (start, end) in zip(wanted, lines, strict=False):
        core = text.lstrip(" \t")
        at = body.rfind(core, start, end)
        if at < 0 or body[at + len(core) : end].strip(" \t\r\n#\u3000"):
            return None
        found.append((at, at + len(core)))
    kind = "paragraph" if kind == "paragraph_open" or len(found) > 1 else "line"
    return _Block(kind, found[0][0], found[-1][1], tuple(found))


def _cell(content: str, start: int, end: int, body: str) -> _Block | None:
    """The first table cell from `start` on that says `content`."""
    borders = [match.start() for match in _CELL_BORDER.finditer(body, start, end)]
    written = content.replace("|", "\\|")
    for left, right in zip([start, *(border + 1 for border in borders)], [*borders, end], strict=True):
        text = body[left:right].strip()
        # Before the first border the mark of a list or quote may stand, which the table is in.
        if text == written or (left == start and text.endswith(written)):
            last = left + len(body[left:right].rstrip())
            return _Block("cell", last - len(written), last, ((last - len(written), last),))
    return None


def _content(block: _Block, body: str) -> str:
    content = "\n".join(body[start:end] for start, end in block.lines)
    return content.replace("\\|", "|") if block.kind == "cell" else content


def _with_margins(lines: list[str], block: _Block, body: str) -> str:
    """The lines with what stands between the source's lines; the last of these for all there are more."""
    places = block.lines
    between = [body[before[1] : after[0]] for before, after in itertools.pairwise(places)]
    written = lines[0]
    for number, line in enumerate(lines[1:]):
        written += between[min(number, len(between) - 1)] + line
    return written
