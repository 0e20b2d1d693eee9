"""What stands in the files where an answer is spoiled, and that the account tells the truth about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from local_batch_api.filler import fill

if TYPE_CHECKING:
    from unit.local_batch_api.client import Client

GOOD = {slot: fill("ja", "en", f"text 0.{slot}") for slot in "12"}


def account(fault: str | None, lost: str) -> list[tuple[str, str, str | None]]:
    """One request of two slots, of which those in `lost` have no answer."""
    return [("id-0", slot, fault if slot in lost else None) for slot in "12"]


def choice(line: dict[str, Any]) -> dict[str, Any]:
    return dict(line["response"]["body"]["choices"][0])


@pytest.mark.parametrize(
    ("name", "response", "error"),
    [
        ("line_bad_request", 400, None),
        ("line_rate_limited", 429, None),
        ("line_server_error", 500, None),
        ("line_status_zero", 0, None),
        ("line_timed_out", None, "request_timeout"),
        ("line_without_response", "absent", "request_timeout"),
    ],
)
def test_line_in_the_error_file(client: Client, name: str, response: int | str | None, error: str | None) -> None:
    client.inject(name)
    batch = client.run(requests=1)
    assert (batch.status, batch.output_file_id) == ("completed", None)
    (line,) = client.lines(batch.error_file_id)
    said = line.get("response", "absent")
    assert (said["status_code"] if isinstance(said, dict) else said) == response
    assert (line["error"] and line["error"]["code"]) == error
    assert client.account(batch) == account(name, "12")


@pytest.mark.parametrize(
    ("name", "finish_reason", "content", "refusal"),
    [
        (
            "answer_cut",
            "length",
            json.dumps(GOOD, ensure_ascii=False)[: len(json.dumps(GOOD, ensure_ascii=False)) // 2],
            None,
        ),
        ("answer_filtered", "content_filter", None, None),
        ("answer_refused", "stop", None, "I'm sorry, I can't help with that."),
        ("answer_empty", "stop", "", None),
        ("answer_not_json", "stop", "Sure! Here are your translations.", None),
    ],
)
def test_answer_that_cannot_be_used(
    client: Client, name: str, finish_reason: str, content: str | None, refusal: str | None
) -> None:
    client.inject(name)
    batch = client.run(requests=1)
    (line,) = client.lines(batch.output_file_id)
    message = choice(line)["message"]
    assert (choice(line)["finish_reason"], message["refusal"]) == (finish_reason, refusal)
    if name == "answer_cut":
        assert json.dumps(GOOD, ensure_ascii=False).startswith(message["content"])
        assert len(message["content"]) == len(json.dumps(GOOD, ensure_ascii=False)) // 2
    else:
        assert message["content"] == content
    assert client.account(batch) == account(name, "12")


@pytest.mark.parametrize(
    ("name", "content", "lost"),
    [
        ("slot_missing", {"2": GOOD["2"]}, "1"),
        ("slot_added", {**GOOD, "added": "Nobody asked for this."}, ""),
        ("slots_merged", {"1": f"{GOOD['1']} {GOOD['2']}", "2": ""}, "12"),
        ("answer_with_nul", {**GOOD, "1": GOOD["1"] + "\0"}, "1"),
    ],
)
def test_slots_that_are_not_as_asked(client: Client, name: str, content: dict[str, str], lost: str) -> None:
    client.inject(name)
    batch = client.run(requests=1)
    (line,) = client.lines(batch.output_file_id)
    assert json.loads(choice(line)["message"]["content"]) == content
    assert client.account(batch) == account(name, lost)


def test_slots_are_merged_only_where_there_are_several(client: Client) -> None:
    client.inject("slots_merged", count=1)
    client.run(requests=1, slots=1)
    assert client.injected() == [0]
    client.run(requests=1, slots=2)
    assert client.injected() == [1]


def test_empty_body_and_body_as_text(client: Client) -> None:
    client.inject("line_empty_body")
    batch = client.run(requests=1)
    assert client.lines(batch.output_file_id)[0]["response"]["body"] == {}
    assert client.account(batch) == account("line_empty_body", "12")
    client.inject("line_body_text")
    batch = client.run(requests=1)
    body = json.loads(client.lines(batch.output_file_id)[0]["response"]["body"])
    assert json.loads(body["choices"][0]["message"]["content"]) == GOOD
    assert client.account(batch) == account(None, "")


def ids(lines: list[dict[str, Any]]) -> list[str]:
    return sorted(line["custom_id"] for line in lines)


def test_lines_besides_those_that_were_asked(client: Client) -> None:
    client.inject("line_twice", count=1)
    twice = client.run()
    assert len(client.lines(twice.output_file_id)) == 3
    assert set(ids(client.lines(twice.output_file_id))) == {"id-0", "id-1"}
    client.inject("line_unknown", count=1)
    assert ids(client.lines(client.run().output_file_id)) == ["id-0", "id-1", "request-that-nobody-sent"]
    client.run(requests=9)
    client.inject("line_foreign", count=1)
    foreign = client.run()
    assert ids(client.lines(foreign.output_file_id)) == ["id-0", "id-1", "id-8"]
    assert {fault for _, _, fault in client.account(foreign)} == {None}


def test_missing_line_stands_in_no_file(client: Client) -> None:
    client.inject("line_missing", count=1)
    batch = client.run()
    (kept,) = client.lines(batch.output_file_id)
    assert batch.error_file_id is None
    assert [custom_id for custom_id, _, fault in client.account(batch) if fault is None] == [kept["custom_id"]] * 2


def test_broken_lines(client: Client) -> None:
    client.inject("line_undecodable", count=1)
    batch = client.run()
    broken, whole = client.content(batch.output_file_id).splitlines()
    with pytest.raises(UnicodeDecodeError):
        broken.decode()
    assert json.loads(whole)["custom_id"] != json.loads(broken.replace(b"\xff\xfe", b""))["custom_id"]
    assert sorted(str(fault) for _, _, fault in client.account(batch)) == ["None"] * 2 + ["line_undecodable"] * 2


def test_last_line_may_break_off(client: Client) -> None:
    client.inject("last_line_truncated")
    batch = client.run()
    content = client.content(batch.output_file_id)
    whole, cut = content.split(b"\n")
    assert json.loads(whole)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(cut)
    assert (
        sorted(str(fault) for _, _, fault in client.account(batch)) == ["None"] * 2 + ["last_line_truncated"] * 2
    )


def test_spoiled_lines_of_a_batch_that_expires_are_in_its_files(client: Client) -> None:
    client.inject("expires")
    httpx.post(client.faults_url, json={"name": "line_server_error", "count": 1})
    batch = client.run(requests=4)
    assert len(client.lines(batch.output_file_id)) == 1
    statuses = [(line["response"] or {}).get("status_code") for line in client.lines(batch.error_file_id)]
    assert sorted(map(str, statuses)) == ["500", "None", "None"]
