"""What is missing, as shards that are claimed before anything is sent.

Missing = the plan's texts − accepted answers − texts that an open job asks for. Run twice, it finds its own open
jobs and adds nothing.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from batch_translate import storage
from batch_translate.ledger import Ledger, jobs
from batch_translate.ledger.jobs import Asked, JobPlan
from batch_translate.ledger.wanted import Missing, wanted
from batch_translate.money.models import find_model
from batch_translate.requests.prompt import Asking, Text
from batch_translate.requests.shards import Limits, Shard, cut_shards
from batch_translate.steps import plan as plans
from batch_translate.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.steps.plan import Plan

log = logging.getLogger(__name__)

_LAST_PASS = 3
# Two runs can want the same text in the same second; each round of losing means that another one got on.
_ROUNDS = 20


def build_requests(ledger: Ledger, plan_url: str, run_id: str, pass_number: int) -> list[str]:
    """Plan and claim what is missing; the keys of all jobs of this run that are open, the oldest first."""
    plan = plans.load(plan_url)
    asking, limits = _asking(plan, pass_number), _limits(plan, pass_number)
    for language in plan.settings.languages():
        for _ in range(_ROUNDS):
            if _claim_language(ledger, plan, run_id, pass_number, language, asking, limits):
                break
        else:
            log.warning("%s: other runs keep claiming the same texts; the next pass looks again", language)
    open_jobs = jobs.open_jobs(ledger, run_id)
    for job in open_jobs:
        log.info("job %s (%s): %d texts in %d requests", job.job_key, job.state, job.segments, job.requests)
    return [job.job_key for job in open_jobs]


def _asking(plan: Plan, pass_number: int) -> Asking:
    settings = plan.settings
    escalate = pass_number == _LAST_PASS and settings.escalation_model
    name = settings.escalation_model if escalate and settings.escalation_model else settings.model
    return Asking(name, settings.instructions, find_model(name).reasoning_effort)


def _limits(plan: Plan, pass_number: int) -> Limits:
    settings = plan.settings
    return Limits(
        # A repair is asked alone: in a packed request nobody knows which text was at fault.
        segments_per_request=settings.segments_per_request if pass_number == 1 else 1,
        tokens_per_request=settings.tokens_per_request,
        requests_per_shard=settings.requests_per_shard,
        bytes_per_shard=settings.megabytes_per_shard * 1_000_000,
        tokens_per_shard=settings.tokens_per_shard,
    )


def _claim_language(
    ledger: Ledger, plan: Plan, run_id: str, pass_number: int, language: str, asking: Asking, limits: Limits
) -> bool:
    """Claim all that is missing in one language; False when another run was faster with some of it."""
    with wanted(ledger, plans.wanted_rows(plan, language)) as rows:
        missing = rows.missing(plan.settings.max_attempts)
        for shard in cut_shards(_texts(plan, language, missing), asking, limits):
            if not _claim(ledger, plan, run_id, pass_number, shard, asking.model):
                return False
    return True


def _texts(plan: Plan, language: str, missing: Iterator[Missing]) -> Iterator[Text]:
    following = next(missing, None)
    for row in plans.read_segments(plan, language):
        if following is None:
            return
        if row.ordinal == following.ordinal:
            yield Text(
                segment_key=following.segment_key,
                instruction_key=following.instruction_key,
                attempt=following.attempt,
                source_language=plan.settings.source_lang,
                target_language=language,
                source=row.source,
                context=row.context,
                tokens=estimate_tokens(row.source),
                rejected=following.rejected,
            )
            following = next(missing, None)


def _claim(ledger: Ledger, plan: Plan, run_id: str, pass_number: int, shard: Shard, model: str) -> bool:
    url = storage.join(plan.folder, f"{shard.job_key}.jsonl")
    # The file first: a job in the ledger always has its file, a file without a job is only paper.
    with storage.written_whole(url) as file:
        file.writelines(request.line for request in shard.requests)
    job = JobPlan(
        job_key=shard.job_key,
        run_id=run_id,
        day=plan.day,
        plan_hash=plan.plan_hash,
        pass_number=pass_number,
        model=model,
        request_file=url,
        requests=len(shard.requests),
        segments=shard.segments,
        estimated_input_tokens=shard.input_tokens,
        estimated_output_tokens=shard.output_tokens,
        estimated_cost_usd=find_model(model).cost_usd(shard.input_tokens, shard.output_tokens),
    )
    return jobs.plan(ledger, job, list(_asked(shard)), time.time())


def _asked(shard: Shard) -> Iterator[Asked]:
    for request in shard.requests:
        for slot, text in enumerate(request.texts, start=1):
            yield Asked(
                custom_id=request.custom_id,
                slot=slot,
                segment_key=text.segment_key,
                instruction_key=text.instruction_key,
                attempt=text.attempt,
                source_language=text.source_language,
                target_language=text.target_language,
                source=text.source,
                context=text.context,
            )
