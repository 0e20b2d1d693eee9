"""Which blocks has a Markdown document beyond CommonMark's? Tables, footnotes, `:::` containers, display math.

The rules plug into markdown-it-py. They only cut: a footnote's text is a paragraph, a container's marker lines
stand alone with ordinary blocks between them, math is never looked into.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, paragraph

if TYPE_CHECKING:
    from markdown_it.token import Token

_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:[ \t]*")
_CONTAINER = re.compile(r":{3,}[ \t]*[\w-]*[ \t:]*")
_ENDS_PARAGRAPHS = ["paragraph", "reference", "blockquote", "list"]


def block_parser() -> MarkdownIt:
    """A parser whose tokens have source lines; inline content is left unparsed."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    rules = parser.block.ruler
    for name, rule in (("math", _math), ("container", _container), ("footnote", _footnote)):
        # In front of tables, so of everything: none of them may begin inside another block.
        rules.before("table", name, rule, {"alt": _ENDS_PARAGRAPHS})
    return parser


def block_tokens(parser: MarkdownIt, text: str, env: dict[str, object]) -> list[Token]:
    """The block tokens of `text`; `env` collects its link references."""
    tokens: list[Token] = []
    parser.block.parse(re.sub(r"\r\n?", "\n", text), parser, env, tokens)
    return tokens


def _line(state: StateBlock, number: int) -> str:
    """The line's text inside its block, "" where it is indented like code."""
    if state.is_code_block(number):
        return ""
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    match = _FOOTNOTE.match(_line(state, start))
    if match is None:
        return False
    if silent:
        return True
    begin = state.bMarks[start], state.tShift[start]
    state.bMarks[start] += state.tShift[start] + match.end()
    state.tShift[start] = 0
    paragraph(state, start, end, False)
    state.bMarks[start], state.tShift[start] = begin
    return True


def _container(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = _line(state, start)
    match = _CONTAINER.match(line)
    if match is None:
        return False
    if silent:
        return True
    state.line = start + 1
    token = state.push("container_marker", "", 0)
    token.map = [start, start + 1]
    title = line[match.end() :].strip()
    if title and not title.startswith("{"):
        token = state.push("inline", "", 0)
        token.content = title
        token.map = [start, start + 1]
        token.children = []
    return True


def _math(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = _line(state, start).rstrip()
    if not line.startswith("$$"):
        return False
    closing = start
    if not (len(line) > 4 and line.endswith("$$")):
        closing += 1
        while closing < end and not _line(state, closing).rstrip().endswith("$$"):
            closing += 1
        if closing == end:
            return False
    if not silent:
        state.line = closing + 1
        state.push("math_block", "", 0).map = [start, state.line]
    return True
