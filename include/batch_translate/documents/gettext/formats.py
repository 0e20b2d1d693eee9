"""What does an entry's format flag say about its directives? Which they are, and that their order counts.

`%d` and `{name}` are placeholders everywhere (markup.placeholders) and stay to be seen. Others mean something
under their flag alone, `%1` in Qt or `$name` in a shell: they become numbered tags. A percent sign before a space
does not: `50% discount` is marked as a format by tools that only look for something like one. printf takes its
arguments in order, which another language's words may not keep: the directives are numbered then.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_translate.markup.placeholders import placeholders
from batch_translate.markup.tags import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_PRINTF = re.compile(
    r"%(?:%|(?P<number>[0-9]{1,3}\$)?[-+#0'I]*+(?:[0-9]++|\*)?(?:\.(?:[0-9]++|\*)?)?"
    r"(?:(?:hh|h|ll|l|L|q|j|z|t)?[diouxXeEfFgGaAcsSpnmrb@]|<PRI[a-zA-Z0-9]{1,12}>))"
)
# Python cannot number them: it asks for names.
_NUMBERED = frozenset(["c-format", "objc-format", "php-format"])
_ORDERED = _NUMBERED | {"python-format"}
_DIRECTIVES = {
    "c-format": _PRINTF,
    "objc-format": _PRINTF,
    "php-format": _PRINTF,
    "python-format": _PRINTF,
    "qt-format": re.compile(r"%L?[0-9]{1,2}"),
    "qt-plural-format": re.compile(r"%L?(?:[0-9]{1,2}|n)"),
    "kde-format": re.compile(r"%[0-9]{1,2}"),
    "kde-kuit-format": re.compile(r"%[0-9]{1,2}"),
    "ruby-format": re.compile(r"%<\w+>[-+ #0-9.]*+[a-zA-Z]"),
    "sh-format": re.compile(r"\$(?:\w++|\{\w++\})"),
}


def directive_spans(text: str, flags: frozenset[str]) -> Iterator[Span]:
    """The directives in `text` by its entry's flags, those left out that are placeholders as they stand."""
    for flag in sorted(flags & _DIRECTIVES.keys()):
        visible = placeholders(text)
        for match in _DIRECTIVES[flag].finditer(text):
            if match.group() != "%%" and not visible[match.group()]:
                yield Span(match.start(), match.end())


def in_order(source: str, target: str, flags: frozenset[str]) -> str | None:
    """`target` with its printf directives numbered where they stand in another order than in `source`.

    None where the format has no numbers for them. A target that has other directives is not changed.
    """
    if not flags & _ORDERED or "%" not in source:
        return target
    wanted, found = _directives(source), _directives(target)
    texts = [match.group() for match in found]
    order = [match.group() for match in wanted]
    if texts == order or sorted(texts) != sorted(order) or any(match["number"] for match in wanted):
        return target
    if not flags & _NUMBERED or any("*" in text for text in order):
        return None
    pieces: list[str] = []
    position = 0
    for match in found:
        number = order.index(match.group())
        order[number] = ""
        pieces += (target[position : match.start() + 1], f"{number + 1}$")
        position = match.start() + 1
    return "".join(pieces) + target[position:]


def _directives(text: str) -> list[re.Match[str]]:
    return [match for match in _PRINTF.finditer(text) if match.group() != "%%"]
