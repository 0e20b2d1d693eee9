"""Scores of folders and of published days, by real documents and the command that people use."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from batch_translate.commands.evaluate import add_to
from batch_translate.errors import MissingFolderError, SettingsError
from batch_translate.steps.evaluate import evaluate_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integration.steps.night import Night

    from batch_translate.evaluation.result import DocumentEvaluation, Evaluation

CORPUS = Path(
    os.environ.get("BATCH_TRANSLATE_CORPUS")
    or Path(__file__).resolve().parents[3] / ".." / "shared" / "corpus" / "input"
)
REFERENCE = CORPUS.parent / "reference" / "en"

SOURCES = {
    "shop.csv": "id,title,code\nx,新しい椅子です,A1\ny,古い机です,B2\nz,100,C3\n",
    "note.md": "# 会議\n\n明日の会議は十時からです。\n\n場所は**二階**です。\n",
    "app.json": '{"open": "開く", "close": "閉じる"}\n',
}
REFERENCES = {
    "shop.csv": "id,title,code\ny,This is an old desk,B2\nx,This is a new chair,A1\nz,100,C3\n",
    "note.md": "# Meeting\n\nTomorrow's meeting starts at ten o'clock.\n\nIt is on the **second floor**.\n",
    "app.json": '{"open": "Open", "shut": "Close"}\n',
}


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Sources, translations that are the references, and references."""
    for name, documents in (("2024-04-17", SOURCES), ("translations", REFERENCES), ("references", REFERENCES)):
        put(tmp_path / name, documents)
    return tmp_path


def put(folder: Path, documents: Mapping[str, str]) -> Path:
    for name, content in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def evaluate(folders: Path) -> Evaluation:
    names = ("translations", "references", "2024-04-17")
    translations, references, sources = (str(folders / name) for name in names)
    return evaluate_day(translations, references, sources, "en")


def by_name(evaluation: Evaluation) -> dict[str, DocumentEvaluation]:
    return {document.document: document for document in evaluation.documents}


def test_references_are_perfect_and_each_text_stands_beside_its_own(folders: Path) -> None:
    evaluation = evaluate(folders)
    found = by_name(evaluation)
    assert {name: it.scored for name, it in found.items()} == {
        "shop.csv": "key", "note.md": "place", "app.json": "key"
    }  # fmt: skip
    # A number needs no translation, and counts for nothing.
    assert found["shop.csv"].references == ("This is a new chair", "This is an old desk")
    assert [it.chrf for it in found.values()] == pytest.approx([100] * 3)
    assert evaluation.segments == pytest.approx((100, 100))
    assert (evaluation.texts, evaluation.not_scored) == (None, ())
    assert (found["app.json"].without_reference, found["app.json"].missing) == (1, 0)


def test_a_damaged_document_scores_less_and_has_findings(folders: Path) -> None:
    damaged = REFERENCES["note.md"].replace("starts at ten o'clock", "ends").replace("**second floor**", "floor")
    put(folders / "translations", {"note.md": damaged})
    found = by_name(evaluate(folders))
    assert found["note.md"].chrf is not None
    assert found["note.md"].chrf < 90
    assert found["note.md"].findings is not None
    assert found["note.md"].findings["placeholders"] == 2
    assert found["note.md"].critical is not None
    assert found["note.md"].critical >= 2
    assert found["shop.csv"].chrf == pytest.approx(100)


def test_added_columns_are_the_translations(folders: Path) -> None:
    added = "id,title,title_en,code\nx,新しい椅子です,This is a new chair,A1\ny,古い机です,That is a desk,B2\n"
    put(folders / "translations", {"shop.csv": added})
    assert by_name(evaluate(folders))["shop.csv"].translations == ("This is a new chair", "That is a desk")


def test_documents_of_another_structure_are_scored_as_one_text_and_keep_their_findings(folders: Path) -> None:
    put(folders / "references", {"note.md": REFERENCES["note.md"] + "\nBring a pen.\n"})
    evaluation = evaluate(folders)
    found = by_name(evaluation)["note.md"]
    assert (found.scored, len(found.references), found.findings) == ("text", 1, {})
    assert found.chrf is not None
    assert 50 < found.chrf < 100
    assert evaluation.texts is not None
    put(folders / "translations", {"note.md": REFERENCES["note.md"] + "\nBring a pen.\n"})
    found = by_name(evaluate(folders))["note.md"]
    assert (found.scored, found.chrf, found.findings) == ("text", pytest.approx(100), None)


def test_what_cannot_be_scored_is_named(folders: Path) -> None:
    put(folders / "translations", {"only.txt": "Hello", "image.png": "", "broken.json": "{", "unread.txt": "Yes"})
    put(folders / "references", {"late.txt": "Hello", "broken.json": "{}", "unread.txt": "Yes"})
    put(folders / "2024-04-17", {"broken.json": "{}"})
    reasons = {it.document: it.reason for it in evaluate(folders).not_scored}
    assert reasons["only.txt"] == "has no reference"
    assert reasons["late.txt"] == "has a reference and no translation"
    assert reasons["image.png"] == "is of no format that is read"
    assert "is not JSON" in reasons["broken.json"]
    assert "unread.txt" in reasons["unread.txt"]  # its source is not there
    assert len(reasons) == 5


def test_a_folder_that_is_not_there_is_named(folders: Path) -> None:
    shutil.rmtree(folders / "references")
    with pytest.raises(MissingFolderError, match="references"):
        evaluate(folders)


def test_a_published_day_is_scored_by_its_aligned_table(night: Night, tmp_path: Path) -> None:
    catalogue = 'msgid "おはよう"\nmsgstr ""\n\nmsgid "{count}件"\nmsgstr ""\n\nmsgid "空"\nmsgstr "Sky"\n'
    night.put("2024-04-17", {"a.csv": "id,text\n1,おはよう\n2,{count}件\n", "b.po": catalogue})
    night.run_day("2024-04-17")
    references = put(
        tmp_path / "references",
        {
            "a.csv": "id,text\n1,Good morning\n2,{count} items\n",
            "b.po": catalogue.replace('""', '"Good morning"', 1).replace('""', '"{count} items"', 1),
        },
    )
    folder = night.data / "output" / "2024-04-17" / "en"
    found = by_name(evaluate_day(str(folder), str(references), str(night.data / "input" / "2024-04-17"), "en"))
    for name in ("a.csv", "b.po"):
        # What was rejected is scored, for that is what the model can do, and its finding is counted.
        assert found[name].translations == ("Good morning", "items")
        assert found[name].references == ("Good morning", "{count} items")
        assert found[name].findings is not None
        assert found[name].findings["placeholders"] == 1
        assert (found[name].scored, found[name].missing) == ("key", 0)


def test_a_catalogue_that_lost_a_text_misses_it_and_repeated_ones_are_told_apart(tmp_path: Path) -> None:
    source = "\n".join(f'msgid "{text}"\nmsgstr ""\n' for text in ("開く", "空", "空"))
    reference = source
    for word in ("Open", "Sky", "Empty"):
        reference = reference.replace('msgstr ""', f'msgstr "{word}"', 1)
    put(tmp_path / "2024-04-17", {"a.po": source})
    put(tmp_path / "references", {"a.po": reference})
    put(tmp_path / "translations", {"a.po": reference.replace("開く", "開け")})
    found = by_name(evaluate(tmp_path))["a.po"]
    assert found.translations == ("", "Sky", "Empty")
    assert found.references == ("Open", "Sky", "Empty")
    assert (found.missing, found.without_reference) == (1, 1)


def run(*arguments: str) -> bool:
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers())
    given = parser.parse_args(["evaluate", *arguments])
    return bool(given.run(given))


def test_the_command_prints_writes_and_compares(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = folders / "before.json"
    common = [str(folders / "translations"), "--references", str(folders / "references"), "--to", "en"]
    common += ["--input", str(folders / "2024-04-17")]
    assert run(*common, "--json", str(written))
    said = capsys.readouterr().out
    assert re.search(r"^note\.md +by place +3 +0 +0 +100\.0 +100\.0 +0 +0$", said, re.MULTILINE)
    assert json.loads(written.read_text("utf-8"))["schema_version"] == 1
    put(folders / "translations", {"app.json": '{"open": "Shut", "close": "Close"}\n'})
    assert run(*common, "--compare", str(written))
    said = capsys.readouterr().out
    assert re.search(r"^app\.json +\S+ +100\.0 +-", said, re.MULTILINE)
    assert re.search(r"^note\.md +100\.0 +100\.0 +\+0\.0 +–", said, re.MULTILINE)


def test_a_published_folder_says_day_and_language_itself(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    night.put("2024-04-17", {"a.txt": "おはよう\n"})
    night.run_day("2024-04-17")
    references = put(night.data / "references", {"a.txt": "Good morning\n"})
    for folder in ("2024-04-17", str(night.data / "output" / "2024-04-17" / "en")):
        assert run(folder, "--references", str(references))
        assert "ja → en" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{}/translations"], "give --to"),
        (["{}/translations", "--to", "en"], "give --input"),
        (
            ["{}/translations", "--to", "en", "--compare", "{}/2024-04-17/app.json"],
            "no evaluation to compare with",
        ),
        (["{}/translations", "--to", "en", "--compare", "{}/none.json"], "no evaluation to compare with"),
    ],
)
def test_the_command_says_what_it_needs(folders: Path, arguments: list[str], said: str) -> None:
    given = [argument.format(folders) for argument in arguments]
    with pytest.raises(SettingsError, match=said):
        run(*given, "--references", str(folders / "references"))


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="no corpus; BATCH_TRANSLATE_CORPUS names its folder of inputs")
@pytest.mark.parametrize("day", ["2024-04-18", "2024-04-26", "2024-05-08"])
def test_people_s_own_translations_are_perfect_and_damaged_ones_are_not(day: str, tmp_path: Path) -> None:
    references, sources = str(REFERENCE / day), str(CORPUS / day)
    itself = evaluate_day(references, references, sources, "en")
    assert itself.not_scored == ()
    assert [it.chrf for it in itself.documents] == pytest.approx([100] * len(itself.documents))
    shutil.copytree(references, tmp_path / day)
    for path in (tmp_path / day).iterdir():
        text = path.read_text(encoding="utf-8")
        # Words of prose only: keys, codes and markup are in other letters or shorter.
        path.write_text(re.sub(r" (with|that|have|will|this|from|your) ", " ", text), encoding="utf-8")
    damaged = evaluate_day(str(tmp_path / day), references, sources, "en")
    for before, after in zip(itself.documents, damaged.documents, strict=True):
        assert after.references == before.references
        assert after.chrf is not None
        assert after.bleu is not None
        assert 60 < after.chrf < 99.9
        assert after.bleu < 99.9
    assert itself.segments is not None
    assert damaged.segments is not None
    assert damaged.segments.chrf < itself.segments.chrf
