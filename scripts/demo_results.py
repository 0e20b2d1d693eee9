"""What has the demo made? Read from the published files and the API's own count, printed for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from side_by_side import side_by_side

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PAIRS = 8


def print_results(output: Path, days: Sequence[str], sent: tuple[int, int]) -> None:
    """Source and translation side by side, the days' counts, what was sent, and where the files are.

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
    print(f"\n  Sent by this demo: {what}.")
    print(f"  Translations: {output}/<day>/en/\n")


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
