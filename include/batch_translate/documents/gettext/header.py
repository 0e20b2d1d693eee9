"""What does a PO file's header say, and how is one of its fields set without touching the others?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_translate.documents.gettext.syntax import Entry, encode

if TYPE_CHECKING:
    from collections.abc import Iterable

_CHARSET = re.compile(r"charset=([^\s;]*)")


class Header:
    """The fields of a header, found without regard to case. `entry` is None where the file has no header."""

    def __init__(self, entry: Entry | None) -> None:
        self.entry = entry
        lines = entry.forms[0].value.split("\n") if entry is not None else []
        pairs = (line.partition(":") for line in lines)
        self._fields = {name.strip().lower(): value.strip() for name, _, value in pairs}

    def field(self, name: str) -> str | None:
        """The field's value, None where the header has none of that name."""
        return self._fields.get(name.lower())

    @property
    def charset(self) -> str | None:
        """The charset it declares, None where it declares none."""
        found = _CHARSET.search(self.field("Content-Type") or "")
        return found[1] if found else None

    @property
    def with_utf8(self) -> str:
        """The Content-Type, UTF-8 being its charset."""
        content_type = self.field("Content-Type") or ""
        if self.charset is None:
            return "text/plain; charset=UTF-8"
        return _CHARSET.sub("charset=UTF-8", content_type, count=1)

    def with_fields(self, text: str, fields: Iterable[tuple[str, str]], line_end: str) -> tuple[int, int, str]:
        """What replaces which stretch of the file `text` when the fields get these values."""
        fields = list(fields)
        if self.entry is None:
            lines = "".join(encode(_line(name, value)) + line_end for name, value in fields)
            return 0, 0, f'msgid ""{line_end}msgstr ""{line_end}{lines}{line_end}'
        strings = self.entry.forms[0]
        ends = [strings.spans[0][0], *(end for _, end in strings.spans)]
        # Each string with what stands before it, as written and as read.
        pieces = [
            (text[before:start], text[start:end], value)
            for before, (start, end), value in zip(ends, strings.spans, strings.values, strict=False)
        ]
        for name, value in fields:
            _set(pieces, name, value, line_end)
        return strings.spans[0][0], strings.end, "".join(gap + written for gap, written, _ in pieces)


def _set(pieces: list[tuple[str, str, str]], name: str, value: str, line_end: str) -> None:
    """Replace the strings in which the field stands by one; or add a string to the end."""
    whole = "".join(piece[2] for piece in pieces)
    found = re.search(rf"^{re.escape(name)}[ \t]*:[^\n]*", whole, re.IGNORECASE | re.MULTILINE)
    if found is None:
        gap, _, last = pieces[-1]
        if whole and not whole.endswith("\n"):
            pieces[-1] = (gap, encode(f"{last}\n"), f"{last}\n")
        added = _line(name, value)
        pieces.append((line_end, encode(added), added))
        return
    position = 0
    touched: list[int] = []
    for number, piece in enumerate(pieces):
        end = position + len(piece[2])
        if piece[2] and position < found.end() and end > found.start():
            touched.append(number)
        position = end
    first, last_number = touched[0], touched[-1]
    before = sum(len(piece[2]) for piece in pieces[:first])
    inside = "".join(piece[2] for piece in pieces[first : last_number + 1])
    changed = f"{inside[: found.start() - before]}{name}: {value}{inside[found.end() - before :]}"
    pieces[first : last_number + 1] = [(pieces[first][0], encode(changed), changed)]


def _line(name: str, value: str) -> str:
    return f"{name}: {value}\n"
