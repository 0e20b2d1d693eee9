"""The public way to read what was published: the aligned table of a day as a DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_translate import storage
from batch_translate.config import Environment
from batch_translate.errors import MissingFolderError
from batch_translate.languages import checked_tag

if TYPE_CHECKING:
    import pandas as pd


def read_translations(day: str, language: str, output: str | None = None) -> pd.DataFrame:
    """The aligned table of a day and target language: one row per segment, in document order.

    Columns, all text: day, document, place, row_id, source_language, target_language, source, target, state
    (translated, needs_review, failed, skipped), origin (review, batch, memory or empty), reason, findings (a
    JSON list), model, segment_key. `target` is missing where there is none.
    `output` is the output root (default: `output` in the data folder). Raises MissingFolderError when the day has
    not been published in that language.
    """
    import pandas as pd

    root = output or storage.join(Environment.read().data, "output")
    url = storage.join(root, day, "_aligned", f"{checked_tag(language)}.parquet")
    if not storage.exists(url):
        raise MissingFolderError(f"{url} is not there: {day} has not been published in {language!r}")
    with storage.opened(url) as file:
        return pd.read_parquet(file)
