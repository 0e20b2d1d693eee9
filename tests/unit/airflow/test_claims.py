"""The wait for other runs' claims. The step that counts them stands aside: only the waiting is tested here."""

import asyncio
import json
import sys
import time
from datetime import timedelta
from types import ModuleType

import pytest
from airflow.sdk._shared.module_loading import import_string
from airflow.sdk.exceptions import AirflowSkipException, TaskDeferred
from airflow.triggers.base import TriggerEvent

from batch_translate_airflow import claims as claims_module
from batch_translate_airflow.claims import ClaimsSensor, ClaimsTrigger

# What another test left open is found whenever memory is collected: that is not this test's.
pytestmark = pytest.mark.filterwarnings("error", "ignore::pytest.PytestUnraisableExceptionWarning")

LIMIT = 20.0
CONTEXT = {"run_id": "run_1"}
SINCE = {"began": 1.0, "deadline": time.time() + 7200}


class Step(ModuleType):
    """steps.wait_for_claims with what it answers: one count per call, the last one again and again."""

    def __init__(self):
        super().__init__("batch_translate.steps.wait_for_claims")
        self.counts = [0]
        self.reasons = [None]
        self.calls = []
        self.recovered = []

    def recover_claimed(self, plan, conn_id):
        self.recovered.append((plan, conn_id))

    def open_claims(self, plan, run_id):
        self.calls.append((plan, run_id))
        count = self.counts.pop(0) if len(self.counts) > 1 else self.counts[0]
        if isinstance(count, Exception):
            raise count
        time.sleep(0.1)  # it reads a database
        return count

    def reason_to_skip(self, plan, pass_number, run_id):
        assert (plan, pass_number, run_id) == ("plan.json", 2, "run_1")
        return self.reasons.pop(0) if len(self.reasons) > 1 else self.reasons[0]


@pytest.fixture
def step(monkeypatch):
    step = Step()
    monkeypatch.setattr(claims_module, "recover_claimed", step.recover_claimed)
    monkeypatch.setitem(sys.modules, step.__name__, step)
    return step


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(claims_module, "_delay", lambda age: 0.01)


def sensor(**arguments):
    return ClaimsSensor(task_id="wait_for_claims", plan="plan.json", pass_number=2, **arguments)


def run(*, wait=LIMIT, recover=LIMIT, silent=0.0):
    now = time.time()
    trigger = ClaimsTrigger("plan.json", "run_1", now + wait, now + recover, silent_seconds=silent)

    async def collect():
        async with asyncio.timeout(LIMIT):
            return [event async for event in trigger.run()]

    return asyncio.run(collect())


def test_nothing_claimed_goes_on_at_once(step):
    assert sensor().execute(CONTEXT) == "plan.json"
    assert step.calls == [("plan.json", "run_1")]


def test_pass_with_nothing_to_do_is_skipped_with_its_reason(step):
    step.reasons = ["Nothing is left to translate"]
    with pytest.raises(AirflowSkipException, match="Nothing is left"):
        sensor().execute(CONTEXT)
    assert step.calls == []


def test_open_claims_defer_until_after_the_triggers_deadline(step):
    step.counts = [3]
    with pytest.raises(TaskDeferred) as caught:
        sensor(max_wait=timedelta(hours=2)).execute(CONTEXT)
    trigger = caught.value.trigger
    assert (trigger.plan, trigger.run_id, trigger.silent_seconds) == ("plan.json", "run_1", 10)
    assert trigger.deadline == pytest.approx(time.time() + 7200, abs=60)
    assert trigger.recover_at == pytest.approx(time.time() + 900, abs=60)
    assert step.recovered == [("plan.json", "openai_default")]
    assert caught.value.timeout > timedelta(hours=2)
    resume = getattr(sensor(), caught.value.method_name)
    assert resume(CONTEXT, event={"reason": "free"}, **caught.value.kwargs) == "plan.json"


def test_pass_that_other_runs_have_made_needless_is_skipped_on_resume(step):
    step.reasons = ["Nothing is left to translate"]
    with pytest.raises(AirflowSkipException):
        sensor().execute_complete(CONTEXT, {"reason": "free"}, **SINCE)


def test_deadline_goes_on_with_what_is_free(step):
    assert sensor().execute_complete(CONTEXT, {"reason": "deadline"}, **SINCE) == "plan.json"


@pytest.mark.parametrize("event", [None, {}, {"reason": "finished"}])
def test_event_of_another_kind_is_refused(step, event):
    with pytest.raises(ValueError, match="validation error"):
        sensor().execute_complete(CONTEXT, event, **SINCE)


def test_poke_mode_waits_on_the_worker(step, quick):
    step.counts = [2, 2, 1, 0]
    assert sensor(deferrable=False).execute(CONTEXT) == "plan.json"
    assert len(step.calls) == 4
    assert len(step.recovered) == 1


def test_poke_mode_ends_at_the_deadline(step, quick):
    step.counts = [2]
    assert sensor(deferrable=False, max_wait=timedelta(seconds=0.3)).execute(CONTEXT) == "plan.json"


def test_trigger_fires_when_the_claims_are_gone(step, quick):
    step.counts = [2, OSError("database is locked"), 1, 0]
    assert run() == [TriggerEvent({"reason": "free"})]
    assert len(step.calls) == 4


def test_trigger_sends_its_deadline(step, quick):
    step.counts = [2]
    assert run(wait=0.3) == [TriggerEvent({"reason": "deadline"})]


def test_trigger_asks_for_a_recovery_and_the_sensor_waits_on(step, quick):
    step.counts = [2]
    (event,) = run(recover=0.3)
    assert event == TriggerEvent({"reason": "recover"})
    with pytest.raises(TaskDeferred) as caught:
        sensor().execute_complete(CONTEXT, event.payload, **SINCE)
    assert caught.value.trigger.deadline == SINCE["deadline"]
    assert step.recovered == [("plan.json", "openai_default")]


def test_what_a_recovery_brings_ends_the_wait(step):
    assert sensor().execute_complete(CONTEXT, {"reason": "recover"}, **SINCE) == "plan.json"


def test_trigger_keeps_silent_first(step, quick):
    began = time.monotonic()
    assert run(silent=0.5) == [TriggerEvent({"reason": "free"})]
    assert time.monotonic() - began >= 0.5


def test_counting_does_not_block_the_loop(step, quick):
    step.counts = [1, 1, 1, 0]
    lags = []

    async def measure():
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            lags.append(time.monotonic() - before - 0.005)

    async def collect():
        measuring = asyncio.create_task(measure())
        trigger = ClaimsTrigger("plan.json", "run_1", time.time() + LIMIT, time.time() + LIMIT, silent_seconds=0)
        async with asyncio.timeout(LIMIT):
            found = [event async for event in trigger.run()]
        measuring.cancel()
        return found

    assert asyncio.run(collect()) == [TriggerEvent({"reason": "free"})]
    assert max(lags) < 0.09


def test_arguments_survive_the_database():
    path, arguments = ClaimsTrigger("plan.json", "run_1", 5.0, 4.0).serialize()
    again = import_string(path)(**json.loads(json.dumps(arguments)))
    assert again.serialize() == (path, arguments)
