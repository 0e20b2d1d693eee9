"""What is a message of ICU MessageFormat made of? Text, arguments, and branches with messages of their own.

Read as ICU reads it (https://unicode-org.github.io/icu/userguide/format_parse/messages/): `''` is an apostrophe,
an apostrophe before a brace (before `#`, in a plural's branch) begins a quotation, any other one is itself. What
ICU would refuse is no message, nor what closes a brace it has not opened. All is told by where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

MAX_LEVELS = 4
"""How deep plurals and selects may stand in each other; each may multiply the branches of those around it."""

Kind = Literal["", "select", "plural", "selectordinal"]

_S = "[\t-\r \x85\u200e\u200f\u2028\u2029]"  # Unicode's Pattern_White_Space
_NAME = r"[\w.-]++"
_ARGUMENT = re.compile(rf"\{{{_S}*+(?P<name>{_NAME}){_S}*+(?:,{_S}*+(?P<type>[A-Za-z]++){_S}*+)?+(?P<end>[,}}])")
_OFFSET = re.compile(rf"{_S}*+offset:{_S}*+[0-9]++(?={_S})")
_SELECTOR = re.compile(rf"{_S}*+(?P<selector>=[0-9]++|{_NAME})(?P<gap>{_S}*+)\{{")
_SPACE = re.compile(f"{_S}*+")
_SPECIAL = re.compile("['{}#]")
_STYLE = re.compile("['{}]")
_BRANCHED = re.compile(rf"\{{{_S}*+{_NAME}{_S}*+,{_S}*+(?:plural|select|selectordinal){_S}*+,")
_KINDS: dict[str, Kind] = {kind: kind for kind in ("select", "plural", "selectordinal")}


@dataclass(frozen=True, slots=True)
class Branch:
    """`selector {message}`; `start` is that of the selector, `gap` the white space after it."""

    start: int
    end: int
    selector: str
    gap: str
    message: Message


@dataclass(frozen=True, slots=True)
class Argument:
    """From brace to brace; `kind` is "" and there are no branches where it only shows a value."""

    start: int
    end: int
    name: str
    kind: Kind = ""
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message from `start` to `end`: its own arguments and quotations (start, end), those of branches left out.

    `counts` tells whether `#` in it is the plural's number.
    """

    start: int
    end: int
    counts: bool
    arguments: tuple[Argument, ...]
    quotations: tuple[tuple[int, int], ...]

    @property
    def branched(self) -> list[Argument]:
        """The arguments which have branches."""
        return [argument for argument in self.arguments if argument.kind]


class _NotAMessageError(Exception):
    """What is read is not what ICU reads."""


def looks_branched(text: str) -> bool:
    """Whether something in `text` begins as a plural or select does."""
    return "{" in text and _BRANCHED.search(text) is not None


def parse_message(text: str) -> Message | None:
    """The message that `text` is; None where ICU would refuse it, or where it is deeper than MAX_LEVELS."""
    try:
        return _message(text, 0, 0, "")
    except _NotAMessageError:
        return None


def _message(text: str, start: int, level: int, kind: Kind) -> Message:
    if level > MAX_LEVELS:
        raise _NotAMessageError
    counts = kind in ("plural", "selectordinal")
    arguments: list[Argument] = []
    quotations: list[tuple[int, int]] = []
    at = start
    while (found := _SPECIAL.search(text, at)) is not None:
        at = found.end()
        if found[0] == "{":
            arguments.append(_argument(text, found.start(), level))
            at = arguments[-1].end
        elif found[0] == "}":
            if not level:  # ICU shows it; whoever wrote it meant something else
                raise _NotAMessageError
            return Message(start, found.start(), counts, tuple(arguments), tuple(quotations))
        elif found[0] == "'":
            following = text[at : at + 1]
            if following == "'":
                at += 1
            elif following and following in ("{}#" if counts else "{}"):
                at = _after_quotation(text, at)
                quotations.append((found.start(), at))
    if level:
        raise _NotAMessageError
    return Message(start, len(text), counts, tuple(arguments), tuple(quotations))


def _after_quotation(text: str, at: int) -> int:
    """Where the quotation ends whose content begins at `at`; one that is not closed goes to the end."""
    while (at := text.find("'", at) + 1) > 0:
        if text[at : at + 1] != "'":
            return at
        at += 1
    return len(text)


def _argument(text: str, start: int, level: int) -> Argument:
    head = _ARGUMENT.match(text, start)
    if head is None:
        raise _NotAMessageError
    kind = _KINDS.get(head["type"] or "", "")
    if head["end"] == "}" and not kind:
        return Argument(start, head.end(), head["name"])
    if head["end"] == "}" or head["type"] is None:
        raise _NotAMessageError
    if not kind:
        return Argument(start, _after_style(text, head.end()), head["name"])
    offset = _OFFSET.match(text, head.end()) if kind != "select" else None
    at = offset.end() if offset else head.end()
    branches: list[Branch] = []
    while (found := _SELECTOR.match(text, at)) is not None:
        message = _message(text, found.end(), level + 1, kind)
        at = message.end + 1
        branches.append(Branch(found.start("selector"), at, found["selector"], found["gap"], message))
    at = _after_space(text, at)
    selectors = {branch.selector for branch in branches}
    if text[at : at + 1] != "}" or "other" not in selectors or len(selectors) < len(branches):
        raise _NotAMessageError
    return Argument(start, at + 1, head["name"], kind, tuple(branches))


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _after_style(text: str, at: int) -> int:
    depth = 0
    while (found := _STYLE.search(text, at)) is not None:
        at = found.end()
        if found[0] == "'":
            at = text.find("'", at) + 1
            if not at:
                break
        elif found[0] == "{":
            depth += 1
        elif depth:
            depth -= 1
        else:
            return at
    raise _NotAMessageError
