"""Where are the template tags of a text? `{{ … }}`, `{% … %}` and `{# … #}`: Jinja, Nunjucks, Liquid, Hugo."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING = re.compile(r"\$?\{([{%#])")
_CLOSINGS = {"{": "}}", "%": "%}"}


def template_stretches(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each tag."""
    end = 0
    never: set[str] = set()
    for match in _OPENING.finditer(text):
        if match.start() >= end:
            found = template_end(text, match.start(), never)
            if found:
                end = found
                yield match.start(), end


def template_end(text: str, start: int, never: set[str]) -> int:
    """The end of the tag that begins at `start`, 0 where none does. `never` takes closings that do not occur."""
    match = _OPENING.match(text, start)
    if match is None or match[1] in never:
        return 0
    closing = _CLOSINGS.get(match[1], "}")
    found = text.find(closing, match.end())
    if found < 0:
        never.add(match[1])
        return 0
    # `{#name}` is the id of a heading.
    if match[1] == "#" and (found == match.end() or text[found - 1] != "#"):
        return 0
    return found + len(closing)
