"""Every kind of line that result files were seen to hold, and what becomes of a text by it, alone or packed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from batch_translate.answers import Slot
from batch_translate.results.lines import read_lines
from batch_translate.results.reconcile import Reconciled, reconcile

if TYPE_CHECKING:
    from batch_translate.answers import Verdict

GOOD = {"1": "one", "2": "two"}


def asked(count: int) -> dict[str, list[Slot]]:
    return {"id": [Slot("id", number, "ja", "en", f"文{number}", "") for number in range(1, count + 1)]}


def sort(count: int, *file: bytes) -> Reconciled:
    return reconcile(asked(count), read_lines(file), lambda slot, text: [], "no line came for it")


def line(response: object = None, error: object = None, custom_id: str = "id") -> bytes:
    value = {"id": "batch_req_1", "custom_id": custom_id, "response": response, "error": error}
    return json.dumps(value).encode() + b"\n"


def http(status: object, body: object) -> bytes:
    return line({"status_code": status, "request_id": "", "body": body})


def completion(said: object, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    content = said if said is None or isinstance(said, str) else json.dumps(said)
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return {"model": "m", "choices": [{"index": 0, "message": message, "finish_reason": finish}]}


def problem(code: str) -> dict[str, Any]:
    return {"error": {"message": "Said why.", "type": "t", "param": None, "code": code}}


SERVICE: list[tuple[str, bytes]] = [
    ("no line at all", b""),
    ("batch_expired", line(error={"code": "batch_expired", "message": "Not executed."})),
    ("batch_cancelled", line(error={"code": "batch_cancelled", "message": "Not executed."})),
    ("request_timeout", line(error={"code": "request_timeout", "message": "Too long."})),
    ("no response key", b'{"custom_id": "id", "error": {"code": "own_code"}}\n'),
    ("HTTP 429", http(429, problem("rate_limit_exceeded"))),
    ("HTTP 500", http(500, problem("server_error"))),
    ("HTTP 404 of the model", http(404, problem("model_not_found"))),
    ("status 0", http(0, {})),
    ("200 with an empty body", http(200, {})),
    ("200 with a body that is no JSON", http(200, '{"choices": [')),
    ("another id", line({"status_code": 200, "body": completion(GOOD)}, custom_id="id2")),
    ("a line cut at the end", http(200, completion(GOOD))[:-30]),
    ("undecodable bytes", http(200, completion(GOOD)).replace(b"one", b"\xff\xfe")),
]

TEXT: list[tuple[str, bytes]] = [
    ("HTTP 400", http(400, problem("invalid_prompt"))),
    ("cut at the length limit", http(200, completion('{"1": "on', "length"))),
    ("content filter", http(200, completion(None, "content_filter"))),
    ("refusal", http(200, completion(None, refusal="I cannot."))),
    ("empty answer", http(200, completion(""))),
    ("no JSON", http(200, completion("one"))),
    ("no slot", http(200, completion({}))),
]


@pytest.mark.parametrize("count", [1, 2], ids=["alone", "packed"])
@pytest.mark.parametrize("raw", [raw for _, raw in SERVICE], ids=[name for name, _ in SERVICE])
def test_a_fault_of_the_service_leaves_the_texts_unanswered(raw: bytes, count: int) -> None:
    assert [answer.verdict for answer in sort(count, raw).answers] == ["unanswered"] * count


@pytest.mark.parametrize(("count", "verdict"), [(1, "failed"), (2, "suspect")], ids=["alone", "packed"])
@pytest.mark.parametrize("raw", [raw for _, raw in TEXT], ids=[name for name, _ in TEXT])
def test_a_fault_of_the_text_fails_it_alone_and_puts_all_of_a_packed_request_in_doubt(
    raw: bytes, count: int, verdict: Verdict
) -> None:
    answers = sort(count, raw).answers
    assert [answer.verdict for answer in answers] == [verdict] * count
    assert all(answer.reason for answer in answers)


@pytest.mark.parametrize(
    "file",
    [
        [http(200, completion(GOOD))],
        [http(200, json.dumps(completion(GOOD)))],
        [http(200, completion(GOOD)).rstrip(b"\n")],
        [http(200, completion(GOOD)), http(200, completion({"1": "other", "2": "answer"}))],
        [http(200, completion(GOOD)), http(500, problem("server_error"))],
        [http(500, problem("server_error")), http(200, completion(GOOD))],
        [b"\xff\n", line(custom_id="id2"), http(200, completion(GOOD))],
        [http(200, completion({**GOOD, "added": "Nobody asked."}))],
    ],
    ids=[
        "one line", "body as a string", "no line end", "twice, the first wins", "and an error", "after an error",
        "among lines of nobody", "with a slot too many",
    ],
)  # fmt: skip
def test_a_good_answer_is_accepted_whatever_stands_around_it(file: list[bytes]) -> None:
    found = sort(2, *file)
    assert [(answer.verdict, answer.text) for answer in found.answers] == [
        ("accepted", "one"),
        ("accepted", "two"),
    ]
