"""Where a day stands, counted from the ledger: the same for the report and for the command."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batch_translate.findings import rejected_by
from batch_translate.ledger.wanted import wanted
from batch_translate.steps import plan as plans
from batch_translate.steps.published import NOT_PLACED

if TYPE_CHECKING:
    from batch_translate.ledger import Ledger
    from batch_translate.steps.plan import Plan


@dataclass(slots=True)
class LanguageStanding:
    """Counts of segments for one target language. `examples`: up to three that are missing.

    `findings`: check → severity → segments, as published.
    """

    states: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    documents: dict[str, Counter[str]] = field(default_factory=dict)
    distinct: int = 0
    to_ask: int = 0
    in_flight: int = 0
    newest_review: int = 0
    examples: list[str] = field(default_factory=list)
    findings: dict[str, Counter[str]] = field(default_factory=dict)

    def set_aside(self, not_placed: Counter[tuple[str, str]]) -> None:
        """Count as needs_review what could not be put into its document: (document, origin) → how many."""
        for (path, origin), count in not_placed.items():
            for states in (self.states, self.documents[path]):
                states["translated"] -= count
                states["needs_review"] += count
            self.origins[origin] -= count
            self.reasons[NOT_PLACED] += count

    @property
    def missing(self) -> int:
        """Segments that ended without any translation."""
        return self.states["failed"]


def count_standing(ledger: Ledger, plan: Plan, run_id: str, language: str) -> LanguageStanding:
    """Count one language of a plan; `run_id` is the run whose answers count as `batch`, others' as `memory`."""
    standing = LanguageStanding()
    standing.documents = {document.path: Counter() for document in plan.documents}
    with wanted(ledger, plans.wanted_rows(plan, language)) as rows:
        standing.distinct = rows.distinct()
        standing.newest_review = rows.newest_review()
        standing.to_ask, standing.in_flight = rows.count_open(plan.attempts())
        outcomes = rows.outcomes(run_id)
        for row in plans.read_segments(plan, language):
            path = plan.documents[row.document].path
            if row.key is None:
                state = "skipped"
            else:
                outcome = next(outcomes)
                state = outcome.state
                if state == "translated":
                    standing.origins[outcome.origin] += 1
                else:
                    standing.reasons[rejected_by(outcome.findings) or outcome.reason] += 1
                    if state == "failed" and len(standing.examples) < 3:
                        standing.examples.append(f"{path}, {row.place}")
            standing.states[state] += 1
            standing.documents[path][state] += 1
    return standing
