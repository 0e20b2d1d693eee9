"""Why did a run send what it sent? Its texts are new, or something came of asking for them before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

if TYPE_CHECKING:
    from batch_translate.ledger.engine import Ledger

Reason = Literal["new", "instructions changed", "findings", "no answer", "forgotten"]

# Attempts count 1, 2, 3 … for each text under its instructions, so the one before says why there is another. Two
# profiles of one plan may ask for the same text: then its instructions did not change. The order of the joins is
# SQLite's: the few other requests for a text stand beside its own.
_REASONS = """
SELECT reason, count(*) FROM (
  SELECT CASE
           WHEN a.verdict = 'rejected' THEN 'findings'
           WHEN a.verdict = 'forgotten' THEN 'forgotten'
           WHEN p.job_key IS NOT NULL THEN 'no answer'
           WHEN EXISTS (
             SELECT 1 FROM requests o CROSS JOIN jobs b
              WHERE o.segment_key = q.segment_key AND o.instruction_key <> q.instruction_key
                AND b.job_key = o.job_key AND b.batch_id IS NOT NULL AND b.planned_at < j.planned_at
                AND (b.run_id <> j.run_id OR b.plan_hash <> j.plan_hash)
           ) THEN 'instructions changed'
           ELSE 'new'
         END AS reason
    FROM jobs j
    JOIN requests q ON q.job_key = j.job_key
    LEFT JOIN requests p ON p.segment_key = q.segment_key AND p.instruction_key = q.instruction_key
                        AND p.attempt = q.attempt - 1
    LEFT JOIN answers a ON a.job_key = p.job_key AND a.custom_id = p.custom_id AND a.slot = p.slot
   WHERE j.run_id = :run_id AND j.batch_id IS NOT NULL
) AS reasons
 GROUP BY reason
"""


def reasons_for_asking(ledger: Ledger, run_id: str) -> dict[Reason, int]:
    """Reason → how many texts the run's batches asked for because of it; together what days.spending counts.

    `new`: never asked for. `instructions changed`: asked for before, under another version of the profile or other
    glossary terms. The others say what came of the attempt before: `findings` a rejected answer, `forgotten` one
    that a person took out of use, `no answer` none.
    """
    with ledger.read() as connection:
        return {reason: int(count) for reason, count in connection.execute(sa.text(_REASONS), {"run_id": run_id})}
