"""What stands in the output of a day and language, by its aligned table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch_translate import storage
from batch_translate.findings import read_findings
from batch_translate.steps.aligned import READING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_translate.steps.plan import Plan

NOT_PLACED = "cannot stand in the document"
"""The reason of a translation that is in the ledger and not in the document: written there it would break it."""


@dataclass(frozen=True, slots=True)
class Published:
    """`states`: segments in each state, as the ledger has them; `not_placed`: (document, origin) → how many.

    `findings`: check → severity → how many segments have one of them.
    """

    states: Counter[str]
    not_placed: Counter[tuple[str, str]]
    findings: dict[str, Counter[str]]


def read_published(plan: Plan, language: str, reading_id: int) -> Published | None:
    """What the aligned table says.

    None where it is missing or was written for an older reading: then this one has not been published to the end,
    even where the counts are the same.
    """
    url = plan.aligned_url(language)
    if not storage.exists(url):
        return None
    with storage.opened(url) as file:
        table = pq.read_table(file, columns=["document", "state", "origin", "reason", "findings"])
    if int((table.schema.metadata or {}).get(READING, 0)) < reading_id:
        return None
    states = Counter(map(str, table["state"].to_pylist()))
    rows = table.filter(pc.field("reason") == NOT_PLACED)
    places = zip(map(str, rows["document"].to_pylist()), map(str, rows["origin"].to_pylist()), strict=True)
    not_placed = Counter(places)
    states["needs_review"] -= not_placed.total()
    states["translated"] += not_placed.total()
    said = table.filter(pc.field("findings") != "[]")["findings"]
    return Published(+states, not_placed, _count_findings(map(str, said.to_pylist())))


def _count_findings(said: Iterable[str]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for findings in map(read_findings, said):
        for check, severity in {(finding.check, finding.severity) for finding in findings}:
            counts.setdefault(check, Counter())[severity] += 1
    return counts
