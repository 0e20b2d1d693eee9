"""A day's documents in one language, and the aligned table beside them.

Each document is read again and must be the one that was planned, and each of its segments must be the next one of
the plan, place and text: that is what keeps a translation beside its own source. Publishing is guarded by the
ledger: an older reading never overwrites a newer one.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow.parquet as pq
from sqlalchemy.exc import SQLAlchemyError

from batch_translate import storage
from batch_translate.checks.documents import DocumentChecks
from batch_translate.documents.registry import format_of
from batch_translate.errors import ChangedInputError, DocumentError, JobError, OutdatedPlanError
from batch_translate.ledger import Ledger, days
from batch_translate.ledger.wanted import Outcome, wanted
from batch_translate.segments import storable
from batch_translate.steps import aligned
from batch_translate.steps import plan as plans
from batch_translate.steps.aligned import AlignedTable
from batch_translate.steps.collector import collector_paused
from batch_translate.steps.judging import Judge
from batch_translate.steps.published import NOT_PLACED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.documents.document import DocumentFormat
    from batch_translate.segments import Fits, Segment, Targets
    from batch_translate.steps.plan import Plan, PlannedDocument, SegmentRow

log = logging.getLogger(__name__)

_NOT_WRITTEN = "its document could not be written"


@collector_paused()
def write_translations(ledger: Ledger, plan_url: str, run_id: str, language: str) -> dict[str, int]:
    """Publish what there is for one language; how many segments are in each state.

    Raises OutdatedPlanError when a newer reading of the day was published, ChangedInputError when a document is
    not the one that was read.
    """
    plan = plans.load(plan_url)
    right = _Right(ledger, plan.day, language, days.reading_of(ledger, run_id, plan_url))
    paths = {document.path for document in plan.documents} | set(plan.copied)
    before = days.published(ledger, plan.day, language)
    outdated = set(before[1] if before else ()) - paths
    # Until they are removed they stay on record, whatever happens in between.
    right.record(paths | outdated)
    for path in sorted(outdated):
        log.info("%s is no longer in the input: its translation is removed", path)
        storage.remove(plan.output_url(language, path))
    with (
        wanted(ledger, plans.wanted_rows(plan, language)) as rows,
        storage.written_whole(plan.aligned_url(language)) as output,
        pq.ParquetWriter(
            output, aligned.schema_of(right.reading_id, rows.newest_review()), compression="zstd"
        ) as table,
    ):
        pairs = _pairs(plans.read_segments(plan, language), rows.outcomes(run_id))
        publication = _Publication(plan, language, right, pairs, AlignedTable(plan, language, table))
        publication.write()
        # The table comes last: that it stands there says that the reading was published to the end.
        for path, sha256 in plan.copied.items():
            with storage.local_copy(plan.source_url(path), sha256=sha256) as (file, _):
                storage.copy_into(plan.output_url(language, path), file)
    right.record(paths)
    publication.check_all_written()
    counts = dict(publication.states)
    log.info("%s, %s: %d documents written, %s", plan.day, language, publication.written, _say(counts))
    return counts


def _say(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "no segments"


@dataclass(frozen=True, slots=True)
class _Right:
    """One reading's right to a day and language, which a newer reading may take at any time."""

    ledger: Ledger
    day: str
    language: str
    reading_id: int

    def record(self, paths: set[str]) -> None:
        """Note which files stand in the output, or are about to. Raises OutdatedPlanError."""
        files = tuple(sorted(paths))
        if not days.record_publication(self.ledger, self.day, self.language, self.reading_id, files, time.time()):
            raise OutdatedPlanError(
                f"{self.day}, {self.language}: a newer reading of this day has been published; this older one "
                "must not overwrite it. To publish the folder as it is, clear read_documents with everything "
                "downstream."
            )

    def check(self) -> None:
        """Raise OutdatedPlanError when a newer reading has come."""
        published = days.published(self.ledger, self.day, self.language)
        if published is not None and published[0] > self.reading_id:
            self.record(set())


def _pairs(segments: Iterator[SegmentRow], outcomes: Iterator[Outcome]) -> Iterator[tuple[SegmentRow, Outcome]]:
    """Each segment with its outcome, by ordinal; segments that are not translated have one of their own."""
    following = next(outcomes, None)
    for row in segments:
        if row.key is None:
            yield row, Outcome(row.ordinal, "skipped", row.source, "", "nothing to translate", (), None)
        elif following is None or following.ordinal != row.ordinal:
            raise JobError(f"segment {row.ordinal} has no outcome: the plan and the ledger's answer do not match")
        else:
            yield row, following
            following = next(outcomes, None)


class _Publication:
    """One language of a plan on its way to storage."""

    def __init__(
        self,
        plan: Plan,
        language: str,
        right: _Right,
        pairs: Iterator[tuple[SegmentRow, Outcome]],
        table: AlignedTable,
    ) -> None:
        self.states: Counter[str] = Counter()
        self.written = 0
        self.failed: dict[str, str] = {}
        self._asked = 0
        self._plan = plan
        self._language = language
        self._right = right
        self._judges: dict[int, Judge] = {}  # by the number of their profile
        self._pairs = pairs
        self._table = table

    def write(self) -> None:
        """Write every document, and its rows of the aligned table."""
        for number, document in enumerate(self._plan.documents):
            self._write_document(number, document)
        self._table.end(self.failed)
        self._right.check()

    def check_all_written(self) -> None:
        """Raise JobError where a document could not be written; the others are there by now."""
        if self.failed:
            said = "; ".join(f"{path}: {reason}" for path, reason in self.failed.items())
            raise JobError(
                f"{self._plan.day}, {self._language}: {len(self.failed)} documents could not be written ({said}); "
                "the others are. What was already translated is not paid again."
            )

    def _write_document(self, number: int, document: PlannedDocument) -> None:
        settings = self._plan.settings
        url = self._plan.output_url(self._language, document.path)
        chosen = format_of(document.path)
        with storage.local_copy(self._plan.source_url(document.path), sha256=document.sha256) as (source, _):
            complete, draft = False, source
            if document.readable and chosen is not None:
                before = self.states["translated"] + self.states["skipped"]
                written = self._draft(number, document, chosen, source)
                if written is not None:
                    draft = written
                    complete = self.states["translated"] + self.states["skipped"] - before == document.segments
            with draft:
                self._right.check()
                if complete or settings.on_missing == "source":
                    draft.seek(0)
                    storage.copy_into(url, draft)
                    self.written += 1
                else:
                    log.warning("%s, %s is held back: it is not complete", document.path, self._language)
                    storage.remove(url)

    def _draft(
        self, number: int, document: PlannedDocument, chosen: DocumentFormat, source: BinaryIO
    ) -> BinaryIO | None:
        """The document as it will stand there; None where it cannot be written, for which no other one pays."""
        settings = plans.document_settings(self._plan.settings, document.path)
        draft = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  closed by whoever takes it
        end = self._asked + document.segments
        try:
            targets = self._targets(number, document)
            chosen.write(source, draft, document.path, settings, self._language, targets)
            if self._asked != end:
                missed = end - self._asked
                raise DocumentError(document.path, "", f"its writer left out {missed} segments: a defect")
        except (ChangedInputError, OutdatedPlanError, JobError, OSError, SQLAlchemyError):
            raise
        except Exception as error:
            log.exception("%s, %s cannot be written", document.path, self._language)
            self.failed[document.path] = str(error) if isinstance(error, DocumentError) else repr(error)
            draft.close()
            for _ in range(end - self._asked):
                row, outcome = next(self._pairs)
                self._add(row, outcome._replace(state="failed", reason=_NOT_WRITTEN))
            self._asked = end
            return None
        return draft

    def _targets(self, number: int, document: PlannedDocument) -> Targets:
        profile_number = plans.profile_number(self._plan.settings, document.path, self._language)
        profile = self._plan.profiles[self._language][profile_number]
        within = DocumentChecks(self._language, profile.checks)

        def target(segment: Segment, fits: Fits) -> str | None:
            row, outcome = next(self._pairs, (None, None))
            self._asked += 1
            if row is None or outcome is None or row.document != number or not _same(row, segment):
                raise ChangedInputError(
                    f"{document.path}, {segment.place}: this is not the segment that was planned here. Clear "
                    "read_documents with everything downstream; what was already translated is not paid again."
                )
            if outcome.state == "translated" and outcome.text is not None and not fits(outcome.text):
                log.warning("%s, %s: the translation %s", document.path, segment.place, NOT_PLACED)
                outcome = outcome._replace(state="needs_review", reason=NOT_PLACED)
            if outcome.origin == "review" and outcome.text is not None:
                # People decide: what they wrote is used, and what the checks say of it is noted.
                if profile_number not in self._judges:
                    self._judges[profile_number] = Judge(profile)
                found = self._judges[profile_number].findings(row.source, outcome.text, row.context)
                outcome = outcome._replace(findings=tuple(one._replace(severity="warning") for one in found))
            if outcome.state == "translated" and outcome.text is not None:
                noted = within.add(segment, outcome.text)
                outcome = outcome._replace(findings=outcome.findings + noted) if noted else outcome
            self._add(row, outcome)
            return outcome.text if outcome.state == "translated" else None

        return target

    def _add(self, row: SegmentRow, outcome: Outcome) -> None:
        self.states[outcome.state] += 1
        self._table.add(row, outcome)


def _same(row: SegmentRow, segment: Segment) -> bool:
    """Whether a segment of the document is the planned one. Most texts are storable as they are."""
    return (row.source == segment.text or row.source == storable(segment.text)) and (
        row.place == segment.place or row.place == storable(segment.place)
    )
