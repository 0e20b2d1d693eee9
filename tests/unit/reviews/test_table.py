from __future__ import annotations

import csv
import io

import pytest
from unit.reviews.samples import TEXTS, row, written

from batch_translate.documents.encoding import open_text
from batch_translate.errors import DocumentError
from batch_translate.reviews.rows import Decision, Refused
from batch_translate.reviews.table import read_table, write_table

HEADER = "segment_key,source_language,target_language,source,answer,correction,accept"


def read(content: str | bytes) -> list[Decision | Refused]:
    data = content.encode() if isinstance(content, str) else content
    with open_text(io.BytesIO(data), "reviews.csv", "ja") as text:
        return list(read_table(text.stream, "reviews.csv"))


def spreadsheet(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def saved(rows: list[dict[str, str]], separator: str = ",", encoding: str = "utf-8-sig") -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode(encoding)


def test_written_table_opens_in_a_spreadsheet() -> None:
    data = written(write_table, row(findings="one, two"))
    assert data.startswith(b"\xef\xbb\xbfday,document,place")
    (cells,) = spreadsheet(data)
    assert (cells["state"], cells["findings"], cells["before"]) == ("needs_review", "one, two", "前の文")
    assert (cells["correction"], cells["accept"], cells["occurrences"]) == ("", "", "2")


def test_untouched_table_decides_nothing() -> None:
    assert [one.text for one in read(written(write_table, row(), row("価格")))] == ["", ""]


@pytest.mark.parametrize("text", [*TEXTS, "=1+1", "-5°C", "+81", "@here", "'=quoted", "''=", "'tis", "＝全角"])
def test_texts_come_back_as_they_were(text: str) -> None:
    (cells,) = spreadsheet(written(write_table, row(text, text)))
    assert not cells["source"].startswith(("=", "+", "-", "@", "＝"))
    (decided,) = read(saved([{**cells, "accept": "yes"}]))
    assert (decided.source, decided.text) == (text, text)


def test_correction_needs_no_apostrophe_and_wins_over_accept() -> None:
    (cells,) = spreadsheet(written(write_table, row()))
    (decided,) = read(saved([{**cells, "correction": " -5 degrees ", "accept": "yes"}]))
    assert decided == Decision("row 2", cells["segment_key"], "ja", "en", "在庫", "-5 degrees")


@pytest.mark.parametrize(
    ("separator", "encoding"),
    [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16"), (",", "cp932"), (";", "utf-16")],
)
def test_tables_are_read_as_spreadsheets_save_them(separator: str, encoding: str) -> None:
    (cells,) = spreadsheet(written(write_table, row("在庫, あり; はい")))
    (decided,) = read(saved([{**cells, "correction": "in stock, yes; 1"}], separator, encoding))
    assert (decided.source, decided.text) == ("在庫, あり; はい", "in stock, yes; 1")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("k,ja,en,在庫,stock,,maybe", "`accept` is 'maybe'"),
        ("k,ja,en,在庫,,,yes", "accepts an answer, and there is none"),
        ("k,ja,en,在庫,stock,one, two,yes,more", "more cells than the header"),
    ],
)
def test_doubtful_rows_are_refused_by_number(line: str, reason: str) -> None:
    good, bad = read(f"{HEADER}\nk,ja,en,在庫,stock,good,\n{line}\n")
    assert isinstance(good, Decision)
    assert isinstance(bad, Refused)
    assert bad.place == "row 3"
    assert reason in bad.reason


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    rows = read(f'{HEADER}\nk,ja,en,"二\n行","a\nb",x,\n,,,,,,\n\nk,ja,en,在庫,stock,y,\n')
    assert [one.place for one in rows] == ["row 2", "row 5"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "neither a column `correction`"),
        ("source,segment_key,answer\n", "neither a column `correction`"),
        ("correction,segment_key\n", "needs a column `source`"),
        ("source,source_language,correction\n", "either `segment_key`"),
        ("source,segment_key,accept\n", "has no column `answer`"),
        (b"\x00\xff\x00\x01", "is not text"),
    ],
)
def test_what_is_no_review_table_is_refused_whole(content: str | bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason) as raised:
        read(content)
    assert raised.value.document == "reviews.csv"
