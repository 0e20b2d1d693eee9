"""Which tags, comments and texts is an HTML document made of, and where exactly does each stand?

Tokens cover the document without a gap. They follow the tokenizer of the standard
(https://html.spec.whatwg.org/multipage/parsing.html#tokenization), but that template tags are tokens of their own.
Every step moves on: the time grows with the document's length alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from batch_translate.documents.html.templates import OPENING, template_end, template_in_tag_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RAW = frozenset(["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"])

_NEXT = re.compile(rf"<(?=[A-Za-z/!?])|{OPENING.pattern}", re.ASCII)
_TAG_NAME = re.compile(r"</?+([^ \t\n\f\r/>]*+)")
_BETWEEN = re.compile(r"[ \t\n\f\r/]*+")
_ATTRIBUTE_NAME = re.compile(r"[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+")
_EQUALS = re.compile(r"[ \t\n\f\r]*+=[ \t\n\f\r]*+")
_UNQUOTED = re.compile(r"[^ \t\n\f\r>{<]*+")
_COMMENT_END = re.compile(r"--!?>")
_SCRIPT_MARK = re.compile(r"<!--|-->|<(/?)script(?=[ \t\n\f\r/>])", re.IGNORECASE | re.ASCII)
_END_TAGS = {name: re.compile(rf"</{name}(?=[ \t\n\f\r/>])", re.IGNORECASE | re.ASCII) for name in RAW}


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute; its value stands from `start` to `end`, in `quote`s or, where that is "", without."""

    name: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of a document. `raw` is text which holds no tags, `other` a comment or a declaration.

    `unclosed` is said of a tag, comment or raw text which the document ends in.
    """

    kind: Literal["text", "start", "end", "raw", "template", "other"]
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = ()
    self_closing: bool = False
    unclosed: bool = False


def tokens(text: str, is_foreign: Callable[[], bool]) -> Iterator[Token]:
    """Cut `text` into tokens. `is_foreign` is asked before each tag whether it stands in SVG or MathML."""
    position = 0
    begun = 0
    while found := _NEXT.search(text, position):
        start = found.start()
        token = _token(text, start, is_foreign())
        if token is None:
            position = start + 1
            continue
        if begun < start:
            yield Token("text", begun, start)
        foreign = is_foreign()
        yield token
        position = begun = token.end
        if token.kind == "start" and token.name in RAW and not foreign:
            raw_end = _raw_end(text, position, token.name)
            unclosed = raw_end < 0
            raw_end = len(text) if unclosed else raw_end
            if token.name == "title" and not unclosed:
                yield from _title(text, position, raw_end)
            elif position < raw_end:
                yield Token("raw", position, raw_end, token.name, unclosed=unclosed)
            position = begun = raw_end
    if begun < len(text):
        yield Token("text", begun, len(text))


def _token(text: str, start: int, foreign: bool) -> Token | None:
    """The token that begins at `start`, None where it is text."""
    if end := template_end(text, start, len(text)):
        return Token("template", start, end)
    second = text[start + 1 : start + 2]
    third = text[start + 2 : start + 3]
    if text[start] != "<" or second == "%":
        return None
    if second.isalpha() or (second == "/" and third.isalpha() and third.isascii()):
        return _tag(text, start)
    if second == "/":
        return _until(text, start, ">") if third else None
    if text.startswith("<!--", start):
        # `<!-->` is a whole comment.
        closed = _COMMENT_END.search(text, start + 2)
        while closed and closed.start() < start + 4 and closed.group() == "--!>":
            closed = _COMMENT_END.search(text, closed.start() + 1)
        end = closed.end() if closed else len(text)
        return Token("other", start, end, unclosed=closed is None)
    if foreign and text.startswith("<![CDATA[", start):
        return replace(_until(text, start, "]]>"), kind="raw")
    return _until(text, start, ">")


def _until(text: str, start: int, closing: str) -> Token:
    closed = text.find(closing, start)
    return Token("other", start, len(text) if closed < 0 else closed + len(closing), unclosed=closed < 0)


def _title(text: str, start: int, end: int) -> Iterator[Token]:
    """A title's text, which may have template tags and no others."""
    begun = start
    while opening := OPENING.search(text, start, end):
        start = opening.start() + 1
        closed = template_end(text, opening.start(), end)
        if closed:
            if begun < opening.start():
                yield Token("text", begun, opening.start())
            yield Token("template", opening.start(), closed)
            begun = start = closed
    if begun < end:
        yield Token("text", begun, end)


def _raw_end(text: str, start: int, name: str) -> int:
    """Where the end tag of a raw text element stands, -1 where it has none."""
    if name == "plaintext":
        return -1
    if name != "script":
        found = _END_TAGS[name].search(text, start)
        return found.start() if found else -1
    # After `<!--` a script may hold scripts (the standard's "script data double escaped state").
    depth = 0
    while mark := _SCRIPT_MARK.search(text, start):
        start = mark.end()
        if mark.group() == "<!--":
            depth = max(depth, 1)
            start -= 2
        elif mark.group() == "-->":
            depth = 0
        elif mark[1] and depth < 2:
            return mark.start()
        elif mark[1]:
            depth = 1
        elif depth == 1:
            depth = 2
    return -1


def _tag(text: str, start: int) -> Token:
    name = _TAG_NAME.match(text, start)
    assert name is not None
    position = name.end()
    attributes: dict[str, Attribute] = {}
    while True:
        before = position
        position = _skipped(_BETWEEN, text, position)
        if position >= len(text):
            return Token("other", start, len(text), unclosed=True)
        if text[position] == ">":
            break
        if closed := template_in_tag_end(text, position, len(text), "<"):
            position = closed
            continue
        attribute, position = _attribute(text, position)
        # Of two with one name the first counts.
        attributes.setdefault(attribute.name, attribute)
    kind: Literal["start", "end"] = "end" if text[start + 1] == "/" else "start"
    self_closing = text[before:position].endswith("/")
    return Token(kind, start, position + 1, name[1].lower(), tuple(attributes.values()), self_closing)


def _attribute(text: str, start: int) -> tuple[Attribute, int]:
    """The attribute at `start`, and where to go on."""
    end = _skipped(_ATTRIBUTE_NAME, text, start)
    name = text[start:end].lower()
    equals = _EQUALS.match(text, end)
    if equals is None:
        return Attribute(name, end, end, ""), end
    start = equals.end()
    quote = text[start : start + 1]
    if quote in ('"', "'"):
        end = _quoted_end(text, start + 1, quote)
        return Attribute(name, start + 1, end, quote), end + 1
    end = _skipped(_UNQUOTED, text, start)
    while text[end : end + 1] in ("{", "<"):
        end = _skipped(_UNQUOTED, text, template_in_tag_end(text, end, len(text), "<") or end + 1)
    return Attribute(name, start, end, ""), end


def _quoted_end(text: str, start: int, quote: str) -> int:
    """Where the closing quote stands; one inside of a template tag closes nothing."""
    end = text.find(quote, start)
    while end >= 0:
        opening = OPENING.search(text, start, end)
        if opening is None:
            return end
        start = template_in_tag_end(text, opening.start(), len(text), "<>") or opening.start() + 1
        if start > end:
            end = text.find(quote, start)
    return len(text)


def _skipped(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start
