from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_translate.markup.tags import Span, protect, restore


def test_markup_becomes_numbered_tags_in_order() -> None:
    protected = protect("[新着](u)と`x`", [Span(8, 11), Span(0, 7, inner=(1, 3))])
    assert protected.text == "<1>新着</1>と<2/>"
    assert protected.prose == "新着と"
    assert restore("<2/> and <1>new</1>", protected.originals) == "`x` and [new](u)"


def test_nested_markup_is_protected() -> None:
    protected = protect("[a `b` c](u)", [Span(0, 12, inner=(1, 8)), Span(3, 6)])
    assert protected.text == "<1>a <2/> c</1>"
    assert restore(protected.text, protected.originals) == "[a `b` c](u)"


def test_literal_tags_survive() -> None:
    protected = protect("<1>は<b>です", [Span(4, 7)])
    assert protected.text == "<1/>は<2/>です"
    assert restore("<2/>, <1/>", protected.originals) == "<b>, <1>"


def test_closing_can_be_written_out() -> None:
    protected = protect("[題]です", [Span(0, 3, inner=(1, 2), closing="][題]")])
    assert restore("It is <1>it</1>", protected.originals) == "It is [it][題]"


@pytest.mark.parametrize(
    "target", ["a", "<1>a", "<1>a</1><1>b</1>", "</1>a<1>", "<1>a</1><2/><3/>", "<1/>a", "<2>a</2>"]
)
def test_damaged_tags_are_not_restored(target: str) -> None:
    protected = protect("[題]`x`", [Span(0, 3, inner=(1, 2)), Span(3, 6)])
    assert restore(target, protected.originals) is None


def test_crossing_tags_are_not_restored() -> None:
    protected = protect("(あ)(い)", [Span(0, 3, inner=(1, 2)), Span(3, 6, inner=(4, 5))])
    assert restore("<1>a<2>b</1>c</2>", protected.originals) is None


@given(
    st.text("あ<>/12 ", max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.booleans()), max_size=5),
)
def test_protected_text_restores_to_itself(text: str, places: list[tuple[int, int, bool]]) -> None:
    spans = []
    for start, length, is_pair in places:
        start = min(start, len(text))
        end = min(start + length, len(text))
        if end > start:
            inner = (start + 1, end - 1) if is_pair and end - start > 2 else None
            spans.append(Span(start, end, inner))
    protected = protect(text, spans)
    assert restore(protected.text, protected.originals) == text
