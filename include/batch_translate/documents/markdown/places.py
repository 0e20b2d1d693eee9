"""Where in a Markdown document does the content of a block stand? markdown-it-py says lines, not columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from batch_translate.documents.markdown.rules import ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+\Z")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
# A task's box, the kind of an alert.
_LEAD = re.compile(r"\[[ xX]\][ \t\n]+|\[![A-Za-z]+\][+-]?(?:[ \t\n]+|\Z)")

Kind = Literal["paragraph", "heading", "title", "cell", "first cell"]


@dataclass(frozen=True, slots=True)
class Block:
    """The content of one inline token: line by line at `lines` in the text."""

    kind: Kind
    lines: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        return self.lines[0][0]

    @property
    def end(self) -> int:
        return self.lines[-1][1]

    def content(self, body: str) -> str:
        """What the block says, as Markdown."""
        text = "\n".join(body[start:end] for start, end in self.lines)
        return text.replace("\\|", "|") if self.is_cell else text

    @property
    def is_cell(self) -> bool:
        return self.kind in ("cell", "first cell")

    def part(self, start: int, end: int) -> Block:
        """The block of the content from `start` to `end`. Cells have no parts."""
        if self.is_cell:
            return self
        lines: list[tuple[int, int]] = []
        passed = 0
        for first, last in self.lines:
            length = last - first
            if start <= passed + length and passed < end:
                lines.append((first + max(0, start - passed), first + min(length, end - passed)))
            passed += length + 1
        return replace(self, lines=tuple(lines))


def prose_of(block: Block, content: str) -> tuple[int, int]:
    """From where to where `content` is prose: without the box of a task, the kind of an alert, attributes."""
    start, end = 0, len(content.rstrip())
    if block.kind == "paragraph":
        lead = _LEAD.match(content)
        start = lead.end() if lead else 0
    while not block.is_cell and content.endswith("}", 0, end):
        opening = content.rfind("{", start, end)
        if opening < 0 or not ATTRIBUTES.fullmatch(content, opening, end):
            break
        # Right after a mark they belong to what it closes.
        if opening > start and not content[opening - 1].isspace():
            break
        end = start + len(content[start:opening].rstrip())
    return start, max(start, end)


def blocks(tokens: Iterable[Token], body: str) -> Iterator[tuple[int, Block | None]]:
    """Each block of prose with its first line; None in place of a block that is not found in the text."""
    lines = [(match.start(), match.end()) for match in LINE.finditer(body)]
    position = 0
    before: Token | None = None
    for token in tokens:
        if token.type != "inline":
            before = token
            continue
        if not token.content.strip() or token.map is None or before is None:
            continue
        first, last = token.map
        if before.type in ("th_open", "td_open"):
            block = _cell(token.content, max(position, lines[first][0]), lines[first], body)
        else:
            block = _run(_kind(before), token.content, lines[first:last], body)
        position = block.end if block else position
        yield first, block


def _kind(token: Token) -> Kind:
    if token.type == "container_marker":
        return "title"
    # Underlined, a heading is a paragraph before it is a heading.
    return "heading" if token.type == "heading_open" and token.markup.startswith("#") else "paragraph"


def _run(kind: Kind, content: str, lines: list[tuple[int, int]], body: str) -> Block | None:
    """The block whose lines end with the lines of `content`."""
    wanted = content.strip().split("\n")
    if len(wanted) > len(lines):
        return None
    found: list[tuple[int, int]] = []
    for text, (start, end) in zip(wanted, lines, strict=False):
        core = text.lstrip(" \t")
        at = body.rfind(core, start, end)
        if at < 0 or body[at + len(core) : end].strip(" \t\r\n#\u3000]"):
            return None
        found.append((at, at + len(core)))
    return Block(kind, tuple(found))


def _cell(content: str, start: int, line: tuple[int, int], body: str) -> Block | None:
    """The first table cell from `start` on in its line that says `content`."""
    written = content.replace("|", "\\|")
    left = start
    while left < line[1]:
        border = _CELL_BORDER.search(body, left, line[1])
        right = border.start() if border else line[1]
        text = body[left:right].strip()
        # Before the first border the mark of a list or quote may stand, which the table is in.
        if text == written or (left == start and text.endswith(written)):
            last = left + len(body[left:right].rstrip())
            first = last - len(written)
            return Block("first cell" if body.find("|", line[0], first) < 0 else "cell", ((first, last),))
        left = right + 1
    return None
