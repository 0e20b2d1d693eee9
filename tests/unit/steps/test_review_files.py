"""Aligned tables in, review files out."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch_translate import keys
from batch_translate.config import Settings
from batch_translate.errors import SettingsError
from batch_translate.findings import Finding, write_findings
from batch_translate.ledger import Ledger, reviews
from batch_translate.ledger.reviews import Brought
from batch_translate.reviews.xliff import read_xliff
from batch_translate.steps.affected_days import days_with, published_tables, rewriting_advice
from batch_translate.steps.aligned import SCHEMA
from batch_translate.steps.plan import Plan
from batch_translate.steps.review_files import write_inbox, write_review_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = "2024-04-17"
WARNING = write_findings(
    [Finding("numbers", "warning", "The number 3 is missing."), Finding("b", "warning", "B.")]
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    one = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    yield one
    one.close()


def aligned(
    output: Path, *rows: tuple[str, str, str], day: str = DAY, language: str = "en", **columns: str
) -> None:
    """Write a table of (document, source, state) rows, in row groups of two."""
    path = output / day / "_aligned" / f"{language}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = [
        {
            "day": day, "document": document, "place": f"line {number}", "row_id": "", "source_language": "ja",
            "target_language": language, "source": source, "target": f"{language} {source}", "state": state,
            "origin": "batch", "reason": "", "findings": "[]", "model": "m",
            "segment_key": None if state == "skipped" else keys.segment_key("ja", language, source), **columns,
        }
        for number, (document, source, state) in enumerate(rows, 1)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(whole, schema=SCHEMA), path, row_group_size=2)


def plan_of(output: Path, *languages: str) -> Plan:
    return Plan.model_construct(day=DAY, output=str(output), settings=Settings(target_langs=languages))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_open_text_stands_once_with_what_is_before_it(tmp_path: Path) -> None:
    aligned(
        tmp_path,
        ("a.txt", "一", "translated"), ("a.txt", "二", "needs_review"), ("a.txt", "見出し", "skipped"),
        ("a.txt", "三", "failed"), ("b.txt", "二", "needs_review"), ("b.txt", "四", "failed"),
        ("c.txt", "五", "failed"), reason="never asked",
    )  # fmt: skip
    assert write_review_files(plan_of(tmp_path, "en", "fr")) == 4
    found = rows_of(tmp_path / DAY / "_review.csv")
    assert [
        (row["document"], row["place"], row["source"], row["before"], row["occurrences"]) for row in found
    ] == [
        ("a.txt", "line 2", "二", "一", "2"),
        ("a.txt", "line 4", "三", "見出し", "1"),
        ("b.txt", "line 6", "四", "二", "1"),
        ("c.txt", "line 7", "五", "", "1"),
    ]
    assert {row["findings"] for row in found} == {"never asked"}
    with (tmp_path / DAY / "_review.xliff").open("rb") as file:
        units = list(read_xliff(file, "_review.xliff"))
    assert [unit.segment_key for unit in units] == [row["segment_key"] for row in found]


def test_warnings_are_shown_in_sentences_but_not_those_on_reviews(tmp_path: Path) -> None:
    aligned(tmp_path, ("a.txt", "一", "translated"), findings=WARNING)
    aligned(tmp_path, ("a.txt", "一", "translated"), findings=WARNING, origin="review", language="fr")
    assert write_review_files(plan_of(tmp_path, "en", "fr")) == 1
    (row,) = rows_of(tmp_path / DAY / "_review.csv")
    assert (row["target_language"], row["findings"]) == ("en", "The number 3 is missing. B.")


def test_nothing_to_review_leaves_no_file(tmp_path: Path) -> None:
    aligned(tmp_path, ("a.txt", "一", "failed"))
    write_review_files(plan_of(tmp_path, "en"))
    aligned(tmp_path, ("a.txt", "一", "translated"))
    assert write_review_files(plan_of(tmp_path, "en")) == 0
    assert [path.name for path in (tmp_path / DAY).glob("_review*")] == []


def test_inbox_has_the_newest_days_first_without_what_was_decided(tmp_path: Path, ledger: Ledger) -> None:
    output, file = tmp_path / "output", tmp_path / "inbox.csv"
    aligned(output, ("a.txt", "一", "needs_review"), ("a.txt", "二", "needs_review"), day="2024-04-17")
    aligned(output, ("z.txt", "二", "needs_review"), ("z.txt", "三", "failed"), day="2024-04-18")
    aligned(output, ("z.txt", "二", "needs_review"), day="2024-04-18", language="fr")
    assert write_inbox(ledger, str(output), str(file)) == 4
    assert [(row["day"], row["target_language"], row["source"], row["occurrences"]) for row in rows_of(file)] == [
        ("2024-04-18", "en", "二", "2"),
        ("2024-04-18", "en", "三", "1"),
        ("2024-04-18", "fr", "二", "1"),
        ("2024-04-17", "en", "一", "1"),
    ]
    decide(ledger, "二", "two")
    assert write_inbox(ledger, str(output), str(file), "en") == 2
    assert {row["source"] for row in rows_of(file)} == {"一", "三"}
    for days, sources in (("..2024-04-17", {"一"}), ("2024-04-18..", {"三"}), ("2024-04-19..2024-04-20", set())):
        write_inbox(ledger, str(output), str(file), "en", days)
        assert {row["source"] for row in rows_of(file)} == sources


def test_decision_that_cannot_stand_in_its_document_stays_in_the_inbox(tmp_path: Path, ledger: Ledger) -> None:
    aligned(tmp_path / "output", ("a.txt", "一", "needs_review"), origin="review")
    decide(ledger, "一", "en 一")
    assert write_inbox(ledger, str(tmp_path / "output"), str(tmp_path / "inbox.xliff")) == 1
    decide(ledger, "一", "another", file="b")
    assert write_inbox(ledger, str(tmp_path / "output"), str(tmp_path / "inbox.xliff")) == 0


def decide(ledger: Ledger, source: str, text: str, file: str = "a") -> None:
    one = Brought(1, "", "", keys.segment_key("ja", "en", source), "ja", "en", source, "", text)
    with reviews.gathered(ledger, [one]) as gathered:
        gathered.commit(file * 64, file, file, (), 1.0)


@pytest.mark.parametrize(("file", "days"), [("inbox.xlsx", None), ("inbox.csv", "2024-04-17")])
def test_inbox_of_another_kind_or_without_days_is_refused(
    tmp_path: Path, ledger: Ledger, file: str, days: str | None
) -> None:
    with pytest.raises(SettingsError, match=r"\.xliff|FROM\.\.TO"):
        write_inbox(ledger, str(tmp_path), str(tmp_path / file), None, days)


def test_affected_days_are_those_that_hold_the_texts(tmp_path: Path, ledger: Ledger) -> None:
    aligned(tmp_path, ("a.txt", "一", "translated"), ("a.txt", "二", "skipped"), day="2024-04-17")
    aligned(tmp_path, ("a.txt", "二", "translated"), ("a.txt", "三", "translated"), day="2024-04-18")
    aligned(tmp_path, ("a.txt", "一", "failed"), day="2024-04-18", language="fr")
    (tmp_path / "2024-04-17" / "en").mkdir()
    (tmp_path / "2024-04-18" / "_aligned" / ".half.part").touch()
    key = (
        keys.segment_key("ja", "en", "三"),
        keys.segment_key("ja", "fr", "一"),
        keys.segment_key("ja", "en", "無"),
    )
    affected = days_with(str(tmp_path), key)
    assert affected == {"2024-04-18": {"en", "fr"}}
    assert days_with(str(tmp_path), []) == {}
    assert published_tables(str(tmp_path / "nowhere")) == []
    assert rewriting_advice(ledger, {}) == []
    assert rewriting_advice(ledger, affected)[1] == (
        "2024-04-18 (en, fr): run the day again; this ledger does not know its run"
    )
