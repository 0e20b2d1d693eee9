"""How is a translated Parquet file laid out? As its source was: schema, metadata, codecs, row groups, sort order.

What the file's index does not tell cannot be kept: compression levels, page sizes, and which encoding besides
dictionaries. Bloom filters are not written; readers do without.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from batch_translate.documents.columns import added_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_translate.documents.parquet.file import ParquetSource

_CODECS = {"UNCOMPRESSED": "NONE", "LZ4_RAW": "LZ4", "SNAPPY": "SNAPPY", "GZIP": "GZIP", "BROTLI": "BROTLI",
           "ZSTD": "ZSTD", "LZ4": "LZ4"}  # fmt: skip
_SPARK = b"org.apache.spark.sql.parquet.row.metadata"
_FIELD_ID = b"PARQUET:field_id"


@dataclass(frozen=True, slots=True)
class Layout:
    """The schema to write and, by position in the source, the names of the columns that are added."""

    schema: pa.Schema
    added: dict[int, str]

    def table(self, source: pa.Table, translated: dict[int, Any]) -> pa.Table:
        """A row group with `translated` columns in place of, or right after, those of the source."""
        columns: list[Any] = []
        for position, column in enumerate(source.columns):
            if position in self.added:
                columns += (column, translated.get(position, column))
            else:
                columns.append(translated.get(position, column))
        return pa.Table.from_arrays(columns, schema=self.schema)


def layout_of(source: ParquetSource, texts: list[int], adds: bool, language: str) -> Layout:
    """The layout of a translation of these columns."""
    if not adds:
        return Layout(source.schema, {})
    added: dict[int, str] = {}
    levels = _pandas_levels(source.schema.metadata)
    for column in texts:
        added[column] = _name_beside(source.names[column], language, [*source.names, *added.values()], levels)
    fields: list[Any] = []
    for column, field in enumerate(source.schema):
        fields.append(field)
        if column in added:
            fields.append(_added_field(field, added[column]))
    beside = {source.names[column]: name for column, name in added.items()}
    metadata: Any = _metadata(source.schema.metadata, beside)
    return Layout(pa.schema(fields, metadata), added)


def _pandas_levels(metadata: dict[bytes, bytes] | None) -> int:
    """How many names one above another pandas gives a column; it writes several as a tuple."""
    try:
        return len(json.loads((metadata or {})[b"pandas"])["column_indexes"])
    except (KeyError, ValueError, TypeError, RecursionError):
        return 0


def _name_beside(name: str, language: str, taken: list[str], levels: int) -> str:
    """The added column's name; of several names one above another, the lowest is another."""
    end = "')"
    if levels > 1 and name.endswith(end):
        return added_name(name.removesuffix(end), language, [it.removesuffix(end) for it in taken]) + end
    return added_name(name, language, taken)


def _added_field(field: Any, name: str) -> Any:
    """`field` under another name and without its number in the schema, which stays the source's own."""
    kind = field.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        make: Any = pa.large_list if pa.types.is_large_list(kind) else pa.list_
        kind = make(kind.value_field.remove_metadata())
    metadata = {key: value for key, value in (field.metadata or {}).items() if key != _FIELD_ID}
    return pa.field(name, kind, field.nullable, metadata or None)


def _metadata(metadata: dict[bytes, bytes] | None, beside: dict[str, str]) -> dict[bytes, bytes] | None:
    """The file's metadata; what pandas and Spark note there on columns, with the added ones.

    Without that, Spark would not show them.
    """
    if metadata is None:
        return None
    changed = dict(metadata)
    for key, place, change in ((b"pandas", "columns", _pandas_entry), (_SPARK, "fields", _spark_entry)):
        if key in changed:
            changed[key] = _with_entries(changed[key], place, beside, change)
    return changed


def _with_entries(
    noted: bytes, place: str, beside: dict[str, str], change: Callable[[dict[str, Any], str], dict[str, Any]]
) -> bytes:
    try:
        found = json.loads(noted)
        entries = []
        for entry in found[place]:
            entries.append(entry)
            if (name := beside.get(entry.get("field_name") or entry.get("name"))) is not None:
                entries.append(change(entry, name))
        found[place] = entries
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return noted  # it is not what pandas or Spark would write, and stays as it is
    return json.dumps(found).encode()


def _pandas_entry(entry: dict[str, Any], name: str) -> dict[str, Any]:
    return {**entry, "name": name, "field_name": name}


def _spark_entry(entry: dict[str, Any], name: str) -> dict[str, Any]:
    return {**entry, "name": name}


def open_writer(output: Any, source: ParquetSource, layout: Layout, texts: list[int]) -> Any:
    """A writer for row groups as the source has them."""
    if not source.groups:
        return pq.ParquetWriter(output, layout.schema, version="2.6", use_compliant_nested_type=False)
    leaves = _leaves(source, layout)
    first = source.metadata.row_group(0)
    chunks = [(path, first.column(leaf)) for path, leaf in leaves]
    codecs = {path: _CODECS.get(chunk.compression, "SNAPPY") for path, chunk in chunks}
    physical = Counter(chunk.physical_type for _, chunk in chunks)
    options: dict[str, Any] = {
        # Paths that are spelled otherwise in what is written (lists of other writers) take the usual codec.
        "compression": codecs if len(set(codecs.values())) > 1 else next(iter(codecs.values()), "SNAPPY"),
        "use_dictionary": [path for path, chunk in chunks if chunk.has_dictionary_page],
        "write_statistics": source.has_statistics,
        "write_page_index": any(chunk.has_offset_index for _, chunk in chunks),
        "use_deprecated_int96_timestamps": physical["INT96"] > 0,
        "sorting_columns": _sorting(first, leaves, source, texts, bool(layout.added)),
        "store_decimal_as_integer": any(
            leaf.logical_type.type == "DECIMAL" and leaf.physical_type in ("INT32", "INT64")
            for leaf in source.leaves
        ),
        "write_time_adjusted_to_utc": any(
            leaf.logical_type.type == "TIME" and "isAdjustedToUTC=true" in str(leaf.logical_type)
            for leaf in source.leaves
        ),
        "store_schema": b"ARROW:schema" in (source.metadata.metadata or {}),
        # So the items of lists keep the name they have.
        "use_compliant_nested_type": False,
    }
    writer: Any = pq.ParquetWriter(output, layout.schema, version="2.6", **options)
    if not options["store_schema"] and layout.schema.metadata:
        # pyarrow takes the two for one thing; Spark's files have metadata and no Arrow schema.
        writer.add_key_value_metadata(layout.schema.metadata)
    return writer


def stored_otherwise(source: ParquetSource, written: bytes) -> list[str]:
    """The paths of stored columns whose type is another one in the `written` file, or which have another path."""
    schema: Any = pq.ParquetFile(BytesIO(written)).schema
    found = {leaf.path: _stored(leaf) for leaf in map(schema.column, range(len(schema)))}
    return [leaf.path for leaf in source.leaves if found.get(leaf.path) != _stored(leaf)]


def _stored(leaf: Any) -> tuple[str, str]:
    # Written with or without the older of two ways to say the same, it is one type.
    said = re.sub(r"is_from_converted_type=\w+|force_set_converted_type=\w+", "", str(leaf.logical_type))
    return leaf.physical_type, said


def _leaves(source: ParquetSource, layout: Layout) -> list[tuple[str, int]]:
    """Path in the output and position in the source of each stored column, in the output's order."""
    beside = {source.names[column]: name for column, name in layout.added.items()}
    leaves: list[tuple[str, int]] = []
    for leaf, path in enumerate(source.paths):
        leaves.append((path, leaf))
        for name, added in beside.items():
            if path == name or path.startswith(f"{name}.list."):
                leaves.append((added + path[len(name) :], leaf))
    return leaves


def _sorting(
    group: Any, leaves: list[tuple[str, int]], source: ParquetSource, texts: list[int], adds: bool
) -> list[pq.SortingColumn] | None:
    """The declared order of rows, up to the first column whose texts are replaced."""
    at: dict[int, int] = {}
    for position, (_, leaf) in enumerate(leaves):
        at.setdefault(leaf, position)
    replaced = set() if adds else {source.names[column] for column in texts}
    sorting: list[pq.SortingColumn] = []
    for column in group.sorting_columns:
        if column.column_index not in at or source.paths[column.column_index] in replaced:
            break
        sorting.append(pq.SortingColumn(at[column.column_index], column.descending, column.nulls_first))
    return sorting or None
