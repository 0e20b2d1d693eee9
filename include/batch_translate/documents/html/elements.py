"""Which elements are open at a place in an HTML document, and is what stands there translated?

No tree is built. The rules by which a tag closes what is open before it are those of the standard
(https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inbody) as far as the border of a
`translate="no"`, of code or of SVG depends on them. Each tag is done in constant time: positions of open elements
are kept by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batch_translate.documents.html.tokens import Token


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


VOID = _names(
    """area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"""
)
_BORDERS = _names(
    """address applet article aside base blockquote body button caption center col colgroup datalist dd
    details dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4
    h5 h6 head header hgroup hr html label legend li listing main marquee menu nav noframes noscript
    object ol optgroup option p plaintext pre search section select summary table tbody td template
    textarea tfoot th thead title tr ul xmp audio video canvas"""
)
_FOREIGN_BORDERS = frozenset(["text", "title", "desc", "foreignobject"])
# Their content is code, a formula or a reading.
_VERBATIM = _names(
    """code kbd samp var pre listing xmp script style textarea math rt rp rtc iframe noembed noframes"""
)
_FOREIGN = ("svg", "math")
_HTML_INSIDE = ("foreignobject", "desc", "title", "annotation-xml", "mi", "mo", "mn", "ms", "mtext")
_BREAKOUT = _names(
    """b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li
    listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var"""
)
_CLOSES_P = _names(
    """address article aside blockquote center details dialog dir div dl dd dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol p plaintext pre
    search section summary table ul xmp"""
)
_SCOPE = ("applet", "caption", "html", "table", "td", "th", "marquee", "object", "template", *_HTML_INSIDE[:3])
_TABLE = ("table", "template")
_ROWS = ("tbody", "thead", "tfoot", "caption", "colgroup")
_RUBY = ("rt", "rp", "rtc", "rb")
# What an opening tag closes: these elements, up to the nearest of those.
_CLOSED_BY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "li": (("li",), ("ul", "ol", "menu", "dir", *_SCOPE)),
    "dt": (("dt", "dd"), ("dl", *_SCOPE)),
    "dd": (("dt", "dd"), ("dl", *_SCOPE)),
    "option": (("option",), ("optgroup", "select", "datalist")),
    "optgroup": (("option", "optgroup"), ("select", "datalist")),
    "button": (("button",), _SCOPE),
    "a": (("a",), _SCOPE),
    "tr": (("tr", "caption", "colgroup"), _TABLE),
    "td": (("td", "th", "caption", "colgroup"), _TABLE),
    "th": (("td", "th", "caption", "colgroup"), _TABLE),
    **dict.fromkeys(_ROWS, (("tr", *_ROWS), _TABLE)),
    **dict.fromkeys(_RUBY, (_RUBY, ("ruby", *_SCOPE))),
    "body": (("head",), ("html",)),
}


@dataclass(frozen=True, slots=True)
class Element:
    """An element, by its start tag's place.

    `translate`: not switched off; `verbatim`: what it holds is code, a formula or a reading; `has_texts`: its
    attributes are translated.
    """

    name: str
    start: int
    translate: bool
    verbatim: bool
    keeps_space: bool
    has_texts: bool

    @property
    def is_prose(self) -> bool:
        return self.translate and not self.verbatim


_ROOT = Element("", -1, translate=True, verbatim=False, keeps_space=False, has_texts=True)


@dataclass(slots=True)
class OpenElements:
    """The stack of open elements."""

    _stack: list[Element] = field(default_factory=lambda: [_ROOT])
    _places: dict[str, list[int]] = field(default_factory=dict)
    _borders: list[int] = field(default_factory=list)

    @property
    def innermost(self) -> Element:
        return self._stack[-1]

    def is_foreign(self) -> bool:
        """Whether tags stand in SVG or MathML and not in HTML inside of them."""
        return self._nearest(_FOREIGN) > self._nearest(_HTML_INSIDE)

    def is_border(self, token: Token) -> bool:
        """Whether it is a tag at which a paragraph ends."""
        if token.kind not in ("start", "end"):
            return False
        return token.name in _BORDERS or (token.name in _FOREIGN_BORDERS and self._nearest(("svg",)) >= 0)

    def open(self, token: Token, language_switch: str) -> Element:
        """Take in a start tag. `language_switch` is what it says of translation: "yes", "no" or ""."""
        foreign = self.is_foreign()
        if foreign and token.name in _BREAKOUT:
            self._close_from(self._outermost_foreign())
            foreign = False
        if not foreign:
            self._close_implied(token.name)
        parent = self._stack[-1]
        translate = parent.translate if not language_switch else language_switch == "yes"
        verbatim = token.name in _VERBATIM or (parent.verbatim and language_switch != "yes")
        if language_switch == "yes" and token.name in ("code", "kbd", "samp", "var", "pre"):
            verbatim = False
        keeps_space = parent.keeps_space or token.name in ("pre", "listing", "textarea")
        has_texts = translate and not (parent.verbatim and verbatim)
        element = Element(token.name, token.start, translate, verbatim, keeps_space, has_texts)
        if not (token.self_closing if foreign or token.name in _FOREIGN else token.name in VOID):
            self._places.setdefault(token.name, []).append(len(self._stack))
            if token.name in _BORDERS:
                self._borders.append(len(self._stack))
            self._stack.append(element)
        return element

    def close(self, token: Token) -> Element | None:
        """Take in an end tag: the element it closes, None where none is."""
        at = self._nearest((token.name,))
        if at < 0:
            return None
        if token.name not in _BORDERS and token.name not in _FOREIGN:
            # An inline element does not end the blocks in it.
            if self._borders and self._borders[-1] > at:
                return None
        elif token.name not in (*_SCOPE, *_ROWS, "tr", "body", "head") and self._nearest(_SCOPE) > at:
            return None
        element = self._stack[at]
        self._close_from(at)
        return element

    def _close_implied(self, name: str) -> None:
        if name in _CLOSES_P:
            self._close_nearest(("p",), ("button", *_SCOPE))
        if name in _CLOSED_BY:
            closed, scope = _CLOSED_BY[name]
            limit = self._nearest(scope)
            places = [it for it in (self._nearest((other,), limit) for other in closed) if it > limit]
            if places:
                self._close_from(min(places))

    def _close_nearest(self, names: tuple[str, ...], scope: tuple[str, ...]) -> None:
        at = self._nearest(names)
        if at > self._nearest(scope):
            self._close_from(at)

    def _close_from(self, at: int) -> None:
        while len(self._stack) > at:
            self._places[self._stack.pop().name].pop()
        while self._borders and self._borders[-1] >= at:
            self._borders.pop()

    def _nearest(self, names: tuple[str, ...], otherwise: int = -1) -> int:
        return max((places[-1] for name in names if (places := self._places.get(name))), default=otherwise)

    def _outermost_foreign(self) -> int:
        """The root of the SVG or MathML that is left, above any HTML inside of it."""
        limit = self._nearest(_HTML_INSIDE)
        roots = (takewhile(lambda at: at > limit, reversed(self._places.get(name, ()))) for name in _FOREIGN)
        return min(chain.from_iterable(roots))
