"""How batches with a fault are created, shown and ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest
from contract.local_server import TERMINAL, wait_until

if TYPE_CHECKING:
    from unit.local_batch_api.client import Client


def listed(client: Client) -> list[str]:
    return [batch.id for batch in client.sdk.batches.list().data]


def shown(client: Client, batch_id: str) -> dict[str, Any]:
    """The batch as it is on the wire."""
    headers = {"authorization": f"Bearer {client.sdk.api_key}"}
    return dict(httpx.get(f"{client.server.base_url}/batches/{batch_id}", headers=headers).json())


def test_input_file_that_is_not_found_at_once(client: Client) -> None:
    client.inject("file_not_found", count=1)
    with pytest.raises(openai.BadRequestError, match="Cannot find file file-") as refused:
        client.create()
    assert refused.value.param == "file_id"
    assert listed(client) == []
    assert client.run().status == "completed"


def test_batch_that_comes_late_is_nowhere_and_then_there(client: Client) -> None:
    client.inject("late_batch", count=1, seconds=0.5)
    with pytest.raises(openai.InternalServerError):
        client.create()
    assert listed(client) == []
    (batch_id,) = wait_until(lambda: listed(client), bool)
    wait_until(lambda: client.sdk.batches.retrieve(batch_id).status, lambda status: status == "completed")


def test_batch_that_is_listed_late_can_be_retrieved(client: Client) -> None:
    client.inject("list_lag", count=1, seconds=0.5)
    batch = client.create()
    assert listed(client) == []
    assert client.sdk.batches.retrieve(batch.id).id == batch.id
    assert wait_until(lambda: listed(client), bool) == [batch.id]


@pytest.mark.parametrize(
    ("name", "code", "line"),
    [
        ("file_lost_later", "invalid_request", None),
        ("token_limit_exceeded", "token_limit_exceeded", None),
        ("invalid_line", "invalid_json_line", 1),
    ],
)
def test_batch_that_fails_at_its_validation_runs_nothing(
    client: Client, name: str, code: str, line: int | None
) -> None:
    client.inject(name, count=1)
    batch = client.run()
    assert batch.errors is not None
    assert batch.errors.data is not None
    assert (batch.status, batch.errors.data[0].code, batch.errors.data[0].line) == ("failed", code, line)
    assert client.account(batch) == []
    assert client.run().status == "completed"


def test_unknown_status_comes_first(client: Client) -> None:
    client.inject("unknown_status", seconds=0.5)
    batch = client.create()
    assert batch.status == "scheduling"
    assert (
        wait_until(lambda: client.sdk.batches.retrieve(batch.id).status, lambda s: s != "scheduling")
        == "completed"
    )


def test_batch_vanishes_for_a_while(client: Client) -> None:
    client.inject("vanished", after=0.3, seconds=0.5)
    batch = client.create()
    client.sdk.batches.retrieve(batch.id)
    time.sleep(0.35)
    with pytest.raises(openai.NotFoundError):
        client.sdk.batches.retrieve(batch.id)
    assert listed(client) == []
    assert wait_until(lambda: listed(client), bool) == [batch.id]


def test_batch_is_gone_for_ever(client: Client) -> None:
    client.inject("gone", count=1)
    batch = client.create()
    with pytest.raises(openai.NotFoundError):
        client.sdk.batches.retrieve(batch.id)
    executed = wait_until(lambda: client.account(batch), lambda rows: len(rows) == 4 and rows[0][2] is not None)
    assert {fault for _, _, fault in executed} == {"gone"}


def test_stuck_batch_stops_half_way_and_can_be_cancelled(client: Client) -> None:
    client.inject("stuck")
    batch = client.create(requests=5)
    counts = wait_until(lambda: shown(client, batch.id)["request_counts"], lambda counts: counts["completed"] == 2)
    time.sleep(0.2)
    assert shown(client, batch.id)["status"] == "in_progress"
    assert shown(client, batch.id)["request_counts"] == counts
    client.sdk.batches.cancel(batch.id)
    ended = wait_until(lambda: client.sdk.batches.retrieve(batch.id), lambda one: one.status in TERMINAL)
    assert ended.status == "cancelled"
    assert len(client.lines(ended.output_file_id)) == 2
    assert len(client.lines(ended.error_file_id)) == 3


def test_cancelling_may_take_a_while(client: Client) -> None:
    client.inject("stuck")
    httpx.post(client.faults_url, json={"name": "slow_cancel", "seconds": 0.5})
    batch = client.create()
    client.sdk.batches.cancel(batch.id)
    time.sleep(0.3)
    assert client.sdk.batches.retrieve(batch.id).status == "cancelling"
    wait_until(lambda: client.sdk.batches.retrieve(batch.id).status, lambda status: status == "cancelled")


def test_finalizing_may_take_a_while_and_cannot_be_cancelled(client: Client) -> None:
    client.inject("slow_finalizing", seconds=0.5)
    batch = client.create()
    wait_until(lambda: client.sdk.batches.retrieve(batch.id).status, lambda status: status == "finalizing")
    with pytest.raises(openai.ConflictError):
        client.sdk.batches.cancel(batch.id)
    wait_until(lambda: client.sdk.batches.retrieve(batch.id).status, lambda status: status == "completed")


@pytest.mark.parametrize(("name", "status"), [("expires", "expired"), ("cancelled", "cancelled")])
def test_batch_that_ends_early_keeps_what_was_executed(client: Client, name: str, status: str) -> None:
    client.inject(name, share=0.5)
    batch = client.run(requests=4)
    assert batch.status == status
    assert len(client.lines(batch.output_file_id)) == 2
    assert [line["error"]["code"] for line in client.lines(batch.error_file_id)] == [f"batch_{status}"] * 2
    assert len(client.account(batch)) == 4


def test_unrun_lines_may_stand_in_no_file(client: Client) -> None:
    client.inject("expires")
    httpx.post(client.faults_url, json={"name": "unrun_lines_left_out"})
    batch = client.run(requests=4)
    assert (batch.status, batch.error_file_id) == ("expired", None)
    assert len(client.lines(batch.output_file_id)) == 2


def test_file_ids_that_would_be_null(client: Client) -> None:
    batch = client.run()
    assert shown(client, batch.id)["error_file_id"] is None
    client.inject("empty_file_ids")
    assert shown(client, client.run().id)["error_file_id"] == ""
    client.inject("absent_file_ids")
    assert "error_file_id" not in shown(client, client.run().id)


def test_files_without_a_byte(client: Client) -> None:
    client.inject("empty_files")
    batch = client.run()
    assert (client.sdk.files.retrieve(str(batch.error_file_id)).bytes, client.content(batch.error_file_id)) == (
        0,
        b"",
    )


def test_counts_may_be_wrong(client: Client) -> None:
    client.inject("line_bad_request")
    httpx.post(client.faults_url, json={"name": "wrong_counts"})
    batch = client.run()
    assert shown(client, batch.id)["request_counts"] == {"total": 2, "completed": 2, "failed": 0}
    assert len(client.lines(batch.error_file_id)) == 2
