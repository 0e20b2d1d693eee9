"""
### Translate the day's folder at batch price

Reads `input/<day>/`, sends every text that the ledger does not have yet through the OpenAI Batch API, and writes
`output/<day>/<language>/` with the same files, the aligned table `_aligned/<language>.parquet` and `_report.json`.

* **Nightly** at midnight, for the day that has just ended. **By hand**: *Trigger*, with a `day` or without.
  **Backfill**: *Trigger → Backfill*, or `airflow backfill create`; each day is the folder of that name.
* **Red?** The last line of `verify_complete`, and `python -m batch_translate status <day>`, say what is missing,
  whether a clear helps, and what it would cost. Clearing is safe at every task: nothing is asked for twice.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, CronPartitionTimetable, Param, TaskGroup, task, task_group
from pendulum import timezone

from batch_translate_airflow import notify, tasks
from batch_translate_airflow.approval import ApproveBudgetOperator
from batch_translate_airflow.claims import ClaimsSensor
from batch_translate_airflow.operators import CreateBatchOperator, UploadFileOperator
from batch_translate_airflow.sensor import BatchSensor

ZONE = timezone("Asia/Tokyo")
PATIENCE = timedelta(hours=12)  # for an answer, where a person is asked to go over a cap
UNSET = "Unchanged, translate.toml decides"
ROOT = Param(None, type=["null", "string"], description="Folder or fsspec URL; empty: below BATCH_TRANSLATE_DATA")
JOB, LANGUAGE = "{{ task.job_key[:8] }}", "{{ task.op_kwargs.language }}"
WAIT, COLLECT = "{{ task.batch.job_key[:8] }}", "{{ task.op_args[0].job_key[:8] }}"


@task_group(group_id="shard")
def send_shard(job_key: str) -> None:
    """One shard's way: file, batch, wait, answers."""
    file = UploadFileOperator(task_id="upload_file", job_key=job_key, map_index_template=JOB)
    batch = CreateBatchOperator(task_id="create_batch", job_key=file.output, map_index_template=JOB)
    wait = BatchSensor(task_id="wait_for_batch", batch=batch.output, map_index_template=WAIT)
    task(tasks.collect_results, map_index_template=COLLECT)(wait.output)


with DAG(
    "translate_nightly",
    doc_md=__doc__,
    schedule=CronPartitionTimetable("0 0 * * *", timezone=ZONE, run_offset=-1, key_format="%Y-%m-%d"),
    catchup=False,
    max_active_runs=4,
    default_args={"retries": 4, "retry_delay": timedelta(seconds=30)},
    params={
        "day": Param(None, type=["null", "string"], format="date", description="Empty: the day that has ended"),
        "source_lang": Param("ja", type="string", description=UNSET),
        "target_langs": Param(["en"], type="array", description=f"One per line. {UNSET}"),
        "model": Param("gpt-6-luna", type="string", description=UNSET),
        "files": Param("**", type="string", description="Glob: which files of the folder, for example *.md"),
        "dry_run": Param(False, type="boolean", description="Stop after the estimate, which check_budget logs"),
        **dict.fromkeys(("input", "output", "work"), ROOT),
    },
    tags=["translation"],
    **notify.arguments(),
):
    plan = task(tasks.read_documents)(ZONE)
    # A file of corrections that cannot be read stops no night; verify_complete says that it is missing.
    reviews = task(tasks.import_reviews)()
    reviews >> task(tasks.recover_jobs, trigger_rule="all_done")() >> plan
    estimate = task(tasks.check_budget)(plan)
    ready = budget = ApproveBudgetOperator(task_id="approve_budget", estimate=estimate, response_timeout=PATIENCE)
    verify = task(tasks.verify_complete, trigger_rule="all_done")(plan, reviews)
    for number in (1, 2, 3):
        with TaskGroup(f"pass_{number}"):
            built = task(tasks.build_requests)(plan, number)
            if number > 1:
                [ready, budget] >> ClaimsSensor(task_id="wait_for_claims", plan=plan, pass_number=number) >> built
            budget >> built
            languages = task(tasks.languages_to_write, trigger_rule="all_done")(plan, built, number)
            send_shard.expand(job_key=built) >> languages
            write = task(tasks.write_translations, map_index_template=LANGUAGE)
            ready = write.partial(plan=plan).expand(language=languages)
            ready >> verify
