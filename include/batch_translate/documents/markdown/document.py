"""Where are the segments of a Markdown document? In its front matter and, block by block, in its prose.

Headings, paragraphs, list items, quotes, table cells, footnotes and container titles are segments; code, HTML and
math blocks and link definitions are not. The source lines are edited and nothing is rendered again, so marks, line
breaks and indentation stay. A target is written so that it is the same block with the same markup, escaped where
it has to be; one that cannot be is not written, and the source stays.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TextIO

from batch_translate.documents.limits import parsing, read_whole
from batch_translate.documents.markdown.blocks import block_parser, block_tokens
from batch_translate.documents.markdown.front_matter import cut_front_matter, front_matter_parts
from batch_translate.documents.markdown.inline import spans_of
from batch_translate.documents.markdown.places import LINE, Block, blocks, prose_of
from batch_translate.documents.markdown.rules import note_places
from batch_translate.documents.markdown.target import protect_markdown, says, tidy, written_ways
from batch_translate.documents.text_format import Parts, Slot, TextFormat, cut_margins
from batch_translate.languages import space_between_sentences
from batch_translate.markup.sentences import cut_long
from batch_translate.segments import Problem, Segment

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

    from batch_translate.documents.document import DocumentSettings
    from batch_translate.markup.tags import Protected, Span

_BLOCK_MARK = re.compile(r"\A(\s*)(\d{0,9})(?=[!-/:-@\[-`{-~])")
_TABLE_RULE = re.compile(r"\A[|:-][|:\- \t]*\Z")
_LAST_MARKS = re.compile(r"#+\Z")
_OPENINGS = {"heading": "# ", "title": ":::x "}


class Markdown(TextFormat):
    name = "Markdown"
    endings = (".md", ".markdown")

    def __init__(self) -> None:
        self._parser = block_parser()
        note_places(self._parser)

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        front_matter, body = cut_front_matter(read_whole(text, document))
        with parsing(document):
            start = [*front_matter_parts(front_matter, settings)]
            references: dict[str, object] = {}
            tokens = block_tokens(self._parser, body, references)
            found = list(blocks(tokens, body))
        yield from start
        first_line = len(LINE.findall(front_matter)) + 1
        writer = _Writer(self._parser, references, body)
        position = 0
        count = 0
        for line, block in found:
            if block is None:
                yield Problem(f"line {first_line + line}", "its indentation is not understood; not translated")
                continue
            with parsing(document):
                stretches = _stretches(self._parser, block, body, references, settings.source_language)
            if not stretches:
                continue
            count += 1
            place = f"block {count}, line {first_line + line}"
            for number, stretch in enumerate(stretches, 1):
                yield body[position : stretch.block.start]
                part = f", part {number}" if len(stretches) > 1 else ""
                joint = space_between_sentences(target_language) if stretch.is_joined else ""
                source = body[stretch.block.start : stretch.block.end]
                segment = Segment(place + part, stretch.protected.text)
                yield Slot(segment, source, partial(writer.put, stretch, joint))
                position = stretch.block.end
        yield body[position:]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A block of prose, or the sentences of one that is long.

    `after_text` and `before_text`: other text of its block stands on the same line. `is_joined`: with nothing
    between, so that a language with spaces between sentences needs one.
    """

    block: Block
    protected: Protected
    after_text: bool
    before_text: bool
    is_joined: bool


def _stretches(
    parser: MarkdownIt, block: Block, body: str, references: dict[str, object], language: str
) -> list[_Stretch]:
    content = block.content(body)
    first, last = prose_of(block, content)
    text = content[first:last]
    spans = spans_of(parser, text, references)
    found: list[_Stretch] = []
    pieces = [(0, len(text))] if block.is_cell else cut_long(text, spans, language)
    for number, (start, end) in enumerate(pieces, 1):
        before, core, after = cut_margins(text[start:end])
        at = start + len(before)
        inside = [_shifted(span, -at) for span in spans if at <= span.start and span.end <= at + len(core)]
        protected = protect_markdown(core, inside)
        if not protected.prose.strip():
            continue
        found.append(
            _Stretch(
                block.part(first + at, first + at + len(core)),
                protected,
                after_text=at > 0 and text[at - 1] != "\n",
                before_text=number < len(pieces) and not after.startswith("\n"),
                is_joined=number < len(pieces) and not after,
            )
        )
    return found


def _shifted(span: Span, by: int) -> Span:
    inner = None if span.inner is None else (span.inner[0] + by, span.inner[1] + by)
    return replace(span, start=span.start + by, end=span.end + by, inner=inner)


def _trimmed(text: str) -> str:
    return text.strip(" ")


def _content(lines: list[str], block: Block) -> str:
    return lines[0].replace("\\|", "|") if block.is_cell else "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes targets into one document."""

    parser: MarkdownIt
    references: dict[str, object]
    body: str

    def put(self, stretch: _Stretch, joint: str, target: str) -> str | None:
        block = stretch.block
        source = self.body[block.start : block.end]
        target = tidy(target)
        if len(block.lines) == 1:
            target = " ".join(target.split("\n"))
        # A letter is the worst that can stand beside a mark of emphasis.
        before, after = "x" * stretch.after_text, "x" * (stretch.before_text and not joint)
        for way in map(_trimmed, written_ways(target, stretch.protected, before, after)):
            lines = self._as_block(block, [line.lstrip(" \t") for line in way.split("\n")])
            # A line break of its own at the end of a block is none.
            if not lines or way != way.strip():
                continue
            if says(_content(lines, block), target, stretch.protected, self._read, source, before, after):
                return self._with_margins(lines, block) + joint
        return None

    def _read(self, text: str) -> Protected:
        return protect_markdown(text, spans_of(self.parser, text, self.references))

    def _as_block(self, block: Block, lines: list[str]) -> list[str] | None:
        """The lines, escaped so that they are this kind of block; None where they cannot be."""
        if block.is_cell:
            # At its end a backslash would take the border's meaning away.
            lines = [re.sub(r"\\\\\Z", "&#92;", lines[0]).replace("|", "\\|")]
        if block.kind == "cell":
            return lines
        if block.kind in _OPENINGS:
            return [self._after_opening(_OPENINGS[block.kind], lines[0])]
        if prose_of(block, lines[0])[0]:
            lines = ["\\" + lines[0], *lines[1:]]
        if self._is_paragraph(lines):
            return lines
        # Lines that go on lazily in a quote or list are a paragraph only there: `===`, which code may go on with.
        own = block.content(self.body).split("\n")
        lazy = not self._is_paragraph(own)
        lines = [
            line if [line] == own[number : number + 1] else self._as_prose(line, ["a"] * bool(number))
            for number, line in enumerate(lines)
        ]
        if self._is_paragraph(lines, lazy):
            return lines
        lines = [_TABLE_RULE.sub(r"\\\g<0>", line) for line in lines]
        return lines if self._is_paragraph(lines, lazy) else None

    def _after_opening(self, opening: str, line: str) -> str:
        tokens = block_tokens(self.parser, opening + line, {})
        if any(token.content == line for token in tokens if token.type == "inline"):
            return line
        return _BLOCK_MARK.sub(r"\1\2\\", _LAST_MARKS.sub(r"\\\g<0>", line))

    def _as_prose(self, line: str, before: list[str]) -> str:
        """The line, its first mark escaped where after `before` it would not just go on."""
        return line if self._is_paragraph([*before, line]) else _BLOCK_MARK.sub(r"\1\2\\", line)

    def _is_paragraph(self, lines: list[str], lazy: bool = False) -> bool:
        text = "\n".join(lines)
        types = [token.type for token in block_tokens(self.parser, "> " * lazy + text, {})]
        return types[lazy : len(types) - lazy] == ["paragraph_open", "inline", "paragraph_close"]

    def _with_margins(self, lines: list[str], block: Block) -> str:
        """The lines with what stands between the source's lines; the last of these for all there are more."""
        places = block.lines
        between = [self.body[before[1] : after[0]] for before, after in itertools.pairwise(places)]
        written = lines[0]
        for number, line in enumerate(lines[1:]):
            written += between[min(number, len(between) - 1)] + line
        return written
