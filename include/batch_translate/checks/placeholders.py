"""Placeholders and numbered tags: each exactly as often as in the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_translate.markup.placeholders import compare

if TYPE_CHECKING:
    from batch_translate.checks.pair import Pair


def check_placeholders(pair: Pair) -> list[str]:
    """One sentence for each placeholder that is missing, or there too often."""
    return compare(pair.source, pair.target)
