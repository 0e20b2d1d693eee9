"""One batch per job, whatever is retried, cleared, killed or lost on the wire.

The ledger says whether the batch was asked for. If it was and no id is known, the provider's batches are listed
back to that time and searched for the job's key; only two complete listings without it, a settle time apart and
after the create can no longer be on its way, prove that it is absent. Only then is it asked for again, by one.

Nothing here waits for long: a `Submission` says what for and until when, and the same call is made again then.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import openai

from batch_translate.errors import BusyError, JobError, LostFileError, RefusedBatchError, UnclearSubmissionError
from batch_translate.ledger import Ledger, jobs
from batch_translate.money.models import find_model
from batch_translate.provider.api import CREATE_TIMEOUT_SECONDS, BatchApi
from batch_translate.provider.refusals import SentBack, sent_back
from batch_translate.provider.statuses import VALIDATING, is_terminal
from batch_translate.requests.prompt import ENDPOINT
from batch_translate.steps.upload_file import upload_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_translate.ledger.jobs import Job

log = logging.getLogger(__name__)

SETTLE_SECONDS = 20.0
"""How long a provider may take to list a batch it has created; docs/reliability.md says what remains."""

_FIRST_LOOK_SECONDS = 5.0
_LISTING_FAILED_SECONDS = 30.0
# Others count from when a submission was begun until its create has arrived: it has to follow at once.
_LATEST_CREATE_SECONDS = 5.0
_ROOM_SECONDS = 600.0
# After so many refusals for a file that is not found, it is lost rather than late, and is uploaded again.
_PATIENCE_WITH_FILE = 3
_MOST_LOST_FILES = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 15.0, 900.0
# A small file is validated within moments: then no triggerer need be asked to wait.
_VALIDATION_LOOKS = (0.3, 0.7, 1.5, 2.5)

WaitsFor = Literal["nothing", "room", "pause", "validation", "settling"]


@dataclass(frozen=True, slots=True)
class Submission:
    """A job on its way to a batch, and what has to happen before `create_batch` is called again.

    nothing: the job has its batch, or needs none. room: other batches must end first. pause: the provider sent the
    batch back, or was busy. validation: it has not begun to run the batch. settling: it is not known yet whether
    it has one. `look_at`, in epoch seconds, is when to call again at the latest; `absent_since` is to be handed to
    that call.
    """

    job: Job
    waits_for: WaitsFor = "nothing"
    look_at: float = 0.0
    absent_since: float | None = None


def create_batch(
    ledger: Ledger,
    api: BatchApi,
    job_key: str,
    absent_since: float | None = None,
    *,
    may_send: Callable[[], None] = lambda: None,
    arrival_seconds: float = CREATE_TIMEOUT_SECONDS,
    settle_seconds: float = SETTLE_SECONDS,
) -> Submission:
    """Take the job one step towards its batch, exactly one.

    `may_send` is called before anything is sent, to raise where that is forbidden. `arrival_seconds`: after so
    long a create that was begun has arrived or never will.

    Raises RefusedBatchError when the provider says no for good, openai.APIError when it does not know the key.
    """
    job = jobs.get(ledger, job_key)
    if job.state == "submitted":
        return _validated(ledger, api, job)
    if job.state != "planned":
        log.info("job %s is %s: nothing to create", job_key, job.state)
        return Submission(job)
    if job.submitting_at is not None:
        arrived_at = job.submitting_at + arrival_seconds
        settled = _settle(ledger, api, job, job.submitting_at, arrived_at, absent_since, settle_seconds)
        if settled is not None:
            return settled
        may_send()
        now = time.time()
        if not jobs.renew_submission(ledger, job, now):  # another process is at it
            return Submission(job, "settling", now + _FIRST_LOOK_SECONDS)
        log.info("job %s: the batch asked for before does not exist; asking again", job_key)
        return _ask(ledger, api, job_key, now)
    may_send()
    if job.file_id is None:
        upload_file(ledger, api, job_key)
    limit = find_model(job.model).enqueued_tokens
    now = time.time()
    begun = jobs.begin_submission(ledger, job_key, limit, now)
    if begun == "no room" and _note_ended(ledger, api, job.model):
        begun = jobs.begin_submission(ledger, job_key, limit, now)
    if begun == "no room":
        log.info("job %s: %s has no room under its %d enqueued tokens; waiting", job_key, job.model, limit)
        return Submission(job, "room", now + _ROOM_SECONDS)
    if begun == "known":
        return Submission(job, "settling", now)
    return _ask(ledger, api, job_key, now)


def has_room(ledger: Ledger, job_key: str) -> bool:
    """Whether a job that waits for room would get it now; says to others that its run is still there."""
    limit = find_model(jobs.get(ledger, job_key).model).enqueued_tokens
    return jobs.has_room(ledger, job_key, limit, time.time())


def _ask(ledger: Ledger, api: BatchApi, job_key: str, begun_at: float) -> Submission:
    """POST, once; the submission has been noted."""
    job = jobs.get(ledger, job_key)
    if job.file_id is None or job.state != "planned" or job.submitting_at != begun_at:
        raise JobError(f"job {job_key} was changed by another process: try again")
    if time.time() > begun_at + _LATEST_CREATE_SECONDS:
        jobs.withdraw_submission(ledger, job_key, begun_at)
        return Submission(job, "pause", time.time())
    try:
        batch = api.create(job.file_id, ENDPOINT, job_key, job.refusals, job.day)
    except BusyError as error:
        return _send_back(ledger, job, "busy", str(error), error.seconds)
    except LostFileError as error:
        return _send_back(ledger, job, "lost file", str(error))
    except RefusedBatchError:
        jobs.withdraw_submission(ledger, job_key, begun_at)
        raise
    except UnclearSubmissionError as error:
        log.warning("%s", error)
        return Submission(job, "settling", time.time() + _FIRST_LOOK_SECONDS)
    log.info("job %s: batch %s created", job_key, batch.id)
    return _record(ledger, api, job, batch.id, begun_at)


def _settle(
    ledger: Ledger,
    api: BatchApi,
    job: Job,
    begun_at: float,
    arrived_at: float,
    absent_since: float | None,
    settle_seconds: float,
) -> Submission | None:
    """Find the batch that was asked for; None when it is proven that there is none."""
    log.info("job %s: was a batch created? Looking through the provider's list", job.job_key)
    try:
        found = api.find(job.job_key, job.refusals, begun_at)
    except UnclearSubmissionError as error:
        log.warning("%s", error)
        return Submission(job, "settling", time.time() + _LISTING_FAILED_SECONDS, absent_since)
    now = time.time()
    if found is not None:
        log.info("job %s: found the batch %s that was asked for before", job.job_key, found.id)
        return _record(ledger, api, job, found.id, begun_at)
    if now < arrived_at:
        return Submission(job, "settling", arrived_at)
    if absent_since is None or absent_since < arrived_at:
        return Submission(job, "settling", now + settle_seconds, absent_since=now)
    if now < absent_since + settle_seconds:
        return Submission(job, "settling", absent_since + settle_seconds, absent_since)
    return None


def _record(ledger: Ledger, api: BatchApi, job: Job, batch_id: str, begun_at: float) -> Submission:
    if not jobs.record_batch(ledger, job.job_key, batch_id, begun_at, time.time()):
        log.error("job %s has gone on without batch %s: it is cancelled", job.job_key, batch_id)
        try:
            api.cancel(batch_id)
        except openai.APIError as error:
            log.error("batch %s could not be cancelled, do it at the provider: %s", batch_id, error)
        return Submission(jobs.get(ledger, job.job_key))
    return _validated(ledger, api, jobs.get(ledger, job.job_key))


def _validated(ledger: Ledger, api: BatchApi, job: Job) -> Submission:
    """Where a job's batch stands: one that was sent back at validation is planned anew."""
    for seconds in _VALIDATION_LOOKS:
        try:
            batch = api.retrieve(str(job.batch_id))
        except openai.APIError as error:
            log.warning("batch %s cannot be read just now: %s", job.batch_id, type(error).__name__)
            break
        if batch is None:
            return Submission(job)  # whether it is gone is for wait_for_batch to find out
        if batch.status != VALIDATING:
            reason = sent_back(batch)
            if reason is None:
                return Submission(job)
            said = "; ".join(error.message or "" for error in (batch.errors and batch.errors.data) or [])
            return _send_back(ledger, job, reason, f"batch {batch.id}: {said}")
        time.sleep(seconds)
    return Submission(job, "validation", time.time() + _LONGEST_PAUSE)


def _send_back(
    ledger: Ledger, job: Job, reason: SentBack | Literal["busy"], said: str, seconds: float | None = None
) -> Submission:
    """Plan the job anew after `seconds`, or after a pause that grows with every refusal."""
    lost = reason == "lost file"
    if lost and job.refusals >= _MOST_LOST_FILES:
        if job.batch_id is None:
            raise RefusedBatchError(f"{said} It was uploaded anew several times: look at the provider's files.")
        return Submission(job)  # collected as a batch that brought nothing
    forget = lost and job.refusals >= _PATIENCE_WITH_FILE
    jobs.send_back(ledger, job, said, forget_file=forget, now=time.time())
    if seconds is None:
        seconds = min(_FIRST_PAUSE * 2.0 ** min(job.refusals, 10), _LONGEST_PAUSE)
    log.warning("job %s was sent back (%s): %s Asking again in %.0f s.", job.job_key, reason, said, seconds)
    return Submission(jobs.get(ledger, job.job_key), "pause", time.time() + seconds)


def _note_ended(ledger: Ledger, api: BatchApi, model: str) -> int:
    """Note which batches have ended though nobody has collected them; how many.

    A run that died would otherwise hold room until its results are recovered.
    """
    ended = 0
    for job in jobs.enqueued(ledger, model):
        try:
            batch = api.retrieve(str(job.batch_id))
        except openai.APIError as error:
            log.warning("batch %s cannot be read just now: %s", job.batch_id, type(error).__name__)
            return ended
        if batch is not None and is_terminal(batch.status):
            jobs.record_end(ledger, job, batch.status)
            ended += 1
    return ended
