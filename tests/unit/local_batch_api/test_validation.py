"""How an input file is read; what its lines are refused for is tested over the wire (tests/contract)."""

from __future__ import annotations

import io
import json

from local_batch_api.validation import check_input

ENDPOINT = "/v1/chat/completions"


def line(custom_id: str) -> bytes:
    body = {"model": "m", "messages": [{"role": "user", "content": "お知らせ"}]}
    request = {"custom_id": custom_id, "method": "POST", "url": ENDPOINT, "body": body}
    return json.dumps(request, ensure_ascii=False).encode() + b"\n"


def test_lines_are_found_again_by_their_place() -> None:
    content = line("a") + b"\n" + line("b").rstrip()
    checked = check_input(io.BytesIO(content), ENDPOINT)
    assert [(one.line, one.custom_id) for one in checked.lines] == [(1, "a"), (3, "b")]
    found = [json.loads(content[one.start : one.start + one.length])["custom_id"] for one in checked.lines]
    assert found == ["a", "b"]
    assert (checked.model, checked.prompt_tokens, checked.errors) == ("m", 2 * (3 + 3 + 3), [])


def test_as_many_lines_as_the_limit_are_accepted_and_not_one_more() -> None:
    content = b"".join(line(str(number)) for number in range(50_000))
    assert len(check_input(io.BytesIO(content), ENDPOINT).lines) == 50_000
    (error,) = check_input(io.BytesIO(content + line("one more")), ENDPOINT).errors
    assert (error["code"], error["line"]) == ("invalid_request", None)


def test_list_of_errors_ends_at_the_hundredth() -> None:
    checked = check_input(io.BytesIO(b"{\n" * 500), ENDPOINT)
    assert [error["line"] for error in checked.errors] == list(range(1, 101))
