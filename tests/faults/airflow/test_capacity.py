"""A backfill under the provider's limits: no task fails, whatever has to be waited for.

For one model the project knows the account's enqueued-token limit, so runs wait until there is room. For the other
it believes in a higher one: the provider sends batches back with `token_limit_exceeded`. Creating is answered
with 429 now and then, and the triggerer is killed while runs wait for room. `make test-faults` takes
BACKFILL_DAYS=30; without it this is left out, for it takes ten minutes.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from faults.airflow import backfill as backfills
from faults.airflow.backfill import Backfill
from faults.airflow.night import Account, Folder
from faults.record import record

from processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline import Pipeline

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(1500)]

KNOWN, UNKNOWN = "model-with-a-known-limit", "model-with-a-lower-limit"
LIMIT = 1_000
"""Room for three or four of the batches below: the estimate is higher than what the provider counts."""
NUMBER = int(os.environ.get("BACKFILL_DAYS") or "16")
"""At least 14, so that more runs than there is room for are left when the first six are through."""
REFUSALS = NUMBER // 5
DAYS = tuple((date(2024, 6, 1) + timedelta(days=number)).isoformat() for number in range(NUMBER))
LIMITS = f"""
[models.{KNOWN}]
input = 0.1
output = 0.2
enqueued_tokens = {LIMIT}

[models.{UNKNOWN}]
input = 0.1
output = 0.2
enqueued_tokens = 1_000_000
"""


def model_of(number: int) -> str:
    # The first six are sent at the same time: there is room for four of them.
    return UNKNOWN if number < 6 else KNOWN


def wait_for_room(nights: Backfill) -> set[str] | None:
    """The days whose runs wait for room, once they are three; those sent back wait as well, not for room."""
    days = nights.days_of(nights.tasks("deferred", "create_batch")) & set(DAYS[6:])
    return days if len(days) >= 3 else None


@pytest.fixture
def _limited_api(stack: Pipeline) -> Iterator[None]:
    stack.local_api.restart("--enqueued-token-limit", str(LIMIT))
    rule = {"name": "rate_limited_seconds", "route": "POST /v1/batches", "retry_after": 5}
    backfills.inject(stack, rule | {"count": REFUSALS, "probability": 0.3, "seed": 7})
    yield
    stack.local_api.restart()


@pytest.mark.skipif("BACKFILL_DAYS" not in os.environ, reason="ten minutes: set BACKFILL_DAYS, 14 or more")
@pytest.mark.usefixtures("_limited_api")
def test_backfill_waits_for_room_and_no_task_fails(stack: Pipeline, models: Path) -> None:
    models.write_text(LIMITS, encoding="utf-8")
    folders = [Folder.of(day) for day in DAYS]
    for number, folder in enumerate(folders):
        folder.lay_out(stack)
        stack.put(folder.day, {"translate.toml": f'model = "{model_of(number)}"\n'})
    nights = Backfill.create(stack, DAYS, max_active_runs=10)
    waiting = wait_until(lambda: wait_for_room(nights), 400, "three runs wait for room")
    nights.tell(f"{len(waiting)} runs wait for room: the triggerer is killed")
    backfills.kill_component(stack, "triggerer")
    runs = nights.wait(900)

    account = Account.of(stack)
    texts = [text for folder in folders for text in folder.texts]
    lost = [text for folder in folders for text in folder.lost(stack)]
    twice, running = account.twice(texts), account.running()
    sent_back = [batch for batch in account.batches if batch["status"] == "failed"]
    codes = {error["code"] for batch in sent_back for error in batch["errors"]["data"]}
    busy = backfills.injected(stack)
    for fault, injected in (
        ("triggerer killed while runs wait for room", len(waiting)),
        ("token_limit_exceeded", len(sent_back)),
        ("429 with Retry-After", busy),
    ):
        note = f"backfill of {len(DAYS)} days, at most 10 at once"
        record(fault, "airflow", injected, len(lost), len(twice), len(running), note)
    nights.tell(f"all ended; {len(sent_back)} batches sent back, {busy} times HTTP 429")
    tried_again = {
        f"{day} {entry['task_id']}": entry["try_number"]
        for day, run in runs.items()
        for entry in backfills.tries(stack, run)
    }
    assert {day: run.state for day, run in runs.items() if run.state != "success"} == {}
    assert tried_again == {}
    assert codes == {"token_limit_exceeded"}
    assert busy == REFUSALS
    assert (lost, twice, account.never(texts), running) == ([], {}, [], [])
