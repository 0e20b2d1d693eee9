"""Looking at the pipeline without Airflow: `python -m batch_translate --help`."""

from __future__ import annotations

import argparse
import logging
import sys

from batch_translate.config import Environment
from batch_translate.errors import BatchTranslateError
from batch_translate.ledger import Ledger


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status: 0 done, 1 the day is not complete, 2 it could not be done."""
    parser = argparse.ArgumentParser(
        prog="python -m batch_translate",
        description="BATCH_TRANSLATE_DATA and BATCH_TRANSLATE_LEDGER say where data and ledger are.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    status = commands.add_parser("status", help="where a day stands, what is missing, whether a clear helps")
    status.add_argument("day", help="the day's folder, for example 2024-04-17")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        return _status(given.day)
    except BatchTranslateError as error:
        print(error, file=sys.stderr)
        return 2


def _status(day: str) -> int:
    from batch_translate.steps.status import describe_day

    lines, complete = describe_day(Ledger(Environment.read().ledger), day)
    print("\n".join(lines))
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
