"""What the phrasebook engine answers."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from local_batch_api.phrasebook import Phrasebook

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "source_language\ttarget_language\tsource\ttarget\n"


def phrasebook(tmp_path: Path, *lines: str) -> Phrasebook:
    path = tmp_path / "phrasebook.tsv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return Phrasebook([path])


def test_known_text_is_translated_for_its_languages_only(tmp_path: Path) -> None:
    book = phrasebook(tmp_path, "ja\ten\tお知らせ\tNotice", "ja\tfr\tお知らせ\tAvis")
    assert book.translate("ja", "en", "お知らせ") == "Notice"
    assert book.translate("ja", "fr", "お知らせ") == "Avis"
    assert book.translate("ja", "de", "お知らせ") == "[ja→de] お知らせ"


def test_text_without_languages_finds_the_first_entry(tmp_path: Path) -> None:
    book = phrasebook(tmp_path, "ja\ten\tお知らせ\tNotice", "ja\tfr\tお知らせ\tAvis")
    assert book.translate("", "", "お知らせ") == "Notice"
    assert book.translate("", "", "他の文") == "[?→?] 他の文"


def test_lookup_is_by_normal_form_c_and_escapes_are_read(tmp_path: Path) -> None:
    book = phrasebook(tmp_path, r"ja" "\ten\t" r"ガ\tイ\nド\\" "\t" r"a\tb\nc\\n")
    assert book.translate("ja", "en", unicodedata.normalize("NFD", "ガ\tイ\nド\\")) == "a\tb\nc\\n"


def test_unknown_text_keeps_every_placeholder() -> None:
    text = "{count}件の<1>新着</1><2/>が%1$sと%(name)sに${a}と{{b}}"
    assert Phrasebook().translate("ja", "en", text) == f"[ja→en] {text}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("猫と犬", "[ja→en] catとdog"),
        ("子猫は猫", "[ja→en] kittenはcat"),
        ("{猫}は%(猫)sと<1>猫</1>", "[ja→en] {猫}は%(猫)sと<1>cat</1>"),
    ],
)
def test_glossary_terms_are_used_outside_of_placeholders(text: str, expected: str) -> None:
    glossary = [("猫", "cat"), ("犬", "dog"), ("子猫", "kitten"), ("cat", "never")]
    assert Phrasebook().translate("ja", "en", text, glossary) == expected


@pytest.mark.parametrize("line", ["ja\ten\tonly three", "ja\ten\tbad \\x escape\ttarget"])
def test_broken_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match=r"phrasebook\.tsv, line 3"):
        phrasebook(tmp_path, "ja\ten\tお知らせ\tNotice", line)
