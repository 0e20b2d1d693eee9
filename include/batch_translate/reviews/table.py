"""Reviews as a table that spreadsheets open and save: CSV with a comma, a semicolon or a tab.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it. Reading takes one
apostrophe away where a formula would follow, so every text comes back as it was, and a person who writes such a
cell needs no apostrophe.
"""

from __future__ import annotations

import csv
import io
import re
from typing import IO, TYPE_CHECKING, TextIO

from batch_translate.errors import DocumentError
from batch_translate.reviews.rows import Decision, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_translate.reviews.rows import ReviewRow

_COLUMNS = (
    "day", "document", "place", "source_language", "target_language", "segment_key", "state", "source", "answer",
    "findings", "before", "correction", "accept", "occurrences",
)  # fmt: skip
# What begins a formula; spreadsheets of East Asia take the full-width signs as well.
_FORMULA = re.compile("'*[=+\\-@＝＋－＠\t\r\n]")
_DEFUSED = re.compile("'+[=+\\-@＝＋－＠\t\r\n]")
_YES = frozenset(("yes", "y", "x", "1", "true", "ok"))
_NO = frozenset(("", "no", "n", "0", "false"))
_LONGEST_CELL = 10_000_000


def write_table(file: IO[bytes], rows: Iterable[ReviewRow]) -> None:
    """Write rows as CSV in UTF-8 with a byte order mark, `correction` and `accept` empty."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for row in rows:
        said = {**row._asdict(), "correction": "", "accept": ""}
        writer.writerow([_defused(str(said[name])) for name in _COLUMNS])
    text.detach()


def read_table(stream: TextIO, document: str) -> Iterator[Decision | Refused]:
    """Yield one per row; `stream` keeps line ends as they are.

    Raises DocumentError when a column is missing or the file is no table.
    """
    csv.field_size_limit(_LONGEST_CELL)
    beginning = stream.tell()
    start = stream.read(1 << 16)
    stream.seek(beginning)
    number = 0
    try:
        separator = max(",;\t", key=lambda one: len(set(_named(_first_row(start, one)))))
        rows = csv.reader(stream, delimiter=separator)
        columns = _named(next(rows, []))
        _check_columns(columns, document)
        number = 1
        for number, row in enumerate(rows, 2):
            if any(row):
                yield _decision(f"row {number}", columns, row)
    except csv.Error as error:
        raise DocumentError(document, f"row {number + 1}", f"is not readable as a table ({error})") from None


def _first_row(start: str, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(start, newline=""), delimiter=separator), [])


def _named(header: list[str]) -> list[str]:
    """The header's names, as the columns are called here; "" for those of other tools."""
    names = [name.strip().lower() for name in header]
    return [name if name in _COLUMNS else "" for name in names]


def _check_columns(columns: list[str], document: str) -> None:
    known = set(columns)
    if not known & {"correction", "accept"}:
        raise DocumentError(document, "row 1", "has neither a column `correction` nor a column `accept`")
    if "source" not in known or not ("segment_key" in known or {"source_language", "target_language"} <= known):
        reason = "needs a column `source`, and either `segment_key` or `source_language` with `target_language`"
        raise DocumentError(document, "row 1", reason)
    if "accept" in known and "correction" not in known and "answer" not in known:
        raise DocumentError(document, "row 1", "accepts answers and has no column `answer`")


def _decision(place: str, columns: list[str], row: list[str]) -> Decision | Refused:
    if any(row[len(columns) :]):
        return Refused(place, "has more cells than the header: a separator stands in a cell without quotes")
    said = {name: _armed(cell) for name, cell in zip(columns, row, strict=False)}
    accept = said.get("accept", "").strip().lower()
    if accept not in _YES | _NO:
        return Refused(place, f"`accept` is {accept!r}: write yes, or leave it empty")
    text = said.get("correction", "").strip()
    if not text and accept in _YES:
        text = said.get("answer", "").strip()
        if not text:
            return Refused(place, "accepts an answer, and there is none")
    key, source_language, target_language = (
        said.get(name, "").strip() for name in ("segment_key", "source_language", "target_language")
    )
    return Decision(place, key, source_language, target_language, said.get("source", ""), text)


def _defused(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _armed(cell: str) -> str:
    return cell[1:] if _DEFUSED.match(cell) else cell
