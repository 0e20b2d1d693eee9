"""The table in docs/reliability.md, made from the runs: `python tests/faults/table.py REPORT.jsonl ...`."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- faults -->", "<!-- /faults -->"
_HEAD = (
    "| fault | against | runs | injected | segments lost | requests executed twice | batches left running | |\n"
    "|---|---|---:|---:|---:|---:|---:|---|\n"
)


@dataclass
class Row:
    """All runs of one fault at one place."""

    runs: int = 0
    injected: int = 0
    lost: int = 0
    executed_twice: int = 0
    left_running: int = 0
    notes: dict[str, None] = field(default_factory=dict)

    def add(self, line: dict[str, Any]) -> None:
        """Add what one line of a report says."""
        self.runs += line["runs"]
        self.injected += line["injected"]
        self.lost += line["lost"]
        self.executed_twice += line["executed_twice"]
        self.left_running += line["left_running"]
        if line["note"]:
            self.notes[line["note"]] = None

    def cells(self) -> str:
        """The row's numbers and notes, as cells."""
        numbers = (self.runs, self.injected, self.lost, self.executed_twice, self.left_running)
        return " | ".join([*map(str, numbers), "; ".join(self.notes)])


def make_table(lines: Iterable[str]) -> str:
    """Markdown: a row for each fault and place in the order of their first runs, and one with the sums."""
    rows: dict[tuple[str, str], Row] = {}
    total = Row()
    for line in filter(str.strip, lines):
        run = json.loads(line)
        rows.setdefault((run["fault"], run["where"]), Row()).add(run)
        total.add({**run, "note": ""})
    faults = len({fault for fault, _ in rows})
    body = [f"| {_plain(fault)} | {where} | {_plain_cells(row)} |\n" for (fault, where), row in rows.items()]
    return "".join([_HEAD, *body, f"| **{faults} faults** | | {total.cells()} |\n"])


def put_into(page: str, table: str) -> str:
    """The page with the table between its marks. Raises ValueError where it has none."""
    before, begun, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"the page has no {BEGIN} … {END}: put both where the table belongs")
    return f"{before}{BEGIN}\n\n{table}\n{END}{after}"


def _plain(text: str) -> str:
    return text.replace("|", "\\|")


def _plain_cells(row: Row) -> str:
    row.notes = dict.fromkeys(map(_plain, row.notes))
    return row.cells()


def main() -> None:
    """Merge the reports into the page."""
    if len(sys.argv) < 2:
        sys.exit("usage: python tests/faults/table.py REPORT.jsonl [REPORT.jsonl ...]")
    lines = [line for report in sys.argv[1:] for line in Path(report).read_text("utf-8").splitlines()]
    page = PAGE.read_text("utf-8")
    PAGE.write_text(put_into(page, make_table(lines)), "utf-8")
    print(f"{len(lines)} runs written to {PAGE}")


if __name__ == "__main__":
    main()
