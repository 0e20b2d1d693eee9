"""The REST client against a server that stalls, forgets and refuses as Airflow does."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from airflow_api import AirflowApi
from processes import StackError

if TYPE_CHECKING:
    from collections.abc import Iterator

Answer = tuple[int, object]


@contextmanager
def _server(*answers: Answer) -> Iterator[tuple[AirflowApi, list[str]]]:
    """Logs in anybody, then gives `answers` one after the other; yields a client and what was asked."""
    left, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append(f"{self.command} {self.path.partition('?')[0]}")
            status, body = (201, {"access_token": "t"}) if self.path == "/auth/token" else left.pop(0)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_GET = do_POST = do_PATCH = _answer

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    api = AirflowApi(f"http://127.0.0.1:{server.server_port}", "admin", "secret", retry_seconds=5)
    try:
        yield api, asked
    finally:
        api.close()
        server.shutdown()
        thread.join(10)
        server.server_close()


def test_an_error_500_is_asked_again() -> None:
    with _server((500, {}), (200, {"ok": 1})) as (api, asked):
        assert api.request("GET", "/x") == {"ok": 1}
        assert asked == ["POST /auth/token", "GET /x", "GET /x"]


def test_an_expired_login_is_made_anew() -> None:
    with _server((200, {}), (401, {}), (200, {"ok": 1})) as (api, asked):
        api.request("GET", "/x")
        assert api.request("GET", "/x") == {"ok": 1}
        assert asked.count("POST /auth/token") == 2


def test_a_refusal_is_an_error_at_once() -> None:
    with (
        _server((404, {"detail": "no such DAG"})) as (api, asked),
        pytest.raises(StackError, match=r"GET /x: HTTP 404 .*no such DAG"),
    ):
        api.request("GET", "/x")
    assert asked.count("GET /x") == 1


def test_a_trigger_whose_first_answer_was_lost_has_made_its_run() -> None:
    with _server((500, {}), (409, {"detail": "exists"})) as (api, _asked):
        assert api.trigger("dag", {}, run_id="mine") == "mine"


def test_all_pages_of_task_instances_are_read() -> None:
    entries = [{"task_id": "t", "map_index": index, "state": None, "try_number": 0} for index in range(150)]
    pages = [(200, {"task_instances": entries[start : start + 100], "total_entries": 150}) for start in (0, 100)]
    with _server(*pages) as (api, _asked):
        tasks = api.task_instances("dag", "run")
    assert [task.map_index for task in tasks] == list(range(150))
    assert tasks[3].name == "t[3]"
