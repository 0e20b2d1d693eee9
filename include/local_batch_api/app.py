"""Which HTTP calls are answered, and by what.

Every call needs a bearer key; files and batches belong to the key's sha256, the key itself is neither stored nor
logged. The account (`GET /local/executions`) is for this machine only and needs none.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from local_batch_api.creation import BATCH_FILE_LIFE, check_upload, read_life, read_order
from local_batch_api.errors import ApiError, check_local, missing
from local_batch_api.executions import list_executions
from local_batch_api.faults.admin import FaultAdmin
from local_batch_api.faults.transport import FaultyTransport
from local_batch_api.pages import read_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from local_batch_api.database import Database
    from local_batch_api.faults.rules import Faults
    from local_batch_api.files import FileStore
    from local_batch_api.worker import Worker


class BatchApi:
    """The handlers over one database, its files and its worker; without `api_key` any key is taken."""

    def __init__(
        self, database: Database, files: FileStore, worker: Worker, api_key: str | None, faults: Faults
    ) -> None:
        self._database = database
        self._files = files
        self._worker = worker
        self._batches = worker.batches
        self._api_key = api_key
        self._faults = faults

    def app(self) -> ASGIApp:
        """The ASGI application with its HTTP faults; the worker runs while it does."""
        routes = [
            Route("/v1/files", self.upload_file, methods=["POST"]),
            Route("/v1/files", self.list_files, methods=["GET"]),
            Route("/v1/files/{id}", self.get_file, methods=["GET"]),
            Route("/v1/files/{id}", self.delete_file, methods=["DELETE"]),
            Route("/v1/files/{id}/content", self.get_content, methods=["GET"]),
            Route("/v1/batches", self.create_batch, methods=["POST"]),
            Route("/v1/batches", self.list_batches, methods=["GET"]),
            Route("/v1/batches/{id}", self.get_batch, methods=["GET"]),
            Route("/v1/batches/{id}/cancel", self.cancel_batch, methods=["POST"]),
            Route("/local/executions", self.list_executions, methods=["GET"]),
            Route("/local/faults", FaultAdmin(self._faults).handle, methods=["GET", "PUT", "POST", "DELETE"]),
        ]
        handlers = {ApiError: _refuse, HTTPException: _refuse_route, Exception: _fail}
        app = Starlette(routes=routes, exception_handlers=handlers, lifespan=self._lifespan)
        return FaultyTransport(app, self._faults)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._worker.start()
        yield
        await run_in_threadpool(self._worker.stop)

    async def upload_file(self, request: Request) -> Response:
        """POST /v1/files; the content goes through a temporary file, never through memory as a whole."""
        owner = self._owner(request)
        async with request.form(max_files=1) as form:
            file, purpose = form.get("file"), form.get("purpose")
            if not isinstance(file, UploadFile):
                raise missing("file")
            if not isinstance(purpose, str):
                raise missing("purpose")
            filename = file.filename or ""
            check_upload(filename, purpose, file.size or 0)
            lives_for = BATCH_FILE_LIFE if purpose == "batch" else None
            expires_after = {
                name: form[f"expires_after[{name}]"]
                for name in ("anchor", "seconds")
                if f"expires_after[{name}]" in form
            }
            if expires_after:
                lives_for = read_life("expires_after", expires_after)
            stored = await run_in_threadpool(self._files.upload, owner, filename, purpose, file.file, lives_for)
        return JSONResponse(stored.wire())

    def list_files(self, request: Request) -> Response:
        """GET /v1/files."""
        owner = self._owner(request)
        page = read_page(request.query_params, default=10_000, highest=10_000)
        return JSONResponse(self._files.list_page(owner, page, request.query_params.get("purpose")))

    def get_file(self, request: Request) -> Response:
        """GET /v1/files/{id}."""
        return JSONResponse(self._files.get(self._owner(request), request.path_params["id"]).wire())

    def delete_file(self, request: Request) -> Response:
        """DELETE /v1/files/{id}."""
        file_id = request.path_params["id"]
        self._files.delete(self._owner(request), file_id)
        return JSONResponse({"id": file_id, "object": "file", "deleted": True})

    def get_content(self, request: Request) -> Response:
        """GET /v1/files/{id}/content."""
        stored = self._files.get(self._owner(request), request.path_params["id"])
        path = self._files.path(stored.id)
        return FileResponse(path, media_type="application/octet-stream", filename=stored.filename)

    async def create_batch(self, request: Request) -> Response:
        """POST /v1/batches; answered after the batch is committed."""
        owner = self._owner(request)
        try:
            body = json.loads(await request.body())
        except ValueError:
            raise ApiError(400, "We could not parse the JSON body of your request.") from None
        try:
            batch = await run_in_threadpool(self._batches.create, owner, read_order(body))
        finally:
            self._worker.wake()  # a batch may have been created though the answer says no
        return JSONResponse(self._batches.show(batch))

    def list_batches(self, request: Request) -> Response:
        """GET /v1/batches, newest first."""
        owner = self._owner(request)
        query = {name: value for name, value in request.query_params.items() if name != "order"}
        return JSONResponse(self._batches.list_page(owner, read_page(query, default=20, highest=100)))

    def get_batch(self, request: Request) -> Response:
        """GET /v1/batches/{id}."""
        return JSONResponse(self._batches.show(self._batches.get(self._owner(request), request.path_params["id"])))

    def cancel_batch(self, request: Request) -> Response:
        """POST /v1/batches/{id}/cancel."""
        batch = self._batches.cancel(self._owner(request), request.path_params["id"])
        self._worker.wake()
        return JSONResponse(self._batches.show(batch))

    def list_executions(self, request: Request) -> Response:
        """GET /local/executions, for this machine only."""
        check_local(request, "The account of executions is shown")
        return JSONResponse(list_executions(self._database, request.query_params))

    def _owner(self, request: Request) -> str:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise ApiError(
                401,
                "You didn't provide an API key. You need to provide your API key in an Authorization header using "
                "Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
            )
        key = key.strip()
        if self._api_key is not None and not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise ApiError(401, "Incorrect API key provided.", code="invalid_api_key")
        return hashlib.sha256(key.encode()).hexdigest()


def _refuse(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, ApiError)
    return JSONResponse(refusal.body(), refusal.status)


def _refuse_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    call = f"{request.method} {request.url.path}"
    if error.status_code == 404:
        return _refuse(request, ApiError(404, f"Invalid URL ({call})"))
    if error.status_code == 405:
        message = f"Not allowed to {request.method} on {request.url.path}"
        return _refuse(request, ApiError(405, message, code="method_not_supported"))
    return _refuse(request, ApiError(error.status_code, f"{call}: {error.detail}"))


def _fail(request: Request, _: Exception) -> Response:
    return _refuse(
        request, ApiError(500, "The server had an error while processing your request.", kind="server_error")
    )
