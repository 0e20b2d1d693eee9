"""Numbered tags, as texts have them, as inline elements of XLIFF and TMX, and back.

What is written as elements comes back as the same text. A text whose tags are lost, doubled or crossed, as a
rejected answer may have them, is written with its tags as characters, which comes back as the same text too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from batch_translate.markup.tags import TAG, is_well_nested
from batch_translate.reviews.xml_elements import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from xml.etree.ElementTree import Element


class Elements(NamedTuple):
    """How a format writes the tags `<1>`, `</1>` and `<1/>`: with `{}` for the number."""

    opening: str
    closing: str
    alone: str


XLIFF = Elements('<g id="{}">', "</g>", '<x id="{}"/>')
TMX = Elements(
    '<bpt i="{0}" x="{0}">&lt;{0}&gt;</bpt>', '<ept i="{0}">&lt;/{0}&gt;</ept>', '<ph x="{0}">&lt;{0}/&gt;</ph>'
)
# The elements of XLIFF 1.2, XLIFF 2 and TMX; where two of them share a name they mean the same.
_AROUND = frozenset(("g", "pc"))
_OPENING = frozenset(("bx", "bpt", "sc"))
_CLOSING = frozenset(("ex", "ept", "ec"))
_ALONE = frozenset(("x", "ph", "it", "ut"))
_CONTENT = frozenset(("mrk", "hi"))
_NOTHING = frozenset(("sm", "em"))


class UnknownElementError(ValueError):
    """An inline element that stands for no numbered tag."""


def write_inline(text: str, elements: Elements) -> str:
    """`text` as XML content."""
    if "<" not in text:
        return escaped(text)
    tags = [match.group() for match in TAG.finditer(text)]
    if len(set(tags)) != len(tags) or not is_well_nested(text):
        return escaped(text)
    pieces: list[str] = []
    position = 0
    for match in TAG.finditer(text):
        pieces.append(escaped(text[position : match.start()]))
        closing, number, alone = match.groups()
        template = elements.alone if alone else elements.closing if closing else elements.opening
        pieces.append(template.format(number))
        position = match.end()
    return "".join([*pieces, escaped(text[position:])])


def read_inline(element: Element | None, number: Callable[[Element], str]) -> str:
    """The text of an element, with numbered tags; `number` gives that of an inline element.

    Raises UnknownElementError.
    """
    return "" if element is None else "".join(_pieces(element, number))


def _pieces(element: Element, number: Callable[[Element], str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = child.tag
        if name in _AROUND:
            tag = number(child)
            yield f"<{tag}>"
            yield from _pieces(child, number)
            yield f"</{tag}>"
        elif name in _OPENING:
            yield f"<{number(child)}>"
        elif name in _CLOSING:
            yield f"</{number(child)}>"
        elif name in _ALONE:
            yield f"<{number(child)}/>"
        elif name in _CONTENT:
            yield from _pieces(child, number)
        elif name == "cp":
            yield "\ufffd"
        elif name not in _NOTHING:
            raise UnknownElementError(f"the inline element <{name}> is not known")
        yield child.tail or ""


def number_by_id(element: Element) -> str:
    """The number of an inline element of XLIFF, which is its id. Raises UnknownElementError for any other id."""
    name = str(element.tag)
    said = element.get("startRef") or element.get("rid") or element.get("id") or ""
    if not (said.isascii() and said.isdigit()):
        raise UnknownElementError(f"the id {said!r} of the inline element <{name}> is no number of a tag")
    return said


class NumbersOfTmx:
    """The numbers of the inline elements of one unit's languages; those of the source are read first.

    An element that holds a numbered tag has its number. Another tool's elements are numbered in the order in which
    they stand in the source, as the tags of a text are, and those of a target by what `i` or `x` says.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], str] = {}
        self._unnamed = 0
        self._is_source = True

    def begin_target(self) -> None:
        """From here on elements are those of a target."""
        self._unnamed = 0
        self._is_source = False

    def __call__(self, element: Element) -> str:
        own = TAG.fullmatch("".join(element.itertext()))
        if own is not None:
            return own[2]
        pair = element.tag in _OPENING | _CLOSING
        said = element.get("i") if pair else element.get("x")
        if said is None:
            self._unnamed += 1
            said = f"unnamed {self._unnamed}"
        code = ("pair" if pair else "alone", said)
        if code not in self._numbers:
            if not self._is_source:
                raise UnknownElementError(f"the inline element <{element.tag}> {said!r} is not in its source")
            self._numbers[code] = str(len(self._numbers) + 1)
        return self._numbers[code]
