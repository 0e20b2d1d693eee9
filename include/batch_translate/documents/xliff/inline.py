"""What is prose and what is code in an XLIFF text?

Each inline code is one private character in the text while it is worked with, so that the text is nothing but
characters: decoded, cut at sentences, escaped again. Elements around prose and the codes that open and close one
another become a pair of numbered tags; what is between the tags of a code is the code's and is never sent, but for
the `<sub>` texts in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from batch_translate.documents.xliff.xml_text import edited
from batch_translate.markup.inline import inline_spans, may_hold_inline
from batch_translate.markup.tags import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.documents.xliff.xml_text import Tag

# Supplementary private use, planes 15 and 16.
_PRIVATE = range(0xF0000, 0x10FFFE)
_AROUND = frozenset({"g", "mrk", "pc"})
# code → (whether it opens, the attributes that name its partner, the likelier first)
_HALVES = {
    "bpt": ("open", ("rid", "id")),
    "ept": ("close", ("rid", "id")),
    "bx": ("open", ("rid", "id")),
    "ex": ("close", ("rid", "id")),
    "sc": ("open", ("id",)),
    "ec": ("close", ("startRef",)),
    "sm": ("open", ("id",)),
    "em": ("close", ("startRef",)),
}
_KINDS = {"bpt": "pt", "ept": "pt", "bx": "x", "ex": "x", "sc": "c", "ec": "c", "sm": "m", "em": "m"}

Role = Literal["alone", "open", "close", "start", "end"]


@dataclass(frozen=True, slots=True)
class Code:
    """A stretch of the document that is code. `start` and `end` are an element's tags, which hold what is between
    them; `open` and `close` are codes of their own that belong together where `key` is the same."""

    start: int
    end: int
    role: Role = "alone"
    key: str = ""
    is_kept: bool = False
    texts: tuple[Text, ...] = ()


@dataclass(slots=True)
class Text:
    """What stands from `start` to `end`: characters, and codes among them."""

    start: int
    end: int = 0
    pieces: list[str | Code] = field(default_factory=list)

    @property
    def has_content(self) -> bool:
        return any(isinstance(piece, Code) or piece.strip() for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Flat:
    """A text with one character for each code, and the spans which are no prose. `no_codes` removes the codes."""

    text: str
    spans: list[Span]
    codes: dict[str, Code]
    no_codes: dict[int, None]


class TextReader:
    """Reads what is in a `<source>`: one text from `start` on or, where it is None, each `<mrk mtype="seg">`."""

    def __init__(self, start: int | None) -> None:
        self.texts: list[Text] = [] if start is None else [Text(start)]
        self._is_one = start is not None
        # The text that takes characters at each depth, None inside of code and outside of segments.
        self._sinks: list[Text | None] = [self.texts[0] if self.texts else None]
        self._subs: list[list[Text]] = []

    @property
    def _sink(self) -> Text | None:
        return self._sinks[-1]

    def start(self, name: str, tag: Tag) -> None:
        sink = self._sink
        if sink is None:
            self._sinks.append(self._entered(name, tag))
        elif name in _AROUND and not tag.empty and not _is_protected(tag):
            sink.pieces.append(Code(tag.start, tag.end, "start"))
            self._sinks.append(sink)
        else:
            self._subs.append([])
            self._sinks.append(None)

    def end(self, name: str, tag: Tag, start: int, end: int) -> None:
        inside = self._sinks.pop()
        sink = self._sink
        if inside is None and sink is not None:
            texts = self._subs.pop()
            sink.pieces.append(_code(name, tag, end, () if _is_protected(tag) else tuple(texts)))
        elif inside is not None and inside is sink:
            sink.pieces.append(Code(start, end, "end"))
        elif inside is not None:
            inside.end = start

    def finish(self, end: int) -> list[Text]:
        if self._is_one:
            self.texts[0].end = end
        return self.texts

    def characters(self, text: str) -> None:
        if self._sink is not None:
            self._sink.pieces.append(text)

    def instruction(self, start: int, end: int) -> None:
        if self._sink is not None:
            self._sink.pieces.append(Code(start, end))

    def _entered(self, name: str, tag: Tag) -> Text | None:
        """The text that begins inside of code or between segments."""
        found = Text(tag.end)
        if self._subs:
            if name == "sub" and not tag.empty:
                self._subs[-1].append(found)
                return found
        elif name == "mrk" and tag.attributes.get("mtype") == "seg":
            self.texts.append(found)
            return found
        return None


def flatten(text: Text) -> Flat | None:
    """The text as characters; None when it has more codes than there are characters to stand for them."""
    used = {it for piece in text.pieces if isinstance(piece, str) for it in piece if ord(it) >= _PRIVATE.start}
    free = (chr(number) for number in _PRIVATE if chr(number) not in used)
    codes: dict[str, Code] = {}
    written: list[str] = []
    for piece in text.pieces:
        if isinstance(piece, str):
            written.append(piece)
            continue
        character = next(free, None)
        if character is None:
            return None
        codes[character] = piece
        written.append(character)
    flat = "".join(written)
    spans = _code_spans(flat, codes)
    if may_hold_inline(flat):
        spans += _apart(inline_spans(flat), spans, len(flat))
    return Flat(flat, spans, codes, dict.fromkeys(map(ord, codes)))


def raw_of(code: Code, data: bytes, rendered: dict[int, str]) -> str:
    """The code as it stands, with what was written for the texts in it, by their starts."""
    edits = [(text.start, text.end, rendered[text.start]) for text in code.texts if text.start in rendered]
    return edited(data, edits, code.start, code.end)


def _is_protected(tag: Tag) -> bool:
    return tag.attributes.get("mtype") == "protected" or tag.attributes.get("translate") == "no"


def _code(name: str, tag: Tag, end: int, texts: tuple[Text, ...]) -> Code:
    if name not in _HALVES or tag.attributes.get("isolated") == "yes":
        return Code(tag.start, end, texts=texts)
    role, names = _HALVES[name]
    key = next((tag.attributes[it] for it in names if it in tag.attributes), "")
    kept = name == "sm" and tag.attributes.get("translate") == "no"
    return Code(tag.start, end, "open" if role == "open" else "close", f"{_KINDS[name]} {key}", kept, texts)


def _code_spans(flat: str, codes: dict[str, Code]) -> list[Span]:
    """Where the codes are: pairs around prose, alone what has none in it.

    Codes that open and close are paired inside one element only, and where two pairs cross the later one is not a
    pair: an element's own tags always are, or a translation could tear it apart.
    """
    spans: list[Span] = []
    scopes = [_Scope(-1)]
    prose = 0
    for at, character in enumerate(flat):
        code = codes.get(character)
        if code is None:
            prose += not character.isspace()
        elif code.role == "start":
            scopes.append(_Scope(at, prose))
        elif code.role == "end":
            scope = scopes.pop()
            spans += scope.left_open()
            spans.append(_pair(scope.start, at, prose > scope.prose))
        elif code.role == "open":
            scopes[-1].open(code, at, prose)
        else:
            spans += scopes[-1].close(code, at, prose) if code.role == "close" else [Span(at, at + 1)]
    return spans + scopes[-1].left_open()


class _Scope:
    """The codes that are open inside one element."""

    def __init__(self, start: int, prose: int = 0) -> None:
        self.start = start
        self.prose = prose
        self._opened: list[tuple[Code, int, int]] = []
        self._count: defaultdict[str, int] = defaultdict(int)

    def open(self, code: Code, at: int, prose: int) -> None:
        self._opened.append((code, at, prose))
        self._count[code.key] += 1

    def close(self, code: Code, at: int, prose: int) -> Iterator[Span]:
        if not self._count[code.key]:
            yield Span(at, at + 1)
            return
        while True:
            opened, start, before = self._opened.pop()
            self._count[opened.key] -= 1
            if opened.key == code.key:
                yield _pair(start, at, prose > before and not opened.is_kept)
                return
            yield Span(start, start + 1)

    def left_open(self) -> list[Span]:
        return [Span(at, at + 1) for _, at, _ in self._opened]


def _pair(start: int, end: int, has_prose: bool) -> Span:
    return Span(start, end + 1, (start + 1, end) if has_prose else None)


def _apart(found: list[Span], codes: list[Span], length: int) -> Iterator[Span]:
    """Those of `found` which cross no code: they begin and end inside the same one, or outside of all."""
    around = [0] * (length + 1)
    opened: list[int] = []
    edges: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, span in enumerate(sorted(codes, key=lambda span: (span.start, -span.end)), 1):
        if span.end > span.start + 1:
            edges[span.start + 1].append((1, number))
            edges[span.end].append((0, number))
    for at in range(length + 1):
        for opens, number in sorted(
            edges.get(at, ()), key=lambda edge: (edge[0], edge[1] if edge[0] else -edge[1])
        ):
            if opens:
                opened.append(number)
            elif number in opened[-1:]:
                opened.pop()
        around[at] = opened[-1] if opened else 0
    for span in found:
        inner = span.inner
        if around[span.start] != around[span.end]:
            continue
        if inner is None or around[inner[0]] == around[inner[1]] == around[span.start]:
            yield span
