from __future__ import annotations

import pytest

from batch_translate.checks.addresses import check_addresses
from batch_translate.checks.pair import Pair


def said(source: str, target: str) -> list[str]:
    return list(check_addresses(Pair(source, target, "ja", "en")))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("詳細はhttps://example.com/a?b=1#cを参照。", "See https://example.com/a?b=1#c."),
        ("URL：https://example.com/。次に", "URL: https://example.com, then"),
        ("(https://example.com/)", "https://example.com/"),
        ("https://example.com/x_(y)を見る", "(See https://example.com/x_(y).)"),
        ("https://example.com/ja/docs/", "https://example.com/en/docs/"),
        ("https://example.com/ja-JP/docs", "https://example.com/en-us/docs"),
        ("https://example.com/docs", "https://example.com/en/docs"),
        ("https://ja.example.org/x", "https://en.example.org/x"),
        ("https://example.com/?hl=ja&q=1", "https://example.com/?hl=en&q=1"),
        ("https://EXAMPLE.com/A", "https://example.com/A"),
        ("https://example.com/と<1>https://example.com/</1>", "<1>https://example.com/</1>"),
        ("https://example.com/{id}を開く", "Open https://example.com/{id}"),
        ("info@example.comまで", "Write to info@example.com."),
        ("連絡先info@example.com", "Info@Example.com"),
        ("info＠example.com", "info@example.com"),
        ("@user さん、3 @ 5", "@user, 3 @ 5"),
        ("https://user@example.com/", "https://user@example.com/"),
    ],
)
def test_the_same_address_has_no_finding(source: str, target: str) -> None:
    assert said(source, target) == []


@pytest.mark.parametrize(
    ("source", "target", "finding"),
    [
        (
            "https://example.com/abcを参照",
            "See https://example.com/abd.",
            "The source has the address https://example.com/abc,"
            " the translation has https://example.com/abd instead.",
        ),
        (
            "https://example.com/Abc",
            "https://example.com/abc",
            "The source has the address https://example.com/Abc,"
            " the translation has https://example.com/abc instead.",
        ),
        (
            "http://example.com/",
            "https://example.com/",
            "The source has the address http://example.com/, the translation has https://example.com/ instead.",
        ),
        (
            "https://example.co.jp/",
            "https://example.co.us/",
            "The source has the address https://example.co.jp/,"
            " the translation has https://example.co.us/ instead.",
        ),
        (
            "https://example.com/を参照",
            "See the site.",
            "The source has the address https://example.com/, which the translation lacks.",
        ),
        (
            "サイトを参照",
            "See https://example.com/.",
            "The translation has the address https://example.com/, which the source does not have.",
        ),
        (
            "info@example.comまで",
            "Write to info@example.org.",
            "The source has the address info@example.com, the translation has info@example.org instead.",
        ),
    ],
)
def test_another_address_is_named(source: str, target: str, finding: str) -> None:
    assert said(source, target) == [finding]


@pytest.mark.parametrize("text", ["https://" + ")" * 100_000, "a." * 50_000 + "@", "x://" * 25_000])
@pytest.mark.timeout(10)
def test_no_text_takes_long(text: str) -> None:
    said(text, "x@y")
