"""Input as people leave it: what cannot be read is reported by file, line and reason, and stops nothing else."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from integration.steps.night import DAY, filled

from batch_translate.errors import IncompleteError, InputError, MissingFolderError, SettingsError

if TYPE_CHECKING:
    from typing import Any

    from integration.steps.night import Night

GOOD = {"good.txt": "雨です\n"}
TRANSLATED = f"{filled('雨です')}\n".encode()


def run_red(night: Night) -> list[dict[str, Any]]:
    """The problems in the report of a run that is red for them alone; the good document is published."""
    with pytest.raises(IncompleteError, match=r"Not read: .* Mend the files that were not read"):
        night.run_day()
    assert night.output()["good.txt"] == TRANSLATED
    report = json.loads((night.data / "output" / DAY / "_report.json").read_text())
    assert not report["complete"]
    return list(report["problems"])


@pytest.mark.parametrize(
    ("name", "content", "place", "reason", "translated"),
    [
        ("noise.txt", bytes(range(256)) * 8, "", "is not text in UTF-8", False),
        ("half.jsonl", '{"id": 1, "text": "雨です"}\n{"id": 2, "te\n', "line 2", "is not JSON", True),
        ("deep.jsonl", '{"id": 1, "text": "雨です"}\n' + "[" * 100_000 + "\n", "line 2", "is not JSON", True),
        ("list.jsonl", '{"id": 1, "text": "雨です"}\n[1]\n', "line 2", "not an object", True),
        ("uneven.csv", "id,text\n1,雨です\n2,雪,です\n", "row 2", "line 3: has 3 cells, the header has 2", True),
        ("quote.csv", 'id,text\n1,雨です\n2,"雪です\n', "row 2", "a quote is opened and never closed", True),
        ("header.csv", '"id,text\n1,雨です\n', "header", "a quote is opened and never closed", False),
    ],
)
def test_what_cannot_be_read_is_reported_and_the_rest_is_published(
    night: Night, name: str, content: str | bytes, place: str, reason: str, translated: bool
) -> None:
    night.put(DAY, {**GOOD, name: content})
    (problem,) = run_red(night)
    assert (problem["document"], problem["place"], problem["level"]) == (name, place, "error")
    assert reason in problem["reason"]
    assert (filled("雨です").encode() in night.output()[name]) == translated
    assert night.executed() == ["雨です"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("twice.csv", "id,text\n7,雨です\n7,雪です\n", "an id which stood above is repeated in row 2"),
        ("twice.jsonl", '{"id": 7, "text": "雨です"}\n{"id": 7, "text": "雪です"}\n', "is repeated in line 2"),
        ("blank.csv", "id,text\n1,雨です\n,雪です\n", "blank in row 2"),
        ("blank.jsonl", '{"id": "1", "text": "雨です"}\n{"id": "", "text": "雪です"}\n', "blank in line 2"),
    ],
)
def test_ids_that_name_nothing_are_noted_and_every_row_is_translated(
    night: Night, name: str, content: str, reason: str
) -> None:
    night.put(DAY, {name: content})
    report = night.run_day()
    (problem,) = report["problems"]
    assert problem["level"] == "note"
    assert reason in problem["reason"]
    assert all(filled(text) in night.output()[name].decode() for text in ("雨です", "雪です"))


@pytest.mark.parametrize("name", ["empty.txt", "empty.csv", "empty.jsonl", "empty.md"])
def test_empty_file_stays_empty(night: Night, name: str) -> None:
    night.put(DAY, {**GOOD, name: ""})
    assert night.run_day()["complete"]
    assert night.output() == {"good.txt": TRANSLATED, name: b""}


def test_folder_with_nothing_to_translate_in_its_files_is_published_as_it_is(night: Night) -> None:
    night.put(DAY, {"empty.txt": "", "numbers.csv": "id,n\n1,12\n"})
    assert night.run_day()["complete"]
    assert night.output() == {"empty.txt": b"", "numbers.csv": b"id,n\n1,12\n"}
    assert night.batches() == []


def test_cell_of_ten_megabytes_is_translated(night: Night) -> None:
    cell = "雨が降る。" * (10_000_000 // len("雨が降る。".encode()))
    night.put(DAY, {"huge.csv": f"id,text\n1,{cell}\n2,雪です\n"})
    # Filler of that length says the same words again and again.
    night.put(DAY, {"translate.toml": 'checks = { repetition = "off" }\n'})
    assert night.run_day()["complete"]
    assert night.output()["huge.csv"].decode() == (
        f"id,text,text_en\n1,{cell},{filled(cell)}\n2,雪です,{filled('雪です')}\n"
    )


@pytest.mark.parametrize(
    "name",
    ["a b/ c .txt", "日本語/お知らせ（第1回）.txt", "100%.txt", "a[1].txt", "what?#1.txt", "a*b.txt"],
)
def test_file_name_is_kept_as_it_is(night: Night, name: str) -> None:
    night.put(DAY, {name: GOOD["good.txt"]})
    assert night.run_day()["complete"]
    assert night.output() == {name: TRANSLATED}


def test_links_out_of_the_folder_are_refused(night: Night) -> None:
    folder = night.put(DAY, GOOD)
    outside = night.put("elsewhere", {"secret.txt": "秘密\n"})
    (folder / "file.txt").symlink_to(outside / "secret.txt")
    (folder / "folder").symlink_to(outside)
    problems = run_red(night)
    assert [it["document"] for it in problems] == ["file.txt", "folder"]
    assert all("leads out of the folder" in it["reason"] for it in problems)
    assert set(night.output()) == {"good.txt"}
    assert night.executed() == ["雨です"]
    night.put(DAY, {"translate.toml": 'exclude = ["file.txt", "folder"]\n'})
    assert night.run_day()["complete"]


def test_what_is_no_file_or_has_an_impossible_name_is_reported(night: Night) -> None:
    folder = night.put(DAY, {**GOOD, "a::b.txt": "雪です\n"})
    (folder / "lost.txt").symlink_to(folder / "nowhere.txt")
    os.mkfifo(folder / "pipe.txt")
    problems = run_red(night)
    assert [it["document"] for it in problems] == ["a::b.txt", "lost.txt", "pipe.txt"]
    assert all("is no file, or has a name that no URL can hold" in it["reason"] for it in problems)


def test_missing_folder_says_where_it_was_looked_for(night: Night) -> None:
    with pytest.raises(MissingFolderError, match=rf"there is no folder .*/input/{DAY}: .* clear read_documents"):
        night.run_day()


@pytest.mark.parametrize(
    ("documents", "reason"),
    [
        ({".keep": ""}, "it has no files"),
        ({"noise.txt": bytes(range(256))}, r"noise\.txt: is not text in UTF-8"),
        ({"logo.png": b"\x89PNG"}, r"logo\.png: not a format that is translated"),
        ({**GOOD, "translate.toml": 'files = "*.md"\n'}, "it has no files"),
    ],
)
def test_folder_with_nothing_readable_is_an_error(
    night: Night, documents: dict[str, str | bytes], reason: str
) -> None:
    night.put(DAY, documents)
    with pytest.raises(InputError, match=f"can be translated: {reason}"):
        night.run_day()
    assert night.batches() == []
    assert not (night.data / "output").exists()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("target_langs = [\n", "is not readable as TOML"),
        ('target_lang = "en"\n', "there is no setting 'target_lang'"),
        ('on_missing = "drop"\n', "on_missing: Input should be 'source' or 'hold'"),
        ("segments_per_request = 0\n", "segments_per_request: .* greater than or equal to 1"),
        ('[[documents]]\nfile = "*.csv"\n', "there is no setting 'documents.0.file'"),
    ],
)
def test_wrong_setting_is_named_with_its_file(night: Night, settings: str, reason: str) -> None:
    night.put(DAY, {**GOOD, "translate.toml": settings})
    with pytest.raises(SettingsError, match=rf"{DAY}/translate\.toml.*{reason}"):
        night.run_day()
    assert night.batches() == []
