"""Parquet keeps the promises of the conformance suite, and another reader finds what was there.

A document of the suite is JSON here: columns with their types and values, rows in a row group, and the codec.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conformance.suite import REPLACE, WORDS, FormatConformance, corpus_files, mark, read, write
from hypothesis import strategies as st

from batch_translate.documents.document import DocumentSettings

if TYPE_CHECKING:
    from pathlib import Path

TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "large_string": pa.large_string(),
    "string_view": pa.string_view(),
    "dictionary": pa.dictionary(pa.int32(), pa.string()),
    "ordered": pa.dictionary(pa.int32(), pa.string(), ordered=True),
    "list": pa.list_(pa.string()),
    "large_list": pa.large_list(pa.large_string()),
    "nested": pa.list_(pa.list_(pa.string())),
    "struct": pa.struct([("a", pa.string())]),
    "binary": pa.binary(),
    "int": pa.int64(),
    "float": pa.float32(),
    "time": pa.timestamp("us", tz="Asia/Tokyo"),
}


def file_of(document: str) -> bytes:
    described = json.loads(document)
    arrays = [pa.array(values, TYPES[kind]) for _, kind, values in described["columns"]]
    table = pa.Table.from_arrays(arrays, names=[name for name, _, _ in described["columns"]])
    output = BytesIO()
    pq.write_table(
        table,
        output,
        row_group_size=described.get("group", 100),
        compression=described.get("codec", "snappy"),
        store_schema=described.get("schema", True),
    )
    return output.getvalue()


def described(**columns: list[Any]) -> str:
    return json.dumps({"columns": [[name, *column] for name, column in columns.items()]}, ensure_ascii=False)


@st.composite
def tables(draw: st.DrawFn) -> str:
    rows = 5 - draw(st.integers(0, 5))
    line_end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = WORDS | st.none() | st.text("あ漢\n\0 ", max_size=4).map(lambda it: it.replace("\n", line_end))
    items = st.lists(text, max_size=3) | st.none()
    values: dict[str, st.SearchStrategy[Any]] = {
        "list": items,
        "large_list": items,
        "nested": st.none() | st.lists(items, max_size=2),
        "struct": st.none() | st.fixed_dictionaries({"a": text}),
        "int": st.none() | st.integers(-5, 5),
        "float": st.none() | st.integers(-5, 5),
        "time": st.none() | st.integers(0, 10**15),
    }
    # "題" and "題, 1" could make one place of two, and so could "column 2" and a name that is there twice.
    names = st.sampled_from(["題", "題, 1", "本文", "a.b", "column 2", "", "tags", "url", "id"])
    kinds = st.sampled_from(["string", "list", "dictionary"]) | st.sampled_from(sorted(TYPES))
    columns = []
    for name in draw(st.lists(names, min_size=1, max_size=5)):
        kind = draw(kinds)
        columns.append([name, kind, draw(st.lists(values.get(kind, text), min_size=rows, max_size=rows))])
    return json.dumps(
        {
            "columns": columns,
            "group": draw(st.integers(1, 3)),
            "codec": draw(st.sampled_from(["none", "snappy", "gzip", "brotli", "zstd", "lz4"])),
            "schema": draw(st.booleans()),
        }
    )


class TestParquet(FormatConformance):
    name = "a.parquet"
    sample = described(
        id=["int", [1, 2, 3]],
        題名=["string", ["お知らせ", " 余白 ", None]],
        tags=["list", [["い", "ろ"], None, []]],
        区分=["dictionary", ["大", "小", "大"]],
        n=["float", [1.5, None, 2.5]],
    )
    markup_only = described(id=["int", [1, 2]], url=["string", ["https://example.com", "あ"]], n=["int", [1, 2]])
    with_tag = described(題名=["string", ["<b>お知らせ</b>、https://example.com/a へ", "新着<br>です"]])
    documents: ClassVar[st.SearchStrategy[str]] = tables()

    def encoded(self, document: str) -> bytes:
        return file_of(document)

    def unmarked(self, content: bytes) -> bytes:
        """All that a reader sees of the file, without the marks."""
        file = pq.ParquetFile(BytesIO(content))
        groups = [file.metadata.row_group(group) for group in range(file.num_row_groups)]
        chunks = [
            [(chunk.path_in_schema, chunk.compression) for chunk in map(group.column, range(group.num_columns))]
            for group in groups
        ]
        sizes = [group.num_rows for group in groups]
        columns = [column.to_pylist() for column in file.read().columns]
        schema = file.schema_arrow.to_string(show_field_metadata=True, show_schema_metadata=True)
        seen = repr((schema, str(file.schema).partition("\n")[2], sizes, chunks, columns))
        return super().unmarked(seen.encode())

    def test_corpus_comes_back(self) -> None:
        for path in tables_of_corpus():
            self.check(as_parquet(path))


def tables_of_corpus() -> list[Path]:
    files = corpus_files(".csv")
    if not files:
        pytest.skip("no CSV files to make tables of: set BATCH_TRANSLATE_CORPUS to a folder of input documents")
    return files


def as_parquet(path: Path) -> bytes:
    output = BytesIO()
    pd.read_csv(path).to_parquet(output, row_group_size=7)
    return output.getvalue()


@pytest.mark.parametrize("setting", [REPLACE, DocumentSettings()], ids=["replace", "add"])
def test_polars_finds_all_that_was_there(setting: DocumentSettings) -> None:
    marked = 0
    for path in tables_of_corpus():
        content = as_parquet(path)
        segments, _ = read("a.parquet", content, setting)
        source = pl.read_parquet(BytesIO(content))
        written = pl.read_parquet(BytesIO(write("a.parquet", content, mark, setting)))
        assert written.height == source.height
        if setting.mode == "add":
            assert written.select(source.columns).equals(source)
            assert [name.removesuffix("_en") for name in written.columns if name.endswith("_en")]
        else:
            assert written.schema == source.schema
            assert written.null_count().equals(source.null_count())
            unmarked = written.with_columns(pl.col(pl.String).str.replace_all("[〔〕]", ""))
            assert unmarked.equals(source.with_columns(pl.col(pl.String).str.replace_all("[〔〕]", "")))
        texts = written.select(pl.col(pl.String)).to_dict(as_series=False).values()
        assert sum((text or "").strip().startswith("〔") for column in texts for text in column) >= len(segments)
        marked += len(segments)
    assert marked > 50
