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
# Prose in angle brackets (`<your name here>`) is none: a tag has a name that HTML knows, or one with a hyphen as
# web components have, and its attributes have values.
_NAMES = (
    "a|abbr|acronym|address|article|aside|audio|b|bdi|bdo|big|blockquote|body|br|button|canvas|caption|center|cite|"
    "code|col|colgroup|data|datalist|dd|del|details|dfn|dialog|div|dl|dt|em|embed|fieldset|figcaption|figure|font|"
    "footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|menu|meta|"
    "meter|nav|noscript|object|ol|optgroup|option|output|p|picture|pre|progress|q|rb|rp|rt|rtc|ruby|s|samp|script|"
    "section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|"
    "th|thead|time|title|tr|track|tt|u|ul|var|video|wbr|[a-z][a-z0-9]*(?:-[a-z0-9]+)+"
)
_BOOLEAN = (
    "allowfullscreen|async|autofocus|autoplay|checked|controls|default|defer|disabled|hidden|inert|ismap|loop|"
)
_BOOLEAN += "multiple|muted|nomodule|novalidate|open|playsinline|readonly|required|reversed|selected"
_ATTRIBUTES = rf"""(?:\s+(?:[^\s"'<>=/]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)|(?:{_BOOLEAN})(?=[\s/>])))*+"""
_NO_PROSE = re.compile(
    rf"<(?P<closing>/?)(?P<name>{_NAMES})(?=[\s/>]){_ATTRIBUTES}\s*(?P<alone>/?)>|<!--(?:(?!<!--|-->).)*+-->|{URL.pattern}|{_MAIL}",
    re.DOTALL | re.IGNORECASE,
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
