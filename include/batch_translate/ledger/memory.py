"""What people decide about the memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from batch_translate.ledger.engine import Ledger

_ENTRIES = """
SELECT t.segment_key, t.source_language, t.target_language, t.source, a.text, j.day
  FROM texts t
  JOIN requests q ON q.segment_key = t.segment_key
  JOIN jobs j ON j.job_key = q.job_key
  JOIN answers a ON a.job_key = q.job_key AND a.custom_id = q.custom_id AND a.slot = q.slot
 WHERE (t.segment_key = :text OR t.source = :text) AND a.verdict = 'accepted'
 ORDER BY t.source_language, t.target_language, t.segment_key, a.answered_at, q.attempt
"""
_FORGET = """
UPDATE answers SET verdict = 'forgotten'
 WHERE verdict IN ('accepted', 'rejected', 'failed') AND EXISTS (
       SELECT 1 FROM requests q WHERE q.segment_key = :key AND q.job_key = answers.job_key
          AND q.custom_id = answers.custom_id AND q.slot = answers.slot)
   AND job_key IN (SELECT job_key FROM requests WHERE segment_key = :key)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A text with the translation in use; `day` is the one for which it was asked."""

    segment_key: str
    source_language: str
    target_language: str
    source: str
    translation: str
    day: str


def find_entries(ledger: Ledger, text: str, target_language: str | None = None) -> list[Entry]:
    """The entries for a source text or a segment key, as people have it from the aligned table."""
    with ledger.read() as connection:
        found = [Entry(*row) for row in connection.execute(sa.text(_ENTRIES), {"text": text})]
    first: dict[str, Entry] = {}
    for entry in found:
        if target_language in (None, entry.target_language):
            first.setdefault(entry.segment_key, entry)
    return list(first.values())


def forget(ledger: Ledger, segment_key: str) -> int:
    """Take all answers to a text out of use, under whatever instructions, so that it is asked for anew; how many.

    The rows stay as what was paid for, with the verdict `forgotten`, and count against no number of attempts.
    """
    with ledger.write() as connection:
        return connection.execute(sa.text(_FORGET), {"key": segment_key}).rowcount
