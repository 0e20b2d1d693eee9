"""Every route with the official Python client."""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import TYPE_CHECKING, Any

import openai
import pytest
from contract.local_server import TERMINAL, json_line, read_lines, request_line, wait_until

if TYPE_CHECKING:
    from contract.local_server import LocalServer
    from openai.types import Batch

THREE_LINES = "".join(request_line(f"request-{number}", f"お知らせ{number}") for number in (1, 2, 3))


def upload(client: openai.OpenAI, content: str, name: str = "input.jsonl") -> str:
    return client.files.create(file=(name, content.encode()), purpose="batch").id


def create(client: openai.OpenAI, content: str, **more: Any) -> Batch:
    return client.batches.create(
        input_file_id=upload(client, content), endpoint="/v1/chat/completions", completion_window="24h", **more
    )


def wait(client: openai.OpenAI, batch: Batch) -> Batch:
    return wait_until(lambda: client.batches.retrieve(batch.id), lambda seen: seen.status in TERMINAL)


def run(client: openai.OpenAI, content: str, **more: Any) -> Batch:
    return wait(client, create(client, content, **more))


def lines_of(client: openai.OpenAI, file_id: str | None) -> list[dict[str, Any]]:
    assert file_id is not None
    return read_lines(client.files.content(file_id).text)


def test_file_is_stored_listed_read_and_deleted(client: openai.OpenAI) -> None:
    before = int(time.time())
    stored = client.files.create(file=("a.jsonl", THREE_LINES.encode()), purpose="batch")
    assert re.fullmatch(r"file-[0-9A-Za-z]{22}", stored.id)
    assert (stored.object, stored.filename, stored.purpose) == ("file", "a.jsonl", "batch")
    assert (stored.bytes, stored.status) == (len(THREE_LINES.encode()), "processed")
    assert stored.created_at >= before
    assert stored.expires_at == stored.created_at + 2_592_000
    assert client.files.retrieve(stored.id) == stored
    assert client.files.content(stored.id).read() == THREE_LINES.encode()
    assert [one.id for one in client.files.list()] == [stored.id]
    deleted = client.files.delete(stored.id)
    assert (deleted.id, deleted.object, deleted.deleted) == (stored.id, "file", True)
    with pytest.raises(openai.NotFoundError, match="No such File object"):
        client.files.retrieve(stored.id)
    assert list(client.files.list()) == []


def test_file_list_pages_in_both_orders_and_filters_by_purpose(client: openai.OpenAI) -> None:
    ids = [upload(client, THREE_LINES) for _ in range(5)]
    other = client.files.create(file=("note.txt", b"text"), purpose="user_data")
    assert other.expires_at is None
    assert [one.id for one in client.files.list(limit=2, purpose="batch")] == ids[::-1]
    assert [one.id for one in client.files.list(limit=2, order="asc")] == [*ids, other.id]
    page = client.files.with_raw_response.list(limit=2, after=ids[4]).http_response.json()
    assert page["object"] == "list"
    assert (page["first_id"], page["last_id"], page["has_more"]) == (ids[3], ids[2], True)


def test_file_expires_when_asked_to(client: openai.OpenAI) -> None:
    stored = client.files.create(
        file=("a.jsonl", b"{}"), purpose="batch", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert stored.expires_at == stored.created_at + 3600
    with pytest.raises(openai.BadRequestError, match="below minimum"):
        client.files.create(
            file=("a.jsonl", b"{}"), purpose="batch", expires_after={"anchor": "created_at", "seconds": 60}
        )


def test_batch_goes_from_validating_to_completed(client: openai.OpenAI) -> None:
    created = create(client, THREE_LINES, metadata={"job": "j-1"})
    assert re.fullmatch(r"batch_[0-9a-f]{32}", created.id)
    assert (created.object, created.status, created.completion_window) == ("batch", "validating", "24h")
    assert created.expires_at == created.created_at + 86_400
    assert created.request_counts is not None
    assert created.request_counts.to_dict() == {"total": 0, "completed": 0, "failed": 0}
    assert (created.errors, created.output_file_id, created.in_progress_at) == (None, None, None)
    ended = wait(client, created)
    assert ended.status == "completed"
    assert (ended.model, ended.metadata, ended.error_file_id) == ("test-model", {"job": "j-1"}, None)
    assert ended.request_counts is not None
    assert ended.request_counts.to_dict() == {"total": 3, "completed": 3, "failed": 0}
    assert None not in (ended.in_progress_at, ended.finalizing_at, ended.completed_at)
    assert (ended.failed_at, ended.expired_at, ended.cancelling_at, ended.cancelled_at) == (None,) * 4


def test_output_lines_are_complete_and_in_another_order(client: openai.OpenAI) -> None:
    ended = run(client, THREE_LINES)
    lines = lines_of(client, ended.output_file_id)
    custom_ids = [line["custom_id"] for line in lines]
    assert sorted(custom_ids) == ["request-1", "request-2", "request-3"] != custom_ids
    for line in lines:
        assert re.fullmatch(r"batch_req_[0-9a-f]{32}", line["id"])
        assert (line["error"], line["response"]["status_code"]) == (None, 200)
        completion = openai.types.chat.ChatCompletion.model_validate(line["response"]["body"], strict=True)
        assert completion.choices[0].message.content == f"[?→?] お知らせ{line['custom_id'][-1]}"
        assert (completion.choices[0].finish_reason, completion.model) == ("stop", "test-model")
    usage = [line["response"]["body"]["usage"] for line in lines]
    assert ended.usage is not None
    assert ended.usage.to_dict() == {
        "input_tokens": sum(one["prompt_tokens"] for one in usage),
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": sum(one["completion_tokens"] for one in usage),
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": sum(one["total_tokens"] for one in usage),
    }
    output = client.files.retrieve(str(ended.output_file_id))
    assert (output.filename, output.purpose) == (f"{ended.id}_output.jsonl", "batch_output")
    assert output.expires_at == output.created_at + 2_592_000


def test_refused_lines_stand_in_the_error_file_with_the_answer_they_got(client: openai.OpenAI) -> None:
    bad: dict[str, dict[str, Any]] = {
        "role": {"messages": [{"role": "robot", "content": "x"}]},
        "empty": {"messages": []},
        "format": {"messages": [{"role": "user", "content": "x"}], "response_format": {"type": "xml"}},
        "unknown": {"messages": [{"role": "user", "content": "x"}], "max_token": 5},
    }
    content = "".join(json_line(name, {"model": "test-model", **body}) for name, body in bad.items())
    ended = run(client, request_line("good", "text") + content)
    assert ended.status == "completed"
    assert ended.request_counts is not None
    assert ended.request_counts.to_dict() == {"total": 5, "completed": 1, "failed": 4}
    assert [line["custom_id"] for line in lines_of(client, ended.output_file_id)] == ["good"]
    errors = {line["custom_id"]: line for line in lines_of(client, ended.error_file_id)}
    assert {name: line["response"]["body"]["error"]["param"] for name, line in errors.items()} == {
        "role": "messages[0].role",
        "empty": "messages",
        "format": "response_format.type",
        "unknown": "max_token",
    }
    assert {(line["error"], line["response"]["status_code"]) for line in errors.values()} == {(None, 400)}


def test_batch_without_one_good_line_completes_without_an_output_file(client: openai.OpenAI) -> None:
    ended = run(client, json_line("a", {"model": "test-model", "messages": []}))
    assert (ended.status, ended.output_file_id) == ("completed", None)
    assert len(lines_of(client, ended.error_file_id)) == 1


def good(custom_id: str = "a", **more: Any) -> dict[str, Any]:
    return {**json.loads(request_line(custom_id, "text")), **more}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in good("b").items() if key != name}


@pytest.mark.parametrize(
    ("second_line", "code", "param"),
    [
        ("{", "invalid_json_line", None),
        ("[]", "invalid_json_line", None),
        ('{"custom_id": "\\ud800"}', "invalid_json_line", None),
        (without("custom_id"), "missing_required_parameter", "custom_id"),
        (without("method"), "missing_required_parameter", "method"),
        (without("url"), "missing_required_parameter", "url"),
        (without("body"), "missing_required_parameter", "body"),
        (good("b", body={"model": "test-model"}), "missing_required_parameter", "body.messages"),
        (good("b", body={"messages": []}), "missing_required_parameter", "body.model"),
        (good("a"), "duplicate_custom_id", "custom_id"),
        (good("b", url="/v1/embeddings"), "invalid_url", "url"),
        (good("b", method="GET"), "invalid_value", "method"),
        (good("b", body={"model": "other", "messages": []}), "mismatched_model", "body.model"),
    ],
)
def test_bad_input_line_fails_the_whole_batch(
    client: openai.OpenAI, second_line: str | dict[str, Any], code: str, param: str | None
) -> None:
    text = second_line if isinstance(second_line, str) else json.dumps(second_line)
    failed = run(client, request_line("a", "text") + text)
    assert (failed.status, failed.output_file_id, failed.error_file_id) == ("failed", None, None)
    assert failed.failed_at is not None
    assert failed.request_counts is not None
    assert failed.request_counts.total == 0
    assert failed.errors is not None
    assert failed.errors.data is not None
    assert [(one.code, one.param, one.line) for one in failed.errors.data] == [(code, param, 2)]


def test_empty_and_unknown_input_files_fail_the_batch(client: openai.OpenAI, shared_server: LocalServer) -> None:
    empty = run(client, "\n")
    unknown = wait(
        client,
        client.batches.create(input_file_id="file-none", endpoint="/v1/chat/completions", completion_window="24h"),
    )
    codes = [one.errors.data[0].code for one in (empty, unknown) if one.errors and one.errors.data]
    assert codes == ["empty_file", "invalid_request"]
    assert shared_server.executions(batch_id=empty.id) == shared_server.executions(batch_id=unknown.id) == []


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"input_file_id": None}, "input_file_id", "missing_required_parameter"),
        ({"endpoint": "/v1/nothing"}, "endpoint", "invalid_value"),
        ({"completion_window": "1h"}, "completion_window", "invalid_value"),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata", "object_above_max_properties"),
        ({"metadata": {"k" * 65: ""}}, "metadata", "string_above_max_length"),
        ({"metadata": {"k": "v" * 513}}, "metadata.k", "string_above_max_length"),
        ({"metadata": {"k": 1}}, "metadata.k", "invalid_type"),
        (
            {"output_expires_after": {"anchor": "created_at", "seconds": 1}},
            "output_expires_after.seconds",
            "integer_below_minimum_value",
        ),
    ],
)
def test_bad_order_is_refused_at_once(
    client: openai.OpenAI, change: dict[str, Any], param: str, code: str
) -> None:
    order = {"input_file_id": "file-x", "endpoint": "/v1/chat/completions", "completion_window": "24h", **change}
    with pytest.raises(openai.BadRequestError) as refused:
        client.post("/batches", body=order, cast_to=object)
    assert (refused.value.param, refused.value.code) == (param, code)
    assert refused.value.type == "invalid_request_error"
    assert list(client.batches.list()) == []


def test_upload_for_batch_must_be_jsonl(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match=re.escape("Must be .jsonl")):
        upload(client, THREE_LINES, "input.json")


def test_batch_list_is_paged_newest_first(client: openai.OpenAI) -> None:
    created = [create(client, THREE_LINES).id for _ in range(5)]
    assert [one.id for one in client.batches.list(limit=2)] == created[::-1]
    page = client.batches.with_raw_response.list(limit=2, after=created[4]).http_response.json()
    assert (page["first_id"], page["last_id"], page["has_more"]) == (created[3], created[2], True)
    with pytest.raises(openai.BadRequestError, match="above maximum"):
        client.batches.list(limit=101)


def test_keys_do_not_see_each_other_and_are_never_stored(
    client: openai.OpenAI, shared_server: LocalServer
) -> None:
    ended = run(client, THREE_LINES)
    other = client.with_options(api_key="key-2")
    assert list(other.batches.list()) == []
    assert list(other.files.list()) == []
    for call in (other.batches.retrieve, other.batches.cancel):
        with pytest.raises(openai.NotFoundError):
            call(ended.id)
    with pytest.raises(openai.NotFoundError):
        other.files.content(str(ended.output_file_id))
    stored = b"".join(path.read_bytes() for path in shared_server.data.rglob("*") if path.is_file())
    assert client.api_key.encode() not in stored


def test_only_the_chosen_key_is_accepted(server: LocalServer) -> None:
    server.start("--api-key", "the-key")
    openai.OpenAI(base_url=server.base_url, api_key="the-key").batches.list()
    with pytest.raises(openai.AuthenticationError) as refused:
        openai.OpenAI(base_url=server.base_url, api_key="another").batches.list()
    assert refused.value.code == "invalid_api_key"
    assert "another" not in refused.value.message


async def _run_async(base_url: str, api_key: str) -> tuple[str, int]:
    async with openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0) as client:
        stored = await client.files.create(file=("a.jsonl", THREE_LINES.encode()), purpose="batch")
        batch = await client.batches.create(
            input_file_id=stored.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        deadline = time.monotonic() + 10
        while batch.status not in TERMINAL and time.monotonic() < deadline:
            batch = await client.batches.retrieve(batch.id)
        content = await client.files.content(str(batch.output_file_id))
        assert [one.id async for one in client.batches.list()] == [batch.id]
        assert (await client.files.delete(stored.id)).deleted
        return batch.status, len(content.text.splitlines())


def test_async_client_runs_a_batch(client: openai.OpenAI) -> None:
    assert asyncio.run(_run_async(str(client.base_url), client.api_key)) == ("completed", 3)


def test_cancelled_batch_keeps_what_was_executed(server: LocalServer) -> None:
    server.start("--lines-per-second", "50")
    client = openai.OpenAI(base_url=server.base_url, api_key="key-1", max_retries=0)
    batch = create(client, "".join(request_line(str(n), "text") for n in range(300)))
    wait_until(
        lambda: client.batches.retrieve(batch.id).request_counts, lambda counts: bool(counts and counts.completed)
    )
    assert client.batches.cancel(batch.id).status == "cancelling"
    ended = wait(client, batch)
    assert (ended.status, client.batches.cancel(batch.id).status) == ("cancelled", "cancelled")
    assert None not in (ended.cancelling_at, ended.cancelled_at)
    output, errors = lines_of(client, ended.output_file_id), lines_of(client, ended.error_file_id)
    assert ended.request_counts is not None
    assert ended.request_counts.to_dict() == {"total": 300, "completed": len(output), "failed": 0}
    assert len(output) + len(errors) == 300
    assert {(line["response"], line["error"]["code"]) for line in errors} == {(None, "batch_cancelled")}
    assert len(server.executions()) == len(output)


def test_ended_batch_cannot_be_cancelled(client: openai.OpenAI) -> None:
    ended = run(client, THREE_LINES)
    with pytest.raises(openai.ConflictError, match="Cannot cancel a batch with status 'completed'"):
        client.batches.cancel(ended.id)


def test_enqueued_tokens_are_limited_for_each_model_over_unfinished_batches(server: LocalServer) -> None:
    server.start("--enqueued-token-limit", "20", "--delay", "60")
    client = openai.OpenAI(base_url=server.base_url, api_key="key-1", max_retries=0)
    first = create(client, request_line("a", "x" * 20))
    wait_until(lambda: client.batches.retrieve(first.id).status, lambda status: status == "in_progress")
    refused = run(client, request_line("a", "x" * 20))
    assert refused.status == "failed"
    assert refused.errors is not None
    assert refused.errors.data is not None
    assert (refused.errors.data[0].code, refused.errors.data[0].line) == ("token_limit_exceeded", None)
    assert "Limit: 20 enqueued tokens" in str(refused.errors.data[0].message)
    assert wait(client, client.batches.cancel(first.id)).status == "cancelled"
    again = create(client, request_line("a", "x" * 20))
    wait_until(lambda: client.batches.retrieve(again.id).status, lambda status: status == "in_progress")
