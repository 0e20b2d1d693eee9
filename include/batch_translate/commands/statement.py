"""`python -m batch_translate statement`: what a month has cost."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, get_args

from batch_translate.config import Environment
from batch_translate.ledger import Ledger
from batch_translate.ledger.statement import By, Line, statement, total

if TYPE_CHECKING:
    import argparse

_COLUMNS = ("batches", "texts", "tokens in", "cached", "tokens out", "estimated USD", "billed USD")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m batch_translate`."""
    parser = commands.add_parser(
        "statement",
        help="what a month has cost: by day, run, model, language, pass or document",
        description="Months are calendar months in UTC, as for monthly_budget_usd; a batch belongs to the one in "
        "which it was planned. Billed are the tokens that the provider says, each batch once.",
    )
    parser.add_argument("month", nargs="?", help="2026-11; without it the present one")
    parser.add_argument("--by", choices=get_args(By), default="day")
    parser.add_argument("--json", action="store_true", help="print the lines as JSON")
    parser.set_defaults(run=_statement)


def _statement(given: argparse.Namespace) -> bool:
    month = given.month or time.strftime("%Y-%m", time.gmtime())
    ledger = Ledger(Environment.read().ledger)
    lines = statement(ledger, month, given.by)
    # By day, for documents share batches.
    lines.append(total(statement(ledger, month, "day")))
    if given.json:
        print(json.dumps([line._asdict() for line in lines], ensure_ascii=False, indent=2))
        return True
    rows = [(given.by, *_COLUMNS), *(_cells(line) for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print(f"{month} (UTC)")
    for first, *cells in rows:
        padded = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        print("  ".join([first.ljust(widths[0]), *padded]).rstrip())
    if lines[-1].open:
        print(f"{lines[-1].open} batches are not collected yet: their tokens are not in it.")
    if lines[-1].unpriced:
        print(f"{lines[-1].unpriced} batches have no known price: see BATCH_TRANSLATE_MODELS.")
    return True


def _cells(line: Line) -> tuple[str, ...]:
    counts = (line.batches, line.segments, line.input_tokens, line.cached_tokens, line.output_tokens)
    return line.what, *(f"{count:,}" for count in counts), _usd(line.estimated_usd), _usd(line.cost_usd)


def _usd(amount: float | None) -> str:
    return "–" if amount is None else f"{amount:,.6f}"
