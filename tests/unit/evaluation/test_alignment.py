from __future__ import annotations

import pytest

from batch_translate.evaluation.alignment import Aligned, align, with_tags_of
from batch_translate.segments import Segment


def segments(*texts: tuple[str, ...]) -> list[Segment]:
    """(place, text) or (place, text, row id)."""
    return [Segment(place, text, "", *row) for place, text, *row in texts]


@pytest.mark.parametrize(
    ("document", "source", "other", "expected"),
    [
        (
            "a.md",
            segments(("block 1, line 3", "一"), ("block 2, line 5", "二")),
            segments(("block 1, line 3", "one"), ("block 2, line 9", "two")),
            Aligned("place", ["one", "two"]),
        ),
        (
            "a.md",
            segments(("front matter, title", "一"), ("block 1, line 3", "二")),
            segments(("block 1, line 1", "one"), ("block 2, line 3", "two")),
            Aligned("order", ["one", "two"]),
        ),
        ("a.md", segments(("block 1, line 1", "一")), segments(), None),
        (
            "a.json",
            segments(("/a", "一"), ("/b", "二")),
            segments(("/b", "two"), ("/c", "three")),
            Aligned("key", [None, "two"]),
        ),
        (
            "a.csv",
            segments(("row 1, title", "一", "x"), ("row 2, title", "二", "y")),
            segments(("row 1, title", "two", "y"), ("row 2, title", "one", "x"), ("row 3, title", "three", "z")),
            Aligned("key", ["one", "two"]),
        ),
        (
            "a.csv",
            segments(("row 1, title", "一"), ("row 2, title", "二")),
            segments(("row 2, title", "two")),
            Aligned("place", [None, "two"]),
        ),
        # Without ids a row more may stand anywhere.
        ("a.csv", segments(("row 1, title", "一")), segments(("row 1, title", "a"), ("row 2, title", "b")), None),
        # Of equal ids none says which row is meant.
        (
            "a.jsonl",
            segments(("line 1, /text", "一", "x"), ("line 2, /text", "二", "x")),
            segments(("line 1, /text", "one", "x"), ("line 2, /text", "two", "x")),
            Aligned("place", ["one", "two"]),
        ),
        # The column which was added beside its source is the translation, also where the source looks like one.
        (
            "a.csv",
            segments(("row 1, title", "一 one", "x")),
            segments(("row 1, title", "一 one", "x"), ("row 1, title_en", "one", "x")),
            Aligned("key", ["one"]),
        ),
    ],
)
def test_texts_stand_beside_one_another_by_what_documents_say_of_places(
    document: str, source: list[Segment], other: list[Segment], expected: Aligned | None
) -> None:
    assert align(document, "en", source, other) == expected


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("<1>新着</1>の<2/>", "<1/> of the <2>new</2>", "<2/> of the <1>new</1>"),
        ("新着", "<1>new</1>", "<1000>new</1000>"),
        ("<3/>新着", "new", "new"),
        ("<1/>と<2/>", "<1/> and <2/>", "<1/> and <2/>"),
    ],
)
def test_tags_get_the_numbers_they_have_in_the_source(source: str, target: str, expected: str) -> None:
    assert with_tags_of(source, target) == expected
