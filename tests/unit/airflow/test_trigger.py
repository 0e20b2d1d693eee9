"""The trigger against a real server on a socket, alone and through Airflow's shared streams."""

import asyncio
import gc
import json
import time
from contextlib import aclosing

import pytest
from airflow.sdk._shared.module_loading import import_string
from airflow.triggers.base import BaseTrigger, TriggerEvent
from airflow.triggers.shared_stream import SharedStreamManager

from batch_translate.provider import polling
from batch_translate_airflow import trigger as trigger_module
from batch_translate_airflow.trigger import BatchEvent, BatchTrigger

# What another test left open is found whenever memory is collected: that is not this test's.
pytestmark = [
    pytest.mark.filterwarnings("error", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("connection"),
]

LIMIT = 20.0


@pytest.fixture(autouse=True)
def _nobody_waits_afterwards():
    yield
    assert not any(watchlist.ids for watchlist in trigger_module._watchlists.values())


@pytest.fixture
def quick(monkeypatch):
    """Looks follow each other at once: what is tested is what they lead to."""
    monkeypatch.setattr(trigger_module, "next_delay", lambda age, chance: 0.05)
    monkeypatch.setattr(trigger_module, "failure_delay", lambda failures, chance: 0.05)
    monkeypatch.setattr(trigger_module, "FIRST_DELAY", 0.05)


def trigger_for(batch_id="batch_1", *, wait=LIMIT, silent=0.0):
    return BatchTrigger("openai_default", batch_id, time.time() + wait, silent_seconds=silent)


def event(batch_id, status, reason):
    return TriggerEvent({"batch_id": batch_id, "status": status, "reason": reason})


def run(trigger):
    async def collect():
        async with asyncio.timeout(LIMIT):
            return [event async for event in trigger.run()]

    return asyncio.run(collect())


async def subscribe(manager, trigger, trigger_id):
    """What the triggerer does with a trigger that has a shared stream."""
    key = trigger.shared_stream_key()
    stream = manager.subscribe(trigger_id=trigger_id, trigger=trigger, key=key)
    try:
        async with asyncio.timeout(LIMIT), aclosing(trigger.filter_shared_stream(stream)) as events:
            return [event async for event in events]
    finally:
        await manager.unsubscribe(trigger_id, key)


def run_shared(*triggers):
    async def collect():
        manager = SharedStreamManager()
        return await asyncio.gather(*(subscribe(manager, each, number) for number, each in enumerate(triggers)))

    return asyncio.run(collect())


def test_arguments_survive_the_database():
    path, arguments = trigger_for(silent=3).serialize()
    again = import_string(path)(**json.loads(json.dumps(arguments)))
    assert again.serialize() == (path, arguments)
    assert path in again.shared_stream_key()


def test_killing_the_task_does_not_cancel_the_batch():
    assert BatchTrigger.on_kill is BaseTrigger.on_kill


@pytest.mark.parametrize("status", ["completed", "failed", "expired", "cancelled"])
def test_terminal_batch_is_one_event(server, quick, status):
    server.batches = {"batch_1": status}
    assert run(trigger_for()) == [event("batch_1", status, "finished")]


def test_open_and_unknown_statuses_are_waited_through(server, quick):
    server.batches = {"batch_1": "scheduling"}

    async def collect():
        async def move_on():
            for status in ("validating", "in_progress", "", "finalizing", "completed"):
                before = server.retrieves
                while server.retrieves < before + 2:
                    await asyncio.sleep(0.01)
                server.batches["batch_1"] = status

        async with asyncio.timeout(LIMIT), asyncio.TaskGroup() as group:
            group.create_task(move_on())
            return [event async for event in trigger_for().run()]

    assert asyncio.run(collect()) == [event("batch_1", "completed", "finished")]


def test_first_event_keeps_silent_long_enough(server, quick):
    server.batches = {"batch_1": "completed"}
    began = time.monotonic()
    assert run(trigger_for(silent=1.0)) == [event("batch_1", "completed", "finished")]
    assert time.monotonic() - began >= 1.0
    assert BatchTrigger("c", "b", 0).silent_seconds >= 10


def test_deadline_is_an_event_with_the_last_status(server, quick):
    server.batches = {"batch_1": "in_progress"}
    assert run(trigger_for(wait=0.6)) == [event("batch_1", "in_progress", "deadline")]


def test_deadline_comes_while_the_server_hangs(server, quick):
    server.latency = 2.0
    began = time.monotonic()
    assert run(trigger_for(wait=0.5)) == [event("batch_1", None, "deadline")]
    assert time.monotonic() - began < 1.9


def test_batch_that_finished_while_no_triggerer_ran_is_seen_after_its_deadline(server, quick):
    server.batches = {"batch_1": "completed"}
    assert run(trigger_for(wait=-1000)) == [event("batch_1", "completed", "finished")]
    server.batches = {"batch_1": "in_progress"}
    assert run(trigger_for(wait=-1000)) == [event("batch_1", "in_progress", "deadline")]


def test_batch_the_provider_keeps_denying_is_gone(server, quick, monkeypatch):
    monkeypatch.setattr(polling, "GONE_SECONDS", 0.2)
    assert run(trigger_for()) == [event("batch_1", None, "gone")]
    assert server.retrieves >= polling.GONE_LOOKS


@pytest.mark.parametrize("fault", ["hang up", 429, 500, 502, 401, "not json"])
def test_failed_looks_are_survived(server, quick, fault, caplog):
    server.batches = {"batch_1": "completed"}
    server.faults.extend([fault] * 4)
    assert run(trigger_for()) == [event("batch_1", "completed", "finished")]
    assert server.retrieves == 5
    assert "sk-secret" not in caplog.text
    assert "trying again" in caplog.text


def test_connection_that_is_defined_late_is_found(server, quick, monkeypatch):
    server.batches = {"batch_1": "completed"}
    monkeypatch.delenv("AIRFLOW_CONN_OPENAI_DEFAULT")

    async def collect():
        async def define_connection_later():
            await asyncio.sleep(0.3)
            monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
            monkeypatch.setenv("OPENAI_BASE_URL", server.url)

        async with asyncio.timeout(LIMIT), asyncio.TaskGroup() as group:
            group.create_task(define_connection_later())
            return [event async for event in trigger_for().run()]

    assert asyncio.run(collect()) == [event("batch_1", "completed", "finished")]


def test_client_is_closed(server, quick):
    server.batches = {"batch_1": "completed"}
    server.faults.append(500)
    run(trigger_for())
    until = time.monotonic() + 5
    while server.open_connections and time.monotonic() < until:
        time.sleep(0.01)
    assert server.open_connections == 0


def test_fifty_triggers_share_few_list_calls_and_never_block_the_loop(server):
    """With the real delays: 50 batches that finish while they are waited for."""
    server.latency = 0.2
    server.batches = {f"batch_{number}": "in_progress" for number in range(50)}
    triggers = [trigger_for(name) for name in server.batches]
    lags = []

    async def measure():
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            lags.append(time.monotonic() - before - 0.01)

    async def finish():
        while server.lists < 2:
            await asyncio.sleep(0.01)
        server.batches.update(dict.fromkeys(server.batches, "completed"))

    async def collect():
        manager = SharedStreamManager()
        measuring = asyncio.create_task(measure())
        finishing = asyncio.create_task(finish())
        found = await asyncio.gather(*(subscribe(manager, each, n) for n, each in enumerate(triggers)))
        measuring.cancel()
        await finishing
        return found

    assert asyncio.run(collect()) == [[event(each.batch_id, "completed", "finished")] for each in triggers]
    assert server.lists <= 5
    assert server.retrieves == 0
    assert max(lags) < 0.5


def test_batches_beyond_the_first_page_and_outside_the_list_are_found(server, quick):
    others = {f"other_{number}": "completed" for number in range(150)}
    wanted = {f"batch_{number}": "completed" for number in range(6)}
    server.batches = others | wanted
    server.unlisted = {"batch_5"}
    found = run_shared(*(trigger_for(name) for name in wanted))
    assert found == [[event(name, "completed", "finished")] for name in wanted]
    assert (server.lists, server.retrieves) == (2, 1)


def test_new_batch_is_looked_at_soon_although_the_loop_is_slow(server, monkeypatch):
    server.batches = {"old": "in_progress", "new": "completed"}
    monkeypatch.setattr(trigger_module, "next_delay", lambda age, chance: 0.05 if age < 0.5 else 3600)
    monkeypatch.setattr(trigger_module, "FIRST_DELAY", 0.05)

    async def collect():
        manager = SharedStreamManager()
        waiting = asyncio.create_task(subscribe(manager, trigger_for("old", wait=3), 1))
        await asyncio.sleep(1)
        began = time.monotonic()
        found = await subscribe(manager, trigger_for("new"), 2)
        return found, time.monotonic() - began, await waiting

    found, seconds, old = asyncio.run(collect())
    assert found == [event("new", "completed", "finished")]
    assert seconds < 1
    assert old == [event("old", "in_progress", "deadline")]


def test_server_without_a_list_is_asked_for_each_batch(server, quick):
    server.batches = {f"batch_{number}": "completed" for number in range(6)}
    server.faults.append(405)
    found = run_shared(*(trigger_for(name) for name in server.batches))
    assert found == [[event(name, "completed", "finished")] for name in server.batches]
    assert (server.lists, server.retrieves) == (1, 6)


def test_key_that_was_changed_is_read_again(server, quick, monkeypatch):
    server.batches = {"batch_1": "completed"}
    server.key = "sk-new"

    async def collect():
        async def change_key():
            while not server.requests:
                await asyncio.sleep(0.01)
            fields = {"conn_type": "openai", "password": "sk-new", "host": server.url}
            monkeypatch.setenv("AIRFLOW_CONN_OPENAI_DEFAULT", json.dumps(fields))

        async with asyncio.timeout(LIMIT), asyncio.TaskGroup() as group:
            group.create_task(change_key())
            return [event async for event in trigger_for().run()]

    assert asyncio.run(collect()) == [event("batch_1", "completed", "finished")]


def test_one_broken_batch_does_not_hide_the_others(server, quick):
    server.batches = {"a": "completed", "b": "completed"}
    server.faults.append(500)
    assert run_shared(trigger_for("a"), trigger_for("b")) == [
        [event("a", "completed", "finished")],
        [event("b", "completed", "finished")],
    ]


def test_log_that_is_slow_to_write_does_not_block_the_loop(server, quick, monkeypatch):
    class SlowLog:
        lines = 0

        def info(self, *_):
            time.sleep(0.5)
            self.lines += 1

    log = SlowLog()
    monkeypatch.setattr(BatchTrigger, "log", log)
    server.batches = {"batch_1": "in_progress"}
    run(trigger_for(wait=1.0))  # What the first one imports is not measured.
    lags = []

    async def measure():
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            lags.append(time.monotonic() - before - 0.01)

    async def collect():
        measuring = asyncio.create_task(measure())
        async with asyncio.timeout(LIMIT):
            found = [event async for event in trigger_for(wait=1.0).run()]
        measuring.cancel()
        return found

    assert asyncio.run(collect()) == [event("batch_1", "in_progress", "deadline")]
    assert log.lines == 2
    assert max(lags) < 0.4


def test_what_was_imported_is_not_searched_for_garbage(server, quick):
    server.batches = {"batch_1": "completed"}
    run(trigger_for())
    assert gc.get_freeze_count() > len(gc.get_objects()) / 10


def test_event_is_validated():
    fine = {"batch_id": "b", "status": None, "reason": "gone"}
    assert BatchEvent.model_validate(fine).reason == "gone"
    for broken in (None, {}, {**fine, "reason": "success"}, {**fine, "more": 1}):
        with pytest.raises(ValueError, match="validation error"):
            BatchEvent.model_validate(broken)
