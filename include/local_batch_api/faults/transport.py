"""Faults of HTTP calls: an ASGI application around another one, and the connection it may cut.

A fault either leaves the work undone or lets it be done completely; what the client gets to see is another matter.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from email.utils import formatdate
from time import time
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from local_batch_api.faults.rules import Fault, Faults

_CONNECTION = "connection"
_PAGE = b"<html><head><title>Just a moment...</title></head><body></body></html>"
_REFUSALS = {
    "rate_limited": (429, "rate_limit_exceeded", "Rate limit reached. Please try again later."),
    "rate_limited_seconds": (429, "rate_limit_exceeded", "Rate limit reached. Please try again later."),
    "rate_limited_date": (429, "rate_limit_exceeded", "Rate limit reached. Please try again later."),
    "internal_error": (500, None, "The server had an error while processing your request."),
    "internal_error_after_work": (500, None, "The server had an error while processing your request."),
    "bad_gateway": (502, None, "Bad gateway."),
    "unavailable": (503, None, "The engine is currently overloaded, please try again later."),
    "request_timeout": (408, None, "Request timeout."),
    "conflict": (409, None, "Conflict: please try again."),
    "unauthorized": (401, "invalid_api_key", "Incorrect API key provided."),
    "forbidden": (403, None, "You do not have access to this resource."),
}


class CuttableConnection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # which one it is depends on the machine
    """uvicorn's HTTP connection, which hands its transport to the application: ASGI itself cannot hang up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport where each request's scope takes its state from."""
        super().connection_made(transport)
        self.app_state: dict[str, Any] = {**self.app_state, _CONNECTION: transport}


@dataclass(slots=True)
class _Answer:
    """What the application answered, held back; also its ASGI `send`."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    async def give(self, send: Send) -> None:
        await _send(send, self.status, self.headers, bytes(self.body))


class FaultyTransport:
    """`app` with the HTTP faults that `faults` says; only calls below /v1/ have any."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or one that is not HTTP."""
        fault = None
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            fault = self._faults.at_call(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.name == "slow":
            await asyncio.sleep(fault.parameters["seconds"])
            await self._app(scope, receive, send)
        elif fault.name.endswith("_after_work") or fault.name in _AFTER_WORK:
            answer = _Answer()
            await self._app(scope, receive, answer.take)
            await _spoil(fault, scope, receive, send, answer)
        else:
            await _read_all(receive)
            await _refuse(fault, scope, receive, send)


_AFTER_WORK = ("slow_answer", "truncated_body", "cut_chunked_body", "cut_body")


async def _spoil(fault: Fault, scope: Scope, receive: Receive, send: Send, answer: _Answer) -> None:
    """The work is done; what the client gets of its answer."""
    if fault.name == "slow_answer":
        await asyncio.sleep(fault.parameters["seconds"])
        await answer.give(send)
    elif "share" in fault.parameters:
        await _cut(fault, scope, receive, send, answer)
    else:
        await _refuse(fault, scope, receive, send)


async def _refuse(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    if fault.name.startswith("hang_up"):
        await _hang_up(scope, receive)
    elif fault.name.startswith("not_json"):
        await _send(send, 200, [(b"content-type", b"text/html")], _PAGE)
    elif fault.name == "empty_page":
        page: dict[str, Any] = {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": True}
        await _send(send, 200, [(b"content-type", b"application/json")], json.dumps(page).encode())
    else:
        status, code, message = _REFUSALS[fault.name]
        kind = "server_error" if status >= 500 else "invalid_request_error"
        error = {"message": message, "type": kind, "param": None, "code": code}
        headers = [(b"content-type", b"application/json")]
        if "retry_after" in fault.parameters:
            headers.append((b"retry-after", _retry_after(fault).encode()))
        await _send(send, status, headers, json.dumps({"error": error}).encode())


def _retry_after(fault: Fault) -> str:
    seconds = fault.parameters["retry_after"]
    return formatdate(time() + seconds, usegmt=True) if fault.name == "rate_limited_date" else f"{seconds:g}"


async def _cut(fault: Fault, scope: Scope, receive: Receive, send: Send, answer: _Answer) -> None:
    """A share of the body, and the connection's end."""
    part = bytes(answer.body[: int(len(answer.body) * fault.parameters["share"])])
    if fault.name == "cut_body":
        # Past the framework, which would count the body or cut it into chunks.
        scope["state"][_CONNECTION].write(
            b"HTTP/1.1 %d OK\r\ncontent-type: application/octet-stream\r\nconnection: close\r\n\r\n"
            % answer.status
            + part
        )
    else:
        headers = answer.headers
        if fault.name == "cut_chunked_body":
            headers = [(name, value) for name, value in headers if name.lower() != b"content-length"]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await _hang_up(scope, receive)


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    kept = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    kept.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": kept})
    await send({"type": "http.response.body", "body": body})


async def _read_all(receive: Receive) -> None:
    """Take the request's body in: a client that is still sending it would not read our answer."""
    message: dict[str, Any] = {"more_body": True}
    while message.get("more_body"):
        message = dict(await receive())


async def _hang_up(scope: Scope, receive: Receive) -> None:
    scope["state"][_CONNECTION].close()
    while (await receive())["type"] != "http.disconnect":
        pass
