"""A month's statement adds up to what the provider's own account says."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from integration.steps.night import DAY

from batch_translate.__main__ import main
from batch_translate.errors import SettingsError
from batch_translate.ledger.statement import month_bounds, statement, statement_of_run, total
from batch_translate.money.models import find_model
from batch_translate.steps.collect_results import collect_results

if TYPE_CHECKING:
    from collections.abc import Callable

    from integration.steps.night import Night


def month() -> str:
    return time.strftime("%Y-%m", time.gmtime())


@pytest.fixture
def nights(night: Night, inject: Callable[..., None]) -> Night:
    """Three days in two languages by two models; one batch expired half-way, one was collected twice."""
    texts = [f"{number}番の荷物は明日の午前中に届きます。" for number in range(8)]
    night.put(DAY, {"a.txt": "\n\n".join(texts) + "\n"})
    inject({"name": "expires", "count": 1, "share": 0.5})
    night.run_day(segments_per_request=1, target_langs=["en", "fr"])
    night.put("2024-04-18", {"b.txt": "晴れです\n", "translate.toml": 'model = "gpt-6-sol"\n'})
    night.run_day("2024-04-18", "run-2")
    night.put("2024-04-19", {"c.txt": "{count}件\n"})  # rejected and asked again
    night.run_day("2024-04-19", "run-3")
    return night


def test_a_batch_for_several_documents_is_shared_by_their_texts(night: Night) -> None:
    short, long = "晴れです", "明日の午前中に届くはずの荷物がまだ届いていないそうです"
    night.put(DAY, {"a.txt": f"{short}\n", "b.txt": f"{long}\n\n{short}\n", "c.txt": f"{short}\n"})
    night.run_day()
    lines = statement(night.ledger, month(), "document")
    assert [(line.what, line.segments) for line in lines] == [(f"{DAY}/a.txt", 1), (f"{DAY}/b.txt", 1)]
    assert lines[1].cost_usd > lines[0].cost_usd > 0
    whole = total(statement(night.ledger, month(), "day"))
    for name in ("input_tokens", "output_tokens", "cost_usd", "estimated_usd"):
        assert sum(getattr(line, name) for line in lines) == pytest.approx(getattr(whole, name), abs=1)
    assert sum(line.cost_usd for line in lines) == pytest.approx(whole.cost_usd)
    assert statement_of_run(night.ledger, "run-1", "document") == lines
    assert statement_of_run(night.ledger, "another", "document") == []


def test_it_adds_up_to_the_providers_account(nights: Night) -> None:
    batches = nights.client().batches.list(limit=100).data
    assert "expired" in {batch.status for batch in batches}
    used = [batch.usage for batch in batches if batch.usage is not None]
    lines = {by: statement(nights.ledger, month(), by) for by in ("day", "run", "model", "language", "pass")}
    for of_one_kind in lines.values():
        summed = total(of_one_kind)
        assert summed.batches == len(batches)
        assert summed.input_tokens == sum(usage.input_tokens for usage in used) > 0
        assert summed.output_tokens == sum(usage.output_tokens for usage in used) > 0
        assert (summed.open, summed.unpriced) == (0, 0)
        by_model = [(line, find_model(line.what)) for line in lines["model"]]
        costs = [model.cost_usd(line.input_tokens, line.output_tokens) for line, model in by_model]
        assert summed.cost_usd == pytest.approx(sum(filter(None, costs)))
    assert [line.what for line in lines["model"]] == ["gpt-6-luna", "gpt-6-sol"]
    assert [line.what for line in lines["language"]] == ["en", "fr"]
    assert [line.what for line in lines["day"]] == [DAY, "2024-04-18", "2024-04-19"]


def test_collecting_again_changes_nothing(nights: Night) -> None:
    before = statement(nights.ledger, month(), "run")
    with nights.ledger.read() as connection:
        job_keys = connection.exec_driver_sql("SELECT job_key FROM jobs").scalars().all()
    for job_key in job_keys:
        collect_results(nights.ledger, nights.api, job_key)
    assert statement(nights.ledger, month(), "run") == before


def test_command_prints_the_lines_and_their_sum(nights: Night, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["statement", month(), "--by", "model", "--json"]) == 0
    said: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert [line["what"] for line in said] == ["gpt-6-luna", "gpt-6-sol", "total"]
    assert main(["statement"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == f"{month()} (UTC)"
    assert shown[-1].split()[:2] == ["total", str(said[-1]["batches"])]
    assert main(["statement", "1999-01"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split()[:2] == ["total", "0"]
    assert main(["statement", "last"]) == 2


def test_months_follow_each_other() -> None:
    assert month_bounds("2026-11")[1] == month_bounds("2026-12")[0]
    assert month_bounds("2026-12")[1] == month_bounds("2027-01")[0]
    with pytest.raises(SettingsError):
        month_bounds("2026-13")
