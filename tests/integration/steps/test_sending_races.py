"""Moments in which a batch could be made twice or its paid answers given up, each found by reading the code."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from integration.steps.night import DAY
from integration.steps.proxy import Exchange, proxy

from batch_translate.errors import JobError
from batch_translate.ledger import jobs
from batch_translate.provider.api import BatchApi
from batch_translate.provider.polling import GONE_SECONDS
from batch_translate.steps import create_batch as creating
from batch_translate.steps.build_requests import build_requests
from batch_translate.steps.collect_results import collect_results
from batch_translate.steps.create_batch import create_batch
from batch_translate.steps.recover_jobs import recover_jobs
from batch_translate.steps.upload_file import upload_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from integration.steps.night import Night
    from openai.types import Batch

HOUR = 3600.0


@pytest.fixture
def job_key(night: Night) -> str:
    """A job whose file is uploaded."""
    night.put(DAY, {"greetings.txt": "おはよう\n"})
    (key,) = build_requests(night.ledger, night.read().url, "run-1", 1)
    upload_file(night.ledger, night.api, key)
    return key


def change_list(edit: Callable[[dict[str, Any]], None]) -> Callable[[Exchange], Exchange]:
    def change(exchange: Exchange) -> Exchange:
        if exchange.call != "GET /v1/batches":
            return exchange
        body = json.loads(exchange.content)
        edit(body)
        return exchange.answered(200, json.dumps(body).encode())

    return change


def show_batch(batch_id: str, **fields: object) -> Callable[[Exchange], Exchange]:
    def change(exchange: Exchange) -> Exchange:
        if exchange.call == f"GET /v1/batches/{batch_id}":
            return exchange.answered(200, json.dumps(json.loads(exchange.content) | fields).encode())
        return exchange.answered(409, b"{}") if exchange.call.endswith("/cancel") else exchange

    return change


def lose_answer(night: Night, job_key: str) -> None:
    def lose(exchange: Exchange) -> Exchange | None:
        return None if exchange.call == "POST /v1/batches" else exchange

    with proxy(night.server.base_url, lose) as url:
        create_batch(night.ledger, BatchApi(night.client(url)), job_key)


def test_collecting_an_older_batch_does_not_close_the_job_of_the_newer(night: Night, job_key: str) -> None:
    old = night.send(job_key)
    night.wait_for_batch(old)

    class SlowCollector(BatchApi):
        def retrieve(self, batch_id: str) -> Batch | None:
            found = super().retrieve(batch_id)
            job = jobs.get(night.ledger, job_key)
            if job.batch_id == old:  # read, and not stored yet: meanwhile the job is sent anew
                assert jobs.send_back(night.ledger, job, "no room", forget_file=False, now=time.time())
                night.send(job_key)
            return found

    collect_results(night.ledger, SlowCollector(night.client()), job_key)
    job = jobs.get(night.ledger, job_key)
    assert (job.state, job.refusals) == ("submitted", 1)
    assert night.collect(job_key) == {"accepted": 1}


@pytest.mark.parametrize("age", [27 * HOUR, 8 * 24 * HOUR])
def test_one_404_after_the_deadline_gives_up_nothing(night: Night, job_key: str, age: float) -> None:
    night.wait_for_batch(night.send(job_key))
    night.put_back("submitted_at", [job_key], age)

    def hide(exchange: Exchange) -> Exchange:
        is_look = exchange.call.startswith("GET /v1/batches/")
        return exchange.answered(404, b'{"error": {"message": "No batch found"}}') if is_look else exchange

    with proxy(night.server.base_url, hide) as url:
        assert recover_jobs(night.ledger, BatchApi(night.client(url)), "run-2")["unclear"] == 1
    assert recover_jobs(night.ledger, night.api, "run-2")["collected"] == 1
    assert night.executed() == ["おはよう"]


def test_gone_batch_that_is_there_again_is_not_given_up(night: Night, job_key: str) -> None:
    batch_id = night.send(job_key)
    night.wait_for_batch(batch_id)
    night.put_back("submitted_at", [job_key], GONE_SECONDS + 60)
    running = show_batch(batch_id, status="in_progress", output_file_id=None)
    with proxy(night.server.base_url, running) as url, pytest.raises(JobError, match="cannot be collected yet"):
        collect_results(night.ledger, BatchApi(night.client(url)), job_key, "gone", batch_id)
    assert collect_results(night.ledger, night.api, job_key, "gone", batch_id) == {"accepted": 1}


def test_end_of_another_batch_collects_nothing(night: Night, job_key: str) -> None:
    night.send(job_key)
    with pytest.raises(JobError, match="clear wait_for_batch"):
        collect_results(night.ledger, night.api, job_key, "deadline", "batch_of_before")


def test_batch_that_can_be_neither_finished_nor_cancelled_frees_its_texts_at_last(
    night: Night, job_key: str
) -> None:
    batch_id = night.send(job_key)
    night.wait_for_batch(batch_id)
    night.put_back("submitted_at", [job_key], 8 * 24 * HOUR)
    with proxy(night.server.base_url, show_batch(batch_id, status="finalizing", output_file_id=None)) as url:
        assert recover_jobs(night.ledger, BatchApi(night.client(url)), "run-2")["collected"] == 1
    assert jobs.get(night.ledger, job_key).state == "collected"


@pytest.mark.parametrize("data", ["no items", "the same items"])
def test_list_that_does_not_go_on_proves_nothing(night: Night, job_key: str, data: str) -> None:
    lose_answer(night, job_key)

    def edit(body: dict[str, Any]) -> None:
        items = [{**item, "metadata": None} for item in body["data"]] or [
            {"id": "batch_1", "created_at": int(time.time()), "metadata": None}
        ]
        body.update(data=[] if data == "no items" else items[:1], has_more=True)

    with (
        proxy(night.server.base_url, change_list(edit)) as url,
        pytest.raises(TimeoutError, match="settling"),
    ):
        night.submit(job_key, BatchApi(night.client(url)), seconds=2)
    assert night.send(job_key) == night.batches()[0]
    assert len(night.batches()) == 1


def test_list_that_is_oldest_first_is_read_to_its_end(night: Night, job_key: str) -> None:
    lose_answer(night, job_key)

    def edit(body: dict[str, Any]) -> None:
        old = dict(body["data"][0], id="batch_old", created_at=int(time.time()) - 90_000, metadata=None)
        body["data"] = [old, *reversed(body["data"])]

    with proxy(night.server.base_url, change_list(edit)) as url:
        night.submit(job_key, BatchApi(night.client(url)), seconds=5)
    assert len(night.batches()) == 1


def test_batch_that_vanishes_while_it_is_validated_is_left_to_the_wait_for_it(night: Night, job_key: str) -> None:
    def hide(exchange: Exchange) -> Exchange:
        is_look = exchange.call.startswith("GET /v1/batches/")
        return exchange.answered(404, b'{"error": {"message": "No batch found"}}') if is_look else exchange

    with proxy(night.server.base_url, hide) as url:
        submission = create_batch(night.ledger, BatchApi(night.client(url)), job_key)
    assert (submission.waits_for, submission.job.state) == ("nothing", "submitted")


def test_submission_that_was_held_up_after_it_was_noted_sends_nothing(
    night: Night, job_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others count the time until a create has arrived from its note in the ledger."""
    monkeypatch.setattr(creating, "_LATEST_CREATE_SECONDS", -1.0)
    submission = create_batch(night.ledger, night.api, job_key)
    assert submission.waits_for == "pause"
    assert night.batches() == []
    monkeypatch.undo()
    night.send(job_key)
    assert len(night.batches()) == 1


def test_job_that_never_arrived_is_closed_an_hour_later_and_its_text_is_free(night: Night, job_key: str) -> None:
    jobs.begin_submission(night.ledger, job_key, 10**9, time.time())
    assert recover_jobs(night.ledger, night.api, "run-2", settle_seconds=0.1)["unclear"] == 1
    night.put_back("submitting_at", [job_key], HOUR + 1)
    assert recover_jobs(night.ledger, night.api, "run-2", settle_seconds=0.1)["absent"] == 1
    assert jobs.get(night.ledger, job_key).state == "absent"
    assert night.run_day(run_id="run-2")["complete"]
    assert night.executed() == ["おはよう"]
    # The run that wakes up again finds its job closed, and sends nothing.
    assert night.submit(job_key).state == "absent"
    assert len(night.batches()) == 1
