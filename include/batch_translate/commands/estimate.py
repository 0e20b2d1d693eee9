"""`python -m batch_translate estimate`: what a folder would cost, before anything is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from batch_translate.config import Environment, RunRequest
from batch_translate.ledger import Ledger
from batch_translate.steps.estimate import describe, estimate_folder

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m batch_translate`."""
    parser = commands.add_parser(
        "estimate",
        help="what a folder would cost: requests, tokens, US dollars per document and language",
        description="Reads the folder as a run would and asks the ledger what is missing. Nothing is sent, "
        "claimed or written. Tokens are counted where TIKTOKEN_CACHE_DIR has OpenAI's vocabulary, else estimated "
        "from the letters; repairs come on top.",
    )
    parser.add_argument("folder", help="a dated folder: data/input/2024-04-17")
    parser.add_argument("--json", action="store_true", help="print the estimate as JSON")
    parser.set_defaults(run=_estimate)


def _estimate(given: argparse.Namespace) -> bool:
    root, _, day = given.folder.rstrip("/").rpartition("/")
    request = RunRequest(day=day, run_id="estimate", input=root or ".", output="", work="")
    estimate = estimate_folder(Ledger(Environment.read().ledger), request)
    if given.json:
        print(json.dumps(estimate.as_dict(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(describe(estimate)))
    return True
