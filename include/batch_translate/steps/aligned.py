"""The aligned table: one row per segment of a day and language, beside the documents.

It is written row by row as the documents are, and read back by whoever asks what was published.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow.lib import StringBuilder

from batch_translate.findings import write_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow.parquet as pq

    from batch_translate.ledger.wanted import Outcome
    from batch_translate.steps.plan import Plan, SegmentRow

READING, REVIEW, FAILED = b"reading", b"review", b"failed"
"""Metadata of a table: the reading for which it was written, the newest review that it has, and the documents that
could not be written, each with the reason, as a JSON object."""

_VERSION = 2
_ROWS_AT_ONCE = 8_192
SCHEMA = pa.schema(
    [
        pa.field(name, pa.string())
        for name in (
            "day", "document", "place", "row_id", "source_language", "target_language", "source", "target",
            "state", "origin", "reason", "findings", "model", "segment_key",
        )
    ],
    metadata={"schema_version": str(_VERSION)},
)  # fmt: skip
"""In document order, all columns text. `target` is null where there is none; for state needs_review it is the best
rejected answer, or one that cannot stand there, and the document has its source text. `findings` is what
findings.write_findings makes."""


def schema_of(reading_id: int, newest_review: int) -> pa.Schema:
    """The schema of the table that is written for a reading."""
    said = {READING: str(reading_id), REVIEW: str(newest_review)}
    return SCHEMA.with_metadata({**(SCHEMA.metadata or {}), **said})


class AlignedTable:
    """The table while it is written."""

    def __init__(self, plan: Plan, language: str, table: pq.ParquetWriter) -> None:
        self._plan = plan
        self._language = language
        self._table = table
        self._paths = [document.path for document in plan.documents]
        # The rows that are not written yet.
        self._segments: list[SegmentRow] = []
        self._outcomes: list[Outcome] = []

    def add(self, row: SegmentRow, outcome: Outcome) -> None:
        """Add the next segment."""
        self._segments.append(row)
        self._outcomes.append(outcome)
        if len(self._segments) >= _ROWS_AT_ONCE:
            self.flush()

    def end(self, failed: Mapping[str, str]) -> None:
        """Write what is left; `failed` are the documents that could not be written, with the reasons."""
        self.flush()
        self._table.add_key_value_metadata({FAILED.decode(): json.dumps(failed, ensure_ascii=False)})

    def flush(self) -> None:
        """Write the rows in hand."""
        count = len(self._segments)
        if count:
            _, documents, places, row_ids, sources, _, segment_keys = zip(*self._segments, strict=True)
            _, states, targets, origins, reasons, findings, models = zip(*self._outcomes, strict=True)
            day, source_language, target_language = (
                _texts([value] * count)
                for value in (self._plan.day, self._plan.settings.source_lang, self._language)
            )
            said = (write_findings(found) if found else "[]" for found in findings)
            arrays = [
                day, _texts(self._paths[number] for number in documents), _texts(places), _texts(row_ids),
                source_language, target_language, _texts(sources), _texts(targets), _texts(states),
                _texts(origins), _texts(reasons), _texts(said), _texts(models), _texts(segment_keys),
            ]  # fmt: skip
            self._table.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SCHEMA))
            self._segments, self._outcomes = [], []


def _texts(column: Iterable[str | None]) -> pa.Array[Any]:
    # pa.array, pa.repeat and their like import pandas, which takes longer than 50,000 rows, and are slower.
    builder = StringBuilder()
    builder.append_values(column)
    return builder.finish()
