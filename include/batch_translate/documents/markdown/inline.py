"""Which stretches of a Markdown text are no prose? Code, math, links' targets, images, URLs, tags, emphasis marks.

markdown-it-py finds them by CommonMark's rules. Its inline tokens do not say where they stood, so its rules are
wrapped to note it in each token's `meta`. Template tags come first, as they do for whoever renders the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from batch_translate.documents.markdown.rules import at, attributes_end, span
from batch_translate.documents.markdown.templates import template_stretches
from batch_translate.markup.tags import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Neither may begin inside of what markdown-it-py found.
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9.@/_-])(?:www\.[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++(?:/[A-Za-z0-9\-._~:/?#@!$&'+,;=%]*[A-Za-z0-9/])?"
    r"|[A-Za-z0-9.+_-]{1,64}@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++)"
)
_HTML = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
# What stands in these elements is read by machines, or typed.
_NO_PROSE_INSIDE = frozenset(["code", "kbd", "samp", "var", "pre", "script", "style", "textarea", "math", "svg"])
# So far an end tag looks for its start: tags that are never closed must not make it slow.
_MOST_OPENED = 50


def spans_of(parser: MarkdownIt, text: str, references: Mapping[str, object]) -> list[Span]:
    """The spans of `text`, the content of one block; `references` is the env its document was parsed with."""
    templates = list(template_stretches(text))
    tokens: list[Token] = []
    parser.inline.parse(_masked(text, templates), parser, {"references": references.get("references", {})}, tokens)
    found = _Spans(text).of(tokens, 0)
    found += [Span(start, end) for start, end in templates]
    if "@" in text or "www." in text:
        starts = sorted(it.start for it in found)
        for match in _ADDRESS.finditer(text):
            if bisect_right(starts, match.start()) == bisect_right(starts, match.end() - 1):
                found.append(Span(match.start(), match.end()))
    return found


def _masked(text: str, templates: list[tuple[int, int]]) -> str:
    """`text`, as long as it was, with nothing in template tags that could be Markdown, or end a link's target."""
    pieces: list[str] = []
    position = 0
    for start, end in templates:
        pieces += (text[position:start], "{", "x" * (end - start - 2), "}")
        position = end
    return "".join(pieces) + text[position:]


class _Spans:
    """The spans of one text's tokens. Markup that is open while another closes around it stands alone."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: list[Span] = []
        # Start, end and HTML name of each opening mark, "" for Markdown's own.
        self._opened: list[tuple[int, int, str]] = []

    def of(self, tokens: list[Token], offset: int) -> list[Span]:
        for token in tokens:
            if not token.meta:
                continue
            if token.type == "html_inline":
                self._html(*(it + offset for it in span(token)))
            elif token.type == "image":
                self._image(token, offset)
            elif token.nesting == 1:
                start, end = (it + offset for it in at(token))
                self._opened.append((start, end, ""))
            elif token.nesting == -1:
                self._close(token, offset)
            elif "span" in token.meta:
                start, end = (it + offset for it in span(token))
                self._found.append(
                    Span(start, attributes_end(self._text, end) if token.type == "code_inline" else end)
                )
        self._alone(0)
        return self._found

    def _alone(self, first: int) -> None:
        self._found += [Span(start, end) for start, end, _ in self._opened[first:]]
        del self._opened[first:]

    def _close(self, token: Token, offset: int) -> None:
        own = max(index for index, (_, _, name) in enumerate(self._opened) if not name)
        self._alone(own + 1)
        start, inner, _ = self._opened.pop()
        close, end = (it + offset for it in at(token))
        self._around(start, (inner, close), end)

    def _image(self, token: Token, offset: int) -> None:
        start, inner, close, end = (it + offset for it in token.meta["image"])
        self._around(start, (inner, close), end)
        if token.children:
            self._found += _Spans(self._text).of(token.children, inner)

    def _around(self, start: int, inner: tuple[int, int], end: int) -> None:
        prose = self._text[slice(*inner)]
        last = attributes_end(self._text, end)
        if not prose.strip():
            self._found.append(Span(start, last))
            return
        # A shortcut reference names its target by its own text, which is going to be translated.
        shortcut = self._text[inner[1] : end] in ("]", "][]")
        closing = f"][{prose}]{self._text[end:last]}" if shortcut else None
        self._found.append(Span(start, last, inner, closing))

    def _html(self, start: int, end: int) -> None:
        tag = _HTML.match(self._text, start)
        name = tag[2].lower() if tag else ""
        if tag is None or name in _VOID or self._text.endswith("/>", start, end):
            self._found.append(Span(start, end))
        elif not tag[1]:
            self._opened.append((start, end, name))
        else:
            self._html_end(start, end, name)

    def _html_end(self, start: int, end: int, name: str) -> None:
        for index in reversed(range(max(0, len(self._opened) - _MOST_OPENED), len(self._opened))):
            opening, inner, opened = self._opened[index]
            if not opened:
                break
            if opened == name:
                self._alone(index + 1)
                self._opened.pop()
                no_prose = name in _NO_PROSE_INSIDE or not self._text[inner:start].strip()
                self._found.append(Span(opening, end, None if no_prose else (inner, start)))
                return
        self._found.append(Span(start, end))
