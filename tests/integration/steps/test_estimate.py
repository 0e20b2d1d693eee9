"""An estimate is what the first pass then reserves, and leaves no trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from integration.steps.night import DAY
from integration.steps.test_statement import month

from batch_translate.__main__ import main
from batch_translate.ledger.statement import statement, total
from batch_translate.steps.estimate import estimate_plan

if TYPE_CHECKING:
    from integration.steps.night import Night


@pytest.fixture
def folder(night: Night) -> Night:
    texts = [f"{number}番の荷物は明日の午前中に届きます。" for number in range(25)]
    night.put(DAY, {"a.txt": "\n\n".join(texts) + "\n", "b.txt": f"{texts[0]}\n\n雨です\n\n12\n"})
    night.put(DAY, {"c/d.csv": "id,text\n1,雪です\n2,雨です\n"})
    night.put(DAY, {"translate.toml": '[[profiles]]\nname = "tables"\nfiles = "*.csv"\nmodel = "gpt-6-sol"\n'})
    return night


def test_estimate_is_what_the_first_pass_reserves(folder: Night) -> None:
    plan = folder.read(target_langs=["en", "fr"])
    estimate = estimate_plan(folder.ledger, plan)
    assert (estimate.segments, estimate.known, estimate.repeated) == (30, 0, 2)
    assert {(line.document, line.language): line.missing for line in estimate.lines} == {
        (document, language): count
        for language in ("en", "fr")
        for document, count in (("a.txt", 25), ("b.txt", 1), ("c/d.csv", 2))
    }
    folder.run_pass(plan, 1)
    (first, second) = statement(folder.ledger, month(), "model")
    sent = total([first, second])
    assert estimate.total("requests") == sent.requests
    assert estimate.total("missing") == sent.segments == 56
    assert estimate.cost_usd == pytest.approx(sent.estimated_usd, rel=0.01)
    after = estimate_plan(folder.ledger, plan)
    assert (after.total("missing"), after.total("input_tokens"), after.cost_usd) == (0, 0, 0)
    assert (after.known, after.repeated) == (56, 2)


def test_command_estimates_a_folder_and_leaves_nothing_behind(
    folder: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(folder.data / "input" / DAY)
    assert main(["estimate", path, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["missing"] == 28
    assert said["cost_usd"] > 0
    assert main(["estimate", f"{path}/"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[-1].startswith(f"{DAY}: 28 texts to ask in 4 requests for about 0.00")
    assert not (folder.data / "work").exists()
    assert folder.batches() == []
    with folder.ledger.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM readings").scalar_one() == 0
    assert main(["estimate", str(folder.data / "input" / "1999-01-01")]) == 2


def test_a_model_without_a_price_leaves_the_cost_open(folder: Night) -> None:
    plan = folder.read(model="unknown")
    assert estimate_plan(folder.ledger, plan).cost_usd is None


def test_it_says_what_memory_and_repetition_save(night: Night) -> None:
    night.put(DAY, {"a.txt": "雨です\n\n雨です\n\n雪です\n"})
    before = estimate_plan(night.ledger, night.read()).saved_usd
    assert before["memory"] == 0
    assert before["repetition"] > 0
    night.run_day()
    after = estimate_plan(night.ledger, night.read(run_id="run-2")).saved_usd
    assert after["memory"] == pytest.approx(2 * after["repetition"])  # two texts are known, one stands twice
    assert after["repetition"] == pytest.approx(before["repetition"], rel=0.2)
    unpriced = estimate_plan(night.ledger, night.read(run_id="run-3", model="nobody-knows")).saved_usd
    assert unpriced == {"memory": None, "repetition": None}
