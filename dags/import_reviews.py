"""
### Import corrected files as reviews

A `_review.csv` or `_review.xliff` that a person has worked through, or a TMX memory, becomes reviews: decisions
that win over every answer, wherever their text stands.

* **Trigger** it with a `file` (a path or URL), or without: then everything in `<input>/_reviewed/` is imported.
* A file that was imported before changes nothing. A row whose source is not the ledger's text is refused and
  named in the log; the others go in.
* The log says which published days hold the texts, and what to clear so that they are written anew.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Param, task

from batch_translate_airflow import tasks

ROOT = Param(None, type=["null", "string"], description="Folder or fsspec URL; empty: below BATCH_TRANSLATE_DATA")

with DAG(
    "import_reviews",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    is_paused_upon_creation=False,  # it runs when somebody asks for it, and spends nothing
    max_active_runs=1,
    default_args={"retries": 4, "retry_delay": timedelta(seconds=30)},
    params={
        "file": Param(None, type=["null", "string"], description="Path or URL; empty: all in <input>/_reviewed/"),
        **dict.fromkeys(("input", "output"), ROOT),
    },
    tags=["translation"],
):
    task(tasks.import_reviews)()
