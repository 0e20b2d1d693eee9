"""Where are the segments of CSV and TSV? In the cells of the text columns; the first row names the columns.

Rows are streamed and every raw cell is written back as it was, so delimiter, quoting and line ends stay. In mode
`add` a column `<column>_<language>` comes right after its source and has the source text where there is no target.
A row with more or fewer cells than the header is reported and not translated; in mode `add` it gets an empty cell
where the others get a target, so that its cells stay in their columns and the row does not begin to look right.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TextIO

from batch_translate.documents.columns import (
    SeenIds,
    added_name,
    holds_text,
    id_name,
    is_id_name,
    take_sample,
)
from batch_translate.documents.delimited_records import Record, cut_records, delimiter_of, raw_cell, value_of
from batch_translate.documents.text_format import Part, Parts, TextFormat, cut_margins, with_line_ends_of
from batch_translate.errors import DocumentError
from batch_translate.markup.inline import may_hold_inline, protect_inline, with_inline_of
from batch_translate.segments import Problem, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batch_translate.documents.document import DocumentSettings


class Csv(TextFormat):
    name = "CSV"
    endings = (".csv",)

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        first = text.readline()
        while first and not first.strip("\r\n"):
            yield first
            first = text.readline()
        if not first:
            return
        delimiter = self._delimiter(first)
        records = cut_records(chain([first], text), delimiter)
        _, header, end = next(records)
        if header is None:
            raise DocumentError(document, "header", "a quote is opened and never closed: close it and run again")
        sample = take_sample(records, lambda record: sum(map(len, record[1] or ())))
        table = _Table(header, sample, delimiter, settings, document)
        yield from table.problems
        yield table.header_with(target_language) + end
        yield from table.rows(chain(sample, records))

    def _delimiter(self, header: str) -> str:
        return delimiter_of(header)


class Tsv(Csv):
    name = "TSV"
    endings = (".tsv",)

    def _delimiter(self, header: str) -> str:
        return "\t"


class _Row:
    """One record. Not a frozen dataclass, for speed: there is one per row."""

    __slots__ = ("_cells", "_columns", "_end", "_table", "segments")

    def __init__(
        self, table: _Table, cells: list[str], end: str, segments: Sequence[Segment], columns: list[int]
    ) -> None:
        self._table = table
        self._cells = cells
        self._columns = columns
        self._end = end
        self.segments = segments

    def fits(self, index: int, target: str) -> bool:
        source = value_of(self._cells[self._columns[index]]).strip()
        return with_inline_of(source, target) is not None

    def written(self, targets: Sequence[str | None]) -> str:
        return self._table.with_targets(self._cells, self._columns, targets) + self._end


class _Table:
    """The columns of one document and what is done with them."""

    def __init__(
        self, header: list[str], sample: list[Record], delimiter: str, settings: DocumentSettings, document: str
    ) -> None:
        self._header = header
        self._delimiter = delimiter
        self._adds = settings.mode == "add"
        names = [value_of(cell).strip() for cell in header]
        self._names = names
        self._labels = [
            name if name and names.count(name) == 1 else f"column {number}" for number, name in enumerate(names, 1)
        ]
        self.problems: list[Problem] = []
        self._columns = self._text_columns(sample, settings, document)
        id_column = id_name(names, settings.id_columns)
        self._id = None if id_column is None else names.index(id_column)

    def _text_columns(self, sample: list[Record], settings: DocumentSettings, document: str) -> list[int]:
        if settings.columns is None:
            rows = [cells for _, cells, _ in sample if cells is not None and len(cells) == len(self._names)]
            ids = set(settings.id_columns or ())
            return [
                column
                for column, name in enumerate(self._names)
                if name not in ids
                and not is_id_name(name)
                and holds_text([value_of(cells[column]) for cells in rows], settings.source_language)
            ]
        found = [column for column, name in enumerate(self._names) if name in settings.columns]
        missing = ", ".join(name for name in settings.columns if name not in self._names)
        if not found:
            raise DocumentError(
                document, "header", f"has none of the columns {missing}: name one of {', '.join(self._names)}"
            )
        if missing:
            self.problems.append(Problem("header", f"there is no column {missing}", "note"))
        return found

    def header_with(self, language: str) -> str:
        """The header row, with the added columns' names in mode `add`."""
        added: dict[int, str] = {}
        if self._adds:
            for column in self._columns:
                name = added_name(self._names[column], language, [*self._names, *added.values()])
                added[column] = name
        written = {column: raw_cell(name, self._delimiter, self._header[column]) for column, name in added.items()}
        return self.joined(self._header, written)

    def rows(self, records: Iterable[Record]) -> Iterator[str | Problem | Part]:
        """The parts of the records below the header."""
        width = len(self._header)
        id_column = self._id
        ids = SeenIds("" if id_column is None else f"column {self._labels[id_column]}", "row")
        labels = [(column, f", {self._labels[column]}") for column in self._columns]
        number = 0
        for line, cells, end in records:
            if cells == [""]:
                yield end
                continue
            number += 1
            if cells is None or len(cells) != width:
                ids.add(f"row {number}")  # such a row has no id that could be blank or repeated
                yield from self._untranslated(number, line, cells, end)
                continue
            row_id = ""
            if id_column is not None:
                cell = cells[id_column]
                row_id = value_of(cell).strip() if '"' in cell else cell.strip()
                ids.add(row_id)
            segments, filled = [], []
            for column, label in labels:
                cell = cells[column]
                text = value_of(cell).strip() if '"' in cell else cell.strip()
                if text:
                    if may_hold_inline(text):
                        text = protect_inline(text).text
                    segments.append(Segment(f"row {number}{label}", text, "", row_id))
                    filled.append(column)
            yield _Row(self, cells, end, segments, filled)
        if id_column is not None:
            yield from ids.problems()

    def _untranslated(self, number: int, line: int, cells: list[str] | None, end: str) -> Iterator[str | Problem]:
        if cells is None:
            reason = f"line {line}: a quote is opened and never closed; from here on the file stays as it is"
            yield Problem(f"row {number}", reason)
            yield end
            return
        reason = f"line {line}: has {len(cells)} cells, the header has {len(self._header)}; not translated"
        yield Problem(f"row {number}", reason)
        if self._adds:
            for column in reversed(self._columns):
                if column < len(cells):
                    cells.insert(column + 1, "")
        yield self._delimiter.join(cells) + end

    def with_targets(self, cells: list[str], columns: list[int], targets: Sequence[str | None]) -> str:
        """The record with `targets`, one for the text of each of `columns`."""
        replaced: dict[int, str] = {}
        for column, target in zip(columns, targets, strict=True):
            if target is not None:
                before, text, after = cut_margins(value_of(cells[column]))
                restored = with_inline_of(text, target)
                if restored is not None:
                    restored = before + with_line_ends_of(text, restored) + after
                    replaced[column] = raw_cell(restored, self._delimiter, cells[column])
        return self.joined(cells, replaced)

    def joined(self, cells: list[str], replaced: dict[int, str]) -> str:
        """The record with `replaced` in place of, or right after, the cells of these columns."""
        if self._adds:
            cells = cells.copy()
            for column in reversed(self._columns):
                cells.insert(column + 1, replaced.get(column, cells[column]))
        elif replaced:
            cells = [replaced.get(column, cell) for column, cell in enumerate(cells)]
        return self._delimiter.join(cells)
