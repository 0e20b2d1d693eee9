"""With OpenAI's vocabulary at hand the estimate's input is counted; what is reserved goes by the letters still."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from integration.steps.night import DAY

from batch_translate.__main__ import main
from batch_translate.errors import BudgetError
from batch_translate.ledger import approvals, budget, jobs
from batch_translate.ledger.approvals import Approval
from batch_translate.ledger.budget import Cap, held
from batch_translate.steps import input_tokens
from batch_translate.steps.build_requests import build_requests
from batch_translate.steps.check_budget import check_budget
from batch_translate.steps.estimate import describe, estimate_plan

if TYPE_CHECKING:
    from integration.steps.night import Night

    from batch_translate.steps.plan import Plan
    from batch_translate.token_counts import TokenCounter

WORDS = (
    "荷物",
    "明日",
    "午前中",
    "届きます",
    "お知らせ",
    "ご注文",
    "URL",
    "check",
    "the parcel",
    "2024年",
    "\n",
    "。",
)


def texts(number: int) -> list[str]:
    """Texts of 1 to 60 words, most of them short."""
    chance = random.Random(5)
    lengths = [min(60, 1 + int(chance.expovariate(0.15))) for _ in range(number)]
    return [f"{at}番、{''.join(chance.choices(WORDS, k=length))}です" for at, length in enumerate(lengths)]


def sent_tokens(night: Night, count: TokenCounter, plan: Plan) -> int:
    """The input of the first pass, counted from its request files."""
    total = 0
    for job_key in build_requests(night.ledger, plan.url, "run-1", 1):
        path = Path(jobs.get(night.ledger, job_key).request_file)
        for line in path.read_text("utf-8").splitlines():
            body: dict[str, Any] = json.loads(line)["body"]
            schema = body["response_format"]["json_schema"]["schema"]
            shape = json.dumps({"type": "object", "properties": schema["properties"]}, separators=(",", ":"))
            total += sum(count(message["content"]) for message in body["messages"])
            # 3 and 1 for each message, 3 for the answer, 9 for the schema.
            total += count(shape) + 2 * 4 + 3 + 9
    return total


def test_every_request_of_a_small_folder_is_counted(night: Night, count: TokenCounter) -> None:
    night.put(DAY, {"a.json": json.dumps({str(at): text for at, text in enumerate(texts(95))})})
    plan = night.read(target_langs=["en", "fr"], context_characters=20, tone="friendly")
    estimate = estimate_plan(night.ledger, plan)
    assert (estimate.counted, estimate.input_error) == (20, 0)
    assert "Input tokens are counted by tiktoken in all 20 requests" in describe(estimate)[-1]
    assert estimate.total("input_tokens") == sent_tokens(night, count, plan)
    again = estimate_plan(night.ledger, plan)
    assert (again.counted, again.total("input_tokens"), again.input_error, again.cost_usd) == (0, 0, 0, 0)


def test_documents_that_share_requests_have_their_own_part(night: Night, count: TokenCounter) -> None:
    english = "\n\n".join(f"第{at}条 Delivery takes place between nine and noon." for at in range(12))
    japanese = "\n\n".join(f"第{at}条の荷物は明日の午前中にお届けいたします。" for at in range(12))
    night.put(DAY, {"a.txt": f"{english}\n", "b.txt": f"{japanese}\n"})
    plan = night.read()
    a, b = estimate_plan(night.ledger, plan).lines
    assert a.input_tokens + b.input_tokens == pytest.approx(sent_tokens(night, count, plan), abs=1)
    assert a.missing == b.missing == 12


def test_of_many_requests_a_sample_is_counted_and_its_error_holds(
    night: Night, count: TokenCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_tokens, "MOST_COUNTED", 60)
    night.put(DAY, {"a.json": json.dumps({str(at): text for at, text in enumerate(texts(400))})})
    plan = night.read(segments_per_request=1, target_langs=["en", "fr"])
    estimate = estimate_plan(night.ledger, plan)
    assert estimate == estimate_plan(night.ledger, plan)
    assert estimate.counted == 120
    assert estimate.input_error is not None
    assert 0 < estimate.input_error < 0.02
    assert "in 120 of 800 requests, drawn at random: ±" in describe(estimate)[-1]
    true = sent_tokens(night, count, plan)
    assert abs(estimate.total("input_tokens") - true) <= estimate.input_error * estimate.total("input_tokens")


def test_caps_go_by_what_batches_reserve(night: Night, count: TokenCounter) -> None:
    night.put(DAY, {"a.txt": "\n\n".join(text.replace("\n", "") for text in texts(300)) + "\n"})
    estimate = estimate_plan(night.ledger, night.read())
    cost, reserved = estimate.cost_usd, estimate.reserved_usd
    assert cost is not None
    assert reserved is not None
    assert cost < 0.98 * reserved
    between = (cost + reserved) / 2
    over = rf"about {cost:.4f} USD and reserve {reserved:.4f} USD, by the letters, until billed, over budget_usd"
    with pytest.raises(BudgetError, match=over):
        check_budget(night.ledger, night.read(budget_usd=between).url, "run-1")

    plan = night.read(budget_usd=between, over_budget="ask")
    asked = check_budget(night.ledger, plan.url, "run-1")["over"]
    assert asked["needed_usd"] == reserved
    assert f"**{cost:.6f} USD**, and reserve {reserved:.6f} USD, by the letters" in asked["body"]
    assert "what is reserved and a quarter more" in asked["body"]
    approvals.record(night.ledger, "run-1", Approval("approved", asked["usd"], "admin", 1.0))
    assert check_budget(night.ledger, plan.url, "run-1")["over"] is None

    plan = night.read(run_id="run-2", budget_usd=reserved * 1.001, requests_per_shard=5)
    assert check_budget(night.ledger, plan.url, "run-2")["over"] is None
    build_requests(night.ledger, plan.url, "run-2", 1)
    assert budget.refused(night.ledger, "run-2") is None
    assert held(night.ledger, Cap("", 0)) == pytest.approx(reserved, rel=0.001)


def test_command_and_report_say_how_tokens_were_found(
    night: Night, count: TokenCounter, capsys: pytest.CaptureFixture[str]
) -> None:
    night.put(DAY, {"a.txt": "荷物は明日の午前中に届きます\n\n雨です\n"})
    path = str(night.data / "input" / DAY)
    assert main(["estimate", path, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["counted"], said["input_error"]) == (1, 0)
    assert main(["estimate", path]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert f"({said['reserved_usd']:.4f} reserved under caps, by the letters)" in last
    assert last.endswith(said["how"])

    report = night.run_day()
    assert report["estimate"]["how"] == said["how"]
    page = html5lib.parse((night.data / "output" / DAY / "_report.html").read_text("utf-8"))
    (figure,) = [it for it in page.iter() if it.get("data-figure") == "estimate.cost_usd"]
    assert figure.text == f"{report['estimate']['cost_usd']:.6f}"
    assert said["how"] in "".join(page.itertext())


def test_without_the_vocabulary_cost_is_what_is_reserved(night: Night) -> None:
    night.put(DAY, {"a.txt": "荷物は明日の午前中に届きます\n\n雨です\n"})
    estimate = estimate_plan(night.ledger, night.read())
    assert estimate.reserved_usd == estimate.cost_usd
    assert (estimate.counted, estimate.input_error) == (None, None)
    assert describe(estimate)[-1].endswith(
        "Tokens are estimated from the letters, those of the input some 15 % too high."
    )
