from __future__ import annotations

import base64
import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as encryption
import pytest
from conformance.suite import REPLACE, mark, read, same, write

from batch_translate.documents.document import DocumentSettings
from batch_translate.documents.parquet import file as parquet_file
from batch_translate.errors import DocumentError

if TYPE_CHECKING:
    from batch_translate.segments import Segment

ADD = DocumentSettings()
SPARK = b"org.apache.spark.sql.parquet.row.metadata"


def file_of(table: pa.Table | dict[str, Any], **options: Any) -> bytes:
    output = BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), output, **options)
    return output.getvalue()


def opened(content: bytes) -> pq.ParquetFile:
    return pq.ParquetFile(BytesIO(content))


def columns_of(content: bytes) -> dict[str, list[Any]]:
    return opened(content).read().to_pydict()


def places(content: bytes, setting: DocumentSettings = REPLACE) -> list[str]:
    return [segment.place for segment in read("a.parquet", content, setting)[0]]


def refusal(content: bytes, setting: DocumentSettings = REPLACE) -> str:
    with pytest.raises(DocumentError) as raised:
        read("a.parquet", content, setting)
    with pytest.raises(DocumentError):
        write("a.parquet", content, mark, setting)
    return raised.value.reason


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.dictionary(pa.int32(), pa.large_string()),
    ],
    ids=str,
)
def test_each_kind_of_string_stays_of_its_kind(kind: pa.DataType) -> None:
    content = file_of({"題": pa.array(["あ", None, " い\r\n"], kind)})
    written = write("a.parquet", content, mark)
    assert opened(written).schema_arrow == opened(content).schema_arrow
    assert columns_of(written) == {"題": ["〔あ〕", None, " 〔い〕\r\n"]}


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.large_string())], ids=str)
def test_items_of_lists_are_segments(kind: pa.DataType) -> None:
    content = file_of({"id": ["x", "y", "z"], "tags": pa.array([["あ", None, "い"], None, []], kind)})
    segments, _ = read("a.parquet", content)
    assert [segment[:2] for segment in segments] == [("row 1, tags, 1", "あ"), ("row 1, tags, 3", "い")]
    assert {segment.row_id for segment in segments} == {"x"}
    written = write("a.parquet", content, mark, ADD)
    assert columns_of(written)["tags_en"] == [["〔あ〕", None, "〔い〕"], None, []]


def test_lists_are_put_together_again_where_a_row_group_is_cut_into_batches() -> None:
    lists = [[f"あ{row}"] * (row % 3) or None for row in range(20_000)]
    written = write("a.parquet", file_of({"tags": lists}), mark)
    assert columns_of(written)["tags"] == [it and [f"〔{text}〕" for text in it] for it in lists]


@pytest.mark.parametrize(
    "values",
    [
        pa.array([{"a": "あ"}]),
        pa.array([[["あ"]]]),
        pa.array([[{"a": "あ"}]]),
        pa.array([[("あ", "い")]], pa.map_(pa.string(), pa.string())),
        pa.array(["あ".encode()]),
    ],
    ids=["struct", "list of lists", "list of structs", "map", "binary"],
)
def test_other_types_are_left_alone(values: pa.Array) -> None:
    content = file_of({"a": values, "題": ["い"]})
    assert places(content) == ["row 1, 題"]
    assert opened(write("a.parquet", content, mark)).read().column("a").to_pylist() == values.to_pylist()


def test_named_column_without_texts_is_a_problem_and_no_column_at_all_is_refused() -> None:
    content = file_of({"題": ["あ"], "n": [1]})
    segments, problems = read("a.parquet", content, DocumentSettings(columns=("題", "n", "x")))
    assert len(segments) == 1
    assert [(it.level, it.reason) for it in problems] == [
        ("note", "there is no column x"),
        ("error", "column n has values of type int64, no texts; not translated"),
    ]
    assert refusal(content, DocumentSettings(columns=("x",))) == "has none of the columns x: name one of 題, n"


def test_named_columns_are_taken_whatever_they_hold() -> None:
    content = file_of({"url": ["abc"], "題": ["あ"]})
    assert places(content, DocumentSettings(columns=("url",))) == ["row 1, url"]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["tags", "tags, 1"], ["row 1, tags, 1", "row 1, column 2"]),
        (["column 2", "tags"], ["row 1, column 1, 1", "row 1, tags"]),
        (["題", "題"], ["row 1, column 1, 1", "row 1, column 2"]),
        (["", "a.b"], ["row 1, column 1, 1", "row 1, a.b"]),
    ],
)
def test_places_are_unique_whatever_columns_are_called(names: list[str], found: list[str]) -> None:
    content = file_of(pa.Table.from_arrays([pa.array([["あ"]]), pa.array(["い"])], names=names))
    assert places(content) == found
    assert write("a.parquet", content, same) == content
    assert opened(write("a.parquet", content, mark)).read().columns[1].to_pylist() == ["〔い〕"]


def test_ids_are_told_and_blank_and_repeated_ones_noted() -> None:
    content = file_of({"id": [7, None, 7], "題": ["あ", "い", "う"]})
    segments, problems = read("a.parquet", content)
    assert [segment.row_id for segment in segments] == ["7", "", "7"]
    assert [problem.reason for problem in problems] == [
        "blank in row 2",
        "an id which stood above is repeated in row 3",
    ]


def test_file_is_the_very_same_where_nothing_changes() -> None:
    content = file_of({"題": ["あ", "い"], "n": [1, 2]}, row_group_size=1)
    assert write("a.parquet", content, lambda _: None) == content
    assert write("a.parquet", file_of({"n": [1]}), mark, ADD) == file_of({"n": [1]})


def test_row_groups_before_the_first_change_are_written_too() -> None:
    content = file_of({"題": ["あ", "い", "う"]}, row_group_size=1)
    written = write("a.parquet", content, lambda segment: "x" if segment.text == "う" else None)
    assert columns_of(written) == {"題": ["あ", "い", "x"]}
    assert opened(written).num_row_groups == 3


def test_added_column_stands_beside_its_source_and_overwrites_none() -> None:
    content = file_of({"題": ["あ", "い"], "題_en": ["old", None], "n": [1, 2]})

    def first(segment: Segment) -> str | None:
        return "A" if segment.text == "あ" else None

    assert list(columns_of(write("a.parquet", content, first, ADD)).items()) == [
        ("題", ["あ", "い"]),
        ("題_en_2", ["A", "い"]),
        ("題_en", ["old", None]),
        ("n", [1, 2]),
    ]


def test_inline_markup_has_to_be_kept() -> None:
    content = file_of({"題": ["<b>あ</b>", "い"]})
    assert read("a.parquet", content)[0][0].text == "<1>あ</1>"
    refused: list[Segment] = []
    written = write("a.parquet", content, lambda _: "x", refused=refused)
    assert columns_of(written) == {"題": ["<b>あ</b>", "x"]}
    assert [segment.place for segment in refused] == ["row 1, 題"]


def test_target_that_is_no_unicode_is_refused() -> None:
    content = file_of({"題": ["あ"]})
    assert write("a.parquet", content, lambda _: "\ud800") == content


@pytest.mark.parametrize("setting", [REPLACE, ADD], ids=["replace", "add"])
def test_layout_is_kept(setting: DocumentSettings) -> None:
    schema = pa.schema(
        [
            pa.field("k", pa.int32(), nullable=False, metadata={"PARQUET:field_id": "1"}),
            pa.field("題", pa.string(), nullable=False, metadata={"PARQUET:field_id": "2", "c": "注"}),
            pa.field("n", pa.decimal128(9, 2), metadata={"PARQUET:field_id": "3"}),
        ],
        metadata={"made by": "us"},
    )
    table = pa.table({"k": [1, 2, 3], "題": ["あ", "い", "う"], "n": [None, None, None]}).cast(schema)
    content = file_of(
        table,
        row_group_size=2,
        compression={"k": "zstd", "題": "gzip", "n": "none"},
        use_dictionary=["k"],
        write_statistics=False,
        write_page_index=True,
        sorting_columns=[pq.SortingColumn(0), pq.SortingColumn(2, descending=True)],
    )
    written = opened(write("a.parquet", content, mark, setting))
    rows = [written.metadata.row_group(group).num_rows for group in range(written.num_row_groups)]
    assert rows == [2, 1]
    group = written.metadata.row_group(0)
    chunks = {chunk.path_in_schema: chunk for chunk in map(group.column, range(group.num_columns))}
    assert {name: chunk.compression for name, chunk in chunks.items() if name != "題_en"} == {
        "k": "ZSTD",
        "題": "GZIP",
        "n": "UNCOMPRESSED",
    }
    assert [name for name, chunk in chunks.items() if chunk.has_dictionary_page] == ["k"]
    assert not chunks["k"].is_stats_set
    assert chunks["題"].has_offset_index
    last = len(chunks) - 1
    assert [(it.column_index, it.descending) for it in group.sorting_columns] == [(0, False), (last, True)]
    kept = [field for field in written.schema_arrow if field.name != "題_en"]
    assert pa.schema(kept, written.schema_arrow.metadata).equals(schema, check_metadata=True)
    if setting is ADD:
        added = written.schema_arrow.field("題_en")
        assert (added.nullable, added.metadata, chunks["題_en"].compression) == (
            False,
            {b"c": "注".encode()},
            "GZIP",
        )


def test_order_by_a_replaced_column_is_no_longer_declared() -> None:
    order = [pq.SortingColumn(1), pq.SortingColumn(0)]
    content = file_of({"題": ["あ"], "n": [1]}, sorting_columns=order)
    replaced = opened(write("a.parquet", content, mark)).metadata.row_group(0)
    assert [it.column_index for it in replaced.sorting_columns] == [1]
    added = opened(write("a.parquet", content, mark, ADD)).metadata.row_group(0)
    assert [it.column_index for it in added.sorting_columns] == [2, 0]


def test_spark_sees_the_added_column() -> None:
    output = BytesIO()
    fields = [{"name": "題", "type": "string", "nullable": True, "metadata": {}}, {"name": "n", "type": "long"}]
    table = pa.table({"題": ["あ"], "n": [1]})
    with pq.ParquetWriter(output, table.schema, store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({SPARK.decode(): json.dumps({"type": "struct", "fields": fields})})
    added = opened(write("a.parquet", output.getvalue(), mark, ADD)).metadata.metadata
    assert added is not None
    assert set(added) == {SPARK}
    assert [field["name"] for field in json.loads(added[SPARK])["fields"]] == ["題", "題_en", "n"]
    replaced = opened(write("a.parquet", output.getvalue(), mark)).metadata.metadata
    assert replaced == opened(output.getvalue()).metadata.metadata


def test_pandas_reads_what_it_wrote_with_the_added_column() -> None:
    frame = pd.DataFrame(
        {
            "題": pd.array(["あ", None], dtype="string"),
            "区": pd.Categorical(["大", "小"], categories=["小", "大"], ordered=True),
            "時": pd.to_datetime(["2024-04-17", None]).tz_localize("Asia/Tokyo"),
        },
        index=pd.Index(["東", "西"], name="所"),
    )
    content = BytesIO()
    frame.to_parquet(content)
    added = pd.read_parquet(BytesIO(write("a.parquet", content.getvalue(), mark, ADD)))
    assert list(added) == ["題", "題_en", "区", "区_en", "時"]
    pd.testing.assert_frame_equal(added[list(frame)], frame)
    assert added["題_en"].dtype == frame["題"].dtype
    assert list(added["区_en"].cat.categories) == ["〔小〕", "〔大〕"]
    assert added["区_en"].cat.ordered
    replaced = pd.read_parquet(BytesIO(write("a.parquet", content.getvalue(), mark)))
    assert list(replaced["題"].dropna()) == ["〔あ〕"]
    assert list(replaced.index) == ["東", "西"]


def test_pandas_reads_columns_with_several_names() -> None:
    frame = pd.DataFrame([["あ", 1]], columns=pd.MultiIndex.from_tuples([("上", "題"), ("上", "n")]))
    content = BytesIO()
    frame.to_parquet(content)
    added = pd.read_parquet(BytesIO(write("a.parquet", content.getvalue(), mark, ADD)))
    assert list(added) == [("上", "題"), ("上", "題_en"), ("上", "n")]


def test_damaged_pandas_metadata_stay_as_they_are() -> None:
    for noted in (b"{", b"[]", b'{"columns": [1], "index_columns": 3}', b'{"columns": [{"name": []}]}', b"\xff"):
        table = pa.table({"題": ["あ"]}).replace_schema_metadata({b"pandas": noted})
        written = opened(write("a.parquet", file_of(table), mark, ADD))
        assert written.schema_arrow.metadata == {b"pandas": noted}
        assert written.schema_arrow.names == ["題", "題_en"]


def test_far_days_of_old_timestamps_are_kept() -> None:
    days = pa.array([253402300799000000, -62135596800000000], pa.timestamp("us"))
    content = file_of({"題": ["あ", "い"], "t": days}, use_deprecated_int96_timestamps=True)
    written = write("a.parquet", content, mark)
    assert opened(written).metadata.row_group(0).column(1).physical_type == "INT96"
    found = pq.ParquetFile(BytesIO(written), coerce_int96_timestamp_unit="us").read().column("t")
    assert found.cast(pa.int64()).to_pylist() == days.cast(pa.int64()).to_pylist()


@pytest.mark.parametrize("groups", [0, 1])
@pytest.mark.parametrize("setting", [REPLACE, ADD, DocumentSettings(columns=("題",))])
def test_table_without_rows_comes_back(groups: int, setting: DocumentSettings) -> None:
    output = BytesIO()
    table = pa.table({"題": pa.array([], pa.string()), "tags": pa.array([], pa.list_(pa.string()))})
    with pq.ParquetWriter(output, table.schema) as writer:
        for _ in range(groups):
            writer.write_table(table)
    assert read("a.parquet", output.getvalue(), setting) == ([], [])
    assert opened(write("a.parquet", output.getvalue(), mark, setting)).metadata.num_rows == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no Parquet file, or was cut off: write it again"),
        (file_of({"題": ["あ"]})[:-1], "is no Parquet file, or was cut off: write it again"),
        (b"PAR1" + b"\xff\xff\xff\x7fPAR1", "its index is longer than the file: it is damaged, write it again"),
        (b"PARE" + bytes(20) + b"\x04\0\0\0PARE", "is encrypted: give it unencrypted, keys are not read"),
    ],
    ids=["empty", "cut off", "index", "encrypted"],
)
def test_what_is_no_parquet_is_refused(content: bytes, reason: str) -> None:
    assert refusal(content) == reason


class Keys(encryption.KmsClient):
    """Keys that are no secret."""

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
        return base64.b64encode(key_bytes)


@pytest.mark.parametrize("plaintext_footer", [False, True])
def test_encrypted_file_is_refused_and_does_not_end_the_process(plaintext_footer: bool) -> None:
    table = pa.table({"題": ["あ"], "n": [1]})
    properties = encryption.CryptoFactory(lambda _: Keys()).file_encryption_properties(
        encryption.KmsConnectionConfig(),
        encryption.EncryptionConfiguration(
            footer_key="f", column_keys={"c": ["題"]}, plaintext_footer=plaintext_footer
        ),
    )
    content = file_of(table, encryption_properties=properties)
    assert refusal(content) == "is encrypted: give it unencrypted, keys are not read"


@pytest.mark.parametrize(
    "footer",
    [
        b"\x1c" * 5000,
        b"\x19" + b"\x19" * 5000,
        b"\x1b" + b"\x01\xbb" * 5000,
        b"\x16" + b"\xff" * 5000,
        b"\x18\xff\x7f",
    ],
    ids=["structures", "lists", "maps", "number", "string"],
)
def test_footer_is_refused_however_it_is_damaged(footer: bytes) -> None:
    content = b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"
    assert refusal(content).startswith("cannot be read as Parquet (")


def test_row_group_that_is_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "MAX_GROUP_BYTES", 8 * 9_999)
    # A few bytes in the file: repetitions are counted, not stored.
    content = file_of({"n": pa.nulls(10_000, pa.int64()), "題": ["あ"] * 10_000})
    assert len(content) < 5_000
    assert "write the file with smaller row groups" in refusal(content)


def test_damage_in_a_column_without_texts_is_known_while_reading() -> None:
    content = file_of({"題": ["あ"] * 100, "n": [row * 1.7 for row in range(100)]}, compression="zstd")
    column = opened(content).metadata.row_group(0).column(1)
    start = column.dictionary_page_offset or column.data_page_offset
    damaged = content[: start + 20] + bytes(20) + content[start + 40 :]
    with pytest.raises(DocumentError, match="row group 1: cannot be read as Parquet"):
        read("a.parquet", damaged)


def test_pandas_is_not_imported() -> None:
    script = (
        "import sys, io, batch_translate.documents.parquet.document as p\n"
        "from batch_translate.documents.document import DocumentSettings\n"
        "content = io.BytesIO(sys.stdin.buffer.read())\n"
        "assert list(p.Parquet().read(content, 'a', DocumentSettings()))\n"
        "p.Parquet().write(content, io.BytesIO(), 'a', DocumentSettings(), 'en', lambda segment, fits: 'x')\n"
        "sys.exit('pandas' in sys.modules)\n"
    )
    content = file_of(
        {"id": [1, 2], "題": ["あ", None], "区": pa.array(["あ", "い"]).dictionary_encode(), "l": [["あ"], None]}
    )
    include = Path(__file__).parents[3] / "include"
    subprocess.run([sys.executable, "-c", script], input=content, check=True, cwd=include, timeout=60)


def test_no_damage_of_the_index_ends_the_process() -> None:
    content = file_of({"id": [1, 2], "題": ["あ", None], "tags": [["い"], None], "n": [1.5, None]})
    length = int.from_bytes(content[-8:-4], "little")
    random = Random(4)
    refused = 0
    for _ in range(1500):
        damaged = bytearray(content)
        for _ in range(random.randint(1, 3)):
            damaged[len(content) - 8 - length + random.randrange(length)] = random.randrange(256)
        try:
            read("a.parquet", bytes(damaged))
            write("a.parquet", bytes(damaged), mark, ADD)
        except DocumentError:
            refused += 1
    assert 0 < refused < 1500
