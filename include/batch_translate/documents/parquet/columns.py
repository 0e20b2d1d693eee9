"""Which columns of a Parquet table hold texts, and how are those read out and put back?

Text is a column of strings, also dictionary-encoded, or of lists of strings. Binary columns, structs and deeper
lists are left alone: what their strings mean, only their program knows.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow.lib import StringBuilder, StringViewBuilder

from batch_translate.documents.columns import holds_text, id_name, is_id_name, take_sample
from batch_translate.errors import DocumentError
from batch_translate.segments import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_translate.documents.document import DocumentSettings
    from batch_translate.documents.parquet.file import ParquetSource

_NUMBERED = re.compile(r"column \d+")


def is_text(kind: Any) -> bool:
    """Whether values of this type are single strings."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def is_text_list(kind: Any) -> bool:
    """Whether values of this type are lists of single strings."""
    listed: bool = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    return listed and is_text(kind.value_type) and not pa.types.is_dictionary(kind.value_type)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one document by position. `labels` name all of them in places, each with another name."""

    texts: list[int]
    id: int | None
    labels: list[str]
    problems: list[Problem]


def find_columns(source: ParquetSource, settings: DocumentSettings, document: str) -> Columns:
    """The text columns and the id. Raises DocumentError where the settings name none that is there."""
    names = source.names
    kinds = [source.schema.field(column).type for column in range(len(names))]
    texts = [column for column, kind in enumerate(kinds) if is_text(kind) or is_text_list(kind)]
    problems: list[Problem] = []
    if settings.columns is None:
        texts = _with_text(source, _candidates(source, texts, settings), settings.source_language)
    else:
        problems = _chosen_problems(source, settings.columns, texts, document)
        texts = [column for column in texts if names[column] in settings.columns]
    with_id = [name for name, kind in zip(names, kinds, strict=True) if _can_be_id(kind)]
    chosen = id_name(with_id, settings.id_columns)
    id_column = None if chosen is None else names.index(chosen)
    return Columns(texts, id_column, _labels(names), problems)


def _can_be_id(kind: pa.DataType) -> bool:
    return is_text(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)


def _labels(names: list[str]) -> list[str]:
    """Names which, with the number of a list's item behind them, no other column's place can equal."""
    return [
        name
        if name.strip() and names.count(name) == 1 and "," not in name and not _NUMBERED.fullmatch(name)
        else f"column {number}"
        for number, name in enumerate(names, 1)
    ]


def _chosen_problems(
    source: ParquetSource, chosen: tuple[str, ...], texts: list[int], document: str
) -> list[Problem]:
    names = source.names
    missing = ", ".join(name for name in chosen if name not in names)
    if not any(name in chosen for name in names):
        reason = f"has none of the columns {missing}: name one of {', '.join(names)}"
        raise DocumentError(document, "header", reason)
    problems = [Problem("header", f"there is no column {missing}", "note")] if missing else []
    for column, name in enumerate(names):
        if name in chosen and column not in texts:
            kind = str(source.schema.field(column).type)[:100]
            problems.append(
                Problem("header", f"column {name} has values of type {kind}, no texts; not translated")
            )
    return problems


def _candidates(source: ParquetSource, texts: list[int], settings: DocumentSettings) -> list[int]:
    names = source.names
    no_text = {*(settings.id_columns or ()), *_pandas_index(source.schema)}
    return [column for column in texts if names[column] not in no_text and not is_id_name(names[column])]


def _pandas_index(schema: pa.Schema) -> set[str]:
    try:
        index = json.loads((schema.metadata or {})[b"pandas"])["index_columns"]
        return {name for name in index if isinstance(name, str)}
    except (KeyError, ValueError, TypeError, RecursionError):
        return set()


def _with_text(source: ParquetSource, columns: list[int], language: str) -> list[int]:
    if not columns:
        return []
    sample = take_sample(_records(source, columns), lambda record: sum(len(text) for it in record for text in it))
    return [
        column
        for index, column in enumerate(columns)
        if holds_text([text for record in sample for text in record[index]], language)
    ]


def _records(source: ParquetSource, columns: list[int]) -> Iterator[list[list[str]]]:
    """Each row's texts, column by column."""
    for batch in source.first_rows(columns):
        for record in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield [[text for text in (it if isinstance(it, list) else [it]) if text] for it in record]


class Cells:
    """One text column of a batch. `values` are its strings, for lists the items of all rows one after another."""

    __slots__ = ("_array", "_items", "_starts", "changed", "values")

    def __init__(self, array: Any) -> None:
        self._array = array
        self._items: list[range] | None = None
        self._starts: list[int] = []
        self.changed = False
        strings = array
        if is_text_list(array.type):
            starts = array.offsets.to_pylist() or [0]
            strings = array.values.slice(starts[0], starts[-1] - starts[0])
            self._starts = [start - starts[0] for start in starts]
            self._items = [range(*ends) for ends in pairwise(self._starts)]
            for row, is_null in enumerate(array.is_null().to_pylist()):
                if is_null:  # what stands below it is no value
                    self._items[row] = range(0)
        elif pa.types.is_dictionary(array.type):
            strings = array.dictionary_decode()
        self.values: list[str | None] = strings.to_pylist()

    def items(self, row: int) -> range | None:
        """The indexes in `values` of a row's list; None in a column of single strings."""
        return None if self._items is None else self._items[row]

    def replace(self, index: int, text: str) -> None:
        """Put `text` in place of one string."""
        self.values[index] = text
        self.changed = True

    def array(self) -> Any:
        """The column with what was replaced; the very one that was read where nothing was."""
        kind = self._array.type
        if not self.changed:
            return self._array
        if pa.types.is_dictionary(kind):
            return _dictionary(self._array, self.values)
        if self._items is None:
            return _strings(self.values, kind)
        lists: Any = pa.LargeListArray if pa.types.is_large_list(kind) else pa.ListArray
        # Nulls can be told to pyarrow only beside offsets which begin an array of their own.
        offsets = _integers(self._starts, self._array.offsets.type)
        items = _strings(self.values, kind.value_type)
        return lists.from_arrays(offsets, items, type=kind, mask=self._array.is_null())


def _strings(values: Iterable[str | None], kind: Any) -> Any:
    """An array of strings. `pa.array` would import pandas, which takes longer than a small document."""
    builder: Any = StringViewBuilder() if pa.types.is_string_view(kind) else StringBuilder()
    builder.append_values(values)
    built = builder.finish()
    return built if built.type == kind else built.cast(kind)


def _integers(values: Iterable[int | None], kind: Any) -> Any:
    return _strings((None if it is None else str(it) for it in values), pa.string()).cast(kind)


def _dictionary(source: Any, values: list[str | None]) -> Any:
    """`values` with a dictionary in the order of the source's, which may be declared to mean something."""
    found: dict[str, dict[str, None]] = {}
    for old, new in zip(source.dictionary_decode().to_pylist(), values, strict=True):
        if old is not None and new is not None:
            found.setdefault(old, {})[new] = None
    ordered: dict[str, None] = {}
    for old in source.dictionary.to_pylist():
        if old is not None:
            ordered.update(found.get(old, {old: None}))
    numbers = {text: number for number, text in enumerate(ordered)}
    indexes = _integers((None if it is None else numbers[it] for it in values), source.type.index_type)
    entries = _strings(ordered, source.type.value_type)
    return pa.DictionaryArray.from_arrays(indexes, entries, ordered=source.type.ordered)
