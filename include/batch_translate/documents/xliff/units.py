"""Which texts of an XLIFF document are to be translated, and where do their targets go?

XLIFF 1.x: each `<trans-unit>`; 2.x: each `<segment>`. What the document says is not for translation
(`translate="no"`, `approved="yes"`), what has a target already and files in another language are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_translate.documents.xliff.inline import Text, TextReader
from batch_translate.documents.xliff.xml_text import Tag, XmlReader, read_xml
from batch_translate.errors import DocumentError
from batch_translate.languages import base_language
from batch_translate.segments import Problem

if TYPE_CHECKING:
    from batch_translate.documents.document import DocumentSettings

_NAMESPACE = "urn:oasis:names:tc:xliff:document:"
_LONGEST_ID = 60


@dataclass(frozen=True, slots=True)
class Part:
    """A `<file>` of XLIFF 1.x, or a whole document of 2.x (`is_second`): what has two languages.

    `holder` is the tag which names them, `only_for` the run's languages that it asks for, "" for any.
    """

    holder: Tag
    is_second: bool
    language_attribute: str
    names_target: bool
    only_for: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A source without a target. `content` is what a target begins with, `texts` what in it is translated.

    A target goes to `insert_at`, or replaces `target`: the tag of one that is empty, and where that ends.
    """

    place: str
    id: str
    part: Part
    holder: Tag
    source: Tag
    content: tuple[int, int]
    texts: tuple[Text, ...]
    insert_at: int
    target: tuple[Tag, int] | None = None


def read_units(data: bytes, document: str, settings: DocumentSettings) -> tuple[list[Unit], list[Problem]]:
    """The units without a target, and what is passed over. Raises DocumentError where it is no XLIFF."""
    reader = _UnitReader(document, settings)
    read_xml(data, document, reader)
    return reader.units, reader.problems


@dataclass(slots=True)
class _Open:
    """The unit or segment which is being read; `is_done` where nothing is to be translated."""

    tag: Tag
    place: str
    id: str
    source: Tag | None = None
    content: tuple[int, int] = (0, 0)
    texts: tuple[Text, ...] = ()
    insert_at: int = 0
    target: tuple[Tag, int] | None = None
    is_done: bool = False


class _UnitReader(XmlReader):
    def __init__(self, document: str, settings: DocumentSettings) -> None:
        self.units: list[Unit] = []
        self.problems: list[Problem] = []
        self.is_second = False
        self._document = document
        self._settings = settings
        self._namespace = ""
        # The names of the open elements, and whether what they hold is translated.
        self._path: list[tuple[str, bool]] = []
        self._part: Part | None = None
        self._unit: tuple[str, str] = ("", "")
        self._count = 0
        self._segments = 0
        self._open: _Open | None = None
        self._text: TextReader | None = None
        self._depth = 0

    def start(self, tag: Tag) -> None:
        name = self._root(tag) if not self._path else self._local(tag.name)
        said = tag.attributes.get("translate")
        inherited = self._path[-1][1] if self._path else True
        self._path.append((name, inherited if said is None else said != "no"))
        if self._text is not None:
            self._text.start(name, tag)
            return
        parent = self._path[-2][0] if len(self._path) > 1 else ""
        if name == ("xliff" if self.is_second else "file"):
            self._part = self._begun(tag)
        elif name in ("trans-unit", "unit"):
            self._enter_unit(name, tag)
        elif name == "segment" and parent == "unit":
            self._segments += 1
            place, unit_id = self._unit
            self._open = _Open(tag, f"{place}, segment {self._segments}", unit_id, is_done=not self._path[-1][1])
        elif self._open is not None and parent in ("trans-unit", "segment"):
            self._enter_content(name, tag)

    def end(self, tag: Tag, start: int, end: int) -> None:
        name, _ = self._path.pop()
        if self._text is not None:
            if len(self._path) > self._depth:
                self._text.end(name, tag, start, end)
            else:
                self._leave_content(name, tag, start, end)
        elif name in ("trans-unit", "segment"):
            self._close()

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.characters(text)

    def instruction(self, start: int, end: int) -> None:
        if self._text is not None:
            self._text.instruction(start, end)

    def _root(self, tag: Tag) -> str:
        namespace, _, name = tag.name.rpartition(" ")
        version = tag.attributes.get("version", "")
        if name != "xliff" or not (namespace == "" or namespace.startswith(_NAMESPACE)):
            raise DocumentError(self._document, f"line {tag.line}", f"is <{name}> and not XLIFF 1.2 or 2.x")
        if not version.startswith(("1.", "2.")):
            reason = f"is XLIFF of version {version!r}; only 1.2, 2.0 and 2.1 are read"
            raise DocumentError(self._document, f"line {tag.line}", reason)
        self.is_second = version.startswith("2.")
        self._namespace = namespace
        return name

    def _local(self, name: str) -> str:
        """The name of an XLIFF element; others keep their namespace and are never mistaken for one."""
        namespace, _, local = name.rpartition(" ")
        return local if namespace == self._namespace else f"{namespace} {local}"

    def _begun(self, tag: Tag) -> Part | None:
        source_name, target_name = (
            ("srcLang", "trgLang") if self.is_second else ("source-language", "target-language")
        )
        source, target = (tag.attributes.get(it, "").replace("_", "-") for it in (source_name, target_name))
        place = f"line {tag.line}"
        if not self.is_second:
            place = f"file {_short(tag.attributes.get('original', ''))}, {place}"
        if source and not _same(source, self._settings.source_language):
            reason = (
                f"is written in {source!r} and this run translates from {self._settings.source_language!r}; "
                "it stays as it is"
            )
            self.problems.append(Problem(place, reason, "note"))
            return None
        wanted = _languages(target, self._settings.target_languages)
        if wanted is None:
            reason = f"asks for a translation to {target!r}, which this run does not make; it stays as it is"
            self.problems.append(Problem(place, reason, "note"))
            return None
        return Part(tag, self.is_second, target_name, bool(target), wanted)

    def _enter_unit(self, name: str, tag: Tag) -> None:
        self._count += 1
        self._segments = 0
        unit_id = tag.attributes.get("id", "")
        named = f" ({_short(unit_id)})" if unit_id else ""
        place = f"unit {self._count}{named}, line {tag.line}"
        self._unit = (place, unit_id)
        if name == "trans-unit":
            is_done = not self._path[-1][1] or tag.attributes.get("approved") == "yes"
            self._open = _Open(tag, place, unit_id, is_done=is_done)

    def _enter_content(self, name: str, tag: Tag) -> None:
        if name in ("source", "target", "seg-source"):
            self._depth = len(self._path) - 1
            self._text = TextReader(None if name == "seg-source" else tag.end)

    def _leave_content(self, name: str, tag: Tag, start: int, end: int) -> None:
        text, opened = self._text, self._open
        self._text = None
        if text is None or opened is None:
            return
        found = text.finish(start)
        if name == "target":
            opened.is_done = opened.is_done or found[0].has_content
            opened.target = opened.target or (tag, end)
            return
        opened.insert_at = end
        if name == "source":
            opened.source = tag
        if name == "source" or found:
            opened.content, opened.texts = (tag.end, start), tuple(found)

    def _close(self) -> None:
        opened, self._open = self._open, None
        if opened is None or opened.source is None or self._part is None or opened.is_done:
            return
        self.units.append(
            Unit(
                place=opened.place,
                id=opened.id,
                part=self._part,
                holder=opened.tag,
                source=opened.source,
                content=opened.content,
                texts=opened.texts,
                insert_at=opened.insert_at,
                target=opened.target,
            )
        )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_ID else f"{text[:_LONGEST_ID]}…"


def _same(one: str, other: str) -> bool:
    return base_language(one.lower()) == base_language(other.lower())


def _languages(target: str, languages: tuple[str, ...]) -> str | None:
    """The run's languages that a document asks for with `target`, "" for any; None when there is none of them."""
    if not target:
        return ""
    exact = [it for it in languages if it.lower() == target.lower()]
    found = exact or [it for it in languages if _same(it, target)]
    if not found:
        return None
    return "" if len(found) == len(languages) else " ".join(found)
