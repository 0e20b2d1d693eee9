"""Caps hold at every moment, however many runs plan at once, on both databases."""

from __future__ import annotations

from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from unit.ledger import samples
from unit.ledger.samples import at_once, collect, submitted

from batch_translate.errors import BudgetError
from batch_translate.ledger import budget, jobs, planning
from batch_translate.ledger.budget import Cap, held, month_of

if TYPE_CHECKING:
    from batch_translate.ledger import Ledger

COST = 0.5
MONTHLY = Cap("monthly_budget_usd", 7 * COST)


def plan_under(ledger: Ledger, name: str, *caps: Cap, run: str = "run_1", cost: float | None = COST) -> str:
    """planned, over (the cap), or taken (by somebody else)."""
    from dataclasses import replace

    asked = [samples.ask(name)]
    job = replace(samples.job_for(asked, run), estimated_cost_usd=cost)
    with planning.draft(ledger) as draft:
        draft.add(job, asked)
        try:
            return "planned" if draft.commit(caps) else "taken"
        except BudgetError:
            return "over"


def test_of_twenty_runs_at_once_those_that_fit_are_planned_and_the_others_are_on_record(ledger: Ledger) -> None:
    calls = [partial(plan_under, ledger, f"text {number}", MONTHLY, run=f"run_{number}") for number in range(20)]
    came = at_once(*calls)
    assert sorted(came) == ["over"] * 13 + ["planned"] * 7
    assert held(ledger, MONTHLY) == MONTHLY.usd
    with ledger.read() as connection:
        rows = connection.execute(
            sa.text("SELECT state, estimated_cost_usd, note FROM jobs ORDER BY planned_at")
        ).all()
    reserved = accumulate(row.estimated_cost_usd for row in rows if row.state != "refused")
    assert all(sum_so_far <= MONTHLY.usd for sum_so_far in reserved)
    refused = [row for row in rows if row.state == "refused"]
    assert len(refused) == 13
    assert all("monthly_budget_usd is 3.5 USD, 3.5000 are spent or reserved" in row.note for row in refused)
    assert samples.claimed(ledger) == samples.count(ledger, "requests") == 7


def test_what_was_billed_takes_the_place_of_the_estimate(ledger: Ledger) -> None:
    job_key = submitted(ledger, "a")  # estimated at 0.5
    assert held(ledger, MONTHLY) == 0.5
    collect(ledger, job_key, samples.answers_of(ledger, job_key))  # billed 0.25
    assert held(ledger, MONTHLY) == 0.25


def test_what_never_arrived_holds_nothing_and_a_refused_job_may_be_planned_when_there_is_room(
    ledger: Ledger,
) -> None:
    cap = Cap("monthly_budget_usd", COST)
    first = samples.planned(ledger, "a")
    assert plan_under(ledger, "b", cap) == "over"
    assert plan_under(ledger, "b", cap) == "over"
    assert jobs.close_unsent(ledger, jobs.get(ledger, first), "never sent")
    assert plan_under(ledger, "b", cap) == "planned"
    assert budget.refused(ledger, "run_1") is not None
    planning.forget_refusals(ledger, "run_1")
    assert budget.refused(ledger, "run_1") is None
    with ledger.read() as connection:
        states = connection.execute(sa.text("SELECT state FROM jobs")).scalars().all()
    assert sorted(states) == ["absent", "planned"]


def test_a_runs_cap_counts_its_own_jobs_and_a_months_cap_those_of_the_month(ledger: Ledger) -> None:
    samples.planned(ledger, "old", run="run_1", now=10.0)
    assert plan_under(ledger, "a", Cap("budget_usd", COST, run_id="run_2"), run="run_2") == "planned"
    assert plan_under(ledger, "b", Cap("budget_usd", COST, run_id="run_2"), run="run_2") == "over"
    assert held(ledger, Cap("monthly_budget_usd", 9, since=5.0)) == COST
    assert held(ledger, Cap("monthly_budget_usd", 9)) == 2 * COST


def test_a_job_of_unknown_cost_is_never_planned_under_a_cap(ledger: Ledger) -> None:
    assert plan_under(ledger, "a", MONTHLY, cost=None) == "over"
    assert plan_under(ledger, "a", cost=None) == "planned"


@pytest.mark.parametrize(
    ("now", "month"),
    [(1_793_664_000.0, 1_793_491_200.0), (1_793_491_200.0, 1_793_491_200.0), (1_793_491_199.0, 1_790_812_800.0)],
)
def test_months_begin_at_midnight_of_their_first_day(now: float, month: float) -> None:
    assert month_of(now) == month
