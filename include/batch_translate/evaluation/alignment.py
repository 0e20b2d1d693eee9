"""Which text of one version of a document stands for which of another? Decided by what they say of places.

A text is never put beside another one because they are alike: where places do not answer, nothing is aligned.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, NamedTuple

from batch_translate.markup.tags import TAG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_translate.segments import Segment

Way = Literal["key", "place", "order"]
"""How texts were put together: by ids or keys, by equal places, by nothing but their order and number."""

_TABLES = (".csv", ".tsv", ".jsonl", ".parquet")
# The places are the keys of the messages.
_MESSAGES = (".json", ".yaml", ".yml")
# Where a text begins depends on what stands before it, which a translation changes.
_LINE = re.compile(r"(?<=.), line [0-9]+")


class Aligned(NamedTuple):
    """For each source segment the other version's text, None where it has none."""

    way: Way
    texts: list[str | None]


def align(document: str, language: str, source: Sequence[Segment], other: Sequence[Segment]) -> Aligned | None:
    """Align another version of a document, in `language`, with its source; None where they differ in structure.

    Of a table, a column which was added for the language counts before the one it was added to.
    """
    ending = PurePosixPath(document).suffix.lower()
    if ending in _TABLES:
        return _aligned_table(language, source, other)
    names, found = _names(source), _names(other)
    if ending in _MESSAGES:
        texts = dict(zip(found, (it.text for it in other), strict=True))
        return Aligned("key", [texts.get(name) for name in names])
    if len(names) != len(found):
        return None
    return Aligned("place" if names == found else "order", [it.text for it in other])


def with_tags_of(source: str, target: str) -> str:
    """`target` with its tags numbered as those of `source`, in the order of each kind.

    A document that is read again has its tags numbered in its own order, which may be another one.
    """
    if "<" not in target:
        return target
    numbers = {alone: _tag_numbers(source, alone) for alone in (True, False)}
    given: dict[tuple[str, bool], str] = {}
    spare = iter(range(1_000, 1_000_000))

    def renumbered(match: re.Match[str]) -> str:
        closing, number, alone = match.groups()
        tag = (number, bool(alone))
        if tag not in given:
            given[tag] = next(numbers[bool(alone)], None) or str(next(spare))
        return f"<{closing}{given[tag]}{alone}>"

    return TAG.sub(renumbered, target)


def _tag_numbers(text: str, alone: bool) -> Iterator[str]:
    found = (match for match in TAG.finditer(text) if not match[1] and bool(match[3]) is alone)
    return iter([match[2] for match in found])


def _names(segments: Sequence[Segment]) -> list[str]:
    return [_LINE.sub("", segment.place) for segment in segments]


def _aligned_table(language: str, source: Sequence[Segment], other: Sequence[Segment]) -> Aligned | None:
    """By the rows' ids where all have one of their own, else by row numbers."""
    way: Way = "key"
    cells, others = _by_id(source), _by_id(other)
    if cells is None or others is None:
        way = "place"
        cells, others = _by_number(source), _by_number(other)
        if not {row for row, _ in others} <= {row for row, _ in cells}:
            return None
    added = f"_{language}"
    return Aligned(way, [others.get((row, f"{name}{added}")) or others.get((row, name)) for row, name in cells])


def _by_id(segments: Sequence[Segment]) -> dict[tuple[str, str], str] | None:
    """(id, column) → text, in order; None where a row has no id, or that of another one."""
    cells = {(it.row_id, it.place.partition(", ")[2]): it.text for it in segments}
    return cells if len(cells) == len(segments) and all(row for row, _ in cells) else None


def _by_number(segments: Sequence[Segment]) -> dict[tuple[str, str], str]:
    cells = {}
    for segment in segments:
        row, _, column = segment.place.partition(", ")
        cells[row, column] = segment.text
    return cells
