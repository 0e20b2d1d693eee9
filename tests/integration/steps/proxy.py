"""A server between the client and the local API that loses, refuses or changes single answers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HEADERS = ("authorization", "content-type")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call as it was made, and what the API answered to it."""

    call: str
    status: int
    content: bytes

    def answered(self, status: int, content: bytes) -> Exchange:
        return replace(self, status=status, content=content)


@contextmanager
def proxy(upstream: str, change: Callable[[Exchange], Exchange | None]) -> Iterator[str]:
    """The base URL of a proxy in front of `upstream`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def _pass_on(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name: self.headers[name] for name in _HEADERS if name in self.headers}
            url = upstream.removesuffix("/v1") + self.path
            answer = httpx.request(self.command, url, headers=headers, content=content, timeout=20)
            call = f"{self.command} {self.path.partition('?')[0]}"
            given = change(Exchange(call, answer.status_code, answer.content))
            if given is None:
                self.close_connection = True
                return
            self.send_response(given.status)
            self.send_header("content-type", answer.headers.get("content-type", "application/json"))
            self.send_header("content-length", str(len(given.content)))
            self.end_headers()
            self.wfile.write(given.content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()
            thread.join(10)
