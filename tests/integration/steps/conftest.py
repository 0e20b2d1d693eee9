"""Nights over real folders and a real ledger; the server is shared by the tests of a module."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import httpx
import pytest
from contract.local_server import LocalServer
from integration.steps.night import Night, write_phrasebook

from batch_translate.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PHRASES = {
    "おはよう": "Good morning",
    "こんばんは": "Good evening",
    "{count}件": "items",  # loses the placeholder, always
    "長い話": "a tale without end " * 400,  # longer than an answer may be: it is cut
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """Answers from PHRASES; other texts come back as filler."""
    folder = tmp_path_factory.mktemp("local_batch_api")
    one = LocalServer(folder / "data")
    one.start("--phrasebook", str(write_phrasebook(folder / "phrases.tsv", PHRASES)))
    yield one
    one.stop()


@pytest.fixture
def make_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[LocalServer], Night]]:
    """Makes this test's installation in front of a server, and names it in the environment."""
    data = tmp_path / "data"
    ledger = Ledger(f"sqlite:///{data}/ledger.sqlite")
    monkeypatch.setenv("BATCH_TRANSLATE_DATA", str(data))
    monkeypatch.setenv("BATCH_TRANSLATE_LEDGER", f"sqlite:///{data}/ledger.sqlite")
    yield lambda server: Night(data, ledger, server, f"sk-{secrets.token_hex(12)}")
    ledger.close()


@pytest.fixture
def night(make_night: Callable[[LocalServer], Night], server: LocalServer) -> Night:
    return make_night(server)


@pytest.fixture
def inject(night: Night) -> Iterator[Callable[..., None]]:
    """Sets the server's faults; none are left for the next test."""
    url = night.server.base_url.removesuffix("/v1") + "/local/faults"

    def put(*rules: dict[str, object]) -> None:
        httpx.put(url, json=list(rules)).raise_for_status()

    yield put
    put()
