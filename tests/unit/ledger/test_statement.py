"""Bills by document, on both databases."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.ledger import samples
from unit.ledger.samples import DAY, collect

from batch_translate.ledger import jobs, planning
from batch_translate.ledger.planning import JobDocument
from batch_translate.ledger.statement import month_bounds, statement, statement_of_run, total

if TYPE_CHECKING:
    from batch_translate.ledger import Ledger

SHARES = [JobDocument("a.txt", 1, 0.25), JobDocument("b/c.txt", 2, 0.75)]


def planned(ledger: Ledger, names: list[str], documents: list[JobDocument]) -> str:
    asked = [samples.ask(name) for name in names]
    job = replace(samples.job_for(asked, "run_1"), planned_at=time.time())
    with planning.draft(ledger) as draft:
        draft.add(job, asked, documents)
        assert draft.commit()
    jobs.begin_submission(ledger, job.job_key, 10**9, 1.0)
    jobs.record_batch(ledger, job.job_key, f"batch of {job.job_key}", 1.0, 2.0)
    return job.job_key


def test_a_batch_is_shared_by_its_documents_and_one_that_names_none_is_not_lost(ledger: Ledger) -> None:
    shared = planned(ledger, ["a", "b", "c"], SHARES)
    collect(ledger, shared, samples.answers_of(ledger, shared))
    planned(ledger, ["d"], [])  # of a ledger before version 4, and not collected yet
    month = time.strftime("%Y-%m", time.gmtime())
    lines = statement(ledger, month, "document")
    whole = total(statement(ledger, month, "day"))
    assert {line.what: (line.segments, line.open) for line in lines} == {
        f"{DAY}/(not recorded)": (1, 1),
        f"{DAY}/a.txt": (1, 0),
        f"{DAY}/b/c.txt": (2, 0),
    }
    by_name = {line.what: line for line in lines}
    assert by_name[f"{DAY}/b/c.txt"].cost_usd == pytest.approx(3 * by_name[f"{DAY}/a.txt"].cost_usd)
    assert by_name[f"{DAY}/a.txt"].input_tokens == round(whole.input_tokens / 4)
    assert sum(line.cost_usd or 0 for line in lines) == pytest.approx(whole.cost_usd)
    assert sum(line.estimated_usd for line in lines) == pytest.approx(whole.estimated_usd)
    assert statement_of_run(ledger, "run_1", "document") == lines
    assert month_bounds(month)[0] <= time.time() < month_bounds(month)[1]
