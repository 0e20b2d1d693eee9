from __future__ import annotations

import pytest

from batch_translate.errors import SettingsError
from batch_translate.languages import checked_tag, has_letters_of, needs_translation


@pytest.mark.parametrize(
    ("text", "source", "target", "needed"),
    [
        ("お知らせ", "ja", "en", True),
        ("東京", "ja", "en", True),
        ("ﾃｽﾄ", "ja", "en", True),
        ("AirflowでETL", "ja", "en", True),
        ("Hello", "ja", "en", False),
        ("ＡＢＣ１２３", "ja", "en", False),
        ("２０２４／０４／１７", "ja", "en", False),
        ("１，２３４！？", "ja", "en", False),
        ("東京", "ja", "zh", True),
        ("你好", "zh", "en", True),
        ("Привет", "zh", "en", False),
        ("안녕하세요", "ko", "en", True),
        ("Seoul 2024", "ko", "en", False),
        ("Привет", "ru", "en", True),
        ("Привет", "ru", "uk", True),
        ("Hello", "ru", "en", False),
        ("Здраво", "sr", "en", True),
        ("Zdravo", "sr", "en", True),
        ("Добар дан", "mk", "en", True),
        ("নমস্কার", "bn", "en", True),
        ("გამარჯობა", "ka", "en", True),
        ("สวัสดี", "th", "en", True),
        ("Hello", "en", "fr", True),
        ("Über", "de", "en", True),
        ("Hello", "en", "sr", True),
        ("Привет", "en", "ru", False),
        ("Click 設定する", "en", "ja", False),
        ("Hello", "en-GB", "ja", True),
        ("Hello", "en", "hy", True),
        ("お知らせ", "ja-JP", "pt-BR", True),
    ],
)
def test_script_decides(text: str, source: str, target: str, needed: bool) -> None:
    assert needs_translation(text, source, target) == needed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "123",
        "-",
        "3.14 %",
        "😀",
        "— … !",
        "https://example.com/a?b=c#d",
        "ftp://host/File",
        "a.b+c@example.co.jp",
    ],
)
@pytest.mark.parametrize(("source", "target"), [("en", "ja"), ("ja", "en"), ("fr", "en"), ("zh", "ja")])
def test_what_no_language_owns_is_not_translated(text: str, source: str, target: str) -> None:
    assert not needs_translation(text, source, target)


@pytest.mark.parametrize(
    "text",
    [
        "詳細はhttps://example.com/をご覧ください",
        "https://example.comをご覧ください",
        "https://example.com、お知らせ",
        "お問い合わせはinfo@example.comまで",
        "info@example.co.jpへ",
    ],
)
def test_japanese_around_an_address_is_translated(text: str) -> None:
    assert needs_translation(text, "ja", "en")


@pytest.mark.parametrize(
    ("text", "has"),
    [("See https://example.com", True), ("https://example.com/été", False), ("me@example.com", False)],
)
def test_addresses_are_no_letters_of_a_language(text: str, has: bool) -> None:
    assert has_letters_of("fr", text) == has


@pytest.mark.parametrize(
    ("given", "spelled"),
    [
        ("ja", "ja"),
        ("JA", "ja"),
        ("pt-br", "pt-BR"),
        ("PT-BR", "pt-BR"),
        ("zh-hant", "zh-Hant"),
        ("ZH-HANT-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("SL-ROZAJ", "sl-rozaj"),
        ("yue", "yue"),
    ],
)
def test_a_tag_has_one_spelling(given: str, spelled: str) -> None:
    assert checked_tag(given) == spelled
    assert checked_tag(spelled) == spelled


@pytest.mark.parametrize(
    "tag", ["", "j", "japanese", "ja_JP", "ja-", "-ja", "ja JP", "日本", "../en", "en/fr", "ja\n"]
)
def test_what_is_no_tag_is_refused_with_examples(tag: str) -> None:
    with pytest.raises(SettingsError, match="'pt-BR'"):
        checked_tag(tag)


def test_hangul_is_no_japanese() -> None:
    # U+F900, where a block of Han begins, is normalised to U+8C48 by a careless editor: Hangul lies in between.
    assert not has_letters_of("ja", "가나다")
    assert has_letters_of("ja", "\uf900")
