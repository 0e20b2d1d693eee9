"""Read a day's folder: documents into segments, and what is skipped, copied or unreadable, and why.

One bad file never takes the others along; a folder with nothing readable is an error. Nothing is ever written
below the input.
"""

from __future__ import annotations

import logging
import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.lib import StringBuilder

from batch_translate import keys, storage
from batch_translate.config import RunRequest, Settings, load_settings
from batch_translate.documents.registry import format_of
from batch_translate.errors import DocumentError, InputError, MissingFolderError
from batch_translate.languages import translatable
from batch_translate.ledger import Ledger, days
from batch_translate.profiles import load_profiles
from batch_translate.segments import Problem, Segment, is_storable, storable
from batch_translate.steps import plan as plans
from batch_translate.steps.collector import collector_paused
from batch_translate.steps.judging import refuse_unknown_checks
from batch_translate.steps.plan import Plan, PlannedDocument, PlannedProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batch_translate.documents.document import DocumentFormat, DocumentSettings
    from batch_translate.profiles import Profile

log = logging.getLogger(__name__)

_ROWS_AT_ONCE = 16_384
# Few enough that the garbage collector does not take them for long-lived.
_SEGMENTS_AT_ONCE = 2_048
_REFUSED = "not read: it leads out of the folder, is no file, or has a name that no URL can hold"


@collector_paused()
def read_documents(ledger: Ledger, request: RunRequest) -> Plan:
    """Read the folder, write plan and segments into the work folder, and note the reading in the ledger.

    Raises as `make_plan` does.
    """
    plan = make_plan(request)
    days.record_reading(ledger, plan.day, plan.plan_hash, plan.url, request.run_id, time.time())
    for problem in plan.problems:
        where = f"{problem.document}, {problem.place}" if problem.place else problem.document
        log.log(logging.WARNING if problem.level == "error" else logging.INFO, "%s: %s", where, problem.reason)
    counts = (len(plan.documents), plan.segments, len(plan.copied))
    log.info("%s: %d documents with %d segments, %d files copied", plan.day, *counts)
    return plan


def make_plan(request: RunRequest) -> Plan:
    """Read the folder, and write plan and segments into the work folder.

    Raises MissingFolderError when there is no folder, InputError when nothing in it can be translated,
    SettingsError for a wrong translate.toml.
    """
    folder = storage.join(request.input, request.day)
    if not storage.exists(folder):
        raise MissingFolderError(
            f"there is no folder {folder}: nothing to translate for {request.day}. Put the day's files there and "
            "clear read_documents, or give another day."
        )
    settings = load_settings(request)
    profiles = load_profiles(request, settings)
    refuse_unknown_checks(profile for of_language in profiles.values() for profile in of_language)
    reading = _Reading(settings, profiles)
    files, refused = storage.list_files(folder)
    reading.problems += [
        PlannedProblem(document=name, place="", reason=_REFUSED, level="error")
        for name in refused
        if _is_chosen(name, settings)
    ]
    chosen = [path for path in files if _is_chosen(path, settings)]
    part = storage.join(request.work, request.day, f".reading-{keys.plan_hash([request.run_id])}.parquet")
    schema = plans.segments_schema(settings.languages())
    # Dictionaries do not shorten texts and keys that hardly repeat, and take a third of the time.
    repeated = [name for name in schema.names if name.startswith("instruction:")]
    with (
        storage.written_whole(part) as output,
        pq.ParquetWriter(output, schema, compression="zstd", use_dictionary=cast("bool", repeated)) as table,
    ):
        for path in chosen:
            reading.read(storage.join(folder, path), path, table)
        reading.flush(table)
    return _finish(request, reading, part)


def _is_chosen(path: str, settings: Settings) -> bool:
    if not plans.matches(path, settings.files):
        return False
    return not any(plans.matches(path, pattern) for pattern in settings.exclude)


def _finish(request: RunRequest, reading: _Reading, part: str) -> Plan:
    if not any(document.readable for document in reading.documents):
        said = "; ".join(f"{p.document}: {p.reason}" for p in reading.problems[:5]) or "it has no files"
        storage.remove(part)
        raise InputError(
            f"nothing in {storage.join(request.input, request.day)} can be translated: {said}. Mend the files or "
            "the globs `files` and `exclude`, then clear read_documents."
        )
    content = [f"{document.path}:{document.sha256}" for document in reading.documents]
    content += [f"{path}:{sha256}" for path, sha256 in reading.copied.items()]
    roots = [request.input, request.output]
    # With the terms of the glossaries, which the settings only name.
    content += [profile.model_dump_json() for profiles in reading.profiles.values() for profile in profiles]
    plan_hash = keys.plan_hash([request.day, reading.settings.model_dump_json(), *roots, *content])
    plan = Plan(
        day=request.day,
        plan_hash=plan_hash,
        input=request.input,
        output=request.output,
        folder=storage.join(request.work, request.day, plan_hash),
        settings=reading.settings,
        profiles=reading.profiles,
        documents=tuple(reading.documents),
        copied=reading.copied,
        problems=tuple(reading.problems),
        segments=reading.segments,
        skipped=dict(reading.skipped),
    )
    with storage.local_copy(part) as (file, _):
        storage.copy_into(plan.segments_url, file)
    storage.remove(part)
    plans.save(plan)
    return plan


@dataclass
class _Reading:
    """What has been read so far."""

    settings: Settings
    profiles: dict[str, tuple[Profile, ...]]
    documents: list[PlannedDocument] = field(default_factory=list)
    copied: dict[str, str] = field(default_factory=dict)
    problems: list[PlannedProblem] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    segments: int = 0
    columns: list[list[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = [[] for _ in plans.segments_schema(self.settings.languages())]
        self._glossaries = {
            language: [profile.glossary() for profile in profiles] for language, profiles in self.profiles.items()
        }

    def read(self, url: str, path: str, table: pq.ParquetWriter) -> None:
        """Read one file into the table; what is wrong with it becomes a problem."""
        chosen = format_of(path)
        try:
            with storage.local_copy(url) as (file, sha256):
                if chosen is None:
                    self.copied[path] = sha256
                    self._note(path, Problem("", "not a format that is translated; copied as it is", "note"))
                else:
                    self._read_document(chosen, file, path, sha256, table)
        except OSError as error:
            self._note(path, Problem("", f"cannot be opened: {error}"))

    def flush(self, table: pq.ParquetWriter) -> None:
        """Write the rows in hand."""
        if self.columns[0]:
            schema = plans.segments_schema(self.settings.languages())
            documents, *texts = self.columns
            numbers = pa.py_buffer(array("i", documents))
            arrays = [pa.Int32Array.from_buffers(pa.int32(), len(documents), [None, numbers]), *map(_texts, texts)]
            table.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            self.columns = [[] for _ in schema]

    def _read_document(
        self, chosen: DocumentFormat, file: BinaryIO, path: str, sha256: str, table: pq.ParquetWriter
    ) -> None:
        number, segments, skipped = len(self.documents), 0, Counter[str]()
        readable = True
        settings = plans.document_settings(self.settings, path)
        try:
            for block in _blocks(_found(chosen, file, path, settings), partial(self._note, path)):
                self._add(path, number, block, skipped)
                segments += len(block)
                if len(self.columns[0]) >= _ROWS_AT_ONCE:
                    self.flush(table)
        except DocumentError as error:
            self._note(path, Problem(error.place, error.reason))
            segments, skipped, readable = 0, Counter(), False
        self.documents.append(PlannedDocument(path=path, sha256=sha256, segments=segments, readable=readable))
        self.segments += segments
        self.skipped += skipped

    def _note(self, path: str, problem: Problem) -> None:
        self.problems.append(
            PlannedProblem(document=path, place=problem.place, reason=problem.reason, level=problem.level)
        )

    def _add(self, path: str, number: int, block: list[Segment], skipped: Counter[str]) -> None:
        """Add a block of one document's segments, column by column: a row at a time takes twice as long."""
        damaged = set() if is_storable("".join(map("".join, block))) else self._mend(path, block)
        texts, contexts = [segment.text for segment in block], [segment.context for segment in block]
        source = self.settings.source_lang
        columns: list[list[Any]] = [
            [number] * len(block),
            [segment.place for segment in block],
            [segment.row_id for segment in block],
            texts,
            contexts,
        ]
        others = _for_other_languages(block, self.settings.languages())
        for language in self.settings.languages():
            key, wanted = keys.segment_keys(source, language), translatable(source, language)
            column = [
                key(text, context) if wanted(text) else None for text, context in zip(texts, contexts, strict=True)
            ]
            for index in damaged | others.get(language, set()):
                column[index] = None
            skipped[language] += column.count(None)
            columns.append(column)
        columns += [self._instructions(path, language, texts) for language in self.settings.languages()]
        for all_rows, more in zip(self.columns, columns, strict=True):
            all_rows += more

    def _instructions(self, path: str, language: str, texts: list[str]) -> list[str]:
        number = plans.profile_number(self.settings, path, language)
        profile, glossary = self.profiles[language][number], self._glossaries[language][number]
        if not profile.terms:
            return [keys.instruction_key(profile.name, profile.version)] * len(texts)
        return [
            keys.instruction_key(profile.name, profile.version, [term.key() for term in glossary.find(text)])
            for text in texts
        ]

    def _mend(self, path: str, block: list[Segment]) -> set[int]:
        """Make the block storable; which of its texts are damaged by that."""
        damaged = set()
        for index, segment in enumerate(block):
            mended = Segment(*map(storable, segment))
            if mended.text != segment.text:
                self._note(path, Problem(segment.place, "holds NUL or half a surrogate pair; not translated"))
                damaged.add(index)
            block[index] = mended
        return damaged


def _for_other_languages(block: list[Segment], languages: tuple[str, ...]) -> dict[str, set[int]]:
    """language → which of the segments it does not need."""
    special = [(index, segment.only_for.split()) for index, segment in enumerate(block) if segment.only_for]
    return {
        language: {index for index, needing in special if language not in needing}
        for language in (languages if special else ())
    }


def _texts(column: list[str | None]) -> pa.Array[Any]:
    # pa.array imports pandas, which costs 50 MB and more time than 50,000 rows.
    builder = StringBuilder()
    builder.append_values(column)
    return builder.finish()


def _found(
    chosen: DocumentFormat, file: BinaryIO, path: str, settings: DocumentSettings
) -> Iterator[Segment | Problem]:
    """What the reader finds. Raises DocumentError also for its defects: other documents do not pay for them."""
    try:
        yield from chosen.read(file, path, settings)
    except (DocumentError, OSError):
        raise
    except Exception as error:
        log.exception("%s cannot be read", path)
        reason = f"its reader failed ({error!r}): a defect, report it with the log"
        raise DocumentError(path, "", reason) from error


def _blocks(found: Iterator[Segment | Problem], note: Callable[[Problem], None]) -> Iterator[list[Segment]]:
    """The segments among what was found, in blocks; the problems are noted."""
    block: list[Segment] = []
    for one in found:
        if isinstance(one, Problem):
            note(one)
            continue
        block.append(one)
        if len(block) == _SEGMENTS_AT_ONCE:
            yield block
            block = []
    if block:
        yield block
