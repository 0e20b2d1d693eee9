"""Which translations does a document hold that has both languages, a gettext catalogue or XLIFF?

The formats beside this module read what is still to be translated; this one reads what is there, for whoever
compares documents. Both protect a text in the same way.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from batch_translate.documents.encoding import open_text
from batch_translate.documents.gettext.formats import directive_spans
from batch_translate.documents.gettext.syntax import entries_of
from batch_translate.documents.limits import parsing, read_whole
from batch_translate.documents.xliff.inline import Text, TextReader, flatten
from batch_translate.documents.xliff.xml_text import Tag, XmlReader, read_xml
from batch_translate.markup.inline import inline_spans
from batch_translate.markup.tags import protect

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDINGS = (".po", ".pot", ".xlf", ".xliff")
_UNITS = ("trans-unit", "segment")


class Translation(NamedTuple):
    """A text and its translation, "" where the document has none, both with placeholders.

    `name` tells it apart in every version of the document: its context or unit, and which plural form it is.
    """

    name: str
    place: str
    source: str
    target: str


def is_bilingual(document: str) -> bool:
    """Whether a file of this name has both languages."""
    return PurePosixPath(document).suffix.lower() in _ENDINGS


def read_translations_in(source: BinaryIO, document: str, source_language: str) -> Iterator[Translation]:
    """Yield the texts of a document with their translations. Raises DocumentError when it cannot be read."""
    with open_text(source, document, source_language) as text:
        whole = read_whole(text.stream, document)
    with parsing(document):
        found = (
            _units(whole, document) if document.lower().endswith(("xlf", "xliff")) else _entries(whole, document)
        )
        yield from list(found)


def _entries(whole: str, document: str) -> Iterator[Translation]:
    messages = (entry for entry in entries_of(whole, document) if not entry.is_header)
    for number, entry in enumerate(messages, 1):
        for form in entry.forms:
            # A language without plurals has one form for all numbers.
            is_singular = entry.plural is None or (form.index == 0 and len(entry.forms) > 1)
            source = entry.text if is_singular else entry.plural or ""
            source, target = (
                protect(it, [*directive_spans(it, entry.flags), *inline_spans(it)]).text
                for it in (source.strip(), "" if entry.is_fuzzy else form.value.strip())
            )
            name = "\n".join([entry.context or "", str(form.index)])
            yield Translation(name, f"entry {number}, line {entry.line}", source, target)


def _units(whole: str, document: str) -> Iterator[Translation]:
    reader = _UnitReader()
    if whole.strip():
        read_xml(whole.encode(), document, reader)
    for name, line, texts in reader.units:
        if "source" in texts:
            source, target = (_protected(texts.get(it)) for it in ("source", "target"))
            yield Translation(name, f"unit {name}, line {line}", source, target)


def _protected(text: Text | None) -> str:
    flat = None if text is None else flatten(text)
    return "" if flat is None else protect(flat.text, flat.spans).text.strip()


class _UnitReader(XmlReader):
    """Reads the first source and target of each unit; those of <alt-trans> and <match> are no children of one."""

    def __init__(self) -> None:
        self.units: list[tuple[str, int, dict[str, Text]]] = []
        self._path: list[str] = []
        self._unit = ""
        self._text: TextReader | None = None
        self._depth = 0

    def start(self, tag: Tag) -> None:
        name = tag.name.rpartition(" ")[2]
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        if self._text is not None:
            self._text.start(name, tag)
            return
        if name in ("unit", "trans-unit"):
            self._unit = tag.attributes.get("id", "")
        if name in _UNITS:
            self.units.append((self._unit, tag.line, {}))
        elif name in ("source", "target") and parent in _UNITS:
            self._text, self._depth = TextReader(tag.end), len(self._path)

    def end(self, tag: Tag, start: int, end: int) -> None:
        name = self._path.pop()
        if self._text is None:
            return
        if len(self._path) >= self._depth:
            self._text.end(name, tag, start, end)
            return
        (found,) = self._text.finish(start)
        self.units[-1][2].setdefault(name, found)
        self._text = None

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.characters(text)

    def instruction(self, start: int, end: int) -> None:
        if self._text is not None:
            self._text.instruction(start, end)
