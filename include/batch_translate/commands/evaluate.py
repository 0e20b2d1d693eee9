"""`python -m batch_translate evaluate`: scores to read, as JSON, and compared with an earlier evaluation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from batch_translate import storage
from batch_translate.config import Environment, RunRequest, load_settings
from batch_translate.errors import SettingsError
from batch_translate.languages import checked_tag

if TYPE_CHECKING:
    import argparse

    from batch_translate.evaluation.result import Evaluation

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def add_to(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    command = commands.add_parser(
        "evaluate",
        help="score translations against references: chrF, BLEU, findings",
        description="Documents are found by their names; translations, references and sources have the same ones.",
    )
    command.add_argument("folder", help="a published day, or a folder of translations: OUTPUT/2024-04-17/en")
    command.add_argument("--references", required=True, metavar="FOLDER", help="the documents as they should be")
    command.add_argument("--to", metavar="LANGUAGE", help="the target language, where the folder does not say it")
    command.add_argument(
        "--from", dest="source", metavar="LANGUAGE", help="the source language (translate.toml's)"
    )
    command.add_argument("--input", metavar="FOLDER", help="the dated folder with the sources (that of the day)")
    command.add_argument("--json", metavar="FILE", help="write the evaluation with all that was scored")
    command.add_argument(
        "--compare", metavar="FILE", help="such a file of another prompt or model to compare with"
    )
    command.set_defaults(run=_evaluate)


def _evaluate(given: argparse.Namespace) -> bool:
    """Whether anything was scored."""
    try:
        from batch_translate.evaluation.comparison import compare
        from batch_translate.evaluation.table import comparison_lines, evaluation_lines
        from batch_translate.steps.evaluate import evaluate_day
    except ModuleNotFoundError as error:
        if error.name != "sacrebleu":
            raise
        raise SettingsError(
            "scores need sacrebleu, which only requirements-dev.txt has: `make evaluate` installs it"
        ) from None
    before = _read(given.compare) if given.compare else None
    folder, source_folder, language = _folders(given)
    source = checked_tag(given.source) if given.source else None
    evaluation = evaluate_day(folder, given.references, source_folder, language, source)
    print("\n".join(evaluation_lines(evaluation)))
    if before is not None:
        print(
            "\n".join(["", f"Compared with {given.compare}:", "", *comparison_lines(compare(before, evaluation))])
        )
    if given.json:
        storage.write_json(given.json, evaluation.model_dump(mode="json"))
    return bool(evaluation.documents)


def _read(file: str) -> Evaluation:
    from pydantic import ValidationError

    from batch_translate.evaluation.result import SCHEMA_VERSION, Evaluation

    try:
        evaluation = Evaluation.model_validate(storage.read_json(file))
    except (OSError, ValueError, ValidationError) as error:
        raise SettingsError(f"{file} is no evaluation to compare with: {error}") from None
    if evaluation.schema_version != SCHEMA_VERSION:
        raise SettingsError(f"{file} was written by another version of this project: evaluate that folder again")
    return evaluation


def _folders(given: argparse.Namespace) -> tuple[str, str, str]:
    """(folder of translations, dated folder of sources, target language)."""
    folder: str = given.folder.rstrip("/")
    if _DAY.fullmatch(folder):
        data = Environment.read().data
        source: str = given.input or storage.join(data, "input", folder)
        language = checked_tag(given.to) if given.to else _only_language(source)
        return storage.join(data, "output", folder, language), source, language
    rest, _, name = str(storage.local_path(folder) or folder).rpartition("/")
    day = rest.rpartition("/")[2]
    is_output = _DAY.fullmatch(day) is not None
    if not given.to and not is_output:
        raise SettingsError(f"{folder} does not say which language it is in: give --to")
    if not given.input and not is_output:
        raise SettingsError(f"{folder} does not say which day's translations it has: give --input")
    source = given.input or storage.join(Environment.read().data, "input", day)
    return folder, source, checked_tag(given.to or name)


def _only_language(source_folder: str) -> str:
    root, _, day = str(storage.local_path(source_folder) or source_folder.rstrip("/")).rpartition("/")
    request = RunRequest(day=day, run_id="evaluation", input=root, output="", work="")
    languages = load_settings(request).languages()
    if len(languages) > 1:
        raise SettingsError(f"{day} is translated into {', '.join(languages)}: give one of them with --to")
    return languages[0]
