"""Where does a template tag end? `{{ }}`, `{% %}`, `{# #}`, `<% %>`, `<?php ?>` and `<?= ?>` in HTML.

A browser never sees them: they hold quotes and angle brackets that are no markup. A mark that is not closed within
MOST characters is text, so that looking for its end stays cheap.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_translate.markup.tags import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 2_000
OPENING = re.compile(r"\{[{%#]|<%|<\?(?:[pP][hH][pP]\b|=)", re.ASCII)
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}", "<%": "%>"}


def template_end(text: str, start: int, end: int) -> int:
    """Where the template tag that begins at `start` is over, 0 where none begins there."""
    opening = OPENING.match(text, start, end)
    if opening is None:
        return 0
    mark = opening.group()
    if mark.startswith("<?"):
        # PHP may be long, and a file may end in it.
        closed = text.find("?>", start, end)
        return end if closed < 0 else closed + 2
    closing = _CLOSING[mark]
    closed = text.find(closing, opening.end(), min(end, start + MOST))
    # One that begins inside of it shows that this one is not closed.
    if closed < 0 or text.find(mark, opening.end(), closed) >= 0:
        return 0
    closed += len(closing)
    while mark == "{{" and text.startswith("}", closed, end):
        closed += 1
    return closed


def template_in_tag_end(text: str, start: int, end: int, without: str = "") -> int:
    """The same inside of a tag, where a template tag stays on its line and has no character of `without`."""
    closed = template_end(text, start, min(end, start + MOST))
    inside = text[start:closed]
    if not inside or "\n" in inside or "\r" in inside:
        return 0
    is_server_side = inside.startswith("<")
    if is_server_side:
        return closed if inside.endswith(("?>", "%>")) else 0
    return 0 if any(character in inside for character in without) else closed


def template_spans(text: str, start: int, end: int) -> Iterator[Span]:
    """The template tags between `start` and `end`."""
    while opening := OPENING.search(text, start, end):
        closed = template_end(text, opening.start(), end)
        if closed:
            yield Span(opening.start(), closed)
        start = closed or opening.start() + 1
