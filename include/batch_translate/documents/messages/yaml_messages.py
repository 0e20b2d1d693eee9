"""Where are the segments of a YAML document? In the scalars that are strings and values, or items of sequences.

Found in YAML's events and edited where they stand: keys, comments, order, anchors, tags and everything that is no
string stay. An alias is no text of its own: what it repeats is translated at its anchor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

import yaml

from batch_translate.documents.limits import check_depth, parsing, read_whole
from batch_translate.documents.messages.document import Path, Value, parts_of_values
from batch_translate.documents.messages.yaml_scalars import LOADER, STRING, Scalar, resolved
from batch_translate.documents.text_format import Parts, TextFormat
from batch_translate.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.documents.document import DocumentSettings

# What may stand before an anchor, a tag, or the scalar after them.
_GAP = r"(?:[ \t\r\n\x85\u2028\u2029]++|#[^\r\n\x85\u2028\u2029]*+)*+"
_PROPERTY = re.compile(rf"{_GAP}[&!][^\s]*+{_GAP}")


class YamlMessages(TextFormat):
    name = "YAML messages"
    endings = (".yaml", ".yml")

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        whole = read_whole(text, document)
        # libyaml counts from after a byte order mark.
        content = whole.lstrip("\ufeff")
        yield whole[: len(whole) - len(content)]
        with parsing(document):
            values = _Walk(content, document).values()
        yield from parts_of_values(content, lambda: values, settings, target_language)


@dataclass(slots=True)
class _Walk:
    """A walk over YAML's events. For each collection around: does a key come next, and is it in flow style?"""

    text: str
    document: str
    path: Path = field(default_factory=Path)
    awaits_key: list[bool] = field(default_factory=list)
    in_flow: list[bool] = field(default_factory=list)
    number: int = 0

    def values(self) -> list[Value]:
        try:
            return list(self._values())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
            raise self._refused(place, error.problem or error.context or "") from None
        except yaml.YAMLError as error:
            raise self._refused("", " ".join(str(error).split())) from None

    def _refused(self, place: str, problem: str) -> DocumentError:
        return DocumentError(self.document, place, f"is not YAML ({problem}): mend it and run again")

    def _values(self) -> Iterator[Value]:
        keys_around = 0
        for event in yaml.parse(self.text, Loader=LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                self.number += 1
            elif isinstance(event, yaml.CollectionStartEvent):
                keys_around += self._is_key() or keys_around > 0
                self._enter(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._leave()
                keys_around -= keys_around > 0
                self._end("?")
            elif isinstance(event, yaml.AliasEvent):
                self._end(f"*{event.anchor}")
            elif isinstance(event, yaml.ScalarEvent):
                is_value = bool(self.path.levels) and not self._is_key() and not keys_around
                if is_value and event.value.strip() and resolved(event) == STRING:
                    yield self._value(event)
                self._end(event.value)

    def _is_key(self) -> bool:
        return bool(self.awaits_key) and self.awaits_key[-1]

    def _enter(self, event: yaml.CollectionStartEvent) -> None:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self.path.enter(is_object=is_mapping)
        mark: Any = event.start_mark
        check_depth(len(self.path.levels), self.document, f"line {mark.line + 1}")
        self.awaits_key.append(is_mapping)
        self.in_flow.append(bool(event.flow_style))

    def _leave(self) -> None:
        self.path.leave()
        self.awaits_key.pop()
        self.in_flow.pop()

    def _end(self, name: str) -> None:
        """A node has ended, which was called `name` if it was a key."""
        if not self.path.levels:
            return
        if not self.path.levels[-1].is_object:
            self.path.step()
            return
        if self.awaits_key[-1]:
            self.path.key = name
        self.awaits_key[-1] = not self.awaits_key[-1]

    def _value(self, event: yaml.ScalarEvent) -> Value:
        marks: tuple[Any, Any] = (event.start_mark, event.end_mark)
        start, end = (mark.index for mark in marks)
        for is_there in (event.anchor, event.tag):
            found = _PROPERTY.match(self.text, start, end) if is_there else None
            start = found.end() if found else start
        style = event.style if event.style and event.style in "'\"|>" else ""
        scalar = Scalar(self.text[start:end], event.value, style, self.in_flow[-1])
        pointer = self.path.pointer if self.number == 1 else f"document {self.number}, {self.path.pointer}"
        return Value(start, end, event.value, pointer, self.path.column, self.path.key, scalar.written)
