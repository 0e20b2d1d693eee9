"""Which stretches of a Markdown text are no prose? Code, links' targets, images, URLs, HTML tags, template tags.

markdown-it-py finds them by CommonMark's rules; its inline tokens do not say where they stood, so its rules are
wrapped to note it. What CommonMark does not know (bare URLs, footnotes, template tags) is found by pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from markdown_it.rules_inline import StateInline, autolink, backtick, html_inline, image, link

from batch_translate.markup.tags import Span

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_Rule = Callable[[StateInline, bool], bool]

_NO_PROSE = re.compile(
    r"""
      \{\{.*?\}\} | \{%.*?%\} | \{\#.*?\#\}     # template tags
    | \[\^[^\]\s]+\]                            # footnote references
    | [ ]{2,}\n | \\\n                          # hard line breaks
    | (?:https?|ftp)://[A-Za-z0-9\-._~:/?\#\[\]@!$&'()*+,;=%]*[A-Za-z0-9/\#=&%+-]
    """,
    re.VERBOSE,
)
_SPANS = "batch_translate.spans"


def note_spans(parser: MarkdownIt) -> None:
    """Make the parser's inline rules note where they matched."""
    for name, rule in (("backticks", backtick), ("autolink", autolink), ("html_inline", html_inline)):
        parser.inline.ruler.at(name, _noting_alone(rule))
    parser.inline.ruler.at("link", _noting_around(link, 1))
    parser.inline.ruler.at("image", _noting_around(image, 2))


def spans_of(parser: MarkdownIt, text: str, references: dict[str, object]) -> list[Span]:
    """The spans of `text`, the content of one block; `references` is the env its document was parsed with."""
    noted: list[Span] = []
    parser.inline.parse(text, parser, {**references, _SPANS: (text, noted)}, [])
    return [*noted, *(Span(match.start(), match.end()) for match in _NO_PROSE.finditer(text))]


def _note(state: StateInline, span: Span) -> None:
    text, noted = state.env[_SPANS]
    # The alternative text of an image is parsed on its own: its positions are not those of the block.
    if state.src == text:
        noted.append(span)


def _noting_alone(rule: _Rule) -> _Rule:
    def noting(state: StateInline, silent: bool) -> bool:
        start, tokens = state.pos, len(state.tokens)
        matched = rule(state, silent)
        # A backtick without its counterpart matches too, as text, and leaves no token.
        if matched and len(state.tokens) > tokens:
            _note(state, Span(start, state.pos))
        return matched

    return noting


def _noting_around(rule: _Rule, opening: int) -> _Rule:
    def noting(state: StateInline, silent: bool) -> bool:
        start = state.pos
        matched = rule(state, silent)
        if matched and not silent:
            end = state.pos
            label_end = state.md.helpers.parseLinkLabel(state, start + opening - 1, opening == 1)
            state.pos = end
            _note(state, _span_around(state.src, start, (start + opening, label_end), end))
        return matched

    return noting


def _span_around(text: str, start: int, label: tuple[int, int], end: int) -> Span:
    prose = text[slice(*label)]
    if not prose.strip():
        return Span(start, end)
    closing = f"][{prose}]" if text[label[1] : end] in ("]", "][]") else None
    return Span(start, end, label, closing)
