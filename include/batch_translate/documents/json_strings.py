"""Where do the strings of a JSON text stand? Found in the text itself, so that all around them stays as it was."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]++')


@dataclass(slots=True)
class Member:
    """One member of an object: its `key`, and where `key` and value stand.

    `path` names it and the members around it, with the indexes of arrays on the way; `column` is the same without
    the indexes: what settings call it. `strings` are the value, or its items where it is an array: where each
    stands and its index in the array, "" for the value itself. `siblings` are the keys of its object.
    """

    key: str
    path: str
    column: str
    key_end: int
    siblings: list[str]
    start: int = 0
    end: int = 0
    strings: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Container:
    """An object or array that is being read: `member` is the member it is the value of, or now reads."""

    is_object: bool
    member: Member | None
    path: str
    column: str
    keys: list[str] = field(default_factory=list)
    awaits_key: bool = True
    index: int = 0


def members_of(text: str) -> Iterator[Member]:
    """Yield the members of every object in `text`, a valid JSON text, each when its value ends."""
    opened: list[_Container] = []
    for token in _TOKEN.finditer(text):
        kind = token.group()[0]
        top = opened[-1] if opened else None
        if kind in "{[":
            _begin(top, token.start())
            opened.append(_inside(top, kind == "{"))
        elif kind in "}]":
            opened.pop()
            yield from _ended(opened[-1] if opened else None, token.end())
        elif kind == ",":
            if top is not None:
                top.awaits_key = True
                top.index += 1
        elif top is not None and kind == '"' and top.is_object and top.awaits_key:
            _name(top, token)
        elif kind != ":":
            _begin(top, token.start())
            if kind == '"' and top is not None and top.member is not None:
                index = "" if top.is_object else top.path.removeprefix(top.member.path) + f"/{top.index}"
                top.member.strings.append((token.start(), token.end(), index))
            yield from _ended(top, token.end())


def _inside(top: _Container | None, is_object: bool) -> _Container:
    if top is None:
        return _Container(is_object, None, "", "")
    if top.is_object and top.member is not None:
        path, column = top.member.path, top.member.column
    else:
        path, column = f"{top.path}/{top.index}", top.column
    return _Container(is_object, None if is_object else top.member, path, column)


def _name(top: _Container, token: re.Match[str]) -> None:
    key = json.loads(token.group())
    name = key.replace("~", "~0").replace("/", "~1")  # JSON pointer, RFC 6901
    top.keys.append(key)
    top.member = Member(key, f"{top.path}/{name}", f"{top.column}/{name}", token.end(), top.keys)
    top.awaits_key = False


def _begin(top: _Container | None, start: int) -> None:
    if top is not None and top.is_object and top.member is not None:
        top.member.start = start


def _ended(top: _Container | None, end: int) -> Iterator[Member]:
    if top is not None and top.is_object and top.member is not None:
        top.member.end = end
        yield top.member
