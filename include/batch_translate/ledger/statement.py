"""What a month has cost, by whatever one wants to know it: each batch once, by what the provider billed for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

import sqlalchemy as sa

from batch_translate.errors import SettingsError

if TYPE_CHECKING:
    from batch_translate.ledger.engine import Ledger

By = Literal["day", "run", "model", "language", "pass"]

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
}
_STATEMENT = """
SELECT {group} AS what, count(*), sum(j.requests), sum(j.segments), coalesce(sum(j.input_tokens), 0),
       coalesce(sum(j.cached_tokens), 0), coalesce(sum(j.output_tokens), 0), sum(j.estimated_cost_usd),
       sum(j.cost_usd), count(j.collected_at) - count(j.cost_usd), count(*) - count(j.collected_at)
  FROM jobs j
 WHERE j.batch_id IS NOT NULL AND j.planned_at >= :since AND j.planned_at < :until
 GROUP BY what ORDER BY what
"""


class Line(NamedTuple):
    """One line: counts, billed tokens, US dollars.

    `estimated_usd` is what the batches were planned at; `cost_usd` what they were billed, of those that are
    collected. `unpriced` of them have no known price, `open` batches are not collected yet.
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
    query = sa.text(_STATEMENT.format(group=_GROUPS[by]))
    with ledger.read() as connection:
        rows = connection.execute(query, {"since": since, "until": until}).all()
    # PostgreSQL's sums of whole numbers are decimals.
    return [
        Line(what=str(what), estimated_usd=estimated, cost_usd=billed, unpriced=unpriced, open=not_ended,
             **dict(zip(Line._fields[1:7], map(int, counts), strict=True)))
        for what, *counts, estimated, billed, unpriced, not_ended in rows
    ]  # fmt: skip


def total(lines: list[Line]) -> Line:
    """The sum of lines; a cost is None where one of them has none."""
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
