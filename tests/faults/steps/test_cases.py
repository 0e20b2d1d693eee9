"""Each fault against the steps and the real server: nothing lost, nothing executed twice, nothing left running.

FAULT_RUNS says how many runs (default: each case once), FAULT_SEED the first seed (default: today's date); the
seed stands in each test's name and decides everything that is left to chance.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

import openai
import pytest
from faults.record import record
from faults.steps.account import Account
from faults.steps.cases import CASES, Case
from faults.steps.faulty_night import FaultyNight
from faults.steps.folder import make_folder
from integration.steps.night import DAY

from batch_translate.ledger import Ledger
from batch_translate.provider import api, polling
from batch_translate.report import read_translations
from batch_translate.steps import collect_results, create_batch
from local_batch_api.filler import fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contract.local_server import LocalServer

RUNS = int(os.environ.get("FAULT_RUNS") or len(CASES))
FIRST_SEED = int(os.environ.get("FAULT_SEED") or f"{datetime.now(UTC):%Y%m%d}00")
SAMPLED = [(CASES[number % len(CASES)], FIRST_SEED + number // len(CASES)) for number in range(RUNS)]


@pytest.fixture
def night(server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyNight]:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    ledger = Ledger(url)
    monkeypatch.setenv("BATCH_TRANSLATE_DATA", str(tmp_path))
    monkeypatch.setenv("BATCH_TRANSLATE_LEDGER", url)
    one = FaultyNight(tmp_path, ledger, server, f"sk-{secrets.token_hex(12)}")
    yield one
    one.inject([])
    ledger.close()


def lost_segments(languages: list[str]) -> int:
    """Segments whose translation does not stand beside their source."""
    lost = 0
    for language in languages:
        table = read_translations(DAY, language)
        expected = [fill("ja", language, source) for source in table["source"]]
        right = (table["state"] == "translated") & (table["target"] == expected)
        lost += int((~right).sum())
    return lost


@pytest.mark.parametrize(
    ("case", "seed"), [pytest.param(case, seed, id=f"{case.name}, seed {seed}") for case, seed in SAMPLED]
)
def test_nothing_is_lost_and_nothing_executed_twice(
    case: Case, seed: int, night: FaultyNight, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(f"{case.name}:{seed}")
    monkeypatch.setattr(api, "_CREATE_TIMEOUT", openai.Timeout(case.waits.create))
    monkeypatch.setattr(polling, "GONE_SECONDS", case.waits.gone)
    monkeypatch.setattr(collect_results, "GONE_SECONDS", case.waits.gone)
    monkeypatch.setattr(collect_results, "_CANCEL_PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(create_batch, "_VALIDATION_LOOKS", (0.02, 0.05, 0.1, 0.2))
    documents, languages = make_folder(chance, case.packed)
    night.waits = case.waits
    night.put(DAY, documents)
    night.inject(case.rules(chance))
    red = night.run("run-1")
    injected = night.injected()
    cleared = None
    if red is not None:
        night.inject([])
        cleared = night.run("run-1")
    account = Account.read(night.server.data, night.key)
    lost, twice = lost_segments(languages), account.executed_twice()
    notes = [case.window] if twice and case.window else []
    notes += ["red, green after a clear"] if red and cleared is None else []
    record(case.name, "steps", sum(injected), lost, twice, account.running, ", ".join(notes))
    assert all(injected), "a fault was never injected: the case shows nothing"
    assert cleared is None, cleared
    assert case.red in (None, red is not None), red
    assert lost == 0
    assert account.running == 0
    assert twice == 0 or case.window
