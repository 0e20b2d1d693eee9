"""One server for the tests of a module; each test sets its own faults and sees only its own batches."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import httpx
import openai
import pytest
from contract.local_server import LocalServer
from unit.local_batch_api.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    one = LocalServer(tmp_path_factory.mktemp("local_batch_api") / "data")
    one.start("--batches-per-hour", "40")
    yield one
    one.stop()


@pytest.fixture
def client(server: LocalServer) -> Iterator[Client]:
    with openai.OpenAI(base_url=server.base_url, api_key=secrets.token_hex(8), max_retries=0) as sdk:
        one = Client(server, sdk)
        yield one
        httpx.delete(one.faults_url)
