from __future__ import annotations

import csv
import io
import tracemalloc
from typing import BinaryIO

import pytest
from conformance.suite import format_for, mark, read, same, write
from hypothesis import given
from hypothesis import strategies as st

from batch_translate.documents.delimited_records import cut_records, value_of
from batch_translate.documents.document import DocumentSettings
from batch_translate.errors import DocumentError

ADD = DocumentSettings()


def test_rows_are_cut_as_the_csv_module_cuts_them() -> None:
    @given(st.text('あ,"\n\r a', max_size=30))
    def generated(text: str) -> None:
        records = list(cut_records(io.StringIO(text, newline=""), ","))
        assert "".join(",".join(cells or []) + end for _, cells, end in records) == text
        if any(cells is None for _, cells, _ in records):
            return
        ours = [[value_of(cell) for cell in cells or []] for _, cells, _ in records]
        theirs = csv.reader(io.StringIO(text, newline=""))
        assert [row for row in ours if row != [""]] == [row for row in theirs if row not in ([], [""])]

    generated()


def test_added_column_stands_beside_its_source() -> None:
    content = 'id,題名,本文,url\r\n1,あ,"い, う",u\r\n2,,え,u\r\n'.encode()
    assert write("a.csv", content, mark, ADD).decode() == (
        'id,題名,題名_en,本文,本文_en,url\r\n1,あ,〔あ〕,"い, う","〔い, う〕",u\r\n2,,,え,〔え〕,u\r\n'
    ).replace("〔", "〔").replace("〕", "〕")


def test_added_column_has_the_source_text_where_there_is_no_target() -> None:
    content = 'id,題名\n1," あ"\n'.encode()
    assert write("a.csv", content, lambda _: None, ADD).decode() == 'id,題名,題名_en\n1," あ"," あ"\n'


def test_added_column_never_overwrites_another() -> None:
    content = "題名,題名_en\nあ,x\n".encode()
    assert write("a.csv", content, lambda _: "A", ADD).decode() == "題名,題名_en_2,題名_en\nあ,A,x\n"


def test_target_is_quoted_where_it_has_to_be() -> None:
    content = "題名;数\nあ;1\n".encode()
    assert write("a.csv", content, lambda _: 'a; "b"\nc').decode() == '題名;数\n"a; ""b""\nc";1\n'


def test_margins_and_inner_line_ends_stay() -> None:
    content = '題名\r\n" あ\r\nい "\r\n'.encode()
    assert read("a.csv", content)[0][0].text == "あ\r\nい"
    assert write("a.csv", content, lambda _: "a\nb").decode() == '題名\r\n" a\r\nb "\r\n'


def test_text_columns_are_found_by_script_and_ids_by_name() -> None:
    rows = "".join(f"A{row},名{row},https://example.com/名{row},{row},説明{row}\n" for row in range(9))
    segments, problems = read("a.csv", ("sku,title,image_url,price,note\n" + rows).encode())
    assert {segment.place.split(", ")[1] for segment in segments} == {"title", "note"}
    assert [segment.row_id for segment in segments[:3]] == ["A0", "A0", "A1"]
    assert problems == []


def test_named_columns_are_taken_as_named() -> None:
    setting = DocumentSettings(columns=("code", "none"), id_columns=("nr",))
    segments, problems = read("a.csv", "nr,code,題\n7,あ,い\n".encode(), setting)
    assert [(segment.text, segment.row_id) for segment in segments] == [("あ", "7")]
    assert [problem.reason for problem in problems] == ["there is no column none"]


def test_no_named_column_is_an_error() -> None:
    with pytest.raises(DocumentError, match=r"a\.csv, header: has none of the columns x: name one of nr, code"):
        read("a.csv", b"nr,code\n", DocumentSettings(columns=("x",)))


def test_uneven_rows_are_reported_and_the_others_go_on() -> None:
    content = 'id,題名,数\n1,あ,1\n2,"い\nろ"\n3,う,3,4\n4,え,4\n'.encode()
    segments, problems = read("a.csv", content)
    assert [segment.place for segment in segments] == ["row 1, 題名", "row 4, 題名"]
    assert [(problem.place, problem.reason) for problem in problems] == [
        ("row 2", "line 3: has 2 cells, the header has 3; not translated"),
        ("row 3", "line 5: has 4 cells, the header has 3; not translated"),
    ]
    assert write("a.csv", content, same) == content
    added = write("a.csv", content, same, ADD).decode()
    assert added == 'id,題名,題名_en,数\n1,あ,あ,1\n2,"い\nろ",\n3,う,,3,4\n4,え,え,4\n'


def test_unclosed_quote_is_reported_and_the_rest_stays() -> None:
    content = '題名,数\nあ,1\nい,"2\nう,3\n'.encode()
    segments, problems = read("a.csv", content)
    assert [segment.text for segment in segments] == ["あ"]
    assert [(problem.place, problem.level) for problem in problems] == [("row 2", "error")]
    assert "line 3" in problems[0].reason
    assert write("a.csv", content, mark).decode() == '題名,数\n〔あ〕,1\nい,"2\nう,3\n'
    with pytest.raises(DocumentError, match="a quote is opened and never closed"):
        read("a.csv", '題名,"数\nあ,1\n'.encode())


def test_repeated_and_blank_ids_are_noted_and_translated() -> None:
    ids = [
        "a",
        "",
        "b",
        "a",
        "",
        "a",
        *(str(number) for number in range(20)),
        *(str(number) for number in range(20)),
    ]
    content = ("id,題名\n" + "".join(f"{row_id},あ\n" for row_id in ids)).encode()
    segments, problems = read("a.csv", content)
    assert len(segments) == len(ids) == len({segment.place for segment in segments})
    assert [(problem.place, problem.reason, problem.level) for problem in problems] == [
        ("column id", "blank in rows 2, 5", "note"),
        (
            "column id",
            "an id which stood above is repeated in rows 4, 6, 27, 28, 29, 30, 31, 32, 33, 34 and 12 more",
            "note",
        ),
    ]


def test_columns_of_the_same_name_have_places_of_their_own() -> None:
    segments, _ = read("a.csv", "題名,題名,\nあ,い,う\n".encode())
    assert [segment.place for segment in segments] == ["row 1, column 1", "row 1, column 2", "row 1, column 3"]


@pytest.mark.parametrize("line", ["漢字のとても長い文、", '行ごとに""引用""がある\n'])
def test_ten_megabyte_cell_is_one_segment(line: str) -> None:
    cell = line * (10_000_000 // len(line.encode()))
    content = f'id,題名\n1,"{cell}"\n2,い\n'.encode()
    segments, problems = read("a.csv", content)
    assert [segment.place for segment in segments] == ["row 1, 題名", "row 2, 題名"]
    assert segments[0].text == cell.replace('""', '"').strip()
    assert problems == []
    assert write("a.csv", content, same) == content


class _Rows(io.RawIOBase):
    """A CSV file of many rows which is never in memory."""

    def __init__(self, rows: int) -> None:
        self._size = rows
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence) == (0, 0)
        self._row = 0
        self._rest = "id,題名\n".encode()
        return 0

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while len(self._rest) < len(buffer) and self._row < self._size:
            self._rest += "".join(
                f"{row},{row}番の新しいお知らせ\n" for row in range(self._row, self._row + 100)
            ).encode()
            self._row += 100
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(rows: int) -> int:
        source: BinaryIO = io.BufferedReader(_Rows(rows))
        tracemalloc.start()
        try:
            found = sum(1 for _ in format_for("a.csv").read(source, "a.csv", ADD))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert found == rows
        return peak

    small, large = peak(30_000), peak(80_000)
    assert large - small < 50_000 * 60  # the ids' hashes, sorted at the end; a row with its segment is far more
