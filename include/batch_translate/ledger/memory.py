"""The translation memory: the translations in use, and what people take out of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_translate.ledger.engine import Ledger

_ROWS_AT_ONCE = 10_000

# A text has as many rows as such answers came for it. Where a person has decided, that is in each of them.
_ENTRIES = """
SELECT t.segment_key, t.source_language, t.target_language, t.source, t.context, r.text, r.reviewer, a.text, j.day,
       a.answered_at, a.verdict
  FROM texts t
  LEFT JOIN reviews r ON r.segment_key = t.segment_key AND r.in_use = 1
  LEFT JOIN requests q ON q.segment_key = t.segment_key
  LEFT JOIN answers a ON a.job_key = q.job_key AND a.custom_id = q.custom_id AND a.slot = q.slot
                     AND a.verdict IN ({verdicts})
  LEFT JOIN jobs j ON j.job_key = q.job_key
 WHERE {condition} AND (r.text IS NOT NULL OR a.verdict IS NOT NULL)
 ORDER BY t.segment_key
"""
_FORGETTABLE = "'accepted', 'rejected', 'failed'"
_FORGET = f"""
UPDATE answers SET verdict = 'forgotten'
 WHERE verdict IN ({_FORGETTABLE}) AND EXISTS (
       SELECT 1 FROM requests q WHERE q.segment_key = :key AND q.job_key = answers.job_key
          AND q.custom_id = answers.custom_id AND q.slot = answers.slot)
   AND job_key IN (SELECT job_key FROM requests WHERE segment_key = :key)
"""
_FORGET_REVIEWS = "UPDATE reviews SET in_use = 0 WHERE in_use = 1 AND segment_key = :key"


@dataclass(frozen=True, slots=True)
class Entry:
    """A text with a translation of it.

    `day` is the one for which the translation was asked, "" for a review; `reviewer` is "" for an answer.
    `translation` is "" for an answer without one.
    """

    segment_key: str
    source_language: str
    target_language: str
    source: str
    context: str
    translation: str
    day: str
    reviewer: str


def find_entries(ledger: Ledger, text: str, target_language: str | None = None) -> list[Entry]:
    """What can be forgotten of a source text or a segment key, as people have it from the aligned table.

    That is the review in use, else the accepted answers, else those that need a review or failed. A text whose
    answers differ has several entries.
    """
    condition = "(t.segment_key = :text OR t.source = :text)"
    with ledger.read() as connection:
        statement = _ENTRIES.format(condition=condition, verdicts=_FORGETTABLE)
        rows = connection.execute(sa.text(statement), {"text": text}).all()
    entries = [entry for _, group in groupby(rows, key=itemgetter(0)) for entry in _in_use(list(group))]
    found = [entry for entry in entries if target_language in (None, entry.target_language)]
    return sorted(found, key=lambda entry: (entry.source_language, entry.target_language, entry.segment_key))


def entries(ledger: Ledger, source_language: str | None, target_language: str | None) -> Iterator[Entry]:
    """Yield one entry per text in use of a language pair (None: of any), ordered by segment key.

    Where answers differ under different instructions it is the newest.
    """
    said: dict[str, Any] = {"source": source_language, "target": target_language}
    conditions = [f"t.{name}_language = :{name}" for name, language in said.items() if language is not None] or [
        "true"
    ]
    statement = sa.text(_ENTRIES.format(condition=" AND ".join(conditions), verdicts="'accepted'"))
    options = {"yield_per": _ROWS_AT_ONCE}
    with ledger.read() as connection, connection.execute(statement, said, execution_options=options) as rows:
        for _, group in groupby(rows, key=itemgetter(0)):
            yield _in_use(list(group))[-1]


def _in_use(rows: Sequence[Sequence[Any]]) -> list[Entry]:
    """The entries of one text, the oldest first; of equal answers the first."""
    key, source_language, target_language, source, context, review, reviewer, *_ = rows[0]
    texts = key, source_language, target_language, source, context
    if review is not None:
        return [Entry(*texts, review, "", reviewer)]
    accepted = [row for row in rows if row[10] == "accepted"]
    found: dict[str, Entry] = {}
    for *_, answer, day, _, _ in sorted(accepted or rows, key=itemgetter(9)):
        found.setdefault(answer or "", Entry(*texts, answer or "", day, ""))
    return list(found.values())


def forget(ledger: Ledger, segment_key: str) -> int:
    """Take all answers and reviews of a text out of use, under whatever instructions; how many.

    It is asked for anew. The rows stay as what was paid for, with the verdict `forgotten`, and count against no
    number of attempts.
    """
    with ledger.write() as connection:
        return take_out(connection, segment_key)


def take_out(connection: sa.Connection, segment_key: str) -> int:
    """`forget` as a part of a transaction."""
    return sum(
        connection.execute(sa.text(statement), {"key": segment_key}).rowcount
        for statement in (_FORGET, _FORGET_REVIEWS)
    )
