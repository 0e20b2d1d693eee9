"""Columns line up whatever characters stand in them."""

from __future__ import annotations

import pytest

from side_by_side import fit, side_by_side, width


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("tea", 3), ("お茶", 4), ("ﾎｳｼﾞ茶", 6), ("か\u3099", 2), ("é", 1), ("e\u0301", 1), ("Ａ", 2)],
)
def test_width_counts_terminal_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "fitted"),
    [
        ("お茶", 6, "お茶  "),
        ("お茶を飲む", 10, "お茶を飲む"),
        ("お茶を飲む", 9, "お茶を飲…"),
        ("お茶を飲む", 8, "お茶を… "),
        ("two\nlines", 10, "two lines "),
    ],
)
def test_fit_pads_or_cuts_to_exactly_the_columns(text: str, columns: int, fitted: str) -> None:
    assert fit(text, columns) == fitted
    assert width(fitted) == columns


def test_pairs_line_up() -> None:
    lines = side_by_side([("お茶", "tea"), ("ほうじ茶ラテ", "hojicha latte")], columns=45).splitlines()
    assert {width(line.partition("│")[0]) for line in lines} == {23}
