from __future__ import annotations

from typing import Any

import pytest

from batch_translate.steps.summary import LONGEST_LINE, overdue_lines, report_lines, unreported_lines

PAGE = "data/output/2024-04-17/_report.html"


def _report(**changed: Any) -> dict[str, Any]:
    counted = {"segments": 12, "states": {"translated": 9, "needs_review": 2, "failed": 1}, "findings": {}}
    return {
        "day": "2024-04-17",
        "run_id": "manual__1",
        "complete": True,
        "missing": [],
        "advice": [],
        "sent": {"cost_usd": 0.0123, "estimated_cost_usd": 0.02},
        "languages": {"en": counted},
    } | changed


def test_green_report_is_five_lines() -> None:
    assert report_lines(_report(), PAGE) == [
        "2024-04-17: complete (manual__1)",
        "Segments: en 12, needs_review 2, failed 1",
        "Spent: 0.0123 USD, estimated 0.0200 USD",
        "Nothing is missing, no findings",
        f"Report: {PAGE}",
    ]


def test_red_report_says_what_is_missing_and_what_helps() -> None:
    lines = report_lines(_report(complete=False, missing=["en: 1 of 12.", "more"], advice=["Clear it."]), PAGE)
    assert lines[0] == "2024-04-17: NOT COMPLETE (manual__1)"
    assert lines[3:] == ["Missing: en: 1 of 12.", f"Clear it. Report: {PAGE}"]


def test_run_that_turned_red_after_its_report_is_not_called_complete() -> None:
    lines = report_lines(_report(), PAGE, "a.txt has been removed")
    assert "NOT COMPLETE" in lines[0]
    assert lines[3] == "Missing: a.txt has been removed"


def test_unknown_price_is_said() -> None:
    sent = {"cost_usd": None, "estimated_cost_usd": None}
    assert report_lines(_report(sent=sent), PAGE)[2] == "Spent: unknown, estimated unknown"


def test_first_finding_is_named() -> None:
    languages = {"en": {"segments": 3, "states": {}, "findings": {"numbers": {"warning": 2, "critical": 1}}}}
    line = report_lines(_report(languages=languages), PAGE)[3]
    assert line == "Nothing is missing. First finding: en, numbers, 3 segments"


@pytest.mark.parametrize("text", ["a\nb\r\nc", "x" * 5000])
def test_lines_stay_lines(text: str) -> None:
    for lines in (report_lines(_report(missing=[text]), PAGE), unreported_lines("run", text, [text])):
        assert len(lines) == 5
        assert all("\n" not in line and "\r" not in line and len(line) <= LONGEST_LINE for line in lines)


def test_run_with_nothing_to_do_asks_for_nothing() -> None:
    lines = unreported_lines("manual__1", "a dry run: nothing was sent", [])
    assert lines[0] == "manual__1: nothing was translated"
    assert "mend" not in lines[4]


def test_overdue_run_is_named_with_the_command() -> None:
    said = "\n".join(overdue_lines("scheduled__1", "2024-04-17", "2024-04-18T08:00:00+09:00"))
    assert "scheduled__1" in said
    assert "python -m batch_translate status 2024-04-17" in said
