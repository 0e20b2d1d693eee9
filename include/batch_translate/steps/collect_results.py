"""What a batch brought, into the ledger: both files, every line, one answer for each text that was asked for.

A batch that expired, was cancelled or was refused is collected like any other: what it brought is kept, the rest
is asked again in the next pass.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from typing import TYPE_CHECKING

import openai

from batch_translate import storage
from batch_translate.answers import Usage
from batch_translate.errors import JobError
from batch_translate.findings import rejected_by
from batch_translate.ledger import Ledger, answers, jobs
from batch_translate.money.models import find_model
from batch_translate.provider.polling import GONE_SECONDS, Reason
from batch_translate.provider.statuses import REFUSED, is_terminal
from batch_translate.results.lines import Line, NoContent, read_lines
from batch_translate.results.reconcile import reconcile
from batch_translate.steps.collector import collector_paused
from batch_translate.steps.judging import judge_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openai.types import Batch

    from batch_translate.answers import Answer
    from batch_translate.ledger.jobs import Job
    from batch_translate.provider.api import BatchApi

log = logging.getLogger(__name__)

# OpenAI cancels within ten minutes; until then the task is tried again.
_CANCEL_LOOKS, _CANCEL_PAUSE_SECONDS = 6, 5.0
# Result files are deleted 30 days after their batch has ended (OpenAI, Files API).
_FILE_LIFE_SECONDS = 31 * 86_400.0


@collector_paused()
def collect_results(
    ledger: Ledger, api: BatchApi, job_key: str, ended: Reason = "finished", waited_for: str | None = None
) -> dict[str, int]:
    """Collect a job's batch; how many answers have each verdict. Collecting twice changes nothing.

    `ended` is how the wait for it did: at its `deadline` a batch that still runs is cancelled first; one that is
    `gone` or `stuck` is given up, unless a gone one is there again. `waited_for`: the batch whose end that was.
    Raises JobError for a batch that has not ended, that the provider may show again, or that is not the one waited
    for; openai.APIError when the provider cannot be reached.
    """
    job = jobs.get(ledger, job_key)
    if job.state != "submitted" or job.batch_id is None:
        log.info("job %s is %s: nothing to collect", job_key, job.state)
        return {}
    if waited_for not in (None, job.batch_id):
        raise JobError(
            f"job {job_key} has batch {job.batch_id} and {waited_for} was waited for: clear wait_for_batch"
        )
    batch = api.retrieve(job.batch_id)
    if batch is not None and ended == "deadline" and not is_terminal(batch.status):
        batch = _cancel(api, job.batch_id)
    if batch is not None and not is_terminal(batch.status) and ended != "stuck":
        raise JobError(f"batch {job.batch_id} of job {job_key} is {batch.status}: it cannot be collected yet")
    recent = time.time() < (job.submitted_at or 0.0) + GONE_SECONDS
    if batch is None and (ended != "gone" or recent):
        # A batch that is given up is asked for again: one answer that does not show it must not cost twice.
        raise JobError(
            f"the provider does not show batch {job.batch_id} of job {job_key}. One that was seen before is given "
            f"up after it was denied for {GONE_SECONDS:.0f} seconds, by clearing wait_for_batch. Try again."
        )
    status = batch.status if batch else "gone"
    sorted_lines = reconcile(
        answers.slots_of(ledger, job_key),
        _lines(api, job, batch),
        judge_of(ledger, job_key),
        _why_unanswered(status, batch),
    )
    note = "; ".join(f"{count} {what}" for what, count in sorted(sorted_lines.oddities.items())) or None
    usage = sorted_lines.usage
    # A server that bills nothing and answers says nothing of its usage: the estimate stays what is known.
    billed = usage.input_tokens or usage.output_tokens or not any(one.text for one in sorted_lines.answers)
    price = find_model(job.model).cost_usd
    cost = price(usage.input_tokens, usage.output_tokens, usage.cached_tokens) if billed else None
    answers.store(
        ledger, job_key, job.batch_id, sorted_lines.answers,
        status=status, usage=usage, cost_usd=cost, now=time.time(), note=note,
    )  # fmt: skip
    _report(job, status, sorted_lines.answers, note)
    return dict(Counter(answer.verdict for answer in sorted_lines.answers))


def _cancel(api: BatchApi, batch_id: str) -> Batch | None:
    log.warning("batch %s has not ended in time: it is cancelled, and what it brought is collected", batch_id)
    try:
        api.cancel(batch_id)
    except openai.ConflictError as error:  # it ends just now, or is being cancelled
        log.info("batch %s: %s", batch_id, error.message)
    for _ in range(_CANCEL_LOOKS):
        batch = api.retrieve(batch_id)
        if batch is None or is_terminal(batch.status):
            return batch
        time.sleep(_CANCEL_PAUSE_SECONDS)
    return batch


def _lines(api: BatchApi, job: Job, batch: Batch | None) -> Iterator[Line]:
    """The lines of both files. The error file is read whatever the counts say: they are wrong now and then."""
    if batch is None:
        return
    yield from _refused_lines(job, batch)
    for kind, file_id in (("output", batch.output_file_id), ("error", batch.error_file_id)):
        if file_id:  # None, absent and "" have all been seen for a file that does not exist
            url = job.request_file.removesuffix(".jsonl") + f".{kind}.jsonl"
            try:
                with storage.written_whole(url) as output:
                    size = api.download(file_id, output)
            except openai.NotFoundError:
                if time.time() < (job.submitted_at or 0.0) + _FILE_LIFE_SECONDS:
                    raise
                log.error("job %s: the provider has deleted %s file %s; it is lost", job.job_key, kind, file_id)
                continue
            log.info("job %s: %s file %s, %d bytes", job.job_key, kind, file_id, size)
            with storage.opened(url) as file:
                yield from read_lines(file)


def _refused_lines(job: Job, batch: Batch) -> Iterator[Line]:
    """The requests for which the provider has refused the whole batch: they are at fault, the rest is not."""
    errors = (batch.errors.data or []) if batch.errors and batch.status == REFUSED else []
    reasons = {error.line: f"{error.code}: {error.message}" for error in errors if error.line}
    if not reasons or not storage.exists(job.request_file):
        return
    with storage.opened(job.request_file) as file:
        for number, raw in enumerate(file, start=1):
            if number in reasons:
                yield NoContent(json.loads(raw)["custom_id"], reasons[number], True, Usage())


def _why_unanswered(status: str, batch: Batch | None) -> str:
    if batch is None:
        return "the provider no longer knows the batch"
    errors = batch.errors.data if batch.errors and batch.errors.data else []
    if errors:
        return f"the batch {status}: {errors[0].code}: {errors[0].message}"
    return "no line came for it" if status == "completed" else f"the batch {status} before it ran"


def _report(job: Job, status: str, brought: list[Answer], note: str | None) -> None:
    counts = Counter(answer.verdict for answer in brought)
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
    log.info("job %s: batch %s %s: %s", job.job_key, job.batch_id, status, said)
    refused = [
        (rejected_by(answer.findings) or answer.reason, answer)
        for answer in brought
        if answer.verdict != "accepted"
    ]
    examples = {
        why: finding.message
        for why, answer in reversed(refused)
        for finding in answer.findings
        if finding.severity == "critical"
    }
    for why, count in Counter(why for why, _ in refused).most_common(5):
        example = f", for example: {examples[why]}" if why in examples else ""
        log.warning("job %s: %d not accepted: %s%s", job.job_key, count, why, example)
    if note:
        log.warning("job %s: the files also held %s", job.job_key, note)
