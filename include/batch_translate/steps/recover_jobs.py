"""Paid is paid: batches of runs that died are found and collected before anything new is asked."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import openai

from batch_translate.errors import BatchTranslateError
from batch_translate.ledger import Ledger, jobs
from batch_translate.provider.statuses import is_terminal
from batch_translate.steps.collect_results import collect_results

if TYPE_CHECKING:
    from batch_translate.ledger.jobs import Job
    from batch_translate.provider.api import BatchApi

log = logging.getLogger(__name__)

_UNSENT_SECONDS = 3600.0


def recover_jobs(ledger: Ledger, api: BatchApi, run_id: str) -> dict[str, int]:
    """Collect the finished batches of all runs; how many jobs were collected, still run, or could not be told.

    A batch that was asked for and whose id was lost is looked for. Jobs of other runs that were planned an hour
    ago and never sent are closed, so that their texts are free.
    """
    counts = {"collected": 0, "running": 0, "unclear": 0}
    released = jobs.release_unsent(ledger, time.time() - _UNSENT_SECONDS, run_id)
    for key in released:
        log.info("job %s was planned and never sent: its texts are free again", key)
    for job in jobs.open_jobs(ledger):
        if job.state == "planned" and (job.submitting_at is None or job.run_id == run_id):
            continue  # its run will send it
        try:
            counts[_recover(ledger, api, job)] += 1
        except (BatchTranslateError, openai.APIStatusError) as error:
            # One job that cannot be told must not stop the night; its texts stay claimed.
            log.warning("job %s of run %s: %s", job.job_key, job.run_id, error)
            counts["unclear"] += 1
    log.info("%(collected)d jobs collected, %(running)d still run, %(unclear)d unclear", counts)
    return {**counts, "released": len(released)}


def _recover(ledger: Ledger, api: BatchApi, job: Job) -> str:
    if job.state == "planned":
        job = _find_batch(ledger, api, job)
    if job.batch_id is None:
        return "unclear"
    batch = api.retrieve(job.batch_id)
    if batch is not None and not is_terminal(batch.status):
        return "running"
    collect_results(ledger, api, job.job_key)
    return "collected"


def _find_batch(ledger: Ledger, api: BatchApi, job: Job) -> Job:
    """The job with the batch it has at the provider, if there is one; nothing is created here."""
    found = api.find(job.job_key, job.submitting_at or job.planned_at)
    if found is not None:
        log.info("job %s: found its batch %s", job.job_key, found.id)
        jobs.record_batch(ledger, job.job_key, found.id, time.time())
    return jobs.get(ledger, job.job_key)
