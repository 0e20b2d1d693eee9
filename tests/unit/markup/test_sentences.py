from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_translate.markup.sentences import LONG, cut_long
from batch_translate.markup.tags import Span


def pieces(text: str, language: str, longest: int, spans: list[Span] | None = None) -> list[str]:
    return [text[start:end] for start, end in cut_long(text, spans or [], language, longest)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "ja",
            "吾輩は猫である。名前はまだ無い。どこで生れたか。",
            ["吾輩は猫である。", "名前はまだ無い。", "どこで生れたか。"],
        ),
        (
            "ja",
            "短い。文。長い文はそのまま残る、句点がないから",
            ["短い。文。", "長い文はそのまま残る、句点がないから"],
        ),
        ("en", "It rained. We left. ", ["It rained. ", "We left. "]),
        ("en", "See Fig. 3. Now go.", ["See Fig. 3. ", "Now go."]),
        ("ja", "彼は「もう行く。」と言った。雨だ。", ["彼は「もう行く。」", "と言った。雨だ。"]),
    ],
)
def test_long_text_is_cut_at_sentences(language: str, text: str, expected: list[str]) -> None:
    assert pieces(text, language, 11) == expected


def test_short_text_stays_whole() -> None:
    text = "一。二。三。"
    assert cut_long(text, [], "ja") == [(0, len(text))]


def test_markup_is_never_cut() -> None:
    text = "一文。二文。三文。四文。"
    assert pieces(text, "ja", 3, [Span(1, 8)]) == ["一文。二文。三文。", "四文。"]


@given(st.text("あ。！？. ab\n「」", max_size=80), st.integers(1, 30))
def test_pieces_are_all_of_the_text(text: str, longest: int) -> None:
    assert "".join(pieces(text, "ja", longest)) == text
    assert "" not in pieces(text, "ja", longest) or text == ""


def test_a_sentence_without_an_end_stays_whole() -> None:
    text = "終わりのない" * 3_000 + "。次の文。"
    assert pieces(text, "ja", LONG) == [text[:-4], "次の文。"]


def test_a_million_characters_are_cut_quickly() -> None:
    text = "吾輩は猫である。名前はまだ無い。" * 60_000
    assert max(map(len, pieces(text, "ja", LONG))) <= LONG
