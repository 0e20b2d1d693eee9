"""A stretch of HTML as a segment: characters decoded, markup in numbered tags, and all of it back again.

The tags of a paragraph may have attributes with translations of their own; those are written with the paragraph,
whichever of them has a target.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_translate.documents.html.references import Reference, Spelling, collapsed, decoded, references_in
from batch_translate.documents.html.templates import template_spans
from batch_translate.documents.text_format import Slot, with_line_ends_of
from batch_translate.markup.inline import inline_spans
from batch_translate.markup.tags import TAG, Protected, Span, protect, restore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batch_translate.segments import Segment


@dataclass(frozen=True, slots=True)
class Placed:
    """A slot from `start` to `end` of the document."""

    start: int
    end: int
    slot: Slot


@dataclass(frozen=True, slots=True)
class Prose:
    """The prose of `source` and, by their places in it, the `spans` that are none."""

    source: str
    spans: tuple[Span, ...]
    spelling: Spelling
    keeps_space: bool
    protected: Protected

    def restored(self, target: str) -> str | None:
        """What is written for `target`, None where a tag is lost or nothing is left."""
        target = with_line_ends_of(self.source, target)
        restored = restore(target, self.protected.originals, self.spelling.spell)
        return restored if restored is not None and TAG.sub("", target).strip() else None

    def edited(self, edits: Sequence[tuple[int, int, str]]) -> Prose:
        """The same prose with other attributes in its tags. Each edit stands inside of a tag."""
        if not edits:
            return self
        pieces: list[str] = []
        ends: list[int] = []
        moved = [0]
        position = 0
        for start, end, written in edits:
            pieces += (self.source[position:start], written)
            ends.append(end)
            moved.append(moved[-1] + len(written) - (end - start))
            position = end

        def at(place: int) -> int:
            return place + moved[bisect_left(ends, place)]

        spans = tuple(
            Span(at(it.start), at(it.end), it.inner and (at(it.inner[0]), at(it.inner[1]))) for it in self.spans
        )
        source = "".join(pieces) + self.source[position:]
        return _prose(source, spans, self.spelling, self.keeps_space)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a paragraph with the attributes of its tags; their places count from its start."""

    segment: Segment
    prose: Prose
    values: tuple[Placed, ...]
    joint: str

    @property
    def segments(self) -> Sequence[Segment]:
        return (self.segment, *(value.slot.segment for value in self.values))

    def fits(self, index: int, target: str) -> bool:
        if index == 0:
            return self.prose.restored(target) is not None
        return self.values[index - 1].slot.put(target) is not None

    def written(self, targets: Sequence[str | None]) -> str:
        target, *others = targets
        edits = [
            (value.start, value.end, value.slot.written([other]))
            for value, other in zip(self.values, others, strict=True)
            if other is not None
        ]
        prose = self.prose.edited(edits)
        restored = None if target is None else prose.restored(target)
        return prose.source if restored is None else restored + self.joint


def value_prose(text: str, start: int, end: int, quote: str) -> tuple[int, Prose] | None:
    """The prose of an attribute's value and where it starts, None where it has none. It is written in `quote`s."""
    templates = list(template_spans(text, start, end))
    texts = list(gaps(templates, start, end))
    found = [list(references_in(text, first, last, in_attribute=True)) for first, last in texts]
    references = [reference for some in found for reference in some]
    start, end = margins(text, start, end, references)
    own = [
        span
        for (first, last), some in zip(texts, found, strict=True)
        for span in character_spans(text, first, last, some)
    ]
    prose = prose_between(text, start, end, [*templates, *own], texts, references, quote, keeps_space=True)
    return None if prose is None else (start, prose)


def prose_between(
    text: str,
    start: int,
    end: int,
    spans: Iterable[Span],
    texts: Iterable[tuple[int, int]],
    references: Sequence[Reference],
    quote: str = "",
    keeps_space: bool = False,
) -> Prose | None:
    """The prose from `start` to `end`, None where there is none. `texts` are the stretches that are no markup."""
    inside = tuple(shifted(it, -start) for it in spans if start <= it.start and it.end <= end)
    spelling = Spelling.of(text, texts, [it for it in references if start <= it.start and it.end <= end], quote)
    prose = _prose(text[start:end], inside, spelling, keeps_space)
    return prose if prose.protected.prose.strip() else None


def _prose(source: str, spans: tuple[Span, ...], spelling: Spelling, keeps_space: bool) -> Prose:
    def says(text: str) -> str:
        said, _ = decoded(text, references_in(text, 0, len(text), in_attribute=bool(spelling.quote)))
        return said if keeps_space else collapsed(said)

    return Prose(source, spans, spelling, keeps_space, protect(source, spans, decode=says))


def character_spans(text: str, start: int, end: int, references: Sequence[Reference]) -> Iterator[Span]:
    """What between `start` and `end`, where no markup is, is yet no prose: addresses, what looks like a tag."""
    own = [Reference(it.start - start, it.end - start, it.says) for it in references]
    yield from (Span(it.start, it.end) for it in references if it.stays)
    says, places = decoded(text[start:end], own)
    if "<" in says:
        yield from (Span(start + places[m.start()], start + places[m.end()]) for m in TAG.finditer(says))
    if "://" in says or "@" in says:
        # What looks like a tag here is none.
        for span in inline_spans(says.replace("<", " ")):
            yield Span(start + places[span.start], start + places[span.end])


def gaps(spans: Sequence[Span], start: int, end: int) -> Iterator[tuple[int, int]]:
    """What lies between spans that follow each other."""
    for span in spans:
        yield start, span.start
        start = span.end
    yield start, end


def margins(text: str, start: int, end: int, references: Sequence[Reference]) -> tuple[int, int]:
    """Where what stands from `start` to `end` begins and ends without its white space, as HTML spells it."""
    ahead = iter(references)
    while start < end:
        if text[start].isspace():
            start += 1
            continue
        reference = next((it for it in ahead if it.start >= start), None) if text[start] == "&" else None
        if reference is None or reference.start != start or not _is_blank(reference):
            break
        start = reference.end
    behind = len(references) - 1
    while start < end:
        if text[end - 1].isspace():
            end -= 1
            continue
        while behind >= 0 and references[behind].end > end:
            behind -= 1
        if behind < 0 or references[behind].end != end or not _is_blank(references[behind]):
            break
        end = references[behind].start
    return start, max(start, end)


def shifted(span: Span, by: int) -> Span:
    """The span `by` characters further on."""
    inner = None if span.inner is None else (span.inner[0] + by, span.inner[1] + by)
    return Span(span.start + by, span.end + by, inner)


def _is_blank(reference: Reference) -> bool:
    return reference.stays or reference.says.isspace()
