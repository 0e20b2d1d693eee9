"""A local_batch_api in a process of its own, on a socket: started, killed, started again over the same folder."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

INCLUDE = Path(__file__).parents[2] / "include"
TERMINAL = ("completed", "failed", "expired", "cancelled")
LIMIT = 20.0
Value = TypeVar("Value")


class LocalServer:
    """One data folder and the server that runs over it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.notice = ""
        self.base_url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self, *flags: str) -> None:
        """Start the server and wait until it listens."""
        command = [sys.executable, "-m", "local_batch_api", "--port", "0", "--data", str(self.data), *flags]
        environment = {**os.environ, "PYTHONPATH": str(INCLUDE)}
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], LIMIT)
        assert ready, "the server did not start in time"
        self.base_url = self._process.stdout.readline().split()[-1]
        self.notice = self._process.stdout.readline()

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._close()

    def stop(self) -> None:
        """End the server if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._close()

    def executions(self, **query: str | int) -> list[dict[str, Any]]:
        """The whole account, page by page."""
        url = self.base_url.removesuffix("/v1") + "/local/executions"
        rows: list[dict[str, Any]] = []
        while True:
            page = httpx.get(url, params={**query, "after": rows[-1]["seq"] if rows else 0}).json()
            rows += page["data"]
            if not page["has_more"]:
                return rows

    def _close(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.wait(LIMIT)
        self._process.stdout.close()
        self._process = None


def wait_until(read: Callable[[], Value], enough: Callable[[Value], bool]) -> Value:
    """What `read` gives once it is `enough`."""
    deadline = time.monotonic() + LIMIT
    while not enough(value := read()):
        assert time.monotonic() < deadline, f"still not there after {LIMIT} s: {value}"
        time.sleep(0.02)
    return value


def request_line(custom_id: str, content: str, **body: Any) -> str:
    """One line of an input file, with one user message."""
    messages = [{"role": "user", "content": content}]
    return json_line(custom_id, {"model": "test-model", "messages": messages, **body})


def json_line(custom_id: str, body: dict[str, Any]) -> str:
    """One line of an input file."""
    line = {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": body}
    return json.dumps(line, ensure_ascii=False) + "\n"


def read_lines(content: str) -> list[dict[str, Any]]:
    """The lines of an output or error file."""
    return [json.loads(line) for line in content.splitlines()]
