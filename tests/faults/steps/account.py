"""The provider's own account of one key, read from its database: the judge, whatever our ledger believes.

Read past the API, so that a fault which hides a batch hides it from the client only.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_EXECUTED = """
SELECT target_language, text, status_code, fault FROM executions
JOIN batches ON batches.id = executions.batch_id LEFT JOIN spoiled USING (batch_id, line, slot)
WHERE owner = ? ORDER BY executions.seq
"""


@dataclass(frozen=True, slots=True)
class Account:
    """All of one key: `executed` are (target language, text, whether its answer can be had), oldest first."""

    executed: list[tuple[str, str, bool]]
    running: int

    @classmethod
    def read(cls, data: Path, key: str) -> Account:
        """From the server's data folder."""
        owner = hashlib.sha256(key.encode()).hexdigest()
        with closing(sqlite3.connect(data / "local_batch_api.sqlite")) as database:
            rows = database.execute(_EXECUTED, [owner]).fetchall()
            (running,) = database.execute(
                "SELECT count(*) FROM batches WHERE owner = ?"
                " AND status NOT IN ('completed', 'failed', 'expired', 'cancelled')",
                [owner],
            ).fetchone()
        return cls(
            [(language, text, status == 200 and fault is None) for language, text, status, fault in rows], running
        )

    def executed_twice(self) -> int:
        """How often a text was executed after a good answer to it had been made."""
        answered: defaultdict[tuple[str, str], bool] = defaultdict(bool)
        twice = 0
        for language, text, good in self.executed:
            twice += answered[language, text]
            answered[language, text] |= good
        return twice
