"""Over a cap, with `over_budget = "ask"`: what a person is asked, and what an approval lets the run spend."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from integration.steps.night import DAY

from batch_translate.errors import BudgetError
from batch_translate.ledger import approvals
from batch_translate.ledger.approvals import Approval
from batch_translate.ledger.budget import Cap, held
from batch_translate.steps import plan as plans
from batch_translate.steps.build_requests import build_requests
from batch_translate.steps.check_budget import approval_sentences, caps_of, check_budget

if TYPE_CHECKING:
    from integration.steps.night import Night

ASK = {"budget_usd": 1e-6, "over_budget": "ask"}


def approve(night: Night, usd: float, run_id: str = "run-1") -> None:
    approvals.record(night.ledger, run_id, Approval("approved", usd, "admin", time.time()))


def test_the_request_says_what_for_which_cap_and_how_much_at_most(night: Night) -> None:
    night.put(DAY, {"a|b_c.txt": "雨です\n", "note.txt": "雪です\n\n晴れです\n"})
    estimate = check_budget(night.ledger, night.read(**ASK).url, "run-1")
    over, cost = estimate["over"], estimate["cost_usd"]
    assert over["needed_usd"] == cost > 0
    assert cost * 1.25 <= over["usd"] < cost * 1.25 + 1e-4
    assert over["subject"] == f"{DAY}: spend up to {over['usd']:.4f} USD on 3 texts?"
    for said in (
        f"for about **{cost:.6f} USD**",
        "| budget\\_usd | 1e-06 | 0.000000 |",
        f"up to **{over['usd']:.4f} USD**: the estimate and a quarter more for repairs",
        r"| a\|b\_c.txt | en | 1 |",
        "| note.txt | en | 2 |",
    ):
        assert said in over["body"]
    assert night.batches() == []


def test_of_many_documents_the_dearest_are_named(night: Night) -> None:
    night.put(DAY, {f"{number:02}.txt": f"{'とても' * number}雨です\n" for number in range(1, 31)})
    body = check_budget(night.ledger, night.read(**ASK).url, "run-1")["over"]["body"]
    assert "| 30.txt |" in body
    assert "| 01.txt |" not in body
    assert "and 10 more, for 0.0" in body


def test_an_approval_takes_the_place_of_the_caps_it_goes_over_and_of_no_other(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n"})
    settings = plans.load(night.read(**ASK, monthly_budget_usd=5.0).url).settings
    own, month = caps_of(night.ledger, settings, "run-1", time.time())
    approve(night, 2.0)
    approved = Cap("approved budget", 2.0, run_id="run-1")
    assert caps_of(night.ledger, settings, "run-1", time.time()) == [approved, month]
    assert caps_of(night.ledger, settings, "run-2", time.time()) == [own._replace(run_id="run-2"), month]
    approve(night, 6.0)
    assert caps_of(night.ledger, settings, "run-1", time.time()) == [approved._replace(usd=6.0)]
    stop = settings.model_copy(update={"over_budget": "stop"})
    assert caps_of(night.ledger, stop, "run-1", time.time()) == [own, month]


def test_what_is_approved_is_spent_and_no_more(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n"})
    plan = night.read(**ASK)
    assert build_requests(night.ledger, plan.url, "run-1", 1) == []
    over = check_budget(night.ledger, plan.url, "run-1")["over"]
    approve(night, over["usd"])
    assert check_budget(night.ledger, plan.url, "run-1")["over"] is None
    report = night.run_day(**ASK)
    assert report["complete"]
    assert 1e-6 < held(night.ledger, Cap("", 0)) <= over["usd"]

    night.put(DAY, {"b.txt": "".join(f"{number}番の荷物は明日の午前中に届きます。\n\n" for number in range(200))})
    again = check_budget(night.ledger, night.read(**ASK).url, "run-1")["over"]
    spent = held(night.ledger, Cap("", 0))
    assert again["needed_usd"] > over["usd"]
    assert "| approved budget |" in again["body"]
    assert f"{spent:.4f} USD that it has spent or reserved before" in again["body"]


def test_nobody_is_asked_to_stop_for_a_dry_run_or_at_an_unknown_price(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n"})
    with pytest.raises(BudgetError, match="over budget_usd = 1e-06"):
        check_budget(night.ledger, night.read(budget_usd=1e-6).url, "run-1")
    assert check_budget(night.ledger, night.read(**ASK).url, "run-1", stop=False)["over"] is None
    with pytest.raises(BudgetError, match="the price of nobody-knows is not known"):
        check_budget(night.ledger, night.read(**ASK, model="nobody-knows").url, "run-1")
    assert check_budget(night.ledger, night.read(budget_usd=1.0, over_budget="ask").url, "run-1")["over"] is None


@pytest.mark.parametrize(
    ("decision", "by", "said"),
    [
        ("rejected", "admin", r"up to 0\.2500 USD was rejected by admin \(2023-11-14 22:13 UTC\)"),
        ("timed out", "", r"Nobody approved the budget of up to 0\.2500 USD in time \(2023-11-14"),
    ],
)
def test_a_refusal_says_who_when_and_what_helps(night: Night, decision: str, by: str, said: str) -> None:
    assert approval_sentences(night.ledger, "run-1") == []
    approvals.record(night.ledger, "run-1", Approval(decision, 0.25, by, 1_700_000_000))
    (sentence,) = approval_sentences(night.ledger, "run-1")
    assert re.search(said, sentence)
    assert "Clear the whole run to be asked again" in sentence
    approve(night, 0.25)
    assert approval_sentences(night.ledger, "run-1") == []
