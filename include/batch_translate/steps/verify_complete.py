"""The last word on a run: the report is written, and the run is red if anything is missing.

Counts reconcile or this raises: every segment of the plan ends in exactly one state, in the ledger as in the
aligned table.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from batch_translate import storage
from batch_translate.errors import ChangedInputError, IncompleteError, ReconciliationError
from batch_translate.ledger import Ledger, approvals, budget, days
from batch_translate.ledger.reasons import reasons_for_asking
from batch_translate.ledger.statement import statement_of_run
from batch_translate.money.models import find_model
from batch_translate.steps import plan as plans
from batch_translate.steps.changes import changes_since, keep_snapshot
from batch_translate.steps.check_budget import approval_sentences
from batch_translate.steps.published import NOT_PLACED, read_published
from batch_translate.steps.report_page import write_report_page
from batch_translate.steps.review_files import write_review_files
from batch_translate.steps.savings import kept_estimate, savings
from batch_translate.steps.standing import LanguageStanding, count_standing

if TYPE_CHECKING:
    from batch_translate.steps.plan import Plan

log = logging.getLogger(__name__)

REPORT_VERSION = 2
_REVIEWS_MISSING = (
    "Corrections are missing: the log of import_reviews names the files in _reviewed/ that could not be read. "
    "Mend or remove them, then clear import_reviews with everything downstream."
)


def verify_complete(ledger: Ledger, plan_url: str, run_id: str, reviews_imported: bool = True) -> dict[str, Any]:
    """Write `_report.json` and the review files; the report.

    `reviews_imported`: False where a file of corrections could not be read. Raises IncompleteError, saying what
    is missing and what to do, ChangedInputError when the folder is not the one that was read,
    ReconciliationError when counts do not add up.
    """
    plan = plans.load(plan_url)
    standings = {
        language: count_standing(ledger, plan, run_id, language) for language in plan.settings.languages()
    }
    for language, standing in standings.items():
        _reconcile(ledger, plan, run_id, plan_url, language, standing)
    write_review_files(plan)
    said = missing_sentences(plan, standings)
    said += refusal_sentences(ledger, run_id, standings)
    estimate = kept_estimate(plan, run_id)
    if said:
        said += [estimate["stopped"]] if estimate.get("stopped") else approval_sentences(ledger, run_id)
    if not reviews_imported:
        said.append(_REVIEWS_MISSING)
    report = _report(ledger, plan, run_id, standings, said, estimate)
    write_report_page(plan, report)
    storage.write_json(storage.join(plan.output, plan.day, "_report.json"), report)
    if said:
        raise IncompleteError(" ".join([f"{plan.day} is not complete.", *said, *advice(plan, standings)]))
    _check_inputs(plan)
    for language, standing in standings.items():
        # The last complete publication is what the next report compares with.
        keep_snapshot(plan, language)
        reviews = standing.states["needs_review"]
        if reviews:
            todo = "%s, %s: %d segments need a review and keep their source text: correct them in _review.csv"
            log.warning(todo, plan.day, language, reviews)
        log.info("%s, %s is complete: %s", plan.day, language, dict(standing.states))
    return report


def _check_inputs(plan: Plan) -> None:
    """Raise ChangedInputError where what is published is not the translation of what the folder holds now."""
    planned = {document.path: document.sha256 for document in plan.documents} | plan.copied
    for path, sha256 in planned.items():
        try:
            with storage.local_copy(plan.source_url(path), sha256=sha256):
                pass
        except FileNotFoundError:
            raise ChangedInputError(
                f"{plan.source_url(path)} has been removed since it was read, and its translation stands there "
                "still. Clear read_documents with everything downstream; only what is new is sent."
            ) from None


def missing_sentences(plan: Plan, standings: dict[str, LanguageStanding]) -> list[str]:
    """What is missing, a sentence each; none when the day is complete."""
    said = []
    for language, standing in standings.items():
        if standing.missing:
            reasons = "; ".join(f"{count} × {reason}" for reason, count in standing.reasons.most_common(3))
            examples = "; ".join(standing.examples)
            said.append(
                f"{language}: {standing.missing} of {plan.segments} segments have no translation ({reasons}), "
                f"for example {examples}."
            )
        held = held_documents(plan, standing)
        if held:
            why = "; ".join(f"{count} × {reason}" for reason, count in standing.reasons.most_common(3))
            said.append(f"{language}: {len(held)} documents are held back: {', '.join(held[:5])} ({why}).")
    unread = plan.missing_documents()
    if unread:
        first = "; ".join(
            f"{problem.document}{', ' + problem.place if problem.place else ''}: {problem.reason}"
            for problem in unread[:3]
        )
        more = f" and {len(unread) - 3} more" if len(unread) > 3 else ""
        said.append(f"Not read: {first}{more}.")
    return said


def refusal_sentences(ledger: Ledger, run_id: str, standings: dict[str, LanguageStanding]) -> list[str]:
    """What caps have kept a run from asking for, as a sentence; none where nothing of it is left to ask."""
    refused = budget.refused(ledger, run_id)
    if refused is None or not any(standing.to_ask for standing in standings.values()):
        return []
    cost = "" if refused.cost_usd is None else f", about {refused.cost_usd:.4f} USD,"
    return [
        f"{refused.batches} batches with {refused.segments} texts{cost} were not sent: {refused.reason}. "
        "Raise the cap, or wait until there is room under it; then clear the whole run."
    ]


def advice(plan: Plan, standings: dict[str, LanguageStanding]) -> list[str]:
    """What helps, a sentence each, with what it would cost."""
    said = []
    to_ask = sum(standing.to_ask for standing in standings.values())
    in_flight = sum(standing.in_flight for standing in standings.values())
    missing = sum(standing.missing for standing in standings.values())
    if to_ask:
        share = find_model(plan.settings.model).cost_usd(to_ask * 150, to_ask * 80)
        cost = "at an unknown price" if share is None else f"for about {share:.4f} USD"
        said.append(f"Clearing the whole run asks again for {to_ask} texts {cost}.")
    if in_flight:
        said.append(f"{in_flight} texts are under way: clear the run when their batches have ended, at no cost.")
    if missing and not to_ask and not in_flight:
        said.append(
            f"A clear does not help: each missing text was asked {plan.attempts() + 1} times. Raise "
            "the version of its profile in translate.toml to ask anew, or mend the texts."
        )
    if any(standing.reasons[NOT_PLACED] for standing in standings.values()):
        said.append(
            "A translation that cannot stand in its document stays so: `python -m batch_translate forget TEXT` "
            "has it asked for anew."
        )
    if plan.missing_documents():
        said.append("Mend the files that were not read, then clear the whole run: only what is new is sent.")
    return said


def held_documents(plan: Plan, standing: LanguageStanding) -> list[str]:
    """The documents that are not published because something in them is missing."""
    if plan.settings.on_missing == "source":
        return []
    unread = {document.path for document in plan.documents if not document.readable}
    return [
        path
        for path, states in standing.documents.items()
        if path in unread or states["failed"] or states["needs_review"]
    ]


def _reconcile(
    ledger: Ledger, plan: Plan, run_id: str, plan_url: str, language: str, standing: LanguageStanding
) -> None:
    counted = sum(standing.states.values())
    if counted != plan.segments:
        raise ReconciliationError(f"{plan.day}, {language}: {plan.segments} segments planned, {counted} counted")
    published = days.published(ledger, plan.day, language)
    reading = days.reading_of(ledger, run_id, plan_url)
    if published is not None and published[0] > reading:
        log.warning("%s, %s: a newer reading of this day has been published by another run", plan.day, language)
        return
    there = read_published(plan, language, reading)
    if there is not None and there.failed:
        said = "; ".join(f"{path}: {reason}" for path, reason in list(there.failed.items())[:3])
        raise IncompleteError(
            f"{plan.day}, {language}: {len(there.failed)} documents could not be written ({said}). Mend them, or "
            "report the defect; then clear the whole run: what was already translated is not paid again."
        )
    if there is None or not there.has_all_of(standing):
        raise IncompleteError(
            f"{plan.day}, {language}: what is published is not what this run has. Clear write_translations of the "
            "last pass with everything downstream, which costs nothing, or read_documents where a document has "
            "changed since: only new texts cost."
        )
    standing.set_aside(there.not_placed)
    standing.findings = there.findings


def _report(
    ledger: Ledger,
    plan: Plan,
    run_id: str,
    standings: dict[str, LanguageStanding],
    missing: list[str],
    estimate: dict[str, Any],
) -> dict[str, Any]:
    sent = days.spending(ledger, run_id=run_id)
    return {
        "schema_version": REPORT_VERSION,
        "day": plan.day,
        "run_id": run_id,
        "plan_hash": plan.plan_hash,
        "published_at": time.time(),
        "complete": not missing,
        "missing": missing,
        "advice": advice(plan, standings),
        "source_language": plan.settings.source_lang,
        "models": sorted(plan.models()),
        "approval": None if (approval := approvals.decision(ledger, run_id)) is None else approval._asdict(),
        "refused": None if (refused := budget.refused(ledger, run_id)) is None else refused._asdict(),
        "sent": {**asdict(sent), "reasons": reasons_for_asking(ledger, run_id)},
        "spent_on": _spent_on(ledger, plan, run_id),
        "estimate": estimate,
        "saved_usd": savings(ledger, run_id, estimate, sent.cost_usd),
        "languages": {
            language: {
                "segments": plan.segments,
                "distinct": standing.distinct,
                "states": dict(standing.states),
                "origins": dict(standing.origins),
                "documents": {path: dict(states) for path, states in standing.documents.items()},
                "held_back": held_documents(plan, standing),
                "findings": standing.findings,
                "changes": changes_since(plan, language).as_dict(),
            }
            for language, standing in standings.items()
        },
        "copied": sorted(plan.copied),
        "problems": [problem.model_dump() for problem in plan.problems],
    }


def _spent_on(ledger: Ledger, plan: Plan, run_id: str) -> dict[str, dict[str, Any]]:
    """Document → what this run has sent and spent for it."""
    names = ("segments", "input_tokens", "output_tokens", "estimated_usd", "cost_usd")
    return {
        line.what.removeprefix(f"{plan.day}/"): {name: getattr(line, name) for name in names}
        for line in statement_of_run(ledger, run_id, "document")
    }
