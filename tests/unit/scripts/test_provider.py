"""Invented answers and paid ones never share a folder or a ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import demo
import provider

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(provider, "_PROJECT", tmp_path)  # whose .env is missing
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "BATCH_TRANSLATE_DATA", "BATCH_TRANSLATE_MODELS"):
        monkeypatch.delenv(name, raising=False)


def test_with_a_key_the_demos_folder_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert provider.data_folder() == provider.DEMO
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-mine\n")
    assert provider.data_folder() == tmp_path / "data"
    with provider.provider(tmp_path, 1) as key:
        assert key == {"OPENAI_API_KEY": "sk-mine"}
    monkeypatch.setenv("BATCH_TRANSLATE_DATA", str(tmp_path / "own"))
    assert provider.data_folder() == tmp_path / "own"


def test_demo_uses_no_account_and_no_ledger_of_anybody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert demo.DEMO == provider.DEMO
    folder = tmp_path / "demo"

    class Started(Exception):
        pass

    def start(home: Path, env: dict[str, str]) -> None:
        assert home.parent == folder
        assert env["OPENAI_API_KEY"] != "sk-mine"
        assert env["OPENAI_BASE_URL"].startswith("http://127.0.0.1:")
        assert env["BATCH_TRANSLATE_LEDGER"] == f"sqlite:///{folder / 'ledger.sqlite'}"
        raise Started

    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    monkeypatch.setenv("BATCH_TRANSLATE_LEDGER", "postgresql://somewhere/real")
    monkeypatch.setattr(demo, "DEMO", folder)
    monkeypatch.setattr(demo, "AirflowStack", start)
    with pytest.raises(Started):
        demo.main()
