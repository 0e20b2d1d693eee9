"""Paid is paid: batches of runs that died are found and collected before anything new is asked."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Literal

import openai

from batch_translate.errors import BatchTranslateError
from batch_translate.ledger import Ledger, jobs
from batch_translate.provider.api import CREATE_TIMEOUT_SECONDS
from batch_translate.provider.polling import LONGEST_WAIT_SECONDS, Reason
from batch_translate.provider.statuses import is_terminal
from batch_translate.steps.collect_results import collect_results
from batch_translate.steps.create_batch import SETTLE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_translate.ledger.jobs import Job
    from batch_translate.provider.api import BatchApi

log = logging.getLogger(__name__)

ABANDONED_SECONDS = 3600.0
"""A run that has not been seen for so long does not send any more."""
_STUCK_SECONDS = 7 * 86_400.0
"""A batch that can be neither finished nor cancelled is given up: nothing has run in it for days."""
_KEPT_SECONDS = 31 * 86_400.0
"""After 30 days the provider has deleted a batch's files, so nothing is lost with it any more."""

Found = Literal["collected", "running", "unclear", "absent"]


def recover_jobs(
    ledger: Ledger, api: BatchApi, run_id: str, settle_seconds: float = SETTLE_SECONDS
) -> dict[str, int]:
    """Collect the finished batches of all runs; how many jobs were collected, still run, could not be told.

    A batch that was asked for and whose id was lost is looked for; a job of another run that has asked an hour ago
    and is proven to have none is closed, like one that was planned an hour ago and never sent: their texts are
    free then.
    """
    released = jobs.release_unsent(ledger, time.time() - ABANDONED_SECONDS, run_id)
    for key in released:
        log.info("job %s was planned and never sent: its texts are free again", key)
    # What this run has not sent yet it will send.
    theirs = [job for job in jobs.open_jobs(ledger) if job.state == "submitted" or job.run_id != run_id]
    counts = recover(ledger, api, theirs, settle_seconds)
    log.info(
        "%(collected)d jobs collected, %(running)d still run, %(unclear)d unclear, %(absent)d never arrived",
        counts,
    )
    return {**counts, "released": len(released)}


def recover(
    ledger: Ledger, api: BatchApi, open_jobs: Iterable[Job], settle_seconds: float = SETTLE_SECONDS
) -> dict[str, int]:
    """Collect what has ended of the given jobs, and close what is proven absent; how many of each."""
    found: dict[str, Found] = {}
    unseen: list[Job] = []
    for job in open_jobs:
        if job.state == "planned" and job.submitting_at is None:
            continue
        found[job.job_key] = _recover(ledger, api, job)
        if found[job.job_key] == "absent":
            unseen.append(job)
    if unseen:
        time.sleep(settle_seconds)
    for job in unseen:
        found[job.job_key] = _recover(ledger, api, job, seen_absent=True)
    counts = {"collected": 0, "running": 0, "unclear": 0, "absent": 0}
    for one in found.values():
        counts[one] += 1
    return counts


def _recover(ledger: Ledger, api: BatchApi, job: Job, *, seen_absent: bool = False) -> Found:
    try:
        if job.state == "submitted":
            return _collect(ledger, api, job)
        return _look_for_batch(ledger, api, job, seen_absent)
    except (BatchTranslateError, openai.APIError) as error:
        # One job that cannot be told must not stop the night; its texts stay claimed.
        log.warning("job %s of run %s: %s", job.job_key, job.run_id, error)
        return "unclear"


def _collect(ledger: Ledger, api: BatchApi, job: Job) -> Found:
    age = time.time() - (job.submitted_at or job.planned_at)
    batch = api.retrieve(str(job.batch_id))
    ended: Reason = "finished"
    if batch is None:
        # One answer does not prove that it is gone: the wait of its own run does, with many over a time.
        if age < _KEPT_SECONDS:
            log.warning("batch %s of job %s is not shown by the provider just now", job.batch_id, job.job_key)
            return "unclear"
        ended = "gone"
    elif not is_terminal(batch.status):
        if age < LONGEST_WAIT_SECONDS:
            return "running"
        ended = "deadline" if age < _STUCK_SECONDS else "stuck"
    collect_results(ledger, api, job.job_key, ended, job.batch_id)
    return "collected"


def _look_for_batch(ledger: Ledger, api: BatchApi, job: Job, seen_absent: bool) -> Found:
    """What is known of a job that was asked for without an answer; nothing is created here.

    `absent` the first time means not listed; it is proven the second time, when the job is closed.
    """
    begun_at = job.submitting_at or job.planned_at
    batch = api.find(job.job_key, job.refusals, begun_at)
    if batch is not None:
        log.info("job %s: found its batch %s", job.job_key, batch.id)
        jobs.record_batch(ledger, job.job_key, batch.id, begun_at, time.time())
        return _collect(ledger, api, jobs.get(ledger, job.job_key))
    # Younger ones are their own run's to settle.
    if time.time() < begun_at + max(ABANDONED_SECONDS, CREATE_TIMEOUT_SECONDS):
        return "unclear"
    if seen_absent and jobs.close_unsent(ledger, job, "asked for, but the batch never arrived; its run ended"):
        log.info("job %s was asked for and never arrived: its texts are free again", job.job_key)
    return "absent"
