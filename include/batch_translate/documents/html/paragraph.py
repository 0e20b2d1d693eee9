"""What of a paragraph is prose? Its texts, tags and comments become stretches with numbered tags.

Tags that belong to each other surround their prose. All else is one tag alone with its neighbours: `<br>`, images,
comments, template tags, code, readings, what is not to be translated. Markup around the whole paragraph and at its
ends, where it moves with no word, stays outside.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from batch_translate.documents.html.prose import (
    Placed,
    Prose,
    character_spans,
    margins,
    prose_between,
)
from batch_translate.documents.html.references import Reference, decoded, references_in
from batch_translate.markup.sentences import cut_long
from batch_translate.markup.tags import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_translate.documents.html.elements import Element
    from batch_translate.documents.html.tokens import Token

_NO_WORDS = frozenset(["script", "style", "iframe", "noembed", "noframes"])


@dataclass(slots=True)
class _Item:
    """A token of the paragraph.

    `before` and `after` say whether prose stands there. `partner` is the number of its other tag; one that is
    `loose` belongs to no word.
    """

    start: int
    end: int
    kind: str
    before: bool
    after: bool
    loose: bool = False
    partner: int = -1
    references: Sequence[Reference] = ()

    @property
    def place(self) -> tuple[int, int]:
        return self.start, self.end


_Place = TypeVar("_Place", _Item, Span, Reference)


@dataclass(slots=True)
class Paragraph:
    """The tokens between two borders."""

    text: str
    values: list[Placed] = field(default_factory=list)
    _items: list[_Item] = field(default_factory=list)
    _opened: dict[int, int] = field(default_factory=dict)
    _keeps_space: bool = False

    def add_text(self, token: Token, inside: Element) -> None:
        """A text, or something else that is no tag."""
        item = _Item(token.start, token.end, "mark", inside.is_prose, inside.is_prose)
        if token.kind == "text" and inside.is_prose:
            item.references = list(references_in(self.text, token.start, token.end, in_attribute=False))
            says, _ = decoded(self.text[token.start : token.end], _moved(item.references, -token.start))
            item.kind = "text" if says.strip() else "space"
            self._keeps_space = self._keeps_space or inside.keeps_space
        elif token.kind == "template":
            item.loose = self.text.startswith(("{%", "{#"), token.start)
        elif token.kind != "text":
            item.loose = token.kind == "other" or token.name in _NO_WORDS
        self._items.append(item)

    def add_start(self, token: Token, element: Element, before: Element, after: Element) -> None:
        """The start tag of `element`, with the innermost elements before and after it."""
        loose = element.is_prose or element.name in _NO_WORDS
        if after is element and element.is_prose:
            self._opened[element.start] = len(self._items)
        self._items.append(_Item(token.start, token.end, "mark", before.is_prose, after.is_prose, loose))

    def add_end(self, token: Token, element: Element | None, before: Element, after: Element) -> None:
        """The end tag of `element`, None where it closes nothing."""
        loose = element is None or element.is_prose or element.name in _NO_WORDS
        item = _Item(token.start, token.end, "mark", before.is_prose, after.is_prose, loose)
        at = self._opened.pop(element.start, -1) if element is not None else -1
        if at >= 0:
            item.partner = at
            self._items[at].partner = len(self._items)
        self._items.append(item)

    def stretches(self, language: str) -> Iterator[tuple[int, int, Prose]]:
        """The stretches of prose, each from start to end of the document."""
        self._join_empty()
        items = self._without_ends()
        texts = [it for it in items if it.kind == "text"]
        if not texts:
            return
        references = [reference for it in items for reference in it.references]
        marks = sorted(self._marks(items), key=lambda span: span.start)
        characters = [
            it for item in texts for it in character_spans(self.text, item.start, item.end, item.references)
        ]
        start, end = self._trimmed(items[0].start, items[-1].end, marks, references)
        spans = sorted([*marks, *characters], key=lambda span: span.start)
        uncut = [*spans, *(Span(it.start, it.end) for it in references)]
        cuts = cut_long(self.text[start:end], [Span(it.start - start, it.end - start) for it in uncut], language)
        for first, last in cuts:
            core = self._trimmed(start + first, start + last, marks, references)
            prose = prose_between(
                self.text,
                *core,
                _between(spans, *core),
                self._clipped(texts, *core),
                _between(references, *core),
                keeps_space=self._keeps_space,
            )
            if prose is not None:
                yield *core, prose

    def _trimmed(
        self, start: int, end: int, marks: Sequence[Span], references: Sequence[Reference]
    ) -> tuple[int, int]:
        """The stretch without white space at its ends. That of its marks is theirs."""
        inside = _between(marks, start, end)
        own = _between(references, start, end)
        first, _ = margins(self.text, start, inside[0].start if inside else end, own)
        behind = max([first, *(mark.end for mark in inside)])
        begun, last = margins(self.text, behind, end, own)
        return first, last if begun < last else behind

    def _clipped(self, texts: Sequence[_Item], start: int, end: int) -> list[tuple[int, int]]:
        """What of `texts` stands between `start` and `end`."""
        first = bisect_right(texts, start, key=lambda it: it.end)
        last = bisect_left(texts, end, lo=first, key=lambda it: it.start)
        return [(max(it.start, start), min(it.end, end)) for it in texts[first:last]]

    def _join_empty(self) -> None:
        """Tags around no text are no pair but, with what is between them, one mark."""
        counts = [0]
        for item in self._items:
            counts.append(counts[-1] + (item.kind == "text"))
        number = 0
        while number < len(self._items):
            last = self._items[number].partner
            if last > number and counts[last + 1] == counts[number]:
                inside = self._items[number : last + 1]
                loose = all(it.loose or it.kind == "space" for it in inside)
                before, after = inside[0].before, inside[-1].after
                for item in inside:
                    item.kind, item.partner, item.loose, item.references = "mark", -1, loose, ()
                    item.before, item.after = before, after
                number = last
            number += 1

    def _without_ends(self) -> list[_Item]:
        first, last = 0, len(self._items) - 1
        while first <= last:
            start, end = self._items[first], self._items[last]
            # What is no prose and began before the paragraph, or goes on after it, cannot move with a word.
            if start.partner < 0 and (start.kind == "space" or start.loose or not start.before):
                first += 1
            elif end.partner < 0 and (end.kind == "space" or end.loose or not end.after):
                last -= 1
            elif start.partner == last:
                first, last = first + 1, last - 1
            else:
                break
        items = self._items[first : last + 1]
        return items if items and items[0].before and items[-1].after else []

    def _marks(self, items: Sequence[_Item]) -> Iterator[Span]:
        """The markup of `items`; marks that follow each other are one."""
        begun = -1
        for item, following in zip(items, [*items[1:], None], strict=True):
            if item.kind == "mark" and item.partner < 0:
                begun = item.start if begun < 0 else begun
                if following is None or following.kind != "mark" or following.partner >= 0:
                    yield Span(begun, item.end)
                    begun = -1
            elif item.kind == "mark" and item.end <= self._items[item.partner].start:
                closing = self._items[item.partner]
                yield Span(item.start, closing.end, (item.end, closing.start))


def _between(sorted_places: Sequence[_Place], start: int, end: int) -> Sequence[_Place]:
    first = bisect_left(sorted_places, start, key=lambda it: it.start)
    return sorted_places[first : bisect_left(sorted_places, end, lo=first, key=lambda it: it.start)]


def _moved(references: Sequence[Reference], by: int) -> list[Reference]:
    return [Reference(it.start + by, it.end + by, it.says) for it in references]
