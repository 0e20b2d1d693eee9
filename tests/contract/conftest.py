"""Servers for tests: one shared by those that need no flags and no kill, or one of their own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import openai
import pytest
from contract.local_server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    """Not started yet: tests choose the flags."""
    one = LocalServer(tmp_path / "data")
    yield one
    one.stop()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """Started without flags."""
    one = LocalServer(tmp_path_factory.mktemp("shared") / "data")
    one.start()
    yield one
    one.stop()


@pytest.fixture
def client(shared_server: LocalServer) -> Iterator[openai.OpenAI]:
    """The official client on the shared server; by its own key each test sees only what it made."""
    key = f"key-{secrets.token_hex(8)}"
    with openai.OpenAI(base_url=shared_server.base_url, api_key=key, max_retries=0) as one:
        yield one
