"""The waiting side against local_batch_api in a process of its own: batches that really run."""

import asyncio
import json
import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from airflow.sdk.exceptions import TaskDeferred
from airflow.triggers.shared_stream import SharedStreamManager

from batch_translate_airflow.hook import OpenAIBatchHook
from batch_translate_airflow.sensor import BatchSensor

LIMIT = 60.0
INCLUDE = Path(__file__).parents[3] / "include"


@pytest.fixture
def local_api(tmp_path, monkeypatch):
    """The API, and an environment that leads to it."""
    command = [sys.executable, "-m", "local_batch_api", "--port", "0", "--data", str(tmp_path), "--delay", "2"]
    environment = os.environ | {"PYTHONPATH": str(INCLUDE), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert select.select([process.stdout], [], [], LIMIT)[0], "local_batch_api did not start"
            url = re.search(r"listening on (\S+)", process.stdout.readline()).group(1)
            monkeypatch.setenv("OPENAI_API_KEY", "sk-local")
            monkeypatch.setenv("OPENAI_BASE_URL", url)
            yield url
        finally:
            process.terminate()


def create_batch(client, number):
    line = {
        "custom_id": f"request_{number}",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "gpt-6-luna", "messages": [{"role": "user", "content": "お知らせ"}]},
    }
    file = client.files.create(file=("shard.jsonl", json.dumps(line).encode()), purpose="batch")
    batch = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    return {"job_key": f"job_{number}", "batch_id": batch.id, "submitted_at": time.time()}


def defer(batch):
    operator = BatchSensor(task_id="wait_for_batch", batch=batch)
    with pytest.raises(TaskDeferred) as caught:
        operator.execute({})
    return operator, caught.value


async def events_of(manager, trigger, number):
    key = trigger.shared_stream_key()
    stream = manager.subscribe(trigger_id=number, trigger=trigger, key=key)
    try:
        return [event.payload async for event in trigger.filter_shared_stream(stream)]
    finally:
        await manager.unsubscribe(number, key)


def test_batches_are_created_deferred_and_resumed(local_api):
    with OpenAIBatchHook().get_conn() as client:
        batches = [create_batch(client, number) for number in range(5)]
        client.batches.cancel(batches[4]["batch_id"])
    deferrals = [defer(batch) for batch in batches[:4]]

    async def wait():
        manager = SharedStreamManager()
        async with asyncio.timeout(LIMIT):
            return await asyncio.gather(
                *(events_of(manager, deferred.trigger, n) for n, (_, deferred) in enumerate(deferrals))
            )

    began = time.monotonic()
    events = asyncio.run(wait())
    assert time.monotonic() - began >= 10, "the triggers keep silent for ten seconds"
    for batch, (operator, deferred), [event] in zip(batches, deferrals, events, strict=False):
        resumed = getattr(operator, deferred.method_name)({}, event=event, **deferred.kwargs)
        assert resumed == {
            "job_key": batch["job_key"],
            "batch_id": batch["batch_id"],
            "status": "completed",
            "reason": "finished",
        }
    cancelled = BatchSensor(task_id="wait_for_batch", batch=batches[4]).execute({})
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "finished")
