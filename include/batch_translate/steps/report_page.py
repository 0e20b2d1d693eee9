"""The day's report as a page, with what a person should look at and a sample of what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch_translate import storage
from batch_translate.findings import read_findings
from batch_translate.pages.report import render_report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batch_translate.pages.report import Row
    from batch_translate.steps.plan import Plan

_MOST_OPEN, _MOST_SAMPLES = 20, 8
_COLUMNS = ["document", "place", "source", "target", "state", "reason", "findings"]


def write_report_page(plan: Plan, report: Mapping[str, Any]) -> None:
    """Write `_report.html` beside the day's output."""
    open_rows: dict[str, list[Row]] = {}
    samples: dict[str, list[Row]] = {}
    for language in plan.settings.languages():
        open_rows[language], samples[language] = _rows(plan, language)
    page = render_report(report, open_rows, samples)
    with storage.written_whole(storage.join(plan.output, plan.day, "_report.html")) as file:
        file.write(page.encode())


def _rows(plan: Plan, language: str) -> tuple[list[Row], list[Row]]:
    """Some rows that need a person, and some translated ones from all over the table."""
    open_rows: list[Row] = []
    found: list[Row] = []
    if not storage.exists(plan.aligned_url(language)):
        return open_rows, found
    with storage.opened(plan.aligned_url(language)) as file, pq.ParquetFile(file) as parquet:
        step = max(1, parquet.metadata.num_rows // _MOST_SAMPLES)
        for batch in parquet.iter_batches(batch_size=min(step, 65_536), columns=_COLUMNS):
            states = batch.column("state")
            wanting = batch.filter(pc.is_in(states, value_set=_texts("needs_review", "failed")))
            open_rows += wanting.slice(0, _MOST_OPEN - len(open_rows)).to_pylist()
            translated = batch.filter(pc.is_in(states, value_set=_texts("translated")))
            found += translated.slice(0, 1).to_pylist()
    for row in open_rows:
        row["findings"] = " ".join(finding.message for finding in read_findings(row["findings"]))
    return open_rows, found[:: max(1, len(found) // _MOST_SAMPLES)][:_MOST_SAMPLES]


def _texts(*values: str) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.string())
