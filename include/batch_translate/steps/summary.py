"""What is told of a run after its end: five lines of its report, or five that say why there is none.

Each is one line of plain text, whatever stands in the report: texts of documents are quoted in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_translate import storage
from batch_translate.steps import plan as plans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_LINE = 500
"""Characters; the report has the rest."""


def read_report(plan_url: str, run_id: str, since: float) -> tuple[dict[str, Any], str] | None:
    """The report that `run_id` has written after `since` (seconds since 1970), and where its page stands.

    None where it has written none: the day's report is an older one then, perhaps another run's.
    """
    plan = plans.load(plan_url)
    url = storage.join(plan.output, plan.day, "_report.json")
    if not storage.exists(url):
        return None
    report: dict[str, Any] = storage.read_json(url)
    if report["run_id"] != run_id or report["published_at"] < since:
        return None
    return report, storage.join(plan.output, plan.day, "_report.html")


def report_lines(report: Mapping[str, Any], page: str, error: str = "") -> list[str]:
    """The five lines of a report whose page is `page`; `error` is what has turned the run red, if anything."""
    complete = report["complete"] and not error
    missing = report["missing"] or ([error] if error else [])
    return _whole(
        [
            f"{report['day']}: {'complete' if complete else 'NOT COMPLETE'} ({report['run_id']})",
            "Segments: " + "; ".join(_standing(*item) for item in report["languages"].items()),
            f"Spent: {_usd(report['sent']['cost_usd'])}, estimated {_usd(report['sent']['estimated_cost_usd'])}",
            f"Missing: {missing[0]}" if missing else _first_finding(report),
            " ".join([*report["advice"], f"Report: {page}"]),
        ]
    )


def unreported_lines(run_id: str, error: str, failed: Sequence[str]) -> list[str]:
    """The five lines of a run that has no report; `failed` are its failed tasks, if any."""
    mend = "mend what the first failed task's log names, then clear it with everything downstream"
    return _whole(
        [
            f"{run_id}: {'ENDED WITHOUT A REPORT' if failed else 'nothing was translated'}",
            f"Failed: {', '.join(failed) or 'no task'}",
            f"Why: {error or 'the log of the last task says it'}",
            "Spent: `python -m batch_translate statement --by run` says it",
            f"What to do: {mend if failed else 'nothing, if that is as it should be'}.",
        ]
    )


def overdue_lines(run_id: str, day: str, deadline: str) -> list[str]:
    """What is told of a run that has not ended at its deadline."""
    return _whole(
        [
            f"{day}: NOT PUBLISHED IN TIME",
            f"The run {run_id} had not ended well at {deadline}.",
            f"Where it stands: python -m batch_translate status {day}",
        ]
    )


def _standing(language: str, counted: Mapping[str, Any]) -> str:
    states = counted["states"]
    return (
        f"{language} {counted['segments']}, needs_review {states.get('needs_review', 0)}, "
        f"failed {states.get('failed', 0)}"
    )


def _first_finding(report: Mapping[str, Any]) -> str:
    for language, counted in report["languages"].items():
        for check, severities in counted["findings"].items():
            count = sum(severities.values())
            return f"Nothing is missing. First finding: {language}, {check}, {count} segments"
    return "Nothing is missing, no findings"


def _usd(amount: float | None) -> str:
    return "unknown" if amount is None else f"{amount:.4f} USD"


def _whole(lines: list[str]) -> list[str]:
    flat = [" ".join(line.split()) for line in lines]
    return [line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…" for line in flat]
