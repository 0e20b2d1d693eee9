"""What a kill -9 leaves, and how the next start goes on."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import Counter
from functools import partial
from operator import lt
from typing import TYPE_CHECKING

import openai
from contract.local_server import INCLUDE, TERMINAL, read_lines, request_line, wait_until

if TYPE_CHECKING:
    from contract.local_server import LocalServer

LINES = 400


def connect(server: LocalServer) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key="key-1", max_retries=0)


def create(client: openai.OpenAI, lines: int) -> str:
    content = "".join(request_line(f"id-{number}", f"text {number}") for number in range(lines))
    stored = client.files.create(file=("input.jsonl", content.encode()), purpose="batch")
    return client.batches.create(
        input_file_id=stored.id, endpoint="/v1/chat/completions", completion_window="24h"
    ).id


def executed(server: LocalServer, batch_id: str) -> int:
    return len(server.executions(batch_id=batch_id))


def test_killed_batch_goes_on_and_executes_nothing_twice(server: LocalServer) -> None:
    server.start("--lines-per-second", "200")
    batch_id = create(connect(server), LINES)
    for _ in range(3):
        wait_until(lambda: executed(server, batch_id), partial(lt, executed(server, batch_id)))
        server.kill()
        server.start("--lines-per-second", "200")
    assert executed(server, batch_id) < LINES
    server.kill()
    server.start()
    client = connect(server)
    batch = wait_until(lambda: client.batches.retrieve(batch_id), lambda one: one.status in TERMINAL)
    assert batch.status == "completed"
    answers = {
        line["custom_id"]: line["response"]["body"]["choices"][0]["message"]["content"]
        for line in read_lines(client.files.content(str(batch.output_file_id)).text)
    }
    assert answers == {f"id-{number}": f"[?→?] text {number}" for number in range(LINES)}
    with sqlite3.connect(server.data / "local_batch_api.sqlite") as account:
        rows = account.execute("SELECT batch_id, line, text FROM executions").fetchall()
    account.close()
    assert set(Counter((row[0], row[1]) for row in rows).values()) == {1}
    assert {row[2] for row in rows} == {f"text {number}" for number in range(LINES)}
    assert batch.request_counts is not None
    assert batch.request_counts.completed == len(rows) == LINES


def test_batches_answered_before_a_kill_are_all_there_after_it(server: LocalServer) -> None:
    server.start()
    created = [create(connect(server), 20) for _ in range(5)]
    server.kill()
    server.start()
    client = connect(server)
    wait_until(lambda: list(client.batches.list()), lambda seen: all(one.status == "completed" for one in seen))
    assert [one.id for one in client.batches.list()] == created[::-1]
    assert len(server.executions(limit=30)) == 100


def test_content_without_a_row_is_swept_away_at_the_start(server: LocalServer) -> None:
    server.start()
    create(connect(server), 1)
    server.kill()
    (server.data / "files" / "file-leftover").write_bytes(b"half an upload")
    server.start()
    assert "file-leftover" not in {path.name for path in (server.data / "files").iterdir()}
    assert len(list(connect(server).files.list(purpose="batch"))) == 1


def test_second_server_over_the_same_folder_refuses_to_start(server: LocalServer) -> None:
    server.start()
    assert "not a model" in server.notice
    command = [sys.executable, "-m", "local_batch_api", "--port", "0", "--data", str(server.data)]
    second = subprocess.run(command, cwd=INCLUDE, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert "another server is running" in second.stderr
