"""What a month has cost, by whatever one wants to know it: each batch once, by what the provider billed for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import sqlalchemy as sa

from batch_translate.errors import SettingsError

if TYPE_CHECKING:
    from batch_translate.ledger.engine import Ledger

By = Literal["day", "run", "model", "language", "pass", "document"]

# A job asks in one language.
_LANGUAGE = (
    "(SELECT t.target_language FROM requests q JOIN texts t ON t.segment_key = q.segment_key "
    "WHERE q.job_key = j.job_key LIMIT 1)"
)
_GROUPS: dict[By, str] = {
    "day": "j.day",
    "run": "j.run_id",
    "model": "j.model",
    "language": _LANGUAGE,
    "pass": "j.pass_number",
    # Ledgers before version 4 did not note the documents of their jobs.
    "document": "j.day || '/' || coalesce(d.document, '(not recorded)')",
}
_STATEMENT = """
SELECT {group} AS what, count(*), sum(j.requests * {share}), sum({segments}),
       coalesce(sum(j.input_tokens * {share}), 0),
       coalesce(sum(j.cached_tokens * {share}), 0), coalesce(sum(j.output_tokens * {share}), 0),
       sum(j.estimated_cost_usd * {share}), sum(j.cost_usd * {share}),
       count(j.collected_at) - count(j.cost_usd), count(*) - count(j.collected_at)
  FROM jobs j {documents}
 WHERE j.batch_id IS NOT NULL AND {chosen}
 GROUP BY what ORDER BY what
"""
_WHOLE = {"documents": "", "share": "1", "segments": "j.segments"}
_BY_DOCUMENT = {
    "documents": "LEFT JOIN job_documents d ON d.job_key = j.job_key",
    "share": "coalesce(d.share, 1)",
    "segments": "coalesce(d.segments, j.segments)",
}


class Line(NamedTuple):
    """One line: counts, billed tokens, US dollars.

    `estimated_usd` is what the batches were planned at; `cost_usd` what they were billed, of those that are
    collected. `unpriced` of them have no known price, `open` batches are not collected yet. A batch for several
    documents counts for each of them; its requests, tokens and dollars are shared by the texts' tokens.
    """

    what: str
    batches: int
    requests: int
    segments: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    estimated_usd: float | None
    cost_usd: float | None
    unpriced: int
    open: int


def month_bounds(month: str) -> tuple[float, float]:
    """Begin and end of a calendar month, `2026-11`, in UTC. Raises SettingsError for anything else."""
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise SettingsError(f"{month!r} is no month: write it as 2026-11") from None
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first.timestamp(), following.timestamp()


def statement(ledger: Ledger, month: str, by: By) -> list[Line]:
    """The lines of a month's statement: the batches that were planned in it, whenever they were collected."""
    since, until = month_bounds(month)
    chosen = "j.planned_at >= :since AND j.planned_at < :until"
    return _lines(ledger, by, chosen, {"since": since, "until": until})


def statement_of_run(ledger: Ledger, run_id: str, by: By) -> list[Line]:
    """The same for the batches of one run."""
    return _lines(ledger, by, "j.run_id = :run_id", {"run_id": run_id})


def _lines(ledger: Ledger, by: By, chosen: str, values: dict[str, Any]) -> list[Line]:
    sharing = _BY_DOCUMENT if by == "document" else _WHOLE
    query = sa.text(_STATEMENT.format(group=_GROUPS[by], chosen=chosen, **sharing))
    with ledger.read() as connection:
        rows = connection.execute(query, values).all()
    # PostgreSQL's sums of whole numbers are decimals, those of shares are fractions.
    return [
        Line(what=str(what), estimated_usd=estimated, cost_usd=billed, unpriced=unpriced, open=not_ended,
             **dict(zip(Line._fields[1:7], map(round, counts), strict=True)))
        for what, *counts, estimated, billed, unpriced, not_ended in rows
    ]  # fmt: skip


def total(lines: list[Line]) -> Line:
    """The sum of lines by anything but documents; a cost is None where one of them has none."""
    estimated = [line.estimated_usd for line in lines]
    billed = [line.cost_usd for line in lines]
    return Line(
        what="total",
        batches=sum(line.batches for line in lines),
        requests=sum(line.requests for line in lines),
        segments=sum(line.segments for line in lines),
        input_tokens=sum(line.input_tokens for line in lines),
        cached_tokens=sum(line.cached_tokens for line in lines),
        output_tokens=sum(line.output_tokens for line in lines),
        estimated_usd=None if None in estimated else sum(filter(None, estimated)),
        cost_usd=None if None in billed else sum(filter(None, billed)),
        unpriced=sum(line.unpriced for line in lines),
        open=sum(line.open for line in lines),
    )
