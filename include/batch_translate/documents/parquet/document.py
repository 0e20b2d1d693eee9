"""Where are the segments of Parquet? In the strings of the text columns, and in the items of lists of strings.

Row groups are read, translated and written one after another, as large as they were. In mode `add` a column
`<column>_<language>` comes right after its source and has the source text where there is no target. A document
in which nothing changes is the very file that was read, byte for byte: nothing is written before something has
changed.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

import pyarrow as pa

from batch_translate.documents.columns import SeenIds
from batch_translate.documents.parquet.columns import Cells, Columns, find_columns
from batch_translate.documents.parquet.file import ParquetSource, refusing
from batch_translate.documents.parquet.layout import layout_of, open_writer, stored_otherwise
from batch_translate.documents.text_format import cut_margins, with_line_ends_of
from batch_translate.errors import DocumentError
from batch_translate.markup.inline import may_hold_inline, protect_inline, with_inline_of
from batch_translate.segments import Problem, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.documents.document import DocumentSettings
    from batch_translate.segments import Fits, Targets

_NAMED = 10


class Parquet:
    name: ClassVar[str] = "Parquet"
    endings: ClassVar[tuple[str, ...]] = (".parquet",)

    def read(self, source: BinaryIO, document: str, settings: DocumentSettings) -> Iterator[Segment | Problem]:
        file = ParquetSource(source, document)
        columns = find_columns(file, settings, document)
        yield from columns.problems
        if not columns.texts:
            return
        yield from _trial(file, columns, settings, document)
        walk = _Walk(columns, document)
        for group in range(file.groups):
            for batch in file.batches_of(file.table(group), walk.positions):
                found: list[Segment] = []
                walk.cells(batch, partial(_note, found))
                yield from found
        yield from walk.problems()

    def write(
        self,
        source: BinaryIO,
        output: BinaryIO,
        document: str,
        settings: DocumentSettings,
        target_language: str,
        targets: Targets,
    ) -> None:
        file = ParquetSource(source, document)
        columns = find_columns(file, settings, document)
        adds = settings.mode == "add" and bool(columns.texts)
        draft = _Draft(file, output, columns, adds, target_language, document)
        if adds:
            draft.open()
        walk = _Walk(columns, document)
        for group in range(file.groups if columns.texts else 0):
            table = file.table(group)
            changed: dict[int, list[Any]] = {}
            arrays: dict[int, list[Any]] = {column: [] for column in columns.texts}
            for batch in file.batches_of(table, walk.positions):
                for column, cells in zip(columns.texts, walk.cells(batch, targets), strict=True):
                    arrays[column].append(cells.array())
                    if cells.changed:
                        changed[column] = arrays[column]
            draft.add(group, table, changed)
        if not draft.close():
            source.seek(0)
            shutil.copyfileobj(source, output)


def _trial(
    source: ParquetSource, columns: Columns, settings: DocumentSettings, document: str
) -> Iterator[Problem]:
    """Begin a translation: what could not be written is refused before anything is paid for."""
    output = BytesIO()
    draft = _Draft(source, output, columns, settings.mode == "add", settings.target_languages[0], document)
    draft.open()
    draft.close()
    changed = stored_otherwise(source, output.getvalue())
    if changed:
        named = ", ".join(changed[:_NAMED]) + (" and more" if len(changed) > _NAMED else "")
        reason = f"in a translation {named} are stored as another type, with the same values"
        yield Problem("header", reason, "note")


def _note(found: list[Segment], segment: Segment, _fits: Fits) -> None:
    found.append(segment)


class _Walk:
    """The way through a document's texts, the same for reading and for writing: row by row, column by column."""

    def __init__(self, columns: Columns, document: str) -> None:
        self._columns = columns
        self._document = document
        self._rows = 0
        self._has_id = columns.id is not None
        self._ids = SeenIds("" if columns.id is None else f"column {columns.labels[columns.id]}", "row")
        self._labels = [f", {columns.labels[column]}" for column in columns.texts]
        self.positions = columns.texts if columns.id is None else [*columns.texts, columns.id]

    def cells(self, batch: pa.RecordBatch, targets: Targets) -> list[Cells]:
        """The text columns of the next rows with what `targets` gives for them."""
        width = len(self._labels)
        with refusing(self._document, f"row {self._rows + 1} and below"):
            found = [Cells(array) for array in batch.columns[:width]]
            ids = self._row_ids(batch)
        labelled = list(zip(found, self._labels, strict=True))
        for row in range(batch.num_rows):
            self._rows += 1
            row_id = ids[row]
            for cells, label in labelled:
                place = f"row {self._rows}{label}"
                items = cells.items(row)
                if items is None:
                    _translate(cells, row, place, row_id, targets)
                    continue
                for number, index in enumerate(items, 1):
                    _translate(cells, index, f"{place}, {number}", row_id, targets)
        return found

    def _row_ids(self, batch: pa.RecordBatch) -> list[str]:
        if not self._has_id:
            return [""] * batch.num_rows
        ids = ["" if it is None else str(it).strip() for it in batch.column(len(self._labels)).to_pylist()]
        for row_id in ids:
            self._ids.add(row_id)
        return ids

    def problems(self) -> Iterator[Problem]:
        """Notes on the ids of all rows."""
        if self._has_id:
            yield from self._ids.problems()


def _translate(cells: Cells, index: int, place: str, row_id: str, targets: Targets) -> None:
    """Ask for one string's target and put it there."""
    value = cells.values[index]
    text = value.strip() if value else ""
    if not text:
        return
    protected = protect_inline(text).text if may_hold_inline(text) else text
    target = targets(Segment(place, protected, "", row_id), partial(_fits, text))
    if target is None or target == protected:
        return
    restored = _restored(text, target)
    if restored is not None and value:
        before, _, after = cut_margins(value)
        cells.replace(index, before + with_line_ends_of(text, restored) + after)


def _fits(text: str, target: str) -> bool:
    return _restored(text, target) is not None


def _restored(text: str, target: str) -> str | None:
    restored = with_inline_of(text, target)
    try:
        if restored is not None:
            restored.encode()
    except UnicodeEncodeError:
        return None
    return restored


class _Draft:
    """A document on its way to `output`. It is opened with the first change; until then nothing is written."""

    def __init__(
        self, source: ParquetSource, output: BinaryIO, columns: Columns, adds: bool, language: str, document: str
    ) -> None:
        self._source = source
        self._output = output
        self._texts = columns.texts
        self._layout = layout_of(source, columns.texts, adds, language)
        self._document = document
        self._writer: Any = None

    def open(self) -> None:
        """Begin the file: from now on each row group is written."""
        with _writing(self._document):
            self._writer = open_writer(self._output, self._source, self._layout, self._texts)

    def add(self, group: int, table: pa.Table, changed: dict[int, list[Any]]) -> None:
        """The next row group, with the columns that have changed."""
        if self._writer is None and changed:
            self.open()
            for earlier in range(group):
                self._write(self._source.table(earlier), {})
        if self._writer is not None:
            self._write(table, changed)

    def _write(self, source: pa.Table, changed: dict[int, list[Any]]) -> None:
        translated = {column: pa.chunked_array(arrays) for column, arrays in changed.items()}
        with _writing(self._document):
            table = self._layout.table(source, translated)
            self._writer.write_table(table, row_group_size=max(1, table.num_rows))

    def close(self) -> bool:
        """End the file; whether there is one."""
        if self._writer is None:
            return False
        with _writing(self._document):
            self._writer.close()
        return True


@contextmanager
def _writing(document: str) -> Iterator[None]:
    """A table that can be read but not written is a matter of the document; a full disk is not."""
    try:
        yield
    except pa.lib.ArrowException as error:
        said = " ".join(str(error).split())[:200]
        raise DocumentError(document, "", f"cannot be written again as Parquet ({said})") from None
