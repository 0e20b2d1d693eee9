"""What a client sees of the faults of HTTP calls, over the wire."""

from __future__ import annotations

import email.utils
import time
from itertools import islice
from typing import TYPE_CHECKING

import httpx
import openai
import pytest
from contract.local_server import LocalServer

if TYPE_CHECKING:
    from pathlib import Path

    from unit.local_batch_api.client import Client


def created(client: Client) -> int:
    return len(client.sdk.batches.list().data)


@pytest.mark.parametrize(("name", "batches"), [("hang_up", 0), ("hang_up_after_work", 1)])
def test_connection_that_is_closed_without_an_answer(client: Client, name: str, batches: int) -> None:
    client.inject(name, route="POST /v1/batches", count=1)
    with pytest.raises(openai.APIConnectionError) as lost:
        client.create()
    assert type(lost.value) is openai.APIConnectionError  # no time-out
    assert created(client) == batches
    assert client.injected() == [1]
    client.create()


@pytest.mark.parametrize(
    ("name", "status", "batches"),
    [
        ("rate_limited", 429, 0),
        ("internal_error", 500, 0),
        ("internal_error_after_work", 500, 1),
        ("bad_gateway", 502, 0),
        ("unavailable", 503, 0),
        ("request_timeout", 408, 0),
        ("conflict", 409, 0),
        ("unauthorized", 401, 0),
        ("forbidden", 403, 0),
    ],
)
def test_refusal_by_its_status_with_the_work_done_or_not(
    client: Client, name: str, status: int, batches: int
) -> None:
    client.inject(name, route="POST /v1/batches", count=1)
    with pytest.raises(openai.APIStatusError) as refused:
        client.create()
    assert refused.value.status_code == status
    assert "retry-after" not in refused.value.response.headers
    assert created(client) == batches


def test_retry_after_comes_in_seconds_or_as_a_date(client: Client) -> None:
    client.inject("rate_limited_seconds", retry_after=7)
    with pytest.raises(openai.RateLimitError) as refused:
        client.sdk.batches.list()
    assert refused.value.response.headers["retry-after"] == "7"
    client.inject("rate_limited_date", retry_after=100)
    with pytest.raises(openai.RateLimitError) as refused:
        client.sdk.batches.list()
    date = email.utils.parsedate_to_datetime(refused.value.response.headers["retry-after"])
    assert 90 < date.timestamp() - time.time() < 101


@pytest.mark.parametrize(("name", "batches"), [("slow", 0), ("slow_answer", 1)])
def test_work_is_done_before_or_after_the_pause(client: Client, name: str, batches: int) -> None:
    file_id = client.upload()
    client.inject(name, route="POST /v1/batches", seconds=0.6)
    with pytest.raises(openai.APITimeoutError):
        client.sdk.with_options(timeout=0.2).batches.create(
            input_file_id=file_id, endpoint="/v1/chat/completions", completion_window="24h"
        )
    assert created(client) == batches


@pytest.mark.parametrize(("name", "batches"), [("not_json", 0), ("not_json_after_work", 1)])
def test_page_of_html_instead_of_json(client: Client, name: str, batches: int) -> None:
    client.inject(name, route="POST /v1/batches", count=1)
    assert "<html>" in str(client.create())
    assert created(client) == batches


@pytest.mark.parametrize("name", ["truncated_body", "cut_chunked_body"])
def test_body_whose_end_is_missing_is_noticed_by_the_client(client: Client, name: str) -> None:
    file_id = client.run().output_file_id
    whole = client.content(file_id)
    client.inject(name, share=0.5, count=1)
    url = f"{client.server.base_url}/files/{file_id}/content"
    with httpx.stream("GET", url, headers={"authorization": f"Bearer {client.sdk.api_key}"}) as response:
        chunks = response.iter_bytes(1)
        came = b"".join(islice(chunks, len(whole) // 2))
        with pytest.raises(httpx.RemoteProtocolError):
            next(chunks)
    assert came == whole[: len(whole) // 2]
    assert client.content(file_id) == whole


def test_body_cut_by_closing_shows_only_by_the_files_size(client: Client) -> None:
    file_id = client.run().output_file_id
    client.inject("cut_body", share=0.25, count=1)
    came = client.content(file_id)
    assert len(came) == client.sdk.files.retrieve(str(file_id)).bytes // 4


def test_list_may_have_an_empty_page_and_say_that_there_is_more(client: Client) -> None:
    client.create()
    client.inject("empty_page", count=1)
    page = client.sdk.batches.list()
    assert (page.data, page.has_more) == ([], True)
    assert created(client) == 1


def test_upload_whose_answer_is_lost_is_there(client: Client) -> None:
    client.inject("hang_up_after_work", route="POST /v1/files", count=1)
    with pytest.raises(openai.APIConnectionError):
        client.upload()
    assert len(client.sdk.files.list().data) == 1


def test_faults_leave_the_account_and_their_own_switch_alone(client: Client) -> None:
    client.inject("internal_error")
    assert client.server.executions(limit=1) is not None
    assert client.injected() == [0]
    with pytest.raises(openai.InternalServerError):
        client.sdk.batches.list()
    assert client.injected() == [1]


def test_switch_adds_replaces_and_clears(client: Client) -> None:
    def names(answer: httpx.Response) -> list[str]:
        return [rule["name"] for rule in answer.json()["data"]]

    assert names(httpx.post(client.faults_url, json={"name": "slow"})) == ["slow"]
    assert names(httpx.post(client.faults_url, json=[{"name": "hang_up"}])) == ["slow", "hang_up"]
    assert names(httpx.put(client.faults_url, json=[{"name": "gone"}])) == ["gone"]
    refused = httpx.put(client.faults_url, json=[{"name": "nonsense"}])
    assert refused.status_code == 400
    assert "There is no fault 'nonsense'" in refused.json()["error"]["message"]
    assert httpx.post(client.faults_url, content=b"{").status_code == 400
    assert names(httpx.get(client.faults_url)) == ["gone"]
    assert names(httpx.delete(client.faults_url)) == []
    assert {"name", "description", "parameters", "place", "route"} == set(
        httpx.get(client.faults_url).json()["catalogue"][0]
    )


def test_rules_of_a_file_hold_from_the_start(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text('[[fault]]\nname = "conflict"\nroute = "GET /v1/files"\n')
    server = LocalServer(tmp_path / "data")
    server.start("--faults", str(file))
    try:
        url = f"{server.base_url}/files"
        assert httpx.get(url, headers={"authorization": "Bearer k"}).status_code == 409
    finally:
        server.stop()


def test_batches_an_hour_are_limited_for_each_key(tmp_path: Path) -> None:
    server = LocalServer(tmp_path / "data")
    server.start("--batches-per-hour", "2")
    try:
        for key, statuses in (("one", [200, 200, 429]), ("two", [200, 200, 429])):
            body = {"input_file_id": "file-x", "endpoint": "/v1/chat/completions", "completion_window": "24h"}
            headers = {"authorization": f"Bearer {key}"}
            url = f"{server.base_url}/batches"
            assert [httpx.post(url, json=body, headers=headers).status_code for _ in range(3)] == statuses
    finally:
        server.stop()
