"""From a day's review files, through a person's tool, back into the documents of every day that holds the text."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from integration.steps.night import DAY, filled
from lxml import etree
from unit.ledger import samples

from batch_translate import keys
from batch_translate.__main__ import main
from batch_translate.errors import IncompleteError
from batch_translate.ledger import days
from batch_translate.report import read_translations
from batch_translate.steps.verify_complete import verify_complete
from batch_translate.steps.wait_for_claims import reason_to_skip
from batch_translate.steps.write_translations import write_translations

if TYPE_CHECKING:
    from pathlib import Path

    from integration.steps.night import Night

BROKEN = "{count}件"  # its answer loses the placeholder, always
NEXT_DAY = "2024-04-18"
NS = {"x": "urn:oasis:names:tc:xliff:document:1.2"}


@pytest.fixture(autouse=True)
def two_days(night: Night) -> None:
    night.put(DAY, {"a.txt": f"おはよう\n\n{BROKEN}\n", "b.csv": f"id,text\n1,{BROKEN}\n"})
    night.put(NEXT_DAY, {"c.txt": f"{BROKEN}\n"})


def write_again(night: Night, *, day: str = DAY) -> dict[str, bytes]:
    """What clearing write_translations does; the day's documents."""
    reading = days.latest_reading(night.ledger, day)
    assert reading is not None
    write_translations(night.ledger, reading.plan_url, reading.run_id, "en")
    return night.output(day)


def corrected_by_another_tool(review: Path, corrected: Path, text: str) -> None:
    tree = etree.parse(str(review))
    (unit,) = tree.findall(".//x:trans-unit", NS)
    target = unit.find("x:target", NS)
    target.text = text
    target.set("state", "translated")
    corrected.parent.mkdir(exist_ok=True)
    tree.write(str(corrected), encoding="UTF-16", xml_declaration=True)


def test_corrected_xliff_ends_in_the_documents_of_all_days(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    night.run_day(run_id="run-1")
    night.run_day(NEXT_DAY, run_id="run-2")
    executed = night.executed()
    assert night.output()["a.txt"].decode() == f"Good morning\n\n{BROKEN}\n"
    corrected = night.data / "input" / "_reviewed" / "mine.xlf"
    corrected_by_another_tool(night.data / "output" / DAY / "_review.xliff", corrected, "{count} items")
    assert main(["import", str(corrected)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "mine.xlf: 1 reviews, 0 unchanged, 0 undecided, 0 refused",
        "2 published days hold these texts. Clear each one's write_translations with everything downstream, or "
        "its whole run, which asks only for what is still missing:",
        f"{DAY} (en): airflow dags clear translate_nightly --run-id run-1 --yes",
        f"{NEXT_DAY} (en): airflow dags clear translate_nightly --run-id run-2 --yes",
    ]
    assert write_again(night) == {
        "a.txt": b"Good morning\n\n{count} items\n",
        "b.csv": f"id,text,text_en\n1,{BROKEN},{{count}} items\n".encode(),
    }
    assert write_again(night, day=NEXT_DAY) == {"c.txt": b"{count} items\n"}
    rows = read_translations(DAY, "en")
    assert list(rows[rows["source"] == BROKEN]["origin"]) == ["review", "review"]
    output = night.output()
    assert main(["import", str(corrected)]) == 0
    assert "nothing changes" in capsys.readouterr().out
    report = night.run_day(run_id="run-3")
    assert report["complete"]
    assert (night.output(), night.executed()) == (output, executed)
    assert list((night.data / "output" / DAY).glob("_review*")) == []


def test_corrected_inbox_is_decided_and_what_is_refused_is_said(
    night: Night, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night.run_day()
    night.run_day(NEXT_DAY, run_id="run-2")
    inbox = tmp_path / "inbox.csv"
    assert main(["review", str(inbox)]) == 0
    assert "1 texts to review" in capsys.readouterr().out
    with inbox.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["source"], row["answer"], row["day"], row["occurrences"]) == (BROKEN, "items", NEXT_DAY, "3")
    row["correction"] = "{count} pieces"
    with inbox.open("w", encoding="cp932", newline="") as file:
        writer = csv.DictWriter(file, list(row), delimiter=";")
        writer.writeheader()
        writer.writerows([row, row | {"source": "別の文"}, row | {"correction": "pieces"}])
    assert main(["import", str(inbox)]) == 1
    said = capsys.readouterr().out
    assert "inbox.csv: 1 reviews, 0 unchanged, 0 undecided, 2 refused" in said
    assert "inbox.csv, row 3: its source is '別の文'" in said
    assert "inbox.csv, row 4: The placeholder {count} occurs once" in said
    assert write_again(night)["a.txt"] == b"Good morning\n\n{count} pieces\n"
    assert main(["review", str(inbox)]) == 0
    assert "0 texts to review" in capsys.readouterr().out


def test_review_wins_over_an_accepted_answer_at_every_occurrence(night: Night, tmp_path: Path) -> None:
    night.put(DAY, {"a.txt": "おはよう\n\n雨です\n\nおはよう\n", "b.csv": "id,text\n1,雪です\n"})
    night.run_day()
    file = tmp_path / "one.csv"
    file.write_text("source,source_language,target_language,correction\nおはよう,ja,en,Hello\n", encoding="utf-8")
    assert main(["import", str(file)]) == 0
    assert write_again(night)["a.txt"].decode() == f"Hello\n\n{filled('雨です')}\n\nHello\n"


def test_banned_translation_never_comes_back(
    night: Night, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night.put(DAY, {"a.txt": "おはよう\n\nこんばんは\n", "b.csv": "id,text\n1,雪です\n"})
    night.run_day()
    assert main(["ban", "おはよう"]) == 0
    assert "'Good morning' is banned (1 answers; it came for 2024-04-17)" in capsys.readouterr().out
    assert main(["ban", "おはよう"]) == 1
    report = night.run_day(run_id="run-2")
    assert report["languages"]["en"]["states"]["needs_review"] == 1
    assert night.output()["a.txt"].decode() == "おはよう\n\nGood evening\n"
    file = tmp_path / "back.csv"
    key = keys.segment_key("ja", "en", "おはよう")
    file.write_text(f"segment_key,source,correction\n{key},おはよう,Good morning\n", encoding="utf-8")
    assert main(["import", str(file)]) == 1
    assert "'Good morning' is banned" in capsys.readouterr().out
    assert main(["forget", "おはよう"]) == 0
    assert "'Good morning' is forgotten (2 answers" in capsys.readouterr().out


def test_of_a_text_without_a_translation_nothing_is_banned(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    samples.answered(night.ledger, "おはよう", "failed")
    assert main(["ban", "おはよう"]) == 0
    assert "'' is banned (1 answers" in capsys.readouterr().out
    with night.ledger.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM bans").scalar() == 0
    assert samples.missing(night.ledger, "おはよう")


def test_memory_from_a_file_is_used_and_nothing_is_sent(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    night.put(DAY, {"a.txt": "おはよう\n\nこんばんは\n", "b.csv": "id,text\n1,雪です\n"})
    night.run_day()
    output, sent = night.output(), night.executed()
    memory = tmp_path / "memory.tmx"
    assert main(["export", str(memory), "--from", "ja", "--to", "en"]) == 0
    assert f"{memory}: 3 entries" in capsys.readouterr().out
    night.ledger.close()
    (night.data / "ledger.sqlite").unlink()
    night.ledger = type(night.ledger)(night.ledger.url.render_as_string(hide_password=False))
    assert main(["import", str(memory)]) == 0
    report = night.run_day(run_id="run-2")
    assert report["languages"]["en"]["origins"] == {"review": 3}
    assert (night.output(), night.executed()) == (output, sent)


def test_correction_that_came_while_the_day_was_written_is_missing_until_it_is_written_again(night: Night) -> None:
    night.run_day(run_id="run-1")
    corrected = night.data / "input" / "_reviewed" / "mine.xlf"
    corrected_by_another_tool(night.data / "output" / DAY / "_review.xliff", corrected, "{count} items")
    assert main(["import", str(corrected)]) == 0
    reading = days.latest_reading(night.ledger, DAY)
    assert reading is not None
    assert reason_to_skip(reading.plan_url, 2, "run-1") is None
    with pytest.raises(IncompleteError, match="Clear write_translations"):
        verify_complete(night.ledger, reading.plan_url, "run-1")
    assert main(["status", DAY]) == 1
    write_again(night)
    assert verify_complete(night.ledger, reading.plan_url, "run-1")["complete"]
    other = night.data / "input" / "_reviewed" / "other.xlf"
    corrected_by_another_tool(corrected, other, "{count} pieces")
    assert main(["import", str(other)]) == 0  # the same states and origins, another decision
    assert main(["status", DAY]) == 1


def test_file_in_an_old_encoding_is_refused_where_its_source_proves_nothing(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    path = night.data / "prices.csv"
    text = "source_language,target_language,source,correction\nen,de,Street,Straße\n"
    path.write_bytes(text.encode("cp1252"))
    main(["import", str(path)])
    assert "1 refused" in capsys.readouterr().out
    path.write_bytes(text.encode())
    assert main(["import", str(path)]) == 0
    assert "1 reviews" in capsys.readouterr().out


def test_file_with_a_refused_row_is_read_again(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    path = night.data / "mine.csv"
    head = "source_language,target_language,source,correction\n"
    path.write_text(f"{head}ja,en,雨です,Rain\nja,en,{BROKEN},no placeholder\n", encoding="utf-8")
    main(["import", str(path)])
    assert "1 reviews, 0 unchanged, 0 undecided, 1 refused" in capsys.readouterr().out
    main(["import", str(path)])
    assert "0 reviews, 1 unchanged, 0 undecided, 1 refused" in capsys.readouterr().out
