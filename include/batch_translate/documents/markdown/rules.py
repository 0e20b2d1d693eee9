"""Where did an inline rule of markdown-it-py match? Its rules, wrapped to say so, and those CommonMark has not.

Each token that is markup gets its place as `meta`: `span` where it stands alone, `at` for the marks around prose.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from markdown_it.rules_inline import (
    StateInline,
    autolink,
    backtick,
    emphasis,
    entity,
    escape,
    html_inline,
    image,
    link,
    newline,
    strikethrough,
)

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_Rule = Callable[[StateInline, bool], bool]

_VALUE = r"""(?:"[^"{}\n]*+"|'[^'{}\n]*+'|[^\s"'{}]++)"""
_ATTRIBUTE = rf"(?:[#.][\w:.-]++|[A-Za-z][\w:-]*+={_VALUE})"
ATTRIBUTES = re.compile(rf"\{{:?[ ]*+{_ATTRIBUTE}(?:[ ]++{_ATTRIBUTE})*+[ ]*+\}}")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]++\]")
_URL = re.compile(r"://[A-Za-z0-9\-._~:/?#@!$&'()+,;=%]*[A-Za-z0-9/#=&%+-]")
_SCHEMES = ("https", "http", "ftp")
_MATH = re.compile(r"\$\$[^$\n]++\$\$|\$(?=[^\s$])((?:[^$\\\n`]|\\.)++)(?<=\S)\$(?![0-9$])")
_BEFORE_MONEY = re.compile(r"[A-Za-z0-9$]")
_WORDS_IN_MATH = re.compile(r"\\(?:text|mathrm|textbf|textrm|mbox|operatorname)\{[^{}]*+\}")
_OPERATOR = re.compile(r"[\\^_=+\-*/<>|]")
_NOT_MATH = re.compile("[⺀-\U0010ffff]")


def span(token: Token) -> tuple[int, int]:
    """From where to where a token stands that is alone."""
    return cast("tuple[int, int]", token.meta["span"])


def at(token: Token) -> tuple[int, int]:
    """From where to where the mark of a token stands that opens or closes."""
    start, end = token.meta["at"]
    # Of the two marks of strong emphasis, the inner one is the token.
    if token.type == "strong_open":
        return start - 1, end
    return (start, end + 1) if token.type == "strong_close" else (start, end)


def attributes_end(text: str, end: int) -> int:
    """Where the attribute list ends that begins at `end`, `end` where there is none."""
    match = ATTRIBUTES.match(text, end) if text.startswith("{", end) else None
    return match.end() if match else end


def note_places(parser: MarkdownIt) -> None:
    """Make the parser's inline rules note where they matched, and add footnotes, math, bare URLs, attributes."""
    rules = parser.inline.ruler
    alone = {"backticks": backtick, "autolink": autolink, "html_inline": html_inline, "newline": newline}
    for name, rule in (alone | {"escape": escape, "entity": entity}).items():
        rules.at(name, _noting_alone(rule))
    rules.at("strikethrough", _noting_marks(strikethrough.tokenize))
    rules.at("emphasis", _noting_marks(emphasis.tokenize))
    rules.at("link", _noting_link(link))
    rules.at("image", _noting_image(image))
    for name, added in (("footnote_ref", _footnote), ("math", _math), ("attributes", _attributes), ("url", _url)):
        rules.before("newline", name, added)
    # Joined with its neighbours a mark that was not used would lose its place.
    parser.inline.ruler2.disable("fragments_join")


def _noting_alone(rule: _Rule) -> _Rule:
    def noting(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        matched = rule(state, silent)
        if not matched or silent or len(state.tokens) == count:
            return matched
        token = state.tokens[-1]
        if token.type in ("code_inline", "html_inline"):
            token.meta = {"span": (start, state.pos)}
        elif token.type == "link_close":
            state.tokens[-3].type, state.tokens[-3].nesting = "alone", 0
            state.tokens[-3].meta = {"span": (start, state.pos)}
        elif token.type == "hardbreak":
            if state.src[start] == "\n":
                start = len(state.src[:start].rstrip(" "))
            token.meta = {"span": (start, state.src.index("\n", start) + 1)}
        elif token.info == "entity" and not token.content.strip():
            token.meta = {"span": (start, state.pos)}
        return matched

    return noting


def _noting_marks(rule: _Rule) -> _Rule:
    def noting(state: StateInline, silent: bool) -> bool:
        start = state.pos
        matched = rule(state, silent)
        position, index = state.pos, len(state.tokens)
        while matched and position > start:
            index -= 1
            end = position
            position -= len(state.tokens[index].content)
            state.tokens[index].meta = {"at": (position, end)}
        return matched

    return noting


def _noting_link(rule: _Rule) -> _Rule:
    def noting(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        matched = rule(state, silent)
        if matched and not silent:
            label_end = state.md.helpers.parseLinkLabel(state, start, True)
            first = next(token for token in state.tokens[count : count + 2] if token.type == "link_open")
            first.meta = {"at": (start, start + 1)}
            state.tokens[-1].meta = {"at": (label_end, state.pos)}
        return matched

    return noting


def _noting_image(rule: _Rule) -> _Rule:
    def noting(state: StateInline, silent: bool) -> bool:
        start = state.pos
        matched = rule(state, silent)
        if matched and not silent:
            label_end = state.md.helpers.parseLinkLabel(state, start + 1, False)
            state.tokens[-1].meta = {"image": (start, start + 2, label_end, state.pos)}
        return matched

    return noting


def _push_alone(state: StateInline, start: int, end: int, silent: bool) -> bool:
    if not silent:
        state.push("alone", "", 0).meta = {"span": (start, end)}
    state.pos = end
    return True


def _footnote(state: StateInline, silent: bool) -> bool:
    match = _FOOTNOTE.match(state.src, state.pos, state.posMax)
    return match is not None and _push_alone(state, match.start(), match.end(), silent)


def _attributes(state: StateInline, silent: bool) -> bool:
    match = ATTRIBUTES.match(state.src, state.pos, state.posMax)
    return match is not None and _push_alone(state, match.start(), match.end(), silent)


def _math(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$" or _BEFORE_MONEY.fullmatch(state.src, max(0, state.pos - 1), state.pos):
        return False
    match = _MATH.match(state.src, state.pos, state.posMax)
    if match is None or (match[1] is not None and not _is_math(match[1])):
        return False
    return _push_alone(state, match.start(), match.end(), silent)


def _is_math(text: str) -> bool:
    # Amounts of money stand between two dollar signs as well, with prose between them.
    formula = _WORDS_IN_MATH.sub("\\\\", text)
    return not _NOT_MATH.search(formula) and (" " not in formula or _OPERATOR.search(formula) is not None)


def _url(state: StateInline, silent: bool) -> bool:
    # A link's text is looked through silently: there a URL must not run over the link's end.
    if silent or state.src[state.pos] != ":":
        return False
    match = _URL.match(state.src, state.pos, state.posMax)
    scheme = match and next((it for it in _SCHEMES if state.src.endswith(it, 0, state.pos)), None)
    if not match or not scheme:
        return False
    return _push_alone(state, state.pos - len(scheme), match.end(), silent)
