"""How is delimited text cut into records and raw cells, so that joining them gives back every byte?

The rules are those of Python's csv module, whose reader keeps no raw text: a cell that begins with a quote runs to
its closing quote, over line ends and delimiters; a doubled quote in it is one quote; elsewhere a quote is text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_QUOTED = r'"[^"]*+(?:""[^"]*+)*+"'
_QUOTED_CELL = re.compile(_QUOTED)
_CLOSING = re.compile(r'[^"]*+(?:""[^"]*+)*+"')
_DELIMITERS = (",", ";", "\t")

Record = tuple[int, list[str] | None, str]
"""Its first line's number, its raw cells, its line end. A record whose quote is never closed has no cells, and
its whole text instead of the line end. A tuple, for there is one per row."""


def delimiter_of(line: str) -> str:
    """The delimiter which cuts the header line into the most cells, a comma where none does."""
    outside = re.sub(r'"(?:[^"]|"")*+(?:"|$)', "", line)
    return max(_DELIMITERS, key=outside.count)


def cut_records(lines: Iterable[str], delimiter: str) -> Iterator[Record]:
    """Cut lines, each with its line end, into records."""
    cell = re.compile(rf'({_QUOTED}[^{delimiter}\r\n]*+|(?!")[^{delimiter}\r\n]*+)({delimiter}|\r?\n|\r|\Z)')
    lines = iter(lines)
    number = 0
    for line in lines:
        number += 1
        if '"' not in line:
            body = line.rstrip("\r\n")
            yield number, body.split(delimiter), line[len(body) :]
        else:
            cells, end, taken = _cut_quoted(line, lines, cell)
            yield number, cells, end
            number += taken


def value_of(cell: str) -> str:
    """What a raw cell says."""
    quoted = _QUOTED_CELL.match(cell) if cell[:1] == '"' else None
    if quoted is None:
        return cell
    return cell[1 : quoted.end() - 1].replace('""', '"') + cell[quoted.end() :]


def raw_cell(value: str, delimiter: str, like: str) -> str:
    """`value` as a raw cell: quoted where it has to be and where the cell `like` is."""
    if like[:1] == '"' or '"' in value or delimiter in value or "\n" in value or "\r" in value:
        return '"' + value.replace('"', '""') + '"'
    return value


def _cut_quoted(line: str, lines: Iterator[str], cell: re.Pattern[str]) -> tuple[list[str] | None, str, int]:
    """The record which begins with `line`: its cells, its line end, how many more lines it took."""
    cells: list[str] = []
    position = taken = 0
    cut = ""
    while True:
        match = cell.match(line, position)
        if match is None:
            cut += line[:position]
            line, more = _up_to_closing_quote(line[position:], lines)
            position = 0
            taken += more
            if cell.match(line) is None:
                return None, cut + line, taken
            continue
        cells.append(match[1])
        position = match.end()
        if match[2] in ("", "\r", "\n", "\r\n"):
            return cells, match[2], taken


def _up_to_closing_quote(start: str, lines: Iterator[str]) -> tuple[str, int]:
    pieces = [start]
    for line in lines:
        pieces.append(line)
        if _CLOSING.match(line):
            break
    return "".join(pieces), len(pieces) - 1
