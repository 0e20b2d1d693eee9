from __future__ import annotations

from typing import Any

import pytest
from openai.types import Batch

from batch_translate.provider.refusals import is_lost_file, retry_after, sent_back

NOON = 1_776_859_200.0  # 2026-04-22 12:00:00 UTC


def batch(status: str, *errors: dict[str, Any]) -> Batch:
    return Batch.model_validate(
        {
            "id": "batch_1",
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "created_at": 1,
            "input_file_id": "file-1",
            "status": status,
            "errors": {"object": "list", "data": list(errors)},
        }
    )


NO_ROOM = {"code": "token_limit_exceeded", "message": "Enqueued token limit reached", "line": None}
NO_FILE = {"code": "invalid_request", "message": "Cannot find file file-1", "line": None}
BAD_LINE = {"code": "invalid_json_line", "message": "This line is not parseable as valid JSON.", "line": 3}


def test_what_is_sent_back_may_be_asked_for_again() -> None:
    assert sent_back(batch("failed", NO_ROOM)) == "no room"
    assert sent_back(batch("failed", NO_FILE)) == "lost file"


@pytest.mark.parametrize("one", [batch("failed", BAD_LINE), batch("failed"), batch("completed", NO_ROOM)])
def test_nothing_else_is(one: Batch) -> None:
    assert sent_back(one) is None


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("17", 17.0),
        ("0.5", 0.5),
        ("Wed, 22 Apr 2026 12:01:30 GMT", 90.0),
        ("Wed, 22 Apr 2026 11:00:00 GMT", None),
        ("86400", 3600.0),
        ("-3", None),
        ("soon", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(said: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": said}, NOON) == seconds
    assert retry_after({}, NOON) is None


def test_lost_file_is_known_by_its_words() -> None:
    assert is_lost_file("Cannot find file file-X, or project proj_Y does not have access to it.")
    assert not is_lost_file("The file is empty.")
