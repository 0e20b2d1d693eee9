"""Where a day stands, in a few lines for the person on call."""

from __future__ import annotations

from datetime import UTC, datetime

from batch_translate.errors import MissingFolderError
from batch_translate.ledger import Ledger, days, jobs
from batch_translate.steps import plan as plans
from batch_translate.steps.published import read_published
from batch_translate.steps.standing import LanguageStanding, count_standing
from batch_translate.steps.verify_complete import advice, missing_sentences, refusal_sentences


def describe_day(ledger: Ledger, day: str) -> tuple[list[str], bool]:
    """(lines, whether the day is complete), by the newest reading of its folder.

    Raises MissingFolderError when no run has read that day.
    """
    reading = days.latest_reading(ledger, day)
    if reading is None:
        raise MissingFolderError(
            f"no run has read {day} yet: trigger translate_nightly with the param day = {day}"
        )
    plan = plans.load(reading.plan_url)
    standings = {
        language: count_standing(ledger, plan, reading.run_id, language) for language in plan.settings.languages()
    }
    lines = [f"{day}: {len(plan.documents)} documents, last read {_when(reading.read_at)} by {reading.run_id}"]
    current = True
    for language, standing in standings.items():
        published = read_published(plan, language, reading.id)
        behind = published is None or not published.has_all_of(standing)
        if published is not None and not behind:
            standing.set_aside(published.not_placed)
        lines.append(f"  {language}: {_count(standing, plan.segments)}")
        if behind:
            current = False
            # Alone it would publish the source of what is to be asked.
            helps = "" if standing.to_ask else "; clear write_translations, no cost"
            lines.append(f"  {language}: what is published is behind the ledger{helps}.")
    missing = missing_sentences(plan, standings) + refusal_sentences(ledger, reading.run_id, standings)
    lines += [f"  {sentence}" for sentence in [*missing, *advice(plan, standings)]]
    lines += [f"  {line}" for line in _jobs(ledger, day)]
    spent = days.spending(ledger, day=day)
    cost = "cost unknown" if spent.cost_usd is None else f"{spent.cost_usd:.4f} USD"
    tokens = f"{spent.input_tokens:,} tokens in, {spent.output_tokens:,} out"
    lines.append(f"  Spent on this day so far: {spent.batches} batches, {spent.segments} texts, {tokens}, {cost}.")
    if not missing and current:
        asks = any(standing.to_ask for standing in standings.values())
        lines.append(f"  Complete and published{'.' if asks else ': a clear sends nothing.'}")
    return lines, not missing and current


def _count(standing: LanguageStanding, segments: int) -> str:
    said = [f"{standing.states['translated']} of {segments} segments translated"]
    for state, words in (
        ("skipped", "nothing to translate"),
        ("needs_review", "need a review"),
        ("failed", "missing"),
    ):
        if standing.states[state]:
            said.append(f"{standing.states[state]} {words}")
    return ", ".join(said)


def _jobs(ledger: Ledger, day: str) -> list[str]:
    open_jobs = [job for job in jobs.jobs_of_day(ledger, day) if job.state in jobs.OPEN]
    return [
        f"Open: job {job.job_key} ({job.state}), batch {job.batch_id or 'none yet'}, {job.segments} texts, "
        f"planned {_when(job.planned_at)} by {job.run_id}"
        for job in open_jobs
    ]


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
