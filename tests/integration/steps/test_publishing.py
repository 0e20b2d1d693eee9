"""What stands in the output folder, whose reading it is, and what the report and the command say about it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from contract.local_server import INCLUDE
from integration.steps.night import DAY, files_below, filled

from batch_translate.errors import ChangedInputError, IncompleteError, MissingFolderError, OutdatedPlanError
from batch_translate.report import read_translations
from batch_translate.requests.prompt import Asking, estimate_frame
from batch_translate.steps.build_requests import build_requests
from batch_translate.steps.verify_complete import verify_complete

if TYPE_CHECKING:
    from integration.steps.night import Night

    from batch_translate.steps.plan import Plan

ENDLESS = "長い話"
COLUMNS = [
    "day", "document", "place", "row_id", "source_language", "target_language", "source", "target", "state",
    "origin", "reason", "findings", "model", "segment_key",
]  # fmt: skip


def assert_red(night: Night, plan: Plan, run_id: str, sentence: str) -> None:
    with pytest.raises(IncompleteError, match=sentence):
        verify_complete(night.ledger, plan.url, run_id)


def test_documents_whose_input_vanished_are_removed(night: Night) -> None:
    folder = night.put(DAY, {"a.txt": "雨です\n", "old/b.txt": "雪です\n", "old/logo.png": b"\x89PNG"})
    night.run_day()
    (folder / "old/b.txt").unlink()
    (folder / "old/logo.png").unlink()
    night.run_day(run_id="run-2")
    assert set(night.output()) == {"a.txt"}
    assert set(read_translations(DAY, "en")["document"]) == {"a.txt"}


def test_older_reading_never_overwrites_a_newer_one(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n"})
    older = night.read(run_id="older")
    night.put(DAY, {"a.txt": "雪です\n"})
    night.run_day(run_id="newer")
    with pytest.raises(OutdatedPlanError, match="a newer reading of this day has been published"):
        night.run_pass(older, 1, "older")
    assert night.output() == {"a.txt": f"{filled('雪です')}\n".encode()}


def test_file_that_changes_after_it_was_read_is_refused_and_the_run_is_red(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n"})
    plan = night.read()
    night.put(DAY, {"a.txt": "雪です\n"})
    with pytest.raises(ChangedInputError, match=r"Clear read_documents with everything downstream"):
        night.run_pass(plan, 1)
    assert_red(night, plan, "run-1", "or read_documents where a document has changed")
    assert night.run_day()["complete"]


@pytest.mark.parametrize("changed", ["a.txt", "logo.png"])
def test_earlier_publication_with_equal_counts_does_not_make_a_failed_one_green(
    night: Night, changed: str
) -> None:
    night.put(DAY, {"a.txt": "雨です\n", "logo.png": b"old"})
    night.run_day()
    night.put(DAY, {"a.txt": "雪です\n", "logo.png": b"new"})
    plan = night.read(run_id="run-2")
    night.put(DAY, {changed: "曇り\n"})
    with pytest.raises(ChangedInputError):
        night.run_pass(plan, 1, "run-2")
    assert_red(night, plan, "run-2", "write_translations")


def test_return_to_an_earlier_content_is_green_only_once_it_is_published_again(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n"})
    night.run_day()
    night.put(DAY, {"a.txt": "雪です\n"})
    night.run_day(run_id="run-2")
    night.put(DAY, {"a.txt": "雨です\n"})
    plan = night.read(run_id="run-3")
    assert_red(night, plan, "run-3", "what is published is not what this run has")
    night.run_pass(plan, 1, "run-3")
    assert verify_complete(night.ledger, plan.url, "run-3")["complete"]
    assert night.output() == {"a.txt": f"{filled('雨です')}\n".encode()}


def test_incomplete_documents_are_held_back_when_told_so(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n", "b.txt": f"雪です\n\n{ENDLESS}\n"})
    night.put(DAY, {"translate.toml": 'on_missing = "hold"\n'})
    with pytest.raises(IncompleteError, match=r"1 documents are held back: b\.txt"):
        night.run_day()
    assert set(night.output()) == {"a.txt"}
    report = json.loads((night.data / "output" / DAY / "_report.json").read_text())
    assert report["languages"]["en"]["held_back"] == ["b.txt"]


def test_every_target_language_is_published(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n"})
    report = night.run_day(target_langs=["en", "pt-br", "fr"])
    assert set(report["languages"]) == {"en", "pt-BR", "fr"}
    assert night.executed() == ["雨です"] * 3
    assert night.output(language="pt-BR") == {"a.txt": f"{filled('雨です', 'pt-BR')}\n".encode()}
    assert night.output(language="fr") == {"a.txt": f"{filled('雨です', 'fr')}\n".encode()}
    assert set(read_translations(DAY, "pt-br")["target_language"]) == {"pt-BR"}


def test_encoding_and_line_ends_stay_and_what_is_rewritten_is_reported(night: Night) -> None:
    legacy = "".join(f"これは古い文書の{number}行目です。\r\n\r\n" for number in range(9))
    night.put(DAY, {"marked.csv": b"\xef\xbb\xbfid,text\r\n1,\xe9\x9b\xa8\r\n", "old.txt": legacy.encode("cp932")})
    report = night.run_day()
    output = night.output()
    assert output["marked.csv"] == f"\ufeffid,text,text_en\r\n1,雨,{filled('雨')}\r\n".encode()
    assert output["old.txt"].decode() == "".join(f"{filled(line)}\r\n\r\n" for line in legacy.split())
    (problem,) = report["problems"]
    assert (problem["document"], problem["level"]) == ("old.txt", "note")
    assert "CP932" in problem["reason"]


def test_files_of_other_formats_are_copied_and_listed(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n", "pictures/logo.png": b"\x89PNG\r\n\0"})
    report = night.run_day()
    assert night.output()["pictures/logo.png"] == b"\x89PNG\r\n\0"
    assert report["copied"] == ["pictures/logo.png"]
    assert [problem["document"] for problem in report["problems"]] == ["pictures/logo.png"]


def test_report_says_what_the_ledger_says(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n\n雨です\n\n12\n", "b.txt": "雪です\n"})
    returned = night.run_day()
    report = json.loads((night.data / "output" / DAY / "_report.json").read_text())
    assert report == returned

    def query(statement: str) -> Any:
        with night.ledger.read() as connection:
            return connection.execute(sa.text(statement)).one()

    names = ("requests", "segments", "input_tokens", "cached_tokens", "output_tokens", "cost_usd")
    names += ("estimated_cost_usd",)
    sums = query(f"SELECT {', '.join(f'sum({name})' for name in names)} FROM jobs")
    batches = query("SELECT count(*), count(*) - count(collected_at) FROM jobs WHERE batch_id IS NOT NULL")
    of_ledger = dict(zip(names, sums, strict=True)) | {"batches": batches[0], "open": batches[1]}
    assert report["sent"] == of_ledger | {"reasons": {"new": 2}}
    by_document = "SELECT sum(j.cost_usd * d.share) FROM jobs j JOIN job_documents d USING (job_key)"
    for path, spent in report["spent_on"].items():
        (cost,) = query(f"{by_document} WHERE d.document = '{path}'")
        assert spent["cost_usd"] == pytest.approx(cost)
    assert sum(spent["cost_usd"] for spent in report["spent_on"].values()) == pytest.approx(sums[5])
    assert report["saved_usd"]["batch_price"] == sums[5]
    frame = estimate_frame(Asking("gpt-6-luna", reasoning_effort="none"))  # of the one request less
    assert report["saved_usd"]["packing"] == pytest.approx(frame * 0.05 / 1_000_000)
    english = report["languages"]["en"]
    assert query("SELECT count(*) FROM answers WHERE verdict = 'accepted'")[0] == english["distinct"] == 2
    assert (
        english["states"]
        == {"translated": 3, "skipped": 1}
        == dict(read_translations(DAY, "en")["state"].value_counts())
    )
    assert english["documents"] == {"a.txt": {"translated": 2, "skipped": 1}, "b.txt": {"translated": 1}}
    assert sum(english["states"].values()) == english["segments"]


def test_aligned_table_has_the_documented_columns(night: Night) -> None:
    night.put(DAY, {"a.csv": "id,text\nr1,雨です\nr2,12\n", "b.txt": f"{ENDLESS}\n"})
    with pytest.raises(IncompleteError):
        night.run_day()
    table = read_translations(DAY, "en", str(night.data / "output"))
    assert list(table.columns) == COLUMNS
    first, last = table.iloc[0], table.iloc[-1]
    assert (first["row_id"], first["source"], first["target"]) == ("r1", "雨です", filled("雨です"))
    assert (first["state"], first["origin"], first["model"]) == ("translated", "batch", "gpt-6-luna")
    assert (last["state"], last["document"]) == ("failed", "b.txt")
    assert table["target"].isna().sum() == 1
    with pytest.raises(MissingFolderError, match="has not been published in 'fr'"):
        read_translations(DAY, "fr")


def status(day: str) -> tuple[int, str]:
    """Exit code and what was said; the environment names data and ledger."""
    command = [sys.executable, "-m", "batch_translate", "status", day]
    done = subprocess.run(command, cwd=INCLUDE, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def test_status_says_where_a_day_stands(night: Night) -> None:
    code, said = status(DAY)
    assert (code, said.strip()) == (
        2,
        f"no run has read {DAY} yet: trigger translate_nightly with the param day = {DAY}",
    )
    night.put(DAY, {"a.txt": f"雨です\n\n{ENDLESS}\n"})
    build_requests(night.ledger, night.read().url, "run-1", 1)
    code, said = status(DAY)
    assert code == 1
    assert "2 texts are under way" in said
    assert "batch none yet" in said
    with pytest.raises(IncompleteError):
        night.run_day()
    code, said = status(DAY)
    assert code == 1
    assert "1 of 2 segments translated, 1 missing" in said
    assert "Clearing the whole run asks again for 1 texts for about" in said
    night.put(DAY, {"a.txt": "雨です\n"})
    night.run_day(run_id="run-2")
    code, said = status(DAY)
    assert code == 0
    assert "Complete and published: a clear sends nothing." in said


def test_status_of_a_day_whose_work_folder_was_removed_says_what_to_do(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n"})
    night.run_day()
    for path in (night.data / "work").rglob("plan.json"):
        path.unlink()
    code, said = status(DAY)
    assert code == 2
    assert "clear read_documents" in said
    assert night.run_day(run_id="run-2")["sent"]["batches"] == 0


def test_no_file_of_a_run_holds_the_api_key(night: Night) -> None:
    night.put(DAY, {"a.txt": f"雨です\n\n{ENDLESS}\n"})
    with pytest.raises(IncompleteError):
        night.run_day()
    files = files_below(night.data)
    assert any(name.endswith("ledger.sqlite") for name in files)
    assert [name for name, content in files.items() if night.key.encode() in content] == []
