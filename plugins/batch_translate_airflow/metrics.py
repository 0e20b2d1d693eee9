"""The project's metrics, sent as Airflow sends its own (docs/operations.md lists them).

Names carry what is told apart, for plain StatsD has no tags and would take one for the other. A metric that cannot
be sent never changes a task.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk.observability import stats

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batch_translate.ledger import Ledger

log = logging.getLogger(__name__)


def count_batch(ledger: Ledger, job_key: str, verdicts: Mapping[str, int]) -> None:
    """Count what a batch brought and cost; `verdicts` are empty where it had been collected before."""
    if not verdicts:
        return
    with _unharmed():
        from batch_translate.ledger import days, jobs

        job, spent = jobs.get(ledger, job_key), days.spending(ledger, job_key=job_key)
        tags = {"model": job.model, "day": job.day}
        stats.incr("batch_translate.input_tokens", spent.input_tokens, tags=tags)
        stats.incr("batch_translate.cached_tokens", spent.cached_tokens, tags=tags)
        stats.incr("batch_translate.output_tokens", spent.output_tokens, tags=tags)
        # Counters are whole numbers.
        stats.incr("batch_translate.cost_microusd", round((spent.cost_usd or 0.0) * 1e6), tags=tags)
        for verdict, count in verdicts.items():
            stats.incr(f"batch_translate.answers.{verdict}", count, tags=tags)


def gauge_report(report: Mapping[str, Any]) -> None:
    """Show what a run has spent (US dollars), and how many segments of a language end in which state."""
    with _unharmed():
        tags = {"day": report["day"]}
        if report["sent"]["cost_usd"] is not None:
            stats.gauge("batch_translate.spent_usd", report["sent"]["cost_usd"], tags=tags)
        for language, counted in report["languages"].items():
            for state in ("translated", "needs_review", "failed", "skipped"):
                name = f"batch_translate.segments.{language}.{state}"
                stats.gauge(name, counted["states"].get(state, 0), tags=tags | {"language": language})


@contextmanager
def _unharmed() -> Iterator[None]:
    try:
        yield
    except Exception:
        log.exception("metrics could not be sent; the task goes on")
