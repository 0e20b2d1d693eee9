"""One batch per job, whatever happens between asking for it and noting it down."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from socket import create_server
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from contract.local_server import INCLUDE, LocalServer
from integration.steps.night import DAY
from integration.steps.proxy import Exchange, proxy

from batch_translate.errors import RefusedBatchError
from batch_translate.ledger import Ledger, jobs
from batch_translate.provider.api import BatchApi
from batch_translate.steps.build_requests import build_requests
from batch_translate.steps.create_batch import create_batch
from batch_translate.steps.upload_file import upload_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from integration.steps.night import Night

CREATE = """
import sys, openai
from batch_translate.ledger import Ledger
from batch_translate.provider.api import BatchApi
from batch_translate.steps.create_batch import create_batch
url, key, ledger, job_key = sys.argv[1:]
create_batch(Ledger(ledger), BatchApi(openai.OpenAI(base_url=url, api_key=key, max_retries=0)), job_key)
"""


@pytest.fixture
def job_key(night: Night) -> str:
    """A job whose file is uploaded."""
    night.put(DAY, {"greetings.txt": "おはよう\n"})
    (key,) = build_requests(night.ledger, night.read().url, "run-1", 1)
    upload_file(night.ledger, night.api, key)
    return key


def early_absence(night: Night, job_key: str) -> float | None:
    """A look that had no batch before a create could have arrived."""
    return jobs.get(night.ledger, job_key).submitting_at


def assert_one_batch(night: Night, job_key: str) -> None:
    job = jobs.get(night.ledger, job_key)
    assert night.batches() == [job.batch_id]
    night.wait_for_batch(str(job.batch_id))
    assert night.executed() == ["おはよう"]


def test_batch_whose_answer_was_lost_is_found_by_its_metadata(night: Night, job_key: str) -> None:
    def lose(exchange: Exchange) -> Exchange | None:
        return None if exchange.call == "POST /v1/batches" else exchange

    with proxy(night.server.base_url, lose) as url:
        submission = create_batch(night.ledger, BatchApi(night.client(url)), job_key)
    assert submission.waits_for == "settling"
    assert jobs.get(night.ledger, job_key).batch_id is None
    night.send(job_key)
    assert_one_batch(night, job_key)


def test_batch_of_a_task_killed_before_it_was_noted_is_found(night: Night, job_key: str) -> None:
    running: list[subprocess.Popen[bytes]] = []

    def kill(exchange: Exchange) -> Exchange:
        if exchange.call == "POST /v1/batches":
            running[0].kill()
        return exchange

    with proxy(night.server.base_url, kill) as url:
        ledger = night.ledger.url.render_as_string(hide_password=False)
        command = [sys.executable, "-c", CREATE, url, night.key, ledger, job_key]
        running.append(subprocess.Popen(command, cwd=INCLUDE, env={"PYTHONPATH": str(INCLUDE)}))
        assert running[0].wait(60) == -9
    assert jobs.get(night.ledger, job_key).state == "planned"
    night.send(job_key)
    assert_one_batch(night, job_key)


def test_batch_that_never_reached_the_provider_is_proven_absent_and_created_once(
    night: Night, job_key: str
) -> None:
    with create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    lost = create_batch(night.ledger, BatchApi(night.client(f"http://127.0.0.1:{port}/v1")), job_key)
    assert lost.waits_for == "settling"
    # Until the create can no longer be on its way, and a settle time after that, nothing is sent again.
    for _ in range(3):
        early = create_batch(night.ledger, night.api, job_key, early_absence(night, job_key))
        assert early.waits_for == "settling"
    assert night.batches() == []
    night.send(job_key)
    night.send(job_key)
    assert_one_batch(night, job_key)


def test_listing_that_cannot_be_read_proves_nothing(night: Night, job_key: str) -> None:
    def fail_lists(exchange: Exchange) -> Exchange | None:
        if exchange.call == "POST /v1/batches":
            return None
        return exchange.answered(500, b"{}") if exchange.call == "GET /v1/batches" else exchange

    with proxy(night.server.base_url, fail_lists) as url, pytest.raises(TimeoutError, match="settling"):
        night.submit(job_key, BatchApi(night.client(url)), seconds=2)
    assert len(night.batches()) == 1
    night.send(job_key)
    assert_one_batch(night, job_key)


def test_batch_that_is_listed_late_is_found_within_the_settle_time(night: Night, job_key: str) -> None:
    looks: list[str] = []

    def hide(exchange: Exchange) -> Exchange | None:
        if exchange.call == "POST /v1/batches":
            return None
        if exchange.call == "GET /v1/batches":
            looks.append(exchange.call)
            if len(looks) < 3:
                return exchange.answered(200, b'{"object": "list", "data": [], "has_more": false}')
        return exchange

    with proxy(night.server.base_url, hide) as url:
        api = BatchApi(night.client(url))
        night.submit(job_key, api, settle_seconds=1.0)
    assert len(looks) == 3
    assert_one_batch(night, job_key)


def test_tasks_that_create_the_same_batch_at_once_make_one(night: Night, job_key: str) -> None:
    at_once = Barrier(4)

    def create(_: int) -> str | None:
        ledger = Ledger(night.ledger.url.render_as_string(hide_password=False))
        at_once.wait(10)
        return replace(night, ledger=ledger).submit(job_key, arrival_seconds=1.0).batch_id

    with ThreadPoolExecutor(4) as pool:
        created = set(pool.map(create, range(4)))
    assert created == set(night.batches())
    assert_one_batch(night, job_key)


def test_wrong_key_is_refused_and_the_right_one_works_at_once(
    make_night: Callable[[LocalServer], Night], tmp_path: Path
) -> None:
    server = LocalServer(tmp_path / "strict")
    server.start("--api-key", "sk-right")
    try:
        night = make_night(server)
        night.key = "sk-right"
        night.put(DAY, {"greetings.txt": "おはよう\n"})
        (job_key,) = build_requests(night.ledger, night.read().url, "run-1", 1)
        upload_file(night.ledger, night.api, job_key)
        with pytest.raises(RefusedBatchError, match="HTTP 401") as refused:
            create_batch(night.ledger, BatchApi(night.client(key="sk-wrong")), job_key)
        assert "sk-wrong" not in str(refused.value)
        assert jobs.get(night.ledger, job_key).submitting_at is None
        night.send(job_key)
        assert_one_batch(night, job_key)
    finally:
        server.stop()
