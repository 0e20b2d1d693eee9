"""What is missing, as shards that are claimed before anything is sent.

Missing = the plan's texts − accepted answers − texts that an open job asks for. Run twice, it finds its own open
jobs and adds nothing. One shard is in memory at a time; many are committed at once, because the ledger takes a
million rows in the order of their keys many times faster than fifty times twenty thousand.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from batch_translate import storage
from batch_translate.errors import BudgetError
from batch_translate.ledger import Ledger, jobs, planning, profiles
from batch_translate.ledger.planning import Asked, JobDocument, JobPlan
from batch_translate.ledger.wanted import wanted
from batch_translate.money.models import find_model
from batch_translate.requests.shards import Shard, cut_shards
from batch_translate.steps import asking
from batch_translate.steps import plan as plans
from batch_translate.steps.check_budget import caps_of
from batch_translate.steps.collector import collector_paused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.ledger.planning import Draft
    from batch_translate.profiles import Profile
    from batch_translate.requests.prompt import Text
    from batch_translate.steps.plan import Plan

log = logging.getLogger(__name__)

# Two runs can want the same text in the same second; each round of losing means that another one got on.
_ROUNDS = 20
# Other writers to a SQLite ledger wait while so many are committed: some seconds, of the minute that they may.
_TEXTS_AT_ONCE = 1_000_000


@collector_paused()
def build_requests(ledger: Ledger, plan_url: str, run_id: str, pass_number: int) -> list[str]:
    """Plan and claim what is missing; the keys of all jobs of this run that are open, the oldest first."""
    plan = plans.load(plan_url)
    planning.forget_refusals(ledger, run_id)
    for language in plan.settings.languages():
        for _ in range(_ROUNDS):
            if _claim_language(ledger, plan, run_id, pass_number, language):
                break
        else:
            log.warning("%s: other runs keep claiming the same texts; the next pass looks again", language)
    open_jobs = jobs.open_jobs(ledger, run_id)
    for job in open_jobs:
        log.info("job %s (%s): %d texts in %d requests", job.job_key, job.state, job.segments, job.requests)
    return [job.job_key for job in open_jobs]


def _claim_language(ledger: Ledger, plan: Plan, run_id: str, pass_number: int, language: str) -> bool:
    """Claim all that is missing in one language; False when another run was faster with some of it."""
    numbers = [plans.profile_number(plan.settings, document.path, language) for document in plan.documents]
    with wanted(ledger, plans.wanted_rows(plan, language)) as rows:
        rows.find_missing(plan.attempts())
        for number, profile in enumerate(plan.profiles[language]):
            documents = {index for index, of_document in enumerate(numbers) if of_document == number}
            if documents:
                texts = asking.texts_of(plan, profile, documents, rows.still_missing())
                if not _claim_profile(ledger, plan, run_id, pass_number, profile, texts):
                    return False
    return True


def _claim_profile(
    ledger: Ledger, plan: Plan, run_id: str, pass_number: int, profile: Profile, texts: Iterator[Text]
) -> bool:
    how = asking.asking_of(profile, pass_number)
    shards = cut_shards(texts, how, asking.limits_of(plan.settings, profile, find_model(how.model)))
    profile_key = profile.key()
    while (first := next(shards, None)) is not None:
        profiles.keep(ledger, profile_key, profile.model_dump_json())
        with planning.draft(ledger) as draft:
            for shard in chain([first], shards):
                _add(draft, plan, run_id, pass_number, shard, how.model, profile_key)
                if draft.segments >= _TEXTS_AT_ONCE:
                    break
            try:
                if not draft.commit(caps_of(ledger, plan.settings, run_id, time.time())):
                    return False
            except BudgetError as error:
                log.error("%d texts are not asked for: %s", draft.segments, error)
    return True


def _documents_of(plan: Plan, shard: Shard) -> list[JobDocument]:
    segments: Counter[int] = Counter()
    tokens: Counter[int] = Counter()
    for request in shard.requests:
        for text in request.texts:
            segments[text.document] += 1
            tokens[text.document] += text.tokens
    of_all = tokens.total()
    return [
        JobDocument(plan.documents[document].path, count, tokens[document] / of_all)
        for document, count in segments.items()
    ]


def _add(
    draft: Draft, plan: Plan, run_id: str, pass_number: int, shard: Shard, model: str, profile_key: str
) -> None:
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
        profile_key=profile_key,
    )
    draft.add(job, _asked(shard), _documents_of(plan, shard))


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
