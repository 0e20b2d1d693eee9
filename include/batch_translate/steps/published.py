"""What stands in the output of a day and language, by its aligned table."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch_translate import storage
from batch_translate.findings import read_findings
from batch_translate.steps.aligned import FAILED, READING, REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_translate.steps.plan import Plan
    from batch_translate.steps.standing import LanguageStanding

NOT_PLACED = "cannot stand in the document"
"""The reason of a translation that is in the ledger and not in the document: written there it would break it."""


@dataclass(frozen=True, slots=True)
class Published:
    """`states`: segments in each state, as the ledger has them; `not_placed`: (document, origin) → how many.

    `findings`: check → severity → how many segments have one of them. `newest_review` is the newest decision of a
    person that it has, `failed` are the documents that could not be written, with the reasons.
    """

    states: Counter[str]
    not_placed: Counter[tuple[str, str]]
    findings: dict[str, Counter[str]]
    newest_review: int
    failed: dict[str, str]

    def has_all_of(self, standing: LanguageStanding) -> bool:
        """Whether what is published is what the ledger has."""
        same = self.states == standing.states and self.newest_review == standing.newest_review
        return same and not self.failed


def read_published(plan: Plan, language: str, reading_id: int) -> Published | None:
    """What the aligned table says.

    None where it is missing or was written for an older reading: then this one has not been published to the end,
    even where the counts are the same.
    """
    url = plan.aligned_url(language)
    if not storage.exists(url):
        return None
    with storage.opened(url) as file:
        said = pq.read_metadata(file).metadata or {}
        if int(said.get(READING, 0)) < reading_id:
            return None
        file.seek(0)
        table = pq.read_table(file, columns=["document", "state", "origin", "reason", "findings"])
    states = Counter(map(str, table["state"].to_pylist()))
    rows = table.filter(pc.field("reason") == NOT_PLACED)
    places = zip(map(str, rows["document"].to_pylist()), map(str, rows["origin"].to_pylist()), strict=True)
    not_placed = Counter(places)
    states["needs_review"] -= not_placed.total()
    states["translated"] += not_placed.total()
    found = table.filter(pc.field("findings") != "[]")["findings"]
    return Published(
        +states,
        not_placed,
        _count_findings(map(str, found.to_pylist())),
        int(said.get(REVIEW, 0)),
        json.loads(said.get(FAILED, b"{}")),
    )


def _count_findings(said: Iterable[str]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for findings in map(read_findings, said):
        for check, severity in {(finding.check, finding.severity) for finding in findings}:
            counts.setdefault(check, Counter())[severity] += 1
    return counts
