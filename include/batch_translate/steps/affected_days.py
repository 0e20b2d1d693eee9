"""Which published days hold certain texts, and what to clear so that they are written anew."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch_translate import storage
from batch_translate.ledger import days

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from batch_translate.ledger import Ledger


class PublishedTable(NamedTuple):
    """The aligned table of a day and target language."""

    day: str
    language: str
    url: str


def published_tables(output_root: str) -> list[PublishedTable]:
    """The aligned tables below an output root, by day and language."""
    files, base = fsspec.core.url_to_fs(output_root)
    if not files.exists(base):
        return []
    found: list[PublishedTable] = []
    for day in sorted(_name(path) for path in files.ls(base, detail=False)):
        folder = storage.join(base, day, "_aligned")
        if files.isdir(folder):
            names = sorted(_name(path) for path in files.ls(folder, detail=False))
            found += [
                PublishedTable(day, language, storage.join(output_root, day, "_aligned", name))
                for name in names
                if not name.startswith(".")
                for language, ending in (name.rsplit(".", 1),)
                if ending == "parquet"
            ]
    return found


def _name(path: object) -> str:
    return str(path).rstrip("/").rsplit("/", 1)[-1]


def days_with(output_root: str, segment_keys: Collection[str]) -> dict[str, set[str]]:
    """day → the target languages in which it holds one of the texts; of every table one column is read."""
    found: dict[str, set[str]] = {}
    if not segment_keys:
        return found
    wanted = pa.array(sorted(segment_keys), pa.string())
    for day, language, url in published_tables(output_root):
        with storage.opened(url) as file, pq.ParquetFile(file) as table:
            batches = table.iter_batches(columns=["segment_key"])
            if any(pc.any(pc.is_in(batch.column(0), value_set=wanted)).as_py() for batch in batches):
                found.setdefault(day, set()).add(language)
    return found


def rewriting_advice(ledger: Ledger, affected: Mapping[str, Collection[str]]) -> list[str]:
    """What to do so that the affected days show what was decided: sentences and command lines."""
    if not affected:
        return []
    said = [
        f"{len(affected)} published days hold these texts. Clear each one's write_translations with everything "
        "downstream, or its whole run, which asks only for what is still missing:"
    ]
    for day, languages in sorted(affected.items()):
        reading = days.latest_reading(ledger, day)
        run = "" if reading is None else f"--run-id {shlex.quote(reading.run_id)} "
        named = ", ".join(sorted(languages))
        said.append(
            f"{day} ({named}): airflow dags clear translate_nightly {run}--yes"
            if run
            else f"{day} ({named}): run the day again; this ledger does not know its run"
        )
    return said
