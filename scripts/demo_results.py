"""What has the demo made? Read from the published files, the ledger and the API's own count, for people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from side_by_side import side_by_side

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PAIRS = 8
# Of each answer that a check rejected: its text, the findings, and the answer to the same text that was accepted.
_REJECTED = """
SELECT t.source, a.text, a.findings,
       (SELECT b.text FROM requests r
          JOIN answers b ON b.job_key = r.job_key AND b.custom_id = r.custom_id AND b.slot = r.slot
         WHERE r.segment_key = q.segment_key AND r.instruction_key = q.instruction_key AND b.verdict = 'accepted'
         ORDER BY r.attempt LIMIT 1) AS accepted
  FROM answers a
  JOIN requests q ON q.job_key = a.job_key AND q.custom_id = a.custom_id AND q.slot = a.slot
  JOIN texts t ON t.segment_key = q.segment_key
 WHERE a.verdict = 'rejected'
 ORDER BY a.answered_at, t.source, q.attempt
"""


@dataclass(frozen=True, slots=True)
class Repair:
    """An answer that was rejected, why, and the one that is used; None where there is none yet."""

    source: str
    rejected: str
    findings: tuple[str, ...]
    accepted: str | None


def read_repairs(ledger: str) -> list[Repair]:
    """Every rejected answer of the ledger with this URL, oldest first."""
    url = sa.make_url(ledger)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(sa.text(_REJECTED)).all()
    finally:
        engine.dispose()
    return [
        Repair(source, rejected, tuple(_say(finding) for finding in json.loads(findings)), accepted)
        for source, rejected, findings, accepted in rows
    ]


def print_results(
    output: Path, days: Sequence[str], sent: tuple[int, int], repairs: Sequence[Repair] = ()
) -> None:
    """Source and translation side by side, the days' counts, what was sent and repaired, and where the files are.

    `sent` are the batches and requests that the API was given during this demo.
    """
    if pairs := _samples(output / days[0]):
        print("\n" + side_by_side(pairs) + "\n")
    for day in days:
        report = output / day / "_report.json"
        if report.exists():
            print(f"  {day}  {_figures(json.loads(report.read_text('utf-8')))}")
    batches, requests = sent
    what = f"{requests} requests in {batches} batches" if requests else "nothing"
    for repair in repairs:
        print(describe_repair(repair))
    print(f"\n  Sent by this demo: {what}.")
    print(f"  Translations: {output}/<day>/en/")
    print(f"  A page for each day, to open in a browser: {output}/<day>/_report.html\n")


def describe_repair(repair: Repair) -> str:
    """What was wrong with an answer, and what stands there now, in some lines."""
    lines = [f"\n  An answer was rejected: {repair.source}", f"    ✗ {repair.rejected}"]
    lines += [f"      {finding}" for finding in repair.findings]
    lines.append("    needs a review" if repair.accepted is None else f"    ✓ {repair.accepted}")
    return "\n".join(lines)


def _say(finding: dict[str, str]) -> str:
    return f"{finding['check']}: {finding['message']}"


def _samples(day: Path) -> list[tuple[str, str]]:
    """Texts of different documents with their translations, from the day's aligned table."""
    path = day / "_aligned" / "en.parquet"
    if not path.exists():
        return []
    import pandas as pd  # here: a second that only this function needs

    table = pd.read_parquet(path, columns=["document", "source", "target"]).dropna()
    table = table[table["source"] != table["target"]].drop_duplicates("source")
    turn = table.groupby("document").cumcount()
    table = table.assign(turn=turn).sort_values("turn", kind="stable").head(_PAIRS)
    return list(zip(table["source"], table["target"], strict=True))


def _figures(report: dict[str, Any]) -> str:
    """States and origins of the day's English segments, and what its last run sent for them."""
    english, sent = report["languages"]["en"], report["sent"]
    states = ", ".join(f"{count} {state}" for state, count in english["states"].items())
    origins = ", ".join(f"{count} from {origin}" for origin, count in english["origins"].items())
    paid = f"{sent['segments']} texts sent in {sent['requests']} requests"
    return f"{english['segments']} segments: {states} ({origins}); {paid}"
