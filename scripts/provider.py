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


def settings() -> dict[str, str]:
    """The variables of `.env`, those of the environment before them."""
    path = _PROJECT / ".env"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs} | dict(os.environ)


def data_folder() -> Path:
    """Where `make demo` and `make up` keep input, output, ledger and the Airflow home: BATCH_TRANSLATE_DATA."""
    return Path(settings().get("BATCH_TRANSLATE_DATA") or _PROJECT / "data" / "demo").resolve()


def user_record(data: Path) -> Path:
    """Where the program that uses the data folder writes itself down: one Airflow per home."""
    return data / "running.pid"


def pipeline_environment(data: Path) -> dict[str, str]:
    """What the pipeline reads: its data folder and its ledger."""
    ledger = settings().get("BATCH_TRANSLATE_LEDGER") or f"sqlite:///{data / 'ledger.sqlite'}"
    return {"BATCH_TRANSLATE_DATA": str(data), "BATCH_TRANSLATE_LEDGER": ledger}


@contextmanager
def provider(data: Path, delay: float, options: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """OPENAI_API_KEY and OPENAI_BASE_URL of the API to use; the local API runs until the block is left.

    `delay` are the seconds the local API takes for a batch, `options` more of its flags.
    """
    given = settings()
    if given.get("OPENAI_API_KEY"):
        yield {name: given[name] for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL") if given.get(name)}
        return
    with LocalApi(data / "local_batch_api", EXAMPLES / "phrasebook.tsv", delay, options=options) as api:
        yield api.environment()
