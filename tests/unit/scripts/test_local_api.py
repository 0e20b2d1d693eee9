"""The local API as the demo starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from local_api import LocalApi
from processes import StackError
from provider import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path


def test_it_listens_until_it_is_stopped_and_keeps_its_port_on_request(tmp_path: Path) -> None:
    with LocalApi(tmp_path, EXAMPLES / "phrasebook.tsv") as api:
        key = {"Authorization": f"Bearer {api.environment()['OPENAI_API_KEY']}"}
        url = f"{api.base_url}/batches"
        assert httpx.get(url, headers=key, trust_env=False).json()["data"] == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
    port = httpx.URL(url).port
    assert port is not None
    with LocalApi(tmp_path, EXAMPLES / "phrasebook.tsv", port=port) as again:
        assert f"{again.base_url}/batches" == url


def test_a_failed_start_shows_why_and_leaves_nothing(tmp_path: Path) -> None:
    api = LocalApi(tmp_path, tmp_path / "missing.tsv")
    with pytest.raises(StackError, match=r"missing\.tsv"):
        api.start()
    assert list(tmp_path.glob("*.pid")) == []
