"""A Batch API on a socket that fails on demand, and an Airflow that has no database."""

import atexit
import json
import os
import shutil
import socket
import tempfile
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

if "AIRFLOW_HOME" not in os.environ:
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow_home_")
    atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"


class BatchServer(ThreadingHTTPServer):
    """GET /v1/batches and /v1/batches/{id}. `faults` are what happens to the next requests."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self.batches = {}  # id → status, newest first
        self.unlisted = set()
        self.faults = deque()
        self.latency = 0.0
        self.key = None  # any
        self.requests = []
        self.open_connections = 0
        self.lock = threading.Lock()

    @property
    def lists(self):
        return sum(path == "/v1/batches" for path in self.requests)

    @property
    def retrieves(self):
        return len(self.requests) - self.lists

    def handle_error(self, request, client_address):
        pass  # clients that hang up are part of the tests


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        with self.server.lock:
            self.server.open_connections += 1

    def finish(self):
        with self.server.lock:
            self.server.open_connections -= 1
        super().finish()

    def log_message(self, *args):
        pass

    def do_GET(self):
        url = urlsplit(self.path)
        with self.server.lock:
            self.server.requests.append(url.path)
            fault = self.server.faults.popleft() if self.server.faults else None
            if self.server.key and self.headers["Authorization"] != f"Bearer {self.server.key}":
                fault = 401
        time.sleep(self.server.latency)
        if fault == "hang up":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif fault == "not json":
            self._answer(200, b"<html>gateway</html>", "text/html")
        elif fault is not None:
            self._answer_json(fault, {"error": {"message": "sk-secret is over its limit", "code": None}})
        elif url.path == "/v1/batches":
            self._list(parse_qs(url.query))
        else:
            self._retrieve(url.path.removeprefix("/v1/batches/"))

    def _list(self, query):
        ids = [name for name in self.server.batches if name not in self.server.unlisted]
        start = ids.index(query["after"][0]) + 1 if "after" in query else 0
        shown = ids[start : start + int(query["limit"][0])]
        data = [_batch(name, self.server.batches[name]) for name in shown]
        more = start + len(shown) < len(ids)
        body = {"object": "list", "data": data, "first_id": shown[0], "last_id": shown[-1], "has_more": more}
        self._answer_json(200, body)

    def _retrieve(self, name):
        if name in self.server.batches:
            self._answer_json(200, _batch(name, self.server.batches[name]))
        else:
            self._answer_json(404, {"error": {"message": "No such batch", "type": "x", "code": None}})

    def _answer_json(self, code, body):
        self._answer(code, json.dumps(body).encode(), "application/json")

    def _answer(self, code, body, kind):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _batch(name, status):
    return {
        "id": name,
        "object": "batch",
        "status": status,
        "endpoint": "/v1/chat/completions",
        "input_file_id": "file-1",
        "completion_window": "24h",
        "created_at": 1,
    }


@pytest.fixture
def server():
    with BatchServer() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join(timeout=10)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AIRFLOW_CONN_OPENAI_DEFAULT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def connection(server, monkeypatch):
    """openai_default leads to the server."""
    fields = {"conn_type": "openai", "host": server.url, "password": "sk-secret"}
    monkeypatch.setenv("AIRFLOW_CONN_OPENAI_DEFAULT", json.dumps(fields))
