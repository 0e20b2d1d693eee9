"""How is a Parquet file read without trusting it? Row group by row group, each checked before and after.

What pyarrow cannot read is a DocumentError, and so is a row group that would take more memory than any table of
people does: sizes are taken from the file's own index, before anything is decompressed.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from batch_translate.documents.parquet.footer import fields_of, has_statistics, is_encrypted
from batch_translate.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_GROUP_BYTES = 2_000_000_000
_ROWS_AT_ONCE = 8_192
_SAMPLE_ROWS = 100
_MAGIC = b"PAR1"
_MAGIC_ENCRYPTED = b"PARE"
# Damaged files are noticed at many places of the reader, not all of which have an error of their own.
_READING_ERRORS = (
    pa.lib.ArrowException, OSError, ValueError, KeyError, TypeError, IndexError, OverflowError, MemoryError,
)  # fmt: skip


@contextmanager
def refusing(document: str, place: str = "") -> Iterator[None]:
    """Turn what the reader raises for a damaged or encrypted file into a DocumentError."""
    try:
        yield
    except _READING_ERRORS as error:
        said = " ".join(str(error).split())[:200]
        if "crypt" in said.lower():
            raise _encrypted(document) from None
        raise DocumentError(document, place, f"cannot be read as Parquet ({said}): write it again") from None


class ParquetSource:
    """One Parquet file that is open for reading. The file under it is the caller's to close."""

    def __init__(self, source: BinaryIO, document: str) -> None:
        self._document = document
        footer = _footer(source, document)
        with refusing(document):
            fields = fields_of(footer)
        if is_encrypted(fields):
            raise _encrypted(document)
        self.has_statistics = has_statistics(fields)
        with refusing(document):
            self._file = pq.ParquetFile(source, pre_buffer=False, coerce_int96_timestamp_unit="us")
            self.metadata: Any = self._file.metadata
            self.schema: pa.Schema = self._file.schema_arrow
            self.groups: int = self._file.num_row_groups
            # Names are decoded when they are asked for: a damaged one shows here.
            self.names: list[str] = list(self.schema.names)
            self.leaves: list[Any] = [
                self.metadata.schema.column(leaf) for leaf in range(self.metadata.num_columns)
            ]
            self.paths: list[str] = [leaf.path for leaf in self.leaves]
        for group in range(self.groups):
            with refusing(document, f"row group {group + 1}"):
                # One row first: pyarrow's reader refuses a damaged index, its accessors end the process.
                next(self._file.iter_batches(1, row_groups=[group], use_threads=False), None)
                size = _size_in_memory(self.metadata.row_group(group))
            if size > MAX_GROUP_BYTES:
                reason = (
                    f"has {size:,} bytes, more than {MAX_GROUP_BYTES:,}: write the file with smaller row groups"
                )
                raise DocumentError(document, f"row group {group + 1}", reason)

    def table(self, group: int) -> pa.Table:
        """A whole row group. All columns are read, so damage in one is known before anything is written."""
        with refusing(self._document, f"row group {group + 1}"):
            table = self._file.read_row_group(group, use_threads=False)
            table.validate()
        return table

    def batches_of(self, table: pa.Table, columns: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """The rows of a row group in these columns, which are strings and numbers that can be trusted."""
        with refusing(self._document):
            chosen = table.select(list(columns))
            chosen.validate(full=True)
        yield from chosen.to_batches(max_chunksize=_ROWS_AT_ONCE)

    def first_rows(self, columns: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """Rows from the beginning in these columns, few at a time and no more than are asked for."""
        names = [self.names[column] for column in columns]
        # A name that is there twice cannot be asked for.
        chosen = names if all(self.names.count(name) == 1 for name in names) else None
        with refusing(self._document):
            found = self._file.iter_batches(_SAMPLE_ROWS, columns=chosen, use_threads=False)
        while True:
            with refusing(self._document):
                batch = next(found, None)
                if batch is None:
                    return
                at = columns if chosen is None else [batch.schema.get_field_index(name) for name in names]
                batch = batch.select(list(at))
                batch.validate(full=True)
            yield batch


def _footer(source: BinaryIO, document: str) -> bytes:
    source.seek(0)
    first = source.read(4)
    size = source.seek(0, 2)
    source.seek(max(0, size - 8))
    tail = source.read(8)
    if size >= 12 and tail[4:] == _MAGIC_ENCRYPTED:
        raise _encrypted(document)
    if size < 12 or first != _MAGIC or tail[4:] != _MAGIC:
        raise DocumentError(document, "", "is no Parquet file, or was cut off: write it again")
    length = int.from_bytes(tail[:4], "little")
    if length > size - 12:
        raise DocumentError(document, "", "its index is longer than the file: it is damaged, write it again")
    source.seek(size - 8 - length)
    footer = source.read(length)
    source.seek(0)
    return footer


def _size_in_memory(group: Any) -> int:
    """What the row group takes at least: a value that is stored as a count of repetitions takes its own place."""
    columns = [group.column(column) for column in range(group.num_columns)]
    return sum(max(it.total_uncompressed_size, 8 * it.num_values, 8 * group.num_rows) for it in columns)


def _encrypted(document: str) -> DocumentError:
    return DocumentError(document, "", "is encrypted: give it unencrypted, keys are not read")
