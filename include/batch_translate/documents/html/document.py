"""Where are the segments of an HTML document? In its paragraphs, of whatever elements, and in attributes.

A paragraph is what stands between the tags of two blocks; inline elements are markup in it. The source is edited
in place and nothing is rendered again, so a document need not be valid. `translate="no"`, scripts, styles, code
and comments stay as they are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, TextIO

from batch_translate.documents.html.attributes import language_switch, placed, value_of, values
from batch_translate.documents.html.elements import OpenElements
from batch_translate.documents.html.paragraph import Paragraph
from batch_translate.documents.html.prose import Placed, Stretch
from batch_translate.documents.html.tokens import Token, tokens
from batch_translate.documents.limits import parsing, read_whole
from batch_translate.documents.text_format import Parts, TextFormat
from batch_translate.languages import space_between_sentences
from batch_translate.segments import Problem, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.documents.document import DocumentSettings
    from batch_translate.documents.html.elements import Element
    from batch_translate.documents.text_format import Part

_LINE_END = re.compile(r"\r\n?|\n")
_CHARSET = re.compile(r"""charset[ \t\n\f\r]*+=[ \t\n\f\r]*+["']?([^ \t\n\f\r"';>]++)""", re.IGNORECASE)
_XML_ENCODING = re.compile(r"""<\?xml[^>]*?\sencoding[ \t\n\f\r]*+=[ \t\n\f\r]*+["']([^"'>]++)""")


class Html(TextFormat):
    name = "HTML"
    endings = (".html", ".htm")

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        is_rewritten = text.encoding != "utf-8"
        with parsing(document):
            source = read_whole(text, document)
            walk = _Walk(source, settings.source_language, target_language, is_rewritten)
            found = sorted(walk.placed(), key=lambda it: it[0])
        position = 0
        for start, end, part in found:
            yield source[position:start]
            yield part
            position = end
        yield source[position:]


class _Walk:
    """One walk over a document: its parts with their places, in order."""

    def __init__(self, text: str, source_language: str, target_language: str, is_rewritten: bool) -> None:
        self._text = text
        self._source_language = source_language
        self._target_language = target_language
        self._is_rewritten = is_rewritten
        self._lines = [match.end() for match in _LINE_END.finditer(text)]
        self._elements = OpenElements()
        self._blocks = 0
        self._attributes = 0

    def placed(self) -> Iterator[tuple[int, int, str | Problem | Part]]:
        paragraph = Paragraph(self._text)
        for token in tokens(self._text, self._elements.is_foreign):
            if token.unclosed:
                yield from self._parts_of(paragraph)
                paragraph = Paragraph(self._text)
                yield token.start, token.start, self._unclosed(token)
            if self._elements.is_border(token):
                yield from self._parts_of(paragraph)
                paragraph = Paragraph(self._text)
                self._cross(token, paragraph)
            else:
                self._add(token, paragraph)
            if charset := _charset(token, self._text):
                yield from self._parts_of(paragraph)
                paragraph = Paragraph(self._text)
                yield self._with_charset(*charset)
        yield from self._parts_of(paragraph)

    def _cross(self, token: Token, paragraph: Paragraph) -> None:
        """Take in the tag of a block."""
        if token.kind == "end":
            self._elements.close(token)
        else:
            element = self._elements.open(token, language_switch(token, self._text))
            paragraph.values += self._values(token, element)

    def _add(self, token: Token, paragraph: Paragraph) -> None:
        if token.kind == "start":
            before = self._elements.innermost
            element = self._elements.open(token, language_switch(token, self._text))
            paragraph.add_start(token, element, before, self._elements.innermost)
            paragraph.values += self._values(token, element)
        elif token.kind == "end":
            before = self._elements.innermost
            closed = self._elements.close(token)
            paragraph.add_end(token, closed, before, self._elements.innermost)
        else:
            paragraph.add_text(token, self._elements.innermost)

    def _values(self, token: Token, element: Element) -> Iterator[Placed]:
        if not element.has_texts:
            return
        for attribute, start, prose in values(token, self._text):
            self._attributes += 1
            place = f"attribute {self._attributes}, line {self._line(token.start)}, {token.name} {attribute.name}"
            yield placed(attribute, start, prose, place, self._text)

    def _parts_of(self, paragraph: Paragraph) -> Iterator[tuple[int, int, Part]]:
        """The paragraph's stretches and, where they stand in none, its attributes."""
        stretches = list(paragraph.stretches(self._source_language))
        self._blocks += bool(stretches)
        values = iter(paragraph.values)
        value = next(values, None)
        for number, (start, end, prose) in enumerate(stretches, 1):
            inside: list[Placed] = []
            while value is not None and value.start < end:
                if value.start < start:
                    yield value.start, value.end, value.slot
                else:
                    inside.append(Placed(value.start - start, value.end - start, value.slot))
                value = next(values, None)
            place = f"block {self._blocks}, line {self._line(start)}"
            if len(stretches) > 1:
                place += f", part {number}"
            follows = number < len(stretches) and stretches[number][0] == end
            joint = space_between_sentences(self._target_language) if follows else ""
            yield start, end, Stretch(Segment(place, prose.protected.text), prose, tuple(inside), joint)
        while value is not None:
            yield value.start, value.end, value.slot
            value = next(values, None)

    def _with_charset(self, start: int, end: int) -> tuple[int, int, str | Problem]:
        """What a document that names another encoding gets, for it is written as UTF-8."""
        if self._is_rewritten:
            return start, end, "utf-8"
        named = self._text[start:end]
        reason = f"says that its encoding is {named}, but is read and written as UTF-8: let it say utf-8"
        return start, start, Problem(f"line {self._line(start)}", reason, "note")

    def _unclosed(self, token: Token) -> Problem:
        name = f"<{token.name}>" if token.name else self._text[token.start : token.start + 20]
        place = f"line {self._line(token.start)}"
        return Problem(place, f"{name} is never closed; the document stays as it is from there on: close it")

    def _line(self, position: int) -> int:
        return bisect_right(self._lines, position) + 1


def _charset(token: Token, text: str) -> tuple[int, int] | None:
    """Where the tag names an encoding that is not UTF-8."""
    named = _named_encoding(token, text)
    return None if named is None or text[slice(*named)].strip().lower() in ("utf-8", "utf8") else named


def _named_encoding(token: Token, text: str) -> tuple[int, int] | None:
    if token.kind == "other":
        found = _XML_ENCODING.match(text, token.start, token.end)
        return found.span(1) if found else None
    if token.kind != "start" or token.name != "meta":
        return None
    for attribute in token.attributes:
        if attribute.name == "charset" and attribute.start < attribute.end:
            return attribute.start, attribute.end
    if (value_of(token, "http-equiv", text) or "").strip().lower() == "content-type":
        for attribute in token.attributes:
            if attribute.name == "content":
                found = _CHARSET.search(text, attribute.start, attribute.end)
                return found.span(1) if found else None
    return None
