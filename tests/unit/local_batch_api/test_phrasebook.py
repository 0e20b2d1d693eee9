"""What the phrasebook engine answers."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from local_batch_api.contract import Term
from local_batch_api.filler import fill
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
    assert book.translate("ja", "de", "お知らせ") == fill("ja", "de", "お知らせ")


def test_text_without_languages_finds_the_first_entry(tmp_path: Path) -> None:
    book = phrasebook(tmp_path, "ja\ten\tお知らせ\tNotice", "ja\tfr\tお知らせ\tAvis")
    assert book.translate("", "", "お知らせ") == "Notice"
    assert book.translate("", "", "他の文") == "[?→?] 他の文"


def test_lookup_is_by_normal_form_c_and_escapes_are_read(tmp_path: Path) -> None:
    book = phrasebook(tmp_path, r"ja" "\ten\t" r"ガ\tイ\nド\\" "\t" r"a\tb\nc\\n")
    assert book.translate("ja", "en", unicodedata.normalize("NFD", "ガ\tイ\nド\\")) == "a\tb\nc\\n"


@pytest.mark.parametrize(
    ("term", "known"),
    [
        (Term("茶筒", "tea caddy"), True),  # inflected
        (Term("茶筒", "TEA caddies"), True),
        (Term("茶筒", "canister"), False),
        (Term("茶筒", "", ("box",)), True),
        (Term("茶筒", "", ("caddies",)), False),
        (Term("茶筅", "whisk"), True),  # does not occur
    ],
)
def test_translation_that_breaks_the_glossary_is_not_given(tmp_path: Path, term: Term, known: bool) -> None:
    book = phrasebook(tmp_path, "ja\ten\t茶筒が二つ\tTwo tea caddies")
    expected = "Two tea caddies" if known else fill("ja", "en", "茶筒が二つ", [term])
    assert book.translate("ja", "en", "茶筒が二つ", [term]) == expected


@pytest.mark.parametrize("line", ["ja\ten\tonly three", "ja\ten\tbad \\x escape\ttarget"])
def test_broken_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match=r"phrasebook\.tsv, line 3"):
        phrasebook(tmp_path, "ja\ten\tお知らせ\tNotice", line)
