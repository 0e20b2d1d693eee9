"""Which blocks has a Markdown document beyond CommonMark's? Tables, footnotes, `:::` containers, math, templates.

The rules plug into markdown-it-py. They only cut: a footnote holds ordinary blocks, a container's marker lines
stand alone with ordinary blocks between them, math and template tags are never looked into.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from markdown_it import MarkdownIt
from markdown_it.rules_block import table

from batch_translate.documents.markdown.templates import template_end

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]++\]:")
_CONTAINER = re.compile(r":{3,}[ \t]*[\w-]*[ \t:]*")
# Zenn and Qiita name a kind of message after the container's name.
_KIND = re.compile(r":{3,}[ \t]*(?:message|note)[ \t]+(?:alert|warn|warning|info)[ \t]*")
_ENDS_PARAGRAPHS = ["paragraph", "reference", "blockquote", "list"]
_NEVER = "batch_translate.never"


def block_parser() -> MarkdownIt:
    """A parser whose tokens have source lines; inline content is left unparsed."""
    parser = MarkdownIt("commonmark").enable("strikethrough")
    rules = parser.block.ruler
    added = {"template": _template, "math": _math, "container": _container, "footnote": _footnote}
    for name, rule in added.items():
        # In front of everything: none of them may begin inside another block.
        rules.before("table", name, rule, {"alt": _ENDS_PARAGRAPHS})
    # markdown-it has tables first; for GitHub a line that begins a list, quote or heading begins no table.
    rules.before("lheading", "github_table", table, {"alt": ["paragraph", "reference"]})
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


def _never(state: StateBlock) -> set[str]:
    """What is known not to end any more in this document: it is looked for once."""
    return cast("set[str]", state.env.setdefault(_NEVER, set()))


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    match = _FOOTNOTE.match(_line(state, start))
    if match is None:
        return False
    if silent:
        return True
    begin = state.bMarks[start], state.tShift[start], state.sCount[start], state.parentType
    text = state.src[state.bMarks[start] + state.tShift[start] + match.end() : state.eMarks[start]]
    state.bMarks[start] += state.tShift[start] + match.end()
    state.tShift[start] = len(text) - len(text.lstrip(" \t"))
    state.blkIndent += 4
    state.sCount[start] = state.blkIndent
    state.parentType = "footnote"
    state.push("footnote_open", "", 1)
    state.md.block.tokenize(state, start, end)
    state.push("footnote_close", "", -1)
    state.bMarks[start], state.tShift[start], state.sCount[start], state.parentType = begin
    state.blkIndent -= 4
    # A footnote whose text is in the next lines begins with an empty one.
    state.line = max(state.line, start + 1)
    return True


def _container(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = _line(state, start)
    match = _KIND.match(line) or _CONTAINER.match(line)
    if match is None:
        return False
    if silent:
        return True
    state.line = start + 1
    token = state.push("container_marker", "", 0)
    token.map = [start, start + 1]
    title = line[match.end() :].strip()
    if title.startswith("[") and title.endswith("]"):
        title = title[1:-1].strip()
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
    last = start
    closing = line.find("$$", 2)
    if closing < 0:
        found = _line_that_ends_math(state, start + 1, end)
        if found is None:
            return False
        last = found
    elif closing != len(line) - 2:
        return False
    if not silent:
        state.line = last + 1
        state.push("math_block", "", 0).map = [start, state.line]
    return True


def _line_that_ends_math(state: StateBlock, start: int, end: int) -> int | None:
    never = f"$$ before {end}"
    if never in _never(state):
        return None
    for number in range(start, end):
        if _line(state, number).rstrip().endswith("$$"):
            return number
    _never(state).add(never)
    return None


def _template(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if not _line(state, start).startswith(("{%", "{#", "{{")):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    closing = template_end(state.src, begin, _never(state))
    last = start
    while last < end and state.eMarks[last] < closing:
        last += 1
    if closing == 0 or last == end or state.src[closing : state.eMarks[last]].strip():
        return False
    # A value on one line belongs to its paragraph.
    if last == start and state.src.startswith("{{", begin) and state.src[begin + 2] not in "<%":
        return False
    if not silent:
        state.line = last + 1
        state.push("template_block", "", 0).map = [start, state.line]
    return True
