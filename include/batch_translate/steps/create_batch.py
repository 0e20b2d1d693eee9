"""One batch per job, whatever is retried, cleared, killed or lost on the wire.

The ledger says whether the batch was asked for. If it was and no id is known, the provider's batches are listed
back to that time and searched for the job's key; only two complete listings without it, a settle time apart and
after the create can no longer be on its way, prove that it is absent. Only then is it asked for again, by one.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from batch_translate.errors import RefusedBatchError, UnclearSubmissionError
from batch_translate.ledger import Ledger, jobs
from batch_translate.provider.api import CREATE_TIMEOUT_SECONDS, BatchApi
from batch_translate.requests.prompt import ENDPOINT

if TYPE_CHECKING:
    from batch_translate.ledger.jobs import Job

log = logging.getLogger(__name__)

SETTLE_SECONDS = 20.0
"""How long a provider may take to list a batch it has created; docs/reliability.md says what remains."""


def create_batch(ledger: Ledger, api: BatchApi, job_key: str, settle_seconds: float = SETTLE_SECONDS) -> Job:
    """Make sure that the job has its batch; the job's row, with its batch id unless the job is closed.

    Raises RefusedBatchError when the provider says no, UnclearSubmissionError when nobody can say yet.
    """
    job = jobs.get(ledger, job_key)
    if job.state != "planned":
        log.info("job %s is %s, batch %s: nothing to create", job_key, job.state, job.batch_id)
        return job
    file_id = job.file_id
    if file_id is None:
        raise RefusedBatchError(f"job {job_key} has no uploaded file: clear its upload_file task")
    if not jobs.begin_submission(ledger, job_key, time.time()):
        job = jobs.get(ledger, job_key)
        if job.state != "planned" or job.submitting_at is None:
            return job  # another process closed it between the two looks
        batch_id = _look(api, job_key, job.submitting_at, settle_seconds)
        if batch_id is not None:
            log.info("job %s: found the batch %s that was asked for before", job_key, batch_id)
            return _record(ledger, job_key, batch_id)
        if not jobs.renew_submission(ledger, job_key, job.submitting_at, time.time()):
            raise UnclearSubmissionError(f"job {job_key}: another process is creating its batch; look again")
        log.info("job %s: the batch asked for before does not exist; asking again", job_key)
    try:
        batch = api.create(file_id, ENDPOINT, job_key, job.day)
    except RefusedBatchError:
        jobs.withdraw_submission(ledger, job_key)
        raise
    log.info("job %s: batch %s created", job_key, batch.id)
    return _record(ledger, job_key, batch.id)


def _look(api: BatchApi, job_key: str, begun_at: float, settle_seconds: float) -> str | None:
    log.info("job %s: was a batch created? Looking through the provider's list", job_key)
    arrival = max(0.0, begun_at + CREATE_TIMEOUT_SECONDS - time.time())
    for pause in (0.0, arrival, settle_seconds):
        time.sleep(pause)
        found = api.find(job_key, begun_at)
        if found is not None:
            return found.id
    return None


def _record(ledger: Ledger, job_key: str, batch_id: str) -> Job:
    jobs.record_batch(ledger, job_key, batch_id, time.time())
    return jobs.get(ledger, job_key)
