"""Between passes: is there anything left to do, and does another run hold some of it?

A run that waits here holds no claim itself: its own jobs are collected, so two runs never wait for each other.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import TYPE_CHECKING

from batch_translate.config import Environment
from batch_translate.ledger import Ledger, days, jobs
from batch_translate.ledger.wanted import wanted
from batch_translate.steps import plan as plans
from batch_translate.steps.published import read_published
from batch_translate.steps.recover_jobs import ABANDONED_SECONDS, recover
from batch_translate.steps.standing import count_standing

if TYPE_CHECKING:
    from batch_translate.provider.api import BatchApi

log = logging.getLogger(__name__)

_ESCALATION_PASS = 3


def reason_to_skip(plan_url: str, pass_number: int, run_id: str) -> str | None:
    """Why there is nothing to do in a repair pass, as a sentence; None when there is."""
    plan = plans.load(plan_url)
    if pass_number == _ESCALATION_PASS and not plan.escalates():
        return "no escalation_model is set: a third pass would ask the same model again"
    ledger = Ledger(Environment.read().ledger)
    reading = days.reading_of(ledger, run_id, plan_url)
    to_ask = claimed = unpublished = 0
    for language in plan.settings.languages():
        standing = count_standing(ledger, plan, run_id, language)
        to_ask += standing.to_ask
        claimed += standing.in_flight
        # What another run has brought meanwhile is there, and does not stand in the documents yet.
        published = read_published(plan, language, reading)
        unpublished += published is None or not published.has_all_of(standing)
    if to_ask == claimed == unpublished == 0:
        return "nothing is missing"
    log.info("%d texts are to be asked again, %d are under way", to_ask, claimed)
    return None


def open_claims(plan_url: str, run_id: str) -> int:
    """How many of the plan's texts the open jobs of other runs ask for."""
    ledger = Ledger(Environment.read().ledger)
    return sum(_claiming_runs(ledger, plan_url, run_id).values())


def recover_claimed(ledger: Ledger, api: BatchApi, plan_url: str, run_id: str) -> None:
    """Collect the ended batches of the runs that claim texts of the plan, and free what they never sent.

    A run that died would otherwise hold its claims until the next night, with its answers paid and waiting.
    """
    runs = _claiming_runs(ledger, plan_url, run_id)
    jobs.release_unsent(ledger, time.time() - ABANDONED_SECONDS, run_id)
    recover(ledger, api, [job for job in jobs.open_jobs(ledger) if job.run_id in runs])


def _claiming_runs(ledger: Ledger, plan_url: str, run_id: str) -> Counter[str]:
    plan = plans.load(plan_url)
    runs: Counter[str] = Counter()
    for language in plan.settings.languages():
        with wanted(ledger, plans.wanted_rows(plan, language)) as rows:
            runs.update(rows.claiming_runs())
    del runs[run_id]
    return runs
