"""Looking at the pipeline and acting on it without Airflow: `python -m batch_translate --help`."""

from __future__ import annotations

import argparse
import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from batch_translate.commands import estimate, evaluate, review, statement
from batch_translate.config import Environment
from batch_translate.errors import BatchTranslateError, SettingsError
from batch_translate.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batch_translate.provider.api import BatchApi

_ENVIRONMENT = """\
BATCH_TRANSLATE_DATA and BATCH_TRANSLATE_LEDGER say where data and ledger are. Commands that speak with the
provider take the key from OPENAI_API_KEY and, where it is not OpenAI, the URL from OPENAI_BASE_URL: those of the
Airflow connection, or the batches under way look gone.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status: 0 done, 1 something is left, 2 it could not be done."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    command: Callable[[argparse.Namespace], bool] = given.run
    try:
        return 0 if command(given) else 1
    except BatchTranslateError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m batch_translate", description=_ENVIRONMENT)
    commands = parser.add_subparsers(dest="command", required=True)

    status = commands.add_parser("status", help="where a day stands, what is missing, whether a clear helps")
    status.set_defaults(run=_status)
    cancel = commands.add_parser(
        "cancel",
        help="cancel a day's batches at the provider, collect what is there, free its texts",
        description="Set the Airflow Variable batch_translate_stop first, or mark the day's run as failed: a run "
        "that goes on asks again in its next pass.",
    )
    cancel.set_defaults(run=_cancel)
    for one in (status, cancel):
        one.add_argument("day", help="the day's folder, for example 2024-04-17")

    recover = commands.add_parser("recover", help="collect the ended batches of all runs, free what never arrived")
    recover.set_defaults(run=_recover)
    for subject in (review, evaluate, estimate, statement):
        subject.add_to(commands)
    return parser


def _ledger() -> Ledger:
    return Ledger(Environment.read().ledger)


@contextmanager
def _api() -> Iterator[BatchApi]:
    import openai

    from batch_translate.provider.api import BatchApi

    try:
        client = openai.OpenAI()
    except openai.OpenAIError as error:
        raise SettingsError(f"the provider cannot be reached: {error}") from None
    with client:
        try:
            yield BatchApi(client)
        except openai.APIError as error:
            raise SettingsError(f"{client.base_url} does not answer as it should: {error}") from None


def _status(given: argparse.Namespace) -> bool:
    from batch_translate.steps.status import describe_day

    lines, complete = describe_day(_ledger(), given.day)
    print("\n".join(lines))
    return complete


def _cancel(given: argparse.Namespace) -> bool:
    from batch_translate.steps.cancel_day import cancel_day

    with _api() as api:
        counts = cancel_day(_ledger(), api, given.day)
    print(
        f"{given.day}: {counts['collected']} batches ended and were collected, {counts['unsent']} jobs were never "
        f"sent, {counts['open']} stay open."
    )
    return not counts["open"]


def _recover(given: argparse.Namespace) -> bool:
    from batch_translate.steps.recover_jobs import recover_jobs

    with _api() as api:
        counts = recover_jobs(_ledger(), api, run_id="")
    print(
        f"{counts['collected']} jobs collected, {counts['running']} still run, {counts['unclear']} unclear, "
        f"{counts['absent'] + counts['released']} closed that never arrived or were never sent."
    )
    return not counts["unclear"]


if __name__ == "__main__":
    sys.exit(main())
