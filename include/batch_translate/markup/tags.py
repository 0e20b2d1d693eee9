"""How is inline markup kept from translation? It becomes numbered tags and comes back from them.

A stretch that is no prose is replaced by `<2/>`; markup around prose by `<1>` and `</1>`. Text that already looks
like such a tag is replaced as well, so a tag in a protected text always stands for an original, and a translation
that lost, doubled or crossed a tag is never restored into a broken document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

TAG = re.compile(r"<(/?)([0-9]+)(/?)>")


@dataclass(frozen=True, slots=True)
class Span:
    """Markup from `start` to `end`; `inner` is the prose it surrounds, None where there is none.

    `closing` replaces the text after `inner` where writing that text back would point elsewhere (a shortcut
    reference names its target by its own, now translated, text).
    """

    start: int
    end: int
    inner: tuple[int, int] | None = None
    closing: str | None = None


@dataclass(frozen=True, slots=True)
class Protected:
    """A text with numbered tags, and what each tag stands for."""

    text: str
    originals: Mapping[str, str]

    @property
    def prose(self) -> str:
        """The text without its tags."""
        return TAG.sub("", self.text)


def protect(
    text: str, spans: Iterable[Span], *, decode: Callable[[str], str] = str, like_tags: re.Pattern[str] = TAG
) -> Protected:
    """Replace `spans` by tags, numbered in their order.

    Spans may stand inside the `inner` of others; where two overlap in another way the later one is left out.
    `decode` turns what stands between them into what it says (character references, escapes); `like_tags` then
    finds what would say a numbered tag.
    """
    stretches: list[tuple[int, int, str]] = []
    originals: dict[str, str] = {}
    for number, span in enumerate(_without_overlaps(text, spans, like_tags), start=1):
        if span.inner is None:
            replaced = [(span.start, span.end, f"<{number}/>")]
        else:
            start, end = span.inner
            replaced = [(span.start, start, f"<{number}>"), (end, span.end, f"</{number}>")]
        originals |= {tag: text[start:end] for start, end, tag in replaced}
        if span.closing is not None:
            originals[f"</{number}>"] = span.closing
        stretches += replaced
    return Protected(_replaced(text, stretches, decode), originals)


def restore(text: str, originals: Mapping[str, str], encode: Callable[[str], str] = str) -> str | None:
    """Put the originals back; None unless each tag occurs exactly once, well nested.

    `encode` writes what stands between them as the document has it, undoing `decode` of `protect`.
    """
    tags = list(TAG.finditer(text))
    if sorted(match.group() for match in tags) != sorted(originals) or not is_well_nested(text):
        return None
    stretches = [(match.start(), match.end(), originals[match.group()]) for match in tags]
    return _replaced(text, stretches, encode)


def is_well_nested(text: str) -> bool:
    """Whether every opening tag is closed by its own closing tag, inside whatever surrounds it."""
    opened: list[str] = []
    for closing, number, alone in TAG.findall(text):
        if closing and alone:
            return False
        if alone:
            continue
        if not closing:
            opened.append(number)
        elif not opened or opened.pop() != number:
            return False
    return not opened


def _without_overlaps(text: str, spans: Iterable[Span], like_tags: re.Pattern[str]) -> list[Span]:
    literal = [Span(match.start(), match.end()) for match in like_tags.finditer(text)]
    kept: list[Span] = []
    around: list[Span] = []
    # The wider of two that begin together surrounds the other.
    for span in sorted([*spans, *literal], key=lambda span: (span.start, -span.end)):
        while around and around[-1].end <= span.start:
            around.pop()
        if around:
            inner = around[-1].inner
            if inner is None or span.start < inner[0] or span.end > inner[1]:
                continue
        kept.append(span)
        around.append(span)
    return kept


def _replaced(text: str, stretches: list[tuple[int, int, str]], between: Callable[[str], str]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end, replacement in sorted(stretches):
        pieces += (between(text[position:start]), replacement)
        position = end
    return "".join(pieces) + between(text[position:])
