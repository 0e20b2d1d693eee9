"""Tokens by OpenAI's vocabulary, and never by the network."""

from __future__ import annotations

import shutil
import socket
from typing import TYPE_CHECKING

import pytest
import requests

from batch_translate.token_counts import FILE_NAME, TokenCounter, token_counter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reaches for the network fails."""

    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("nothing may be downloaded")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(requests, "get", refuse)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        # As js-tiktoken 1.0.21 counts them.
        ("こんにちは世界", 2),
        ("The quick brown fox jumps over the lazy dog.", 10),
        ("お知らせ：荷物は明日の午前中に届きます。", 16),
        ("<|endoftext|>", 7),
    ],
)
def test_text_is_counted_by_the_vocabulary(count: TokenCounter, text: str, tokens: int) -> None:
    assert count(text) == tokens


@pytest.mark.parametrize("text", ["\ud83d", "a\udc00b", " " * 1_000_000 + "a", "\u3000\t" * 700_000])
def test_no_text_stops_it(count: TokenCounter, text: str) -> None:
    assert count(text) > 0


def test_cuts_of_long_texts_hardly_count(count: TokenCounter) -> None:
    sentence = "荷物は明日の午前中に届きます。"
    assert count(sentence * 20_000) == pytest.approx(20_000 * count(sentence), abs=10)


def test_without_the_file_nobody_counts(
    offline: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert token_counter() is None
    for folder in ("", str(tmp_path), str(tmp_path / "none")):
        monkeypatch.setenv("TIKTOKEN_CACHE_DIR", folder)
        assert token_counter() is None
    assert caplog.text == ""


def test_damaged_file_is_named_and_left_where_it_is(
    offline: None,
    vocabulary: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    file = tmp_path / FILE_NAME
    shutil.copy(vocabulary / FILE_NAME, file)
    with file.open("ab") as damaged:
        damaged.write(b"\n")
    assert token_counter() is None
    assert f"{file} is damaged" in caplog.text
    assert file.exists()


def test_unreadable_file_is_named(
    offline: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    (tmp_path / FILE_NAME).mkdir()
    assert token_counter() is None
    assert "cannot be read" in caplog.text
