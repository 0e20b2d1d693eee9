"""The judge itself: what it counts as executed twice and as left running."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest
from contract.local_server import TERMINAL, LocalServer, request_line, wait_until
from faults.steps.account import Account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def run_batch(server: LocalServer) -> Iterator[Callable[..., Account]]:
    """Runs one batch that asks for a text, under faults; the key's account after it."""
    key = secrets.token_hex(8)
    url = server.base_url.removesuffix("/v1") + "/local/faults"

    def run(text: str, *faults: dict[str, Any], until: tuple[str, ...] = TERMINAL) -> Account:
        httpx.put(url, json=list(faults)).raise_for_status()
        with openai.OpenAI(base_url=server.base_url, api_key=key, max_retries=0) as client:
            file = client.files.create(file=("a.jsonl", request_line("1", text).encode()), purpose="batch")
            batch = client.batches.create(
                input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
            )
            wait_until(lambda: client.batches.retrieve(batch.id).status, lambda status: status in until)
        return Account.read(server.data, key)

    yield run
    httpx.delete(url)


def test_text_executed_again_after_a_good_answer_counts(run_batch: Callable[..., Account]) -> None:
    assert run_batch("one").executed_twice() == 0
    assert run_batch("two").executed_twice() == 0
    assert run_batch("one").executed_twice() == 1
    assert run_batch("one").executed_twice() == 2


@pytest.mark.parametrize("fault", ["line_missing", "line_server_error", "answer_refused", "gone"])
def test_text_without_an_answer_may_be_executed_again_until_it_has_one(
    run_batch: Callable[..., Account], fault: str
) -> None:
    # A batch that is gone can be seen until it has ended here: it is a second old then.
    after = {"after": 1.0} if fault == "gone" else {}
    assert run_batch("one", {"name": fault, **after}).executed_twice() == 0
    assert run_batch("one").executed_twice() == 0
    assert run_batch("one").executed_twice() == 1


def test_batch_that_has_not_ended_is_left_running(run_batch: Callable[..., Account]) -> None:
    assert run_batch("one").running == 0
    assert run_batch("two", {"name": "stuck"}, until=("in_progress",)).running == 1
