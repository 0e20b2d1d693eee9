"""Caps over a night and over a month: what is over them is not sent, and the report says so."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from integration.steps.night import DAY

from batch_translate.errors import BudgetError, IncompleteError
from batch_translate.ledger import jobs
from batch_translate.ledger.budget import Cap, held
from batch_translate.steps.build_requests import build_requests
from batch_translate.steps.check_budget import check_budget
from batch_translate.steps.verify_complete import verify_complete

if TYPE_CHECKING:
    from integration.steps.night import Night

RUNS, FITTING = 20, 7


def day_of(number: int) -> str:
    return f"2024-05-{number + 1:02}"


def test_of_twenty_runs_at_once_under_a_monthly_cap_for_seven_the_others_send_nothing_and_say_so(
    night: Night,
) -> None:
    for number in range(RUNS):
        night.put(day_of(number), {"a.txt": f"{number + 100}番の荷物は明日の午前中に届きます。\n"})
    plans = [night.read(day_of(number), f"run-{number}") for number in range(RUNS)]
    (probe,) = [check_budget(night.ledger, plans[0].url, "run-0")]
    # What the shard itself is estimated at: the instructions go with each of these small ones.
    (first,) = build_requests(night.ledger, plans[0].url, "run-0", 1)
    one = held(night.ledger, Cap("", 0))
    assert one >= float(str(probe["cost_usd"])) > 0
    assert jobs.close_unsent(night.ledger, jobs.get(night.ledger, first), "only to know its cost")
    toml = night.data / "input" / "translate.toml"
    toml.write_text(f"monthly_budget_usd = {one * (FITTING + 0.5):.9f}\n")
    plans = [night.read(day_of(number), f"run-{number}") for number in range(RUNS)]

    def plan_and_send(number: int) -> list[str]:
        built = build_requests(night.ledger, plans[number].url, f"run-{number}", 1)
        return [night.send(job_key) for job_key in built]

    with ThreadPoolExecutor(RUNS) as pool:
        sent = list(pool.map(plan_and_send, range(RUNS)))
    assert sum(map(len, sent)) == FITTING == len(night.batches())
    assert held(night.ledger, Cap("", 0)) <= one * (FITTING + 0.5)
    refused = [number for number, batches in enumerate(sent) if not batches]
    for number in refused:
        night.write(plans[number], f"run-{number}")
        with pytest.raises(
            IncompleteError, match=r"1 batches with 1 texts, about .* not sent: monthly_budget_usd is"
        ):
            verify_complete(night.ledger, plans[number].url, f"run-{number}")
        report = json.loads((night.data / "output" / day_of(number) / "_report.json").read_text())
        assert report["refused"]["segments"] == 1
    assert len(night.batches()) == FITTING

    toml.write_text("monthly_budget_usd = 1\n")
    assert night.run_day(day_of(refused[0]), f"run-{refused[0]}")["complete"]


def test_a_night_over_what_is_left_of_the_month_stops_before_anything_is_sent(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n"})
    night.run_day()
    spent = held(night.ledger, Cap("", 0))
    assert spent > 0
    night.put("2024-04-18", {"b.txt": "雪です\n"})
    with pytest.raises(BudgetError, match=r"over monthly_budget_usd = .*, .* USD of it spent or reserved before"):
        night.run_day("2024-04-18", "run-2", monthly_budget_usd=spent * 1.01)
    assert len(night.batches()) == 1
    plan = night.read("2024-04-18", "run-2", monthly_budget_usd=spent * 1.01)
    night.write(plan, "run-2")
    with pytest.raises(IncompleteError, match=r"over monthly_budget_usd = .* Nothing was sent\. Raise the cap"):
        verify_complete(night.ledger, plan.url, "run-2")
    assert night.run_day(run_id="run-3", monthly_budget_usd=spent)["complete"]  # all from memory


def test_a_runs_cap_counts_its_repairs_as_well(night: Night) -> None:
    night.put(DAY, {"a.txt": "{count}件\n"})  # its answer loses the placeholder, always
    plan = night.read()
    night.run_pass(plan, 1)
    spent = held(night.ledger, Cap("", 0))
    plan = night.read(budget_usd=spent * 1.2)
    assert night.run_pass(plan, 2) == []
    assert len(night.batches()) == 1


def test_what_was_refused_and_sent_later_in_other_shards_is_forgotten(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n\n雪です\n"})
    plan = night.read(budget_usd=1e-9)
    for _ in range(2):
        assert build_requests(night.ledger, plan.url, "run-1", 1) == []
    night.write(plan)
    with pytest.raises(IncompleteError, match="1 batches with 2 texts"):
        verify_complete(night.ledger, plan.url, "run-1")
    report = night.run_day(segments_per_request=1)
    assert (report["complete"], report["refused"]) == (True, None)
