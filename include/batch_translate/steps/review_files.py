"""What people should look at, as files for them: a day's own, and one over all days.

A text is in them once, at its first place, when it needs a review, failed, or something is said against its
translation. Only these rows are held in memory, whatever the tables' size.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch_translate import storage
from batch_translate.errors import SettingsError
from batch_translate.findings import read_findings
from batch_translate.ledger import reviews
from batch_translate.reviews.rows import ReviewRow
from batch_translate.reviews.table import write_table
from batch_translate.reviews.xliff import write_xliff
from batch_translate.steps.affected_days import PublishedTable, published_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batch_translate.ledger import Ledger
    from batch_translate.steps.plan import Plan

REVIEW_FILES = {"_review.csv": write_table, "_review.xliff": write_xliff}
_OPEN = ("needs_review", "failed")
_NO_FINDINGS = (None, "", "[]")
_COLUMNS = [
    "document", "place", "source_language", "target_language", "source", "target", "state", "origin", "reason",
    "findings", "segment_key",
]  # fmt: skip


def write_review_files(plan: Plan) -> int:
    """Write `_review.csv` and `_review.xliff` beside a day's output; how many texts are in them.

    With nothing to review there are none, and older ones are removed.
    """
    tables = [
        PublishedTable(plan.day, language, plan.aligned_url(language))
        for language in plan.settings.languages()
        if storage.exists(plan.aligned_url(language))
    ]
    rows = _collect(tables)
    for name, write in REVIEW_FILES.items():
        url = storage.join(plan.output, plan.day, name)
        if not rows:
            storage.remove(url)
            continue
        with storage.written_whole(url) as file:
            write(file, rows)
    return len(rows)


def write_inbox(
    ledger: Ledger, output_root: str, url: str, language: str | None = None, days: str | None = None
) -> int:
    """Write what is to be reviewed over all published days into one .csv or .xliff file; how many texts.

    `days` is `FROM..TO`, both included and each may be left out. A text stands at its newest day; what has been
    decided since it was published is left out. Raises SettingsError for another ending or other days.
    """
    write = next((it for name, it in REVIEW_FILES.items() if url.endswith(name.removeprefix("_review"))), None)
    if write is None:
        raise SettingsError(f"{url} names no kind of review file: let it end in .csv or .xliff")
    first, last = _range(days)
    tables = [
        table
        for table in published_tables(output_root)
        if language in (None, table.language) and first <= table.day <= last
    ]
    tables.sort(key=lambda table: table.day, reverse=True)
    rows = _undecided(ledger, _collect(tables))
    with storage.written_whole(url) as file:
        write(file, rows)
    return len(rows)


def _range(days: str | None) -> tuple[str, str]:
    first, dots, last = (days or "..").partition("..")
    if not dots:
        raise SettingsError(f"{days!r} are no days: write FROM..TO, for example 2024-04-01..2024-04-30")
    return first.strip(), last.strip() or "\U0010ffff"


def _undecided(ledger: Ledger, rows: list[ReviewRow]) -> list[ReviewRow]:
    """Rows without what people have decided. A decision that the table has already is one that did not help."""
    decided = reviews.texts_in_use(ledger, [row.segment_key for row in rows])
    return [
        row
        for row in rows
        if row.segment_key not in decided or (row.origin == "review" and decided[row.segment_key] == row.answer)
    ]


def _collect(tables: Sequence[PublishedTable]) -> list[ReviewRow]:
    """The first row of each text that a person should look at, in the order of the tables."""
    chosen: dict[str, ReviewRow] = {}
    for table in tables:
        for row in _rows(table):
            chosen.setdefault(row.segment_key, row)
    counts = _count(tables, chosen)
    return [row._replace(occurrences=counts[key]) for key, row in chosen.items()]


def _rows(table: PublishedTable) -> Iterator[ReviewRow]:
    before = ("", "")
    for batch in _batches(table, _COLUMNS):
        columns = {name: batch.column(name) for name in _COLUMNS}
        documents, sources = columns["document"], columns["source"]
        for at in _to_review(columns):
            row = {name: column[at].as_py() or "" for name, column in columns.items()}
            previous = before if at == 0 else (documents[at - 1].as_py(), sources[at - 1].as_py())
            yield ReviewRow(
                day=table.day,
                document=row["document"],
                place=row["place"],
                source_language=row["source_language"],
                target_language=row["target_language"],
                segment_key=row["segment_key"],
                state=row["state"],
                source=row["source"],
                answer=row["target"],
                findings=_sentences(row["findings"], row["reason"]),
                before=previous[1] if previous[0] == row["document"] else "",
                occurrences=0,
                origin=row["origin"],
            )
        if batch.num_rows:
            before = documents[batch.num_rows - 1].as_py(), sources[batch.num_rows - 1].as_py()


def _to_review(columns: dict[str, pa.Array[Any]]) -> list[int]:
    states, origins, findings = (columns[name].to_pylist() for name in ("state", "origin", "findings"))
    return [
        at
        for at, (state, origin, found) in enumerate(zip(states, origins, findings, strict=True))
        # Findings on what a person has decided have been seen.
        if state in _OPEN or (found not in _NO_FINDINGS and origin != "review")
    ]


def _sentences(findings: str, reason: str) -> str:
    said = [finding.message for finding in read_findings(findings or None)]
    return " ".join(said or [reason])


def _count(tables: Iterable[PublishedTable], chosen: dict[str, ReviewRow]) -> Counter[str]:
    counts: Counter[str] = Counter()
    if not chosen:
        return counts
    wanted = pa.array(list(chosen), pa.string())
    for table in tables:
        for batch in _batches(table, ["segment_key"]):
            column = batch.column(0)
            counts.update(map(str, column.filter(pc.is_in(column, value_set=wanted)).to_pylist()))
    return counts


def _batches(table: PublishedTable, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with storage.opened(table.url) as file, pq.ParquetFile(file) as parquet:
        yield from parquet.iter_batches(columns=columns)
