"""Where are the segments of JSON Lines? In the strings of each record's text keys, at any depth.

A line is edited as text, never written anew: order, spacing, escapes and all other values stay to the byte. A key
is named as it stands in the record or, deeper down, by JSON pointer without array indexes (`/meta/title`). In mode
`add` a member `<key>_<language>` comes right after its source. A line that is no JSON object stays as it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TextIO

from batch_translate.documents.columns import (
    SeenIds,
    added_name,
    holds_text,
    id_name,
    is_id_name,
    take_sample,
)
from batch_translate.documents.json_strings import Member, members_of
from batch_translate.documents.text_format import Part, Parts, TextFormat, cut_margins
from batch_translate.markup.inline import protect_inline, with_inline_of
from batch_translate.segments import Problem, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batch_translate.documents.document import DocumentSettings


class JsonLines(TextFormat):
    name = "JSON Lines"
    endings = (".jsonl",)

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        sample = take_sample(text, len)
        keys = _Keys(sample, settings)
        seen = SeenIds("id", "line")
        has_ids = False
        for number, line in enumerate(chain(sample, text), 1):
            record = _record(line)
            row_id = keys.id_of(record) if isinstance(record, dict) else None
            has_ids = has_ids or row_id is not None
            # A line that cannot have an id repeats none and lacks none.
            seen.add((row_id or "") if isinstance(record, dict) else f"line {number}")
            if isinstance(record, dict):
                yield from _parts_of(line, number, row_id or "", keys, target_language)
            else:
                if record:
                    yield Problem(f"line {number}", record)
                yield line
        if has_ids:
            yield from seen.problems()


@dataclass(frozen=True, slots=True)
class _Line:
    """One record's line. `strings` has, for each segment, its member and where its string stands in the line."""

    line: str
    segments: list[Segment]
    strings: list[tuple[Member, int, int]]
    added: dict[int, str]

    def fits(self, index: int, target: str) -> bool:
        _, start, end = self.strings[index]
        return with_inline_of(json.loads(self.line[start:end]).strip(), target) is not None

    def written(self, targets: Sequence[str | None]) -> str:
        changes = [
            (start, end, _literal(target, self.line[start:end]))
            for (_, start, end), target in zip(self.strings, targets, strict=True)
            if target is not None
        ]
        if not self.added:
            return _edited(self.line, 0, len(self.line), changes)
        additions: list[tuple[int, int, str]] = []
        for member in {id(member): member for member, _, _ in self.strings}.values():
            own = {start for start, _, _ in member.strings}
            value = _edited(self.line, member.start, member.end, [it for it in changes if it[0] in own])
            additions.append((member.end, member.end, f"{self.added[member.end]}{value}"))
        return _edited(self.line, 0, len(self.line), additions)


class _Keys:
    """Which keys hold text. A key the sample does not show is judged by its first value."""

    def __init__(self, sample: list[str], settings: DocumentSettings) -> None:
        self._language = settings.source_language
        self._chosen = None if settings.columns is None else {_pointer(name) for name in settings.columns}
        self._id_columns = settings.id_columns
        self._ids = {_pointer(name) for name in settings.id_columns or ()}
        self.adds = settings.mode == "add"
        values: dict[str, list[str]] = {}
        for line in sample if self._chosen is None else ():
            if isinstance(_record(line), dict):
                for member in members_of(line):
                    values.setdefault(member.column, []).extend(_values(line, member))
        self._known = {column: self._is_text(column, found) for column, found in values.items() if found}

    def id_of(self, record: dict[str, object]) -> str | None:
        """The record's id, None where it has no key for one."""
        name = id_name(list(record), self._id_columns)
        if name is None:
            return None
        value = record[name]
        return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""

    def hold_text(self, member: Member, line: str) -> bool:
        """Whether the member's strings are to be translated."""
        if self._chosen is not None:
            return member.column in self._chosen
        if member.column not in self._known:
            if not (values := _values(line, member)):
                return False
            self._known[member.column] = self._is_text(member.column, values)
        return self._known[member.column]

    def _is_text(self, column: str, values: list[str]) -> bool:
        name = column.rpartition("/")[2]
        return column not in self._ids and not is_id_name(name) and holds_text(values, self._language)


def _parts_of(line: str, number: int, row_id: str, keys: _Keys, language: str) -> Iterator[str | Problem | Part]:
    segments: list[Segment] = []
    strings: list[tuple[Member, int, int]] = []
    added: dict[int, str] = {}
    for member in sorted(members_of(line), key=lambda member: member.start):
        if not member.strings or not keys.hold_text(member, line):
            continue
        for start, end, index in member.strings:
            text = json.loads(line[start:end]).strip()
            if text:
                protected = protect_inline(text).text
                segments.append(Segment(f"line {number}, {member.path}{index}", protected, "", row_id))
                strings.append((member, start, end))
        if keys.adds and strings and strings[-1][0] is member:
            added[member.end] = _opening(line, member, language)
    if len({segment.place for segment in segments}) < len(segments):
        yield Problem(f"line {number}", "has a key twice in one object; not translated")
        yield line
    elif not _is_unicode(segments):
        yield Problem(f"line {number}", "has half of a surrogate pair in a text; not translated")
        yield line
    else:
        yield _Line(line, segments, strings, added)


def _opening(line: str, member: Member, language: str) -> str:
    """What comes between a member and the value added for it, spaced as the record is."""
    gap = line[member.key_end : member.start]
    name = added_name(member.key, language, member.siblings)
    member.siblings.append(name)
    return ("," if gap == ":" else ", ") + json.dumps(name, ensure_ascii=line.isascii()) + gap


def _literal(target: str, source: str) -> str:
    """`target` as a JSON string: with the margins of the string `source`, and escaped as it is."""
    before, text, after = cut_margins(json.loads(source))
    restored = with_inline_of(text, target)
    if restored is None:
        return source
    return json.dumps(before + restored + after, ensure_ascii=source.isascii() and "\\u" in source)


def _edited(line: str, start: int, end: int, changes: Iterable[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    for first, last, written in sorted(changes):
        pieces += (line[start:first], written)
        start = last
    return "".join(pieces) + line[start:end]


def _record(line: str) -> dict[str, object] | str:
    """The line's object, or why there is none; "" for a blank line."""
    if not line.strip():
        return ""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"is not JSON ({error}); it stays as it is"
    return record if isinstance(record, dict) else "is JSON but not an object; it stays as it is"


def _values(line: str, member: Member) -> list[str]:
    return [json.loads(line[start:end]) for start, end, _ in member.strings]


def _pointer(name: str) -> str:
    return name if name.startswith("/") else "/" + name.replace("~", "~0").replace("/", "~1")


def _is_unicode(segments: list[Segment]) -> bool:
    try:
        "".join(segment.place + segment.text + segment.row_id for segment in segments).encode()
    except UnicodeEncodeError:
        return False
    return True
