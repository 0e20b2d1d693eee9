"""What stands in the output of a day and language, by its aligned table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch_translate import storage

if TYPE_CHECKING:
    from batch_translate.steps.plan import Plan

READING = b"reading"
NOT_PLACED = "cannot stand in the document"
"""The reason of a translation that is in the ledger and not in the document: written there it would break it."""


@dataclass(frozen=True, slots=True)
class Published:
    """`states`: segments in each state, as the ledger has them; `not_placed`: (document, origin) → how many."""

    states: Counter[str]
    not_placed: Counter[tuple[str, str]]


def read_published(plan: Plan, language: str, reading_id: int) -> Published | None:
    """What the aligned table says.

    None where it is missing or was written for an older reading: then this one has not been published to the end,
    even where the counts are the same.
    """
    url = plan.aligned_url(language)
    if not storage.exists(url):
        return None
    with storage.opened(url) as file:
        table = pq.read_table(file, columns=["document", "state", "origin", "reason"])
    if int((table.schema.metadata or {}).get(READING, 0)) < reading_id:
        return None
    states = Counter(map(str, table["state"].to_pylist()))
    rows = table.filter(pc.field("reason") == NOT_PLACED)
    places = zip(map(str, rows["document"].to_pylist()), map(str, rows["origin"].to_pylist()), strict=True)
    not_placed = Counter(places)
    states["needs_review"] -= not_placed.total()
    states["translated"] += not_placed.total()
    return Published(+states, not_placed)
