"""Stop a day under way: its batches are cancelled, what they brought is kept, their texts are free again."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import openai

from batch_translate.errors import BatchTranslateError
from batch_translate.ledger import Ledger, jobs
from batch_translate.provider.polling import GONE_SECONDS
from batch_translate.provider.statuses import is_terminal
from batch_translate.steps.collect_results import collect_results

if TYPE_CHECKING:
    from batch_translate.ledger.jobs import Job
    from batch_translate.provider.api import BatchApi

log = logging.getLogger(__name__)

_CANCEL_SECONDS = GONE_SECONDS
"""OpenAI takes up to ten minutes to cancel a batch; one that it denies all this time is gone."""
_PAUSE_SECONDS = 2.0


def cancel_day(
    ledger: Ledger, api: BatchApi, day: str, patience_seconds: float = _CANCEL_SECONDS
) -> dict[str, int]:
    """Cancel a day's open jobs; how many were collected, were never sent, or stay open.

    A job stays open when its batch has not ended within the time, when the provider cannot be reached, or when it
    is not known whether it has a batch: the log says which.
    """
    until = time.time() + patience_seconds
    counts = {"collected": 0, "unsent": 0, "open": 0}
    submitted: list[Job] = []
    for job in jobs.jobs_of_day(ledger, day):
        if job.state not in jobs.OPEN:
            continue
        try:
            job = _with_batch(ledger, api, job)
            if job.state == "submitted" and job.batch_id is not None:
                _cancel(api, job.batch_id)
                submitted.append(job)
            elif job.submitting_at is None and jobs.close_unsent(ledger, job, "cancelled before it was sent"):
                counts["unsent"] += 1
            else:
                log.warning("job %s was asked for and is not listed yet: run `recover` in an hour", job.job_key)
                counts["open"] += 1
        except (BatchTranslateError, openai.APIError) as error:
            log.warning("job %s: %s", job.job_key, error)
            counts["open"] += 1
    # All are asked to stop before any is waited for.
    for job in submitted:
        counts["collected" if _collect(ledger, api, job, until) else "open"] += 1
    return counts


def _with_batch(ledger: Ledger, api: BatchApi, job: Job) -> Job:
    """The job, with its batch where an answer was lost and the provider lists it."""
    if job.state == "planned" and job.submitting_at is not None:
        batch = api.find(job.job_key, job.refusals, job.submitting_at)
        if batch is not None:
            jobs.record_batch(ledger, job.job_key, batch.id, job.submitting_at, time.time())
    return jobs.get(ledger, job.job_key)


def _cancel(api: BatchApi, batch_id: str) -> None:
    batch = api.retrieve(batch_id)
    if batch is not None and not is_terminal(batch.status):
        try:
            api.cancel(batch_id)
        except openai.ConflictError as error:  # it has ended in this moment
            log.info("batch %s: %s", batch_id, error.message)


def _collect(ledger: Ledger, api: BatchApi, job: Job, until: float) -> bool:
    denied = True
    while True:
        try:
            batch = api.retrieve(str(job.batch_id))
            denied = denied and batch is None
            over = time.time() >= until and denied
            if over or (batch is not None and is_terminal(batch.status)):
                collect_results(ledger, api, job.job_key, "gone" if over else "finished")
                return True
            said = str(batch.status) if batch else "not shown by the provider"
        except (BatchTranslateError, openai.APIError) as error:
            denied, said = False, str(error)
        if time.time() >= until:
            log.warning("job %s, batch %s: %s; run this again later", job.job_key, job.batch_id, said)
            return False
        time.sleep(_PAUSE_SECONDS)
