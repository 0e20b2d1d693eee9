"""Which stretches of a plain string are no prose? HTML tags, URLs and mail addresses.

For texts whose format knows no inline markup of its own and which yet have some: cells of tables, messages,
paragraphs. What programs fill in (`%s`, `{name}`) stays visible, see `placeholders`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from batch_translate.markup.tags import Protected, Span, protect, restore

if TYPE_CHECKING:
    from collections.abc import Iterable

# URLs end before the punctuation of their sentence, and where Japanese goes on without a space.
URL = re.compile(r"(?:https?|ftp)://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*[A-Za-z0-9/#=&%+-]")
_MAIL = r"(?<![A-Za-z0-9.+_-])[A-Za-z0-9.+_-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_ATTRIBUTES = r"""(?:\s+[^\s"'<>=/]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))?)*+"""
_NO_PROSE = re.compile(
    rf"<(?P<closing>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*){_ATTRIBUTES}\s*(?P<alone>/?)>|<!--(?:(?!<!--|-->).)*+-->|{URL.pattern}|{_MAIL}",
    re.DOTALL,
)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


def may_hold_inline(text: str) -> bool:
    """Whether looking for inline markup is worth it; most texts have none."""
    return "<" in text or "://" in text or "@" in text


def inline_spans(text: str) -> list[Span]:
    """The stretches of `text` that are no prose; a tag and its closing tag surround the prose between them."""
    spans: list[Span] = []
    opened: list[re.Match[str]] = []
    waiting: Counter[str] = Counter()
    for match in _NO_PROSE.finditer(text):
        name = (match["name"] or "").lower()
        if not name or name in _VOID or match["alone"]:
            spans.append(Span(match.start(), match.end()))
        elif not match["closing"]:
            opened.append(match)
            waiting[name] += 1
        elif waiting[name]:
            # Tags that are opened inside and not closed there stand alone.
            while (tag := opened.pop())["name"].lower() != name:
                waiting[tag["name"].lower()] -= 1
                spans.append(Span(tag.start(), tag.end()))
            waiting[name] -= 1
            spans.append(Span(tag.start(), match.end(), (tag.end(), match.start())))
        else:
            spans.append(Span(match.start(), match.end()))
    return spans + [Span(tag.start(), tag.end()) for tag in opened]


def protect_inline(text: str, spans: Iterable[Span] = ()) -> Protected:
    """`text` with tags for its inline markup and for `spans`, which its format knows of."""
    if not may_hold_inline(text):
        return protect(text, spans)
    return protect(text, [*spans, *inline_spans(text)])


def with_inline_of(source: str, target: str) -> str | None:
    """`target` with the inline markup of `source` in place of its tags; None where a tag is lost or doubled."""
    if not may_hold_inline(source) and "<" not in target:
        return target
    return restore(target, protect_inline(source).originals)
