"""The translation memory as a file for other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_translate import storage
from batch_translate.errors import SettingsError
from batch_translate.languages import checked_tag
from batch_translate.ledger import memory
from batch_translate.reviews.rows import MemoryUnit
from batch_translate.reviews.tmx import write_tmx

if TYPE_CHECKING:
    from batch_translate.ledger import Ledger


def export_memory(
    ledger: Ledger, url: str, source_language: str | None = None, target_language: str | None = None
) -> int:
    """Write every text with its translation in use into a .tmx file, of one language pair or of all; how many.

    Raises SettingsError for another ending or what is no language tag.
    """
    if not url.endswith(".tmx"):
        raise SettingsError(f"{url} does not end in .tmx: the memory is written as TMX 1.4b")
    source, target = (tag and checked_tag(tag) for tag in (source_language, target_language))
    units = (
        MemoryUnit(
            entry.segment_key,
            entry.source_language,
            entry.target_language,
            entry.source,
            entry.context,
            entry.translation,
            "review" if entry.reviewer else "batch",
        )
        for entry in memory.entries(ledger, source, target)
    )
    with storage.written_whole(url) as file:
        return write_tmx(file, units, source)
