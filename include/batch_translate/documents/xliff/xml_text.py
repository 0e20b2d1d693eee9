"""Where do the elements of an XML document stand in its bytes, and how are they edited there?

expat finds them and the source is edited, never serialised again. A document that declares entities or needs some
from elsewhere is refused: nothing is expanded and nothing is fetched. Offsets count bytes of UTF-8.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from batch_translate.documents.limits import check_depth
from batch_translate.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TAG_END = re.compile(rb"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(r"""\s+([^\s=]++)\s*=\s*("[^"]*"|'[^']*')""")
_DECLARED = re.compile(r"""<\?xml\s[^?>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag. Names are `namespace name` where there is a namespace; `empty` means it closes itself."""

    name: str
    attributes: Mapping[str, str]
    start: int
    end: int
    empty: bool
    line: int


class XmlReader(ABC):
    """What is told of a document, in its order."""

    @abstractmethod
    def start(self, tag: Tag) -> None: ...

    @abstractmethod
    def end(self, tag: Tag, start: int, end: int) -> None:
        """The element of `tag` ends; its end tag stands from `start` to `end` (both its end where it is empty)."""

    @abstractmethod
    def text(self, text: str) -> None:
        """Characters, with references and CDATA decoded and line feeds for line ends."""

    @abstractmethod
    def instruction(self, start: int, end: int) -> None: ...


def read_xml(data: bytes, document: str, reader: XmlReader) -> None:
    """Tell `reader` all of a document. Raises DocumentError when it is not well-formed or has entities."""
    parser = expat.ParserCreate("UTF-8", " ")
    parser.buffer_text = True
    opened: list[Tag] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        at, line = parser.CurrentByteIndex, parser.CurrentLineNumber
        check_depth(len(opened) + 1, document, f"line {line}")
        found = _TAG_END.match(data, at)
        end = found.end() if found else at
        tag = Tag(name, attributes, at, end, data[end - 2 : end] == b"/>", line)
        opened.append(tag)
        reader.start(tag)

    def end(_name: str) -> None:
        tag = opened.pop()
        at = tag.end if tag.empty else parser.CurrentByteIndex
        reader.end(tag, at, at if tag.empty else data.index(b">", at) + 1)

    def instruction(_target: str, _data: str) -> None:
        at = parser.CurrentByteIndex
        reader.instruction(at, data.index(b"?>", at) + 2)

    def refuse(*_: Any) -> Any:
        reason = "declares or uses entities of a DTD, which are never expanded: write the characters themselves"
        raise DocumentError(document, f"line {parser.CurrentLineNumber}", reason)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = reader.text
    parser.ProcessingInstructionHandler = instruction
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.SkippedEntityHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = f"is not well-formed XML ({expat.ErrorString(error.code)}): mend it and run again"
        raise DocumentError(document, f"line {error.lineno}", reason) from None


def declared_encoding(text: str) -> tuple[str, int, int] | None:
    """The encoding an XML declaration names, and where; None when it names none."""
    found = _DECLARED.match(text)
    return None if found is None else (found[1], *found.span(1))


def escaped(text: str) -> str:
    """`text` as character data; what XML cannot hold becomes U+FFFD."""
    text = _NO_XML.sub("\ufffd", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def with_attribute(tag: str, name: str, value: str) -> str:
    """A start tag with this attribute, changed in its place or put last. `value` has no special characters."""
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == name:
            start, end = found.span(2)
            return f"{tag[: start + 1]}{value}{tag[end - 1 :]}"
    opening = tag.removesuffix(">").removesuffix("/").rstrip()
    return f'{opening} {name}="{value}"{tag[len(opening) :]}'


def without_attribute(tag: str, name: str) -> str:
    """A start tag without this attribute and the white space before it."""
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == name:
            return tag[: found.start()] + tag[found.end() :]
    return tag


def indentation_before(data: bytes, at: int) -> str:
    """The line end and white space before `at`, "" when something else stands on its line."""
    line = max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at))
    if line < 0 or data[line + 1 : at].strip():
        return ""
    start = line - 1 if data[line : line + 1] == b"\n" and data[line - 1 : line] == b"\r" else line
    return data[start:at].decode()


def edited(data: bytes, edits: Iterable[tuple[int, int, str]], start: int = 0, end: int | None = None) -> str:
    """`data` from `start` to `end` with each of these stretches replaced; they do not overlap."""
    pieces: list[bytes] = []
    for first, last, written in sorted(edits):
        pieces += (data[start:first], written.encode())
        start = last
    pieces.append(data[start:end])
    return b"".join(pieces).decode()
