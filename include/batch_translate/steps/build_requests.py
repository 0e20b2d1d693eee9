"""What is missing, as shards that are claimed before anything is sent.

Missing = the plan's texts − accepted answers − texts that an open job asks for. Run twice, it finds its own open
jobs and adds nothing. One shard is in memory at a time; many are committed at once, because the ledger takes a
million rows in the order of their keys many times faster than fifty times twenty thousand.
"""

from __future__ import annotations

import logging
import time
from itertools import chain
from typing import TYPE_CHECKING

from batch_translate import storage
from batch_translate.ledger import Ledger, jobs, planning
from batch_translate.ledger.planning import Asked, JobPlan
from batch_translate.ledger.wanted import Missing, wanted
from batch_translate.money.models import Model, find_model
from batch_translate.requests.prompt import Asking, Text
from batch_translate.requests.shards import Limits, Shard, cut_shards
from batch_translate.steps import plan as plans
from batch_translate.steps.collector import collector_paused
from batch_translate.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.ledger.planning import Draft
    from batch_translate.steps.plan import Plan

log = logging.getLogger(__name__)

_LAST_PASS = 3
# Two runs can want the same text in the same second; each round of losing means that another one got on.
_ROUNDS = 20
# Other writers to a SQLite ledger wait while so many are committed: some seconds, of the minute that they may.
_TEXTS_AT_ONCE = 1_000_000


@collector_paused()
def build_requests(ledger: Ledger, plan_url: str, run_id: str, pass_number: int) -> list[str]:
    """Plan and claim what is missing; the keys of all jobs of this run that are open, the oldest first."""
    plan = plans.load(plan_url)
    asking = _asking(plan, pass_number)
    limits = _limits(plan, find_model(asking.model))
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


def _limits(plan: Plan, model: Model) -> Limits:
    settings = plan.settings
    return Limits(
        segments_per_request=settings.segments_per_request,
        tokens_per_request=settings.tokens_per_request,
        requests_per_shard=min(settings.requests_per_shard, model.requests_per_batch),
        bytes_per_shard=min(settings.megabytes_per_shard, model.megabytes_per_batch) * 1_000_000,
        # A shard that is larger than the limit for all batches together would never go.
        tokens_per_shard=min(settings.tokens_per_shard, model.enqueued_tokens),
    )


def _claim_language(
    ledger: Ledger, plan: Plan, run_id: str, pass_number: int, language: str, asking: Asking, limits: Limits
) -> bool:
    """Claim all that is missing in one language; False when another run was faster with some of it."""
    with wanted(ledger, plans.wanted_rows(plan, language)) as rows:
        texts = _texts(plan, language, rows.missing(plan.settings.max_attempts))
        shards = cut_shards(texts, asking, limits)
        while (first := next(shards, None)) is not None:
            with planning.draft(ledger) as draft:
                for shard in chain([first], shards):
                    _add(draft, plan, run_id, pass_number, shard, asking.model)
                    if draft.segments >= _TEXTS_AT_ONCE:
                        break
                if not draft.commit():
                    return False
    return True


def _texts(plan: Plan, language: str, missing: Iterator[Missing]) -> Iterator[Text]:
    source_language, most_before = plan.settings.source_lang, plan.settings.context_characters
    following = next(missing, None)
    for start, documents, sources, contexts in plans.read_sources(plan):
        end = start + len(sources)
        while following is not None and following.ordinal < end:
            ordinal, segment_key, instruction_key, attempt, rejected, alone = following
            row = ordinal - start
            source = sources[row]
            in_front = row > 0 and documents[row - 1] == documents[row]
            yield Text(
                segment_key,
                instruction_key,
                attempt,
                source_language,
                language,
                source,
                contexts[row],
                estimate_tokens(source),
                rejected,
                # In a packed request nobody knows which text was at fault.
                alone,
                sources[row - 1][-most_before:] if most_before and in_front else "",
            )
            following = next(missing, None)
        if following is None:
            return


def _add(draft: Draft, plan: Plan, run_id: str, pass_number: int, shard: Shard, model: str) -> None:
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
        planned_at=time.time(),
    )
    draft.add(job, _asked(shard))


def _asked(shard: Shard) -> Iterator[Asked]:
    for request in shard.requests:
        for slot, text in enumerate(request.texts, start=1):
            yield Asked(
                request.custom_id,
                slot,
                text.segment_key,
                text.instruction_key,
                text.attempt,
                text.source_language,
                text.target_language,
                text.source,
                text.context,
            )
