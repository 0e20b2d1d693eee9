"""The commands by which people look at translations and decide on them."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from batch_translate import storage
from batch_translate.config import Environment
from batch_translate.ledger import Ledger

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from batch_translate.ledger.memory import Entry


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to those of `python -m batch_translate`."""
    review = commands.add_parser(
        "review",
        help="write what is to be reviewed over all published days into one file",
        description="What has been decided since a day was published is left out. Import the corrected file.",
    )
    review.add_argument("file", metavar="FILE", help="the .csv or .xliff file to write: a path or URL")
    review.add_argument("--to", metavar="LANGUAGE", help="this target language only")
    review.add_argument("--days", metavar="FROM..TO", help="these days only, for example 2024-04-01..2024-04-30")
    review.set_defaults(run=_review)

    imported = commands.add_parser(
        "import",
        help="import corrected files as reviews, which win over every answer",
        description="Prints what was refused, and which published days to clear. A file that was imported before "
        "changes nothing.",
    )
    imported.add_argument(
        "files", metavar="FILE", nargs="+", help=".csv, .tsv, .xliff, .xlf or .tmx: a path or URL"
    )
    imported.add_argument(
        "--from", dest="source", metavar="LANGUAGE", help="keep the file's ja-JP as this, say ja"
    )
    imported.add_argument("--to", metavar="LANGUAGE", help="keep the file's en-US as this, say en")
    imported.set_defaults(run=_import)

    export = commands.add_parser("export", help="write the translation memory as TMX 1.4b")
    export.add_argument("file", metavar="FILE", help="the .tmx file to write: a path or URL")
    export.add_argument("--from", dest="source", metavar="LANGUAGE", help="from this source language only")
    export.add_argument("--to", metavar="LANGUAGE", help="into this target language only")
    export.set_defaults(run=_export)

    forget = commands.add_parser(
        "forget",
        help="take all answers to a text out of use, also bad ones, so that the next run asks for it anew",
        description="Prints what is taken out and the day it came for. A day that holds the text is rewritten "
        "when it runs again.",
    )
    forget.set_defaults(run=_forget)
    ban = commands.add_parser(
        "ban",
        help="forget a bad translation and never accept it again",
        description="As `forget`; an answer that says the same again is rejected, and no file brings it back.",
    )
    ban.set_defaults(run=_ban)
    for one in (forget, ban):
        one.add_argument("text", help="the source text, or its segment_key from the aligned table")
        one.add_argument("--to", metavar="LANGUAGE", help="in this target language only")


def _review(given: argparse.Namespace) -> bool:
    from batch_translate.steps.review_files import write_inbox

    environment = Environment.read()
    output = storage.join(environment.data, "output")
    count = write_inbox(Ledger(environment.ledger), output, given.file, given.to, given.days)
    print(f"{given.file}: {count} texts to review")
    return True


def _import(given: argparse.Namespace) -> bool:
    from batch_translate.steps.affected_days import days_with, rewriting_advice
    from batch_translate.steps.import_reviews import import_reviews

    environment = Environment.read()
    ledger = Ledger(environment.ledger)
    report = import_reviews(ledger, given.files, source_language=given.source, target_language=given.to)
    for file in report.files:
        print("\n".join(file.sentences()))
    affected = days_with(storage.join(environment.data, "output"), report.segment_keys)
    for line in rewriting_advice(ledger, affected):
        print(line)
    return not report.refused and not report.broken


def _export(given: argparse.Namespace) -> bool:
    from batch_translate.steps.exchange import export_memory

    count = export_memory(Ledger(Environment.read().ledger), given.file, given.source, given.to)
    print(f"{given.file}: {count} entries")
    return True


def _forget(given: argparse.Namespace) -> bool:
    from batch_translate.ledger import memory

    return _take_out(given, "forgotten", lambda ledger, entry: memory.forget(ledger, entry.segment_key))


def _ban(given: argparse.Namespace) -> bool:
    from batch_translate.ledger import memory
    from batch_translate.ledger.reviews import ban

    def take_out(ledger: Ledger, entry: Entry) -> int:
        if not entry.translation:  # it failed: there is nothing to ban
            return memory.forget(ledger, entry.segment_key)
        return ban(ledger, entry.segment_key, entry.translation, time.time())

    return _take_out(given, "banned", take_out)


def _take_out(given: argparse.Namespace, done: str, take_out: Callable[[Ledger, Entry], int]) -> bool:
    from batch_translate.ledger import memory

    ledger = Ledger(Environment.read().ledger)
    entries = memory.find_entries(ledger, given.text, given.to)
    counts: Counter[str] = Counter()
    for entry in entries:
        # The first of several translations of a text takes all of them out.
        counts[entry.segment_key] += take_out(ledger, entry)
    for entry in entries:
        came = f"came for {entry.day}" if entry.day else f"came with {entry.reviewer}"
        print(
            f"{entry.source_language}→{entry.target_language} {entry.source!r}: {entry.translation!r} is {done} "
            f"({counts[entry.segment_key]} answers; it {came})"
        )
    if not entries:
        print(f"there is no translation of {given.text!r} and no answer to take out", file=sys.stderr)
    return bool(entries)
