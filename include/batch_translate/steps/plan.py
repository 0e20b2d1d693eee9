"""The plan: what one reading of a day's folder found and what is to be done with it, written into the work folder.

Every later step works by the plan and by nothing else, so a folder that changes meanwhile cannot confuse a run.
"""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from batch_translate import storage
from batch_translate.config import Settings
from batch_translate.documents.document import DocumentSettings
from batch_translate.errors import JobError
from batch_translate.profiles import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.ledger.wanted_tables import WantedRow

SCHEMA_VERSION = 2
_ROWS_AT_ONCE = 8_192


class PlannedProblem(BaseModel):
    """A document's problem, as it is reported."""

    model_config = ConfigDict(frozen=True)

    document: str
    place: str
    reason: str
    level: str


class PlannedDocument(BaseModel):
    """A document: its path below the dated folder, the content it had, and how many segments were found in it.

    Of one that is not `readable` the segments table may hold some rows, which count for nothing.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    sha256: str
    segments: int
    readable: bool


class Plan(BaseModel):
    """One reading of a day. `copied` are files of formats that are not translated, with their sha256.

    `profiles`: target language → one profile for each rule of the settings, in their order, and their own.
    """

    model_config = ConfigDict(frozen=True)

    schema_version: int = SCHEMA_VERSION
    day: str
    plan_hash: str
    input: str
    output: str
    folder: str
    settings: Settings
    profiles: dict[str, tuple[Profile, ...]]
    documents: tuple[PlannedDocument, ...]
    copied: dict[str, str]
    problems: tuple[PlannedProblem, ...]
    segments: int
    skipped: dict[str, int]

    @property
    def url(self) -> str:
        """Where the plan is written."""
        return storage.join(self.folder, "plan.json")

    @property
    def segments_url(self) -> str:
        """The segments, as a Parquet table."""
        return storage.join(self.folder, "segments.parquet")

    def source_url(self, path: str) -> str:
        """Where a file of the dated folder stands."""
        return storage.join(self.input, self.day, path)

    def output_url(self, language: str, path: str) -> str:
        """Where a file's translation stands."""
        return storage.join(self.output, self.day, language, path)

    def aligned_url(self, language: str) -> str:
        """The aligned table of a language."""
        return storage.join(self.output, self.day, "_aligned", f"{language}.parquet")

    def models(self) -> set[str]:
        """The models that are asked first."""
        return {profile.model for profiles in self.profiles.values() for profile in profiles}

    def escalates(self) -> bool:
        """Whether a profile has a model of its own for the last pass."""
        return any(profile.escalation_model for profiles in self.profiles.values() for profile in profiles)

    def attempts(self) -> int:
        """How often a text is asked for that is answered badly, over all runs: once per pass, if not said."""
        return self.settings.max_attempts or (3 if self.escalates() else 2)

    def missing_documents(self) -> list[PlannedProblem]:
        """What could not be read: whole documents and parts of them."""
        return [problem for problem in self.problems if problem.level == "error"]


def load(plan_url: str) -> Plan:
    """Read a plan. Raises JobError when it is gone, or another version's."""
    if not storage.exists(plan_url):
        raise JobError(
            f"the plan {plan_url} is gone: somebody removed it from the work folder. Run the day again, or clear "
            "read_documents with everything downstream; what was already translated is not paid again."
        )
    content = storage.read_json(plan_url)
    if content["schema_version"] != SCHEMA_VERSION:
        raise JobError(
            f"the plan {plan_url} was written by another version of this project: clear read_documents with "
            "everything downstream; what was already translated is not paid again."
        )
    return Plan.model_validate(content)


def save(plan: Plan) -> None:
    """Write a plan beside its segments."""
    storage.write_json(plan.url, plan.model_dump(mode="json"))


def document_settings(settings: Settings, path: str) -> DocumentSettings:
    """How a document is read: the first rule whose glob it matches, over the defaults."""
    rule = next((rule for rule in settings.documents if matches(path, rule.files)), None)
    said: dict[str, Any] = {} if rule is None else rule.model_dump(exclude={"files"}, exclude_none=True)
    return DocumentSettings(source_language=settings.source_lang, target_languages=settings.languages(), **said)


def profile_number(settings: Settings, path: str, language: str) -> int:
    """Which of a language's profiles is a document's: the first rule that it matches, else the settings' own."""
    for number, rule in enumerate(settings.profiles):
        if matches(path, rule.files) and (rule.languages is None or language in rule.languages):
            return number
    return len(settings.profiles)


def profile_of(plan: Plan, path: str, language: str) -> Profile:
    """The profile by which a document is translated into a language."""
    return plan.profiles[language][profile_number(plan.settings, path, language)]


def matches(path: str, pattern: str) -> bool:
    """Whether a path matches a glob: `*` stays within a folder, `**` does not; `*.md` matches in every folder."""
    if pattern == "**":
        return True
    if "/" not in pattern:
        return fnmatch.fnmatchcase(path.rsplit("/", 1)[-1], pattern)
    names, wanted = path.split("/"), pattern.split("/")
    return _match(names, wanted)


def _match(names: list[str], wanted: list[str]) -> bool:
    if not wanted:
        return not names
    if wanted[0] == "**":
        return any(_match(names[skip:], wanted[1:]) for skip in range(len(names) + 1))
    return bool(names) and fnmatch.fnmatchcase(names[0], wanted[0]) and _match(names[1:], wanted[1:])


class SegmentRow(NamedTuple):
    """One row of segments.parquet; `key` is None where the text is not translated into that language."""

    ordinal: int
    document: int
    place: str
    row_id: str
    source: str
    context: str
    key: str | None


def segments_schema(languages: tuple[str, ...]) -> pa.Schema:
    """document (number in the plan), place, row_id, source, context; per target language key:<language>, which is
    null where the text is not translated, and instruction:<language>.
    """
    columns: list[pa.Field[Any]] = [
        pa.field("document", pa.int32(), nullable=False),
        *(pa.field(name, pa.string(), nullable=False) for name in ("place", "row_id", "source", "context")),
        *(pa.field(f"key:{language}", pa.string()) for language in languages),
        *(pa.field(f"instruction:{language}", pa.string(), nullable=False) for language in languages),
    ]
    return pa.schema(columns, metadata={"schema_version": str(SCHEMA_VERSION)})


def read_segments(plan: Plan, language: str) -> Iterator[SegmentRow]:
    """Yield the plan's segments in document order, a block of rows in memory at a time."""
    columns = ["document", "place", "row_id", "source", "context", f"key:{language}"]
    readable = [document.readable for document in plan.documents]
    for start, block in _blocks(plan, columns):
        for ordinal, row in enumerate(zip(*block, strict=True), start):
            if readable[row[0]]:
                yield SegmentRow(ordinal, *row)


def read_sources(plan: Plan) -> Iterator[tuple[int, list[int], list[str], list[str]]]:
    """Yield blocks of (first ordinal, document numbers, sources, contexts), with those of unreadable documents."""
    for start, (documents, sources, contexts) in _blocks(plan, ["document", "source", "context"]):
        yield start, documents, sources, contexts


def wanted_rows(plan: Plan, language: str) -> Iterator[WantedRow]:
    """What the plan wants of the ledger for one language."""
    readable = [document.readable for document in plan.documents]
    columns = ["document", f"key:{language}", f"instruction:{language}"]
    for start, block in _blocks(plan, columns):
        for ordinal, (document, key, instruction) in enumerate(zip(*block, strict=True), start):
            if key is not None and readable[document]:
                yield ordinal, key, instruction


def _blocks(plan: Plan, columns: list[str]) -> Iterator[tuple[int, list[list[Any]]]]:
    """Yield (ordinal of the first row, the columns' values) for blocks of rows."""
    start = 0
    with storage.opened(plan.segments_url) as file, pq.ParquetFile(file) as table:
        for batch in table.iter_batches(_ROWS_AT_ONCE, columns=columns):
            yield start, [batch.column(name).to_pylist() for name in columns]
            start += batch.num_rows
