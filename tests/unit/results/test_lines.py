from __future__ import annotations

import json
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from batch_translate.answers import Usage
from batch_translate.results.lines import Content, NoContent, Unreadable, read_lines

MESSAGE = {"role": "assistant", "content": '{"1":"Notice"}', "refusal": None}
USAGE = {"prompt_tokens": 50, "completion_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}}
BODY = {"model": "gpt-6-luna", "choices": [{"message": MESSAGE, "finish_reason": "stop"}], "usage": USAGE}
BILLED = Usage(50, 4, 9)


def line(response: object, **rest: object) -> bytes:
    return json.dumps({"id": "batch_req_1", "custom_id": "one", "response": response, **rest}).encode() + b"\n"


def ok(body: object) -> bytes:
    return line({"status_code": 200, "request_id": "req_1", "body": body}, error=None)


def http(status: object, body: object = None) -> bytes:
    return line({"status_code": status, "request_id": "req_1", "body": body or {}}, error=None)


def choice(**change: Any) -> dict[str, Any]:
    message = {name: change.pop(name) for name in ("content", "refusal") if name in change}
    return {**BODY, "choices": [{"message": {**MESSAGE, **message}, "finish_reason": "stop", **change}]}


@pytest.mark.parametrize(
    "raw",
    [
        ok(BODY),
        ok(BODY).rstrip(b"\n"),
        ok(json.dumps(BODY)),  # the body as a JSON string
        line({"status_code": 200, "body": BODY}),  # no error, no request_id
        b"\xef\xbb\xbf" + ok(BODY),
        ok(BODY).replace(b"\n", b"\r\n"),
        ok(choice(finish_reason=None)),
        ok(choice(refusal="")),
    ],
)
def test_an_answer_is_read_whichever_way_it_is_written(raw: bytes) -> None:
    assert list(read_lines([raw])) == [Content("one", '{"1":"Notice"}', True, "", "gpt-6-luna", BILLED)]


def test_an_answer_cut_at_its_limit_is_not_whole() -> None:
    (found,) = read_lines([ok(choice(finish_reason="length", content='{"1":"Not'))])
    assert isinstance(found, Content)
    assert (found.whole, found.reason) == (False, "the answer was cut at its length limit")


def error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "t", "param": None, "code": code}}


@pytest.mark.parametrize(
    ("raw", "reason", "text_at_fault"),
    [
        (http(400, error("invalid_prompt", "Bad prompt.")), "HTTP 400: invalid_prompt: Bad prompt.", True),
        (http(422), "HTTP 422: no message", True),
        (http(401, error("invalid_api_key", "No.")), "HTTP 401: invalid_api_key: No.", False),
        (http(404, error("model_not_found", "No.")), "HTTP 404: model_not_found: No.", False),
        (http(408), "HTTP 408: no message", False),
        (http(429, error("rate_limit_exceeded", "Slow.")), "HTTP 429: rate_limit_exceeded: Slow.", False),
        (http(500, error("server_error", "Oh.")), "HTTP 500: server_error: Oh.", False),
        (http(503, {"error": "a string"}), "HTTP 503: no message", False),
        (http(0), "HTTP 0: no message", False),
        (http(None), "HTTP 0: no message", False),
        (http("400"), "HTTP 0: no message", False),
        (line({}), "HTTP 0: no message", False),
        (
            line(None, error={"code": "batch_expired", "message": "This request could not be executed."}),
            "batch_expired: This request could not be executed.",
            False,
        ),
        (line(None, error={"code": "batch_cancelled", "message": None}), "batch_cancelled", False),
        (line(None, error={"code": "request_timeout"}), "request_timeout", False),
        (line(None), "no response", False),
        (line(None, error="a string"), "no response", False),
        (b'{"custom_id": "one", "error": {"code": 7}}', "7", False),
        (b'{"custom_id": "one"}', "no response", False),
        (line("a string"), "no response", False),
        (ok({}), "a response without a choice", False),
        (ok(None), "a response without a choice", False),
        (ok([]), "a response without a choice", False),
        (ok("{half"), "the response's body is not JSON", False),
        (ok("[" * 100_000), "the response's body is not JSON", False),
        (ok({"choices": []}), "a response without a choice", False),
        (ok({"choices": {"0": 1}}), "a response without a choice", False),
        (ok({"choices": [{"message": None}]}), "a response without a choice", False),
        (ok({"choices": [{"message": "text"}]}), "a response without a choice", False),
        (ok(choice(refusal="I cannot.", content=None)), "the model refused: I cannot.", True),
        (ok(choice(finish_reason="content_filter")), "stopped by the content filter", True),
        (ok(choice(finish_reason="content_filter", content=None)), "stopped by the content filter", True),
        (ok(choice(content="")), "an empty answer", True),
        (ok(choice(content=" \n")), "an empty answer", True),
        (ok(choice(content=None)), "an empty answer", True),
        (ok(choice(content=7)), "an empty answer", True),
    ],
)
def test_a_line_without_a_text_says_why_and_whether_the_text_is_at_fault(
    raw: bytes, reason: str, text_at_fault: bool
) -> None:
    (found,) = read_lines([raw])
    assert isinstance(found, NoContent)
    assert (found.custom_id, found.reason, found.text_at_fault) == ("one", reason, text_at_fault)


@pytest.mark.parametrize(
    "raw",
    [
        b"not JSON\n",
        ok(BODY)[:-40],  # the last line of a file that was cut
        b'{"custom_id": "\xff\xfe"}\n',
        "番号".encode("shift_jis"),
        b"null\n",
        b"7\n",
        b"[1]\n",
        b"{}\n",
        b'{"custom_id": null}\n',
        b'{"custom_id": 1}\n',
        b"[" * 100_000,
        b'{"custom_id": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_a_line_that_cannot_be_read_is_counted_with_its_number(raw: bytes) -> None:
    first, second = read_lines([b"\n", ok(BODY), b"  \n", raw])
    assert isinstance(first, Content)
    assert isinstance(second, Unreadable)
    assert second.number == 4


@pytest.mark.parametrize(
    ("usage", "billed"),
    [
        (USAGE, BILLED),
        (None, Usage()),
        ("12", Usage()),
        ({}, Usage()),
        ({"prompt_tokens": 5}, Usage(5)),
        ({"input_tokens": 50, "output_tokens": 9, "input_tokens_details": {"cached_tokens": 4}}, BILLED),
        ({"prompt_tokens": -1, "completion_tokens": "9", "prompt_tokens_details": []}, Usage()),
        ({"prompt_tokens": 5, "prompt_tokens_details": None}, Usage(5)),
    ],
)
def test_tokens_are_those_that_were_billed(usage: object, billed: Usage) -> None:
    (found,) = read_lines([ok({**BODY, "usage": usage})])
    assert isinstance(found, Content)
    assert found.usage == billed


def test_a_refused_request_may_have_been_billed() -> None:
    (found,) = read_lines([ok(choice(refusal="I cannot."))])
    assert isinstance(found, NoContent)
    assert found.usage == BILLED


def test_what_is_said_can_be_stored() -> None:
    refusal, failure = read_lines([ok(choice(refusal="no\0 \ud83d")), line(None, error={"message": "\0"})])
    assert isinstance(refusal, NoContent)
    assert isinstance(failure, NoContent)
    assert (refusal.reason, failure.reason) == ("the model refused: no\ufffd \ufffd", "\ufffd")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda value: st.lists(value, max_size=3) | st.dictionaries(st.text(), value, max_size=3),
    max_leaves=8,
)


# On a busy machine drawing the first example alone can take the second that the check allows.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries(
        {"custom_id": st.just("one")},
        optional={
            "response": JSON
            | st.fixed_dictionaries(
                {},
                optional={
                    "status_code": st.just(200) | JSON,
                    "body": JSON
                    | st.fixed_dictionaries(
                        {},
                        optional={
                            "choices": JSON | st.lists(st.fixed_dictionaries({"message": JSON}), max_size=2),
                            "usage": JSON,
                            "error": JSON,
                            "model": JSON,
                        },
                    ),
                },
            ),
            "error": JSON,
        },
    )
)
def test_no_shape_of_a_line_is_an_exception(value: dict[str, object]) -> None:
    (found,) = read_lines([json.dumps(value).encode()])
    assert isinstance(found, (Content, NoContent))
    assert found.custom_id == "one"


@given(st.lists(st.binary()))
def test_no_bytes_are_an_exception(file: list[bytes]) -> None:
    assert len(list(read_lines(file))) <= len(file)
