from __future__ import annotations

import pytest

from batch_translate.tokens import estimate_tokens, estimate_translated


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 1),
        ("a", 1),
        ("こんにちは世界", 6),
        ("안녕하세요", 4),
        ("ＡＢＣ", 2),
        ("The quick brown fox jumps over the lazy dog.", 12),
    ],
)
def test_wide_letters_weigh_three_times_as_much(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@pytest.mark.parametrize(
    ("source", "target", "tokens"),
    [("ja", "en", 57), ("en", "ja", 113), ("ja", "zh-Hant", 110), ("en-GB", "pt-BR", 110), ("ko", "ru", 57)],
)
def test_a_translation_grows_or_shrinks_with_the_script(source: str, target: str, tokens: int) -> None:
    assert estimate_translated(100, source, target) == tokens


def test_a_translation_is_never_without_tokens() -> None:
    assert estimate_translated(0, "ja", "en") == 1
