"""Single elements of an XML file, one after the other, however large the file is.

A file that declares entities is refused: nothing is expanded. A DTD is passed over and never fetched.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET
from xml.parsers import expat

from batch_translate.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_AT_ONCE = 1 << 16
_MAX_DEPTH = 100
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML = "http://www.w3.org/XML/1998/namespace "
_XLIFF = "urn:oasis:names:tc:xliff:document:"


class Found(NamedTuple):
    """An element whole, the line of its start tag, and the attributes of the elements around it by their names."""

    element: ET.Element
    line: int
    around: Mapping[str, Mapping[str, str]]


def read_elements(file: IO[bytes], document: str, root: str, wanted: frozenset[str]) -> Iterator[Found]:
    """Yield the elements with one of the wanted names, in document order; `root` is what the file must be.

    Names of XLIFF's own namespaces are written without them, those of others as `namespace name`. Raises
    DocumentError where the file is not well-formed, is nested too deeply, declares entities or is something else.
    """
    reader = _Reader(document, root, wanted)
    ended = False
    while not ended:
        chunk = file.read(_AT_ONCE)
        ended = not chunk
        reader.parse(chunk, ended)
        yield from reader.found
        reader.found.clear()


class _Reader:
    def __init__(self, document: str, root: str, wanted: frozenset[str]) -> None:
        self.found: list[Found] = []
        self._document = document
        self._root = root
        self._wanted = wanted
        self._around: list[tuple[str, dict[str, str]]] = []
        # The wanted element that is being read, from which line on and how deep.
        self._builder: ET.TreeBuilder | None = None
        self._line = self._depth = 0
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse
        parser.SkippedEntityHandler = self._refuse

    def parse(self, chunk: bytes, is_last: bool) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            reason = f"is not well-formed XML ({expat.ErrorString(error.code)}); nothing of it was imported"
            raise DocumentError(self._document, f"line {error.lineno}", reason) from None
        except (ValueError, LookupError) as error:
            raise DocumentError(
                self._document, "", f"is written in an encoding that is not read: {error}"
            ) from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        attributes = {_local(key): value for key, value in attributes.items()}
        line = self._parser.CurrentLineNumber
        if self._builder is not None:
            self._depth += 1
            self._builder.start(name, attributes)
        elif name in self._wanted:
            self._builder, self._line, self._depth = ET.TreeBuilder(), line, 1
            self._builder.start(name, attributes)
        else:
            if not self._around and name != self._root:
                raise DocumentError(self._document, f"line {line}", f"is <{name}> and not <{self._root}>")
            self._around.append((name, attributes))
        if self._depth + len(self._around) > _MAX_DEPTH:
            raise DocumentError(self._document, f"line {line}", f"is nested deeper than {_MAX_DEPTH} levels")

    def _end(self, name: str) -> None:
        if self._builder is None:
            self._around.pop()
            return
        self._builder.end(_local(name))
        self._depth -= 1
        if not self._depth:
            self.found.append(Found(self._builder.close(), self._line, dict(self._around)))
            self._builder = None

    def _text(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def _refuse(self, *_: Any) -> Any:
        reason = "declares or uses entities of a DTD, which are never expanded: write the characters themselves"
        raise DocumentError(self._document, f"line {self._parser.CurrentLineNumber}", reason)


def _local(name: str) -> str:
    if name.startswith(_XML):
        return f"xml:{name.removeprefix(_XML)}"
    return name.rpartition(" ")[2] if name.startswith(_XLIFF) else name


def storable_in_xml(text: str) -> str:
    """`text` with U+FFFD for what XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)


def escaped(text: str) -> str:
    """`text` as character data or as an attribute's value in double quotes."""
    text = storable_in_xml(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;").replace('"', "&quot;")


def attribute(text: str) -> str:
    """`text` as an attribute's value, whose white space is kept."""
    return escaped(text).replace("\n", "&#10;").replace("\t", "&#9;")
