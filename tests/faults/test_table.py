"""The report of the runs and the table that is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from faults.record import record
from faults.table import make_table, put_into

if TYPE_CHECKING:
    from pathlib import Path


def test_runs_of_a_fault_add_up_to_one_row_for_each_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = tmp_path / "faults.jsonl"
    monkeypatch.setenv("FAULTS_REPORT", str(report))
    record("a | b", "steps", 2, 0, 1, 0, "a window")
    record("a | b", "steps", 3, 1, 0, 2)
    record("a | b", "airflow", 1, 0, 0, 0)
    record("c", "steps", 1, 0, 0, 0)
    assert make_table(report.read_text().splitlines()).splitlines()[2:] == [
        "| a \\| b | steps | 2 | 5 | 1 | 1 | 2 | a window |",
        "| a \\| b | airflow | 1 | 1 | 0 | 0 | 0 |  |",
        "| c | steps | 1 | 1 | 0 | 0 | 0 |  |",
        "| **2 faults** | | 4 | 7 | 1 | 1 | 2 |  |",
    ]


def test_nothing_is_recorded_where_nobody_asks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FAULTS_REPORT", raising=False)
    monkeypatch.chdir(tmp_path)
    record("a", "steps", 1, 0, 0, 0)
    assert list(tmp_path.iterdir()) == []


def test_table_takes_the_place_of_the_one_before() -> None:
    page = "before <!-- faults -->old<!-- /faults --> after"
    assert put_into(put_into(page, "one\n"), "two\n") == "before <!-- faults -->\n\ntwo\n\n<!-- /faults --> after"
    with pytest.raises(ValueError, match="the page has no"):
        put_into("no marks", "table")
