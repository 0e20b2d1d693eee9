"""Which API do the runs talk to? OpenAI or another server when a key is given, else the one on this machine."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from local_api import INCLUDE, LocalApi

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EXAMPLES = INCLUDE / "examples"
_PROJECT = INCLUDE.parent
DEMO = _PROJECT / "data" / "demo"
"""Where the demo keeps everything, whatever the settings say: its answers are invented."""


def settings() -> dict[str, str]:
    """The variables of `.env`, those of the environment before them."""
    path = _PROJECT / ".env"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs} | dict(os.environ)


def has_key() -> bool:
    """Whether runs go to an account, and cost money."""
    return bool(settings().get("OPENAI_API_KEY"))


def data_folder() -> Path:
    """Where `make up` keeps input, output, ledger and the Airflow home: BATCH_TRANSLATE_DATA.

    By default `data`, and the demo's folder without a key: invented answers must not get into the memory of real
    ones.
    """
    return Path(settings().get("BATCH_TRANSLATE_DATA") or (_PROJECT / "data" if has_key() else DEMO)).resolve()


def user_record(data: Path) -> Path:
    """Where the program that uses the data folder writes itself down: one Airflow per home."""
    return data / "running.pid"


def pipeline_environment(data: Path, ledger: str | None = None) -> dict[str, str]:
    """What the pipeline reads: its data folder and its ledger, by default SQLite in that folder."""
    found = {
        "BATCH_TRANSLATE_DATA": str(data),
        "BATCH_TRANSLATE_LEDGER": ledger or f"sqlite:///{data / 'ledger.sqlite'}",
    }
    models = settings().get("BATCH_TRANSLATE_MODELS")
    return found | ({"BATCH_TRANSLATE_MODELS": str(Path(models).resolve())} if models else {})


@contextmanager
def local_provider(data: Path, delay: float, options: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """OPENAI_API_KEY and OPENAI_BASE_URL of the local API, which runs until the block is left.

    `delay` are the seconds it takes for a batch, `options` more of its flags.
    """
    with LocalApi(data / "local_batch_api", EXAMPLES / "phrasebook.tsv", delay, options=options) as api:
        yield api.environment()


@contextmanager
def provider(data: Path, delay: float) -> Iterator[dict[str, str]]:
    """OPENAI_API_KEY and OPENAI_BASE_URL of the account, or of the local API where there is none."""
    if has_key():
        yield {name: value for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL") if (value := settings().get(name))}
        return
    with local_provider(data, delay) as key:
        yield key
