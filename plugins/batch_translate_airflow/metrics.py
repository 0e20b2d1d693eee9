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
        import sqlalchemy as sa

        from batch_translate.ledger.schema import jobs

        names = ("input_tokens", "cached_tokens", "output_tokens")
        columns = [jobs.c[name] for name in ("model", "day", "cost_usd", *names)]
        with ledger.read() as connection:
            job = connection.execute(sa.select(*columns).where(jobs.c.job_key == job_key)).one()._mapping
        tags = {"model": job["model"], "day": job["day"]}
        for name in names:
            stats.incr(f"batch_translate.{name}", job[name] or 0, tags=tags)
        # Counters are whole numbers.
        stats.incr("batch_translate.cost_microusd", round((job["cost_usd"] or 0.0) * 1e6), tags=tags)
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
