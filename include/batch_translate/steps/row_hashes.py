"""An aligned table as numbers: each document's rows as hashes of eight bytes, and which rows of two are the same.

Two tables of a million rows fit into memory like that, where their texts would not.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    import pyarrow.parquet as pq
    from numpy.typing import NDArray

    Hashes = NDArray[np.int64]

STATES = ("translated", "skipped", "needs_review", "failed")
# In these states the document has the target, in the others its source text.
_PUBLISHED = ("translated", "skipped")
_COLUMNS = ["document", "place", "segment_key", "source", "target", "state", "origin"]
_ROWS_AT_ONCE = 16_384


@dataclass(slots=True)
class DocumentRows:
    """The rows of one document, an array for each column; `first` is the number of its first row in the table.

    `published`: what stands in the document. `states` are indexes of STATES.
    """

    path: str
    first: int
    places: Hashes
    keys: Hashes
    published: Hashes
    states: NDArray[np.int8]
    reviewed: NDArray[np.bool_]


def documents_of(table: pq.ParquetFile) -> Iterator[DocumentRows]:
    """The documents of an aligned table, each with all its rows."""
    path: str | None = None
    first = row = 0
    pieces: list[tuple[NDArray[Any], ...]] = []
    for batch in table.iter_batches(_ROWS_AT_ONCE, columns=_COLUMNS):
        columns = _hashed(batch)
        start = 0
        for name, run in groupby(batch.column("document").to_pylist()):
            end = start + sum(1 for _ in run)
            if name != path:
                if path is not None:
                    yield DocumentRows(path, first, *map(np.concatenate, zip(*pieces, strict=True)))
                path, first, pieces = name, row + start, []
            pieces.append(tuple(column[start:end] for column in columns))
            start = end
        row += batch.num_rows
    if path is not None:
        yield DocumentRows(path, first, *map(np.concatenate, zip(*pieces, strict=True)))


def _hashed(batch: pa.RecordBatch) -> tuple[NDArray[Any], ...]:
    """places, keys, published, states, reviewed of a block of rows."""
    states = batch.column("state").to_pylist()
    published = [
        hash(target) if state in _PUBLISHED else 0
        for target, state in zip(batch.column("target").to_pylist(), states, strict=True)
    ]
    # What is not translated has no key, and is known by its text.
    keys = pc.coalesce(batch.column("segment_key"), batch.column("source"))
    return (
        _hashes(batch.column("place").to_pylist()),
        _hashes(keys.to_pylist()),
        np.array(published, dtype=np.int64),
        np.array([STATES.index(state) for state in states], dtype=np.int8),
        np.array([origin == "review" for origin in batch.column("origin").to_pylist()], dtype=np.bool_),
    )


def _hashes(texts: Sequence[str | None]) -> Hashes:
    return np.fromiter(map(hash, texts), dtype=np.int64, count=len(texts))


def texts_of(table: pq.ParquetFile, numbers: set[int]) -> dict[int, tuple[str, str, str, str | None]]:
    """Number of a row → document, place, source and published translation."""
    groups = range(table.metadata.num_row_groups)
    starts = [0, *accumulate(table.metadata.row_group(group).num_rows for group in groups)]
    by_group: dict[int, list[int]] = {}
    for number in sorted(numbers):
        by_group.setdefault(bisect_right(starts, number) - 1, []).append(number)
    found = {}
    for group, its in by_group.items():
        rows = table.read_row_group(group, columns=["document", "place", "source", "target", "state"])
        for number in its:
            row = {name: rows[name][number - starts[group]].as_py() for name in rows.column_names}
            target = row["target"] if row["state"] in _PUBLISHED else None
            found[number] = (row["document"], row["place"], row["source"], target)
    return found


def paired(before: Hashes, after: Hashes) -> tuple[NDArray[Any], NDArray[Any]]:
    """Indexes of equal values in both, each used once; of several that are equal the first go together."""
    _, left, right = np.intersect1d(
        mixed(before, _occurrences(before)),
        mixed(after, _occurrences(after)),
        assume_unique=True,
        return_indices=True,
    )
    order = np.argsort(right, kind="stable")
    return left[order], right[order]


def _occurrences(values: Hashes) -> Hashes:
    """For each value how many equal ones stand before it."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    begins = np.ones(len(values), dtype=np.bool_)
    begins[1:] = ordered[1:] != ordered[:-1]
    numbers = np.arange(len(values))
    counts = np.empty(len(values), dtype=np.int64)
    counts[order] = numbers - np.maximum.accumulate(np.where(begins, numbers, 0))
    return counts


def mixed(one: Hashes, other: Hashes) -> Hashes:
    """One hash of two numbers."""
    product = one.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (product ^ (product >> np.uint64(29)) ^ other.astype(np.uint64)).astype(np.int64)
