"""The request file to the provider. A file that is uploaded twice harms nobody; a batch of it would."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from batch_translate import storage
from batch_translate.errors import JobError
from batch_translate.ledger import Ledger, jobs

if TYPE_CHECKING:
    from batch_translate.provider.api import BatchApi

log = logging.getLogger(__name__)


def upload_file(ledger: Ledger, api: BatchApi, job_key: str) -> str:
    """Upload the job's request file unless that is done; the job's key.

    Raises JobError when the file is gone, openai.APIError when the provider does not take it.
    """
    job = jobs.get(ledger, job_key)
    if job.state != "planned" or job.file_id is not None or job.batch_id is not None:
        log.info("job %s is %s, file %s: nothing to upload", job_key, job.state, job.file_id)
        return job_key
    if not storage.exists(job.request_file):
        raise JobError(
            f"the request file {job.request_file} of job {job_key} is gone: somebody removed it from the work "
            "folder. Restore it, or wait an hour and start a new run: it takes over what was never sent."
        )
    with storage.local_copy(job.request_file) as (file, _):
        file_id = api.upload(f"{job_key}.jsonl", file)
    jobs.record_file(ledger, job_key, file_id)
    log.info("job %s: %d requests uploaded as %s", job_key, job.requests, file_id)
    return job_key
