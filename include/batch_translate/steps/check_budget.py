"""What the night will cost, before anything is sent; over the cap it stops here, or a person is asked."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from batch_translate.errors import BudgetError
from batch_translate.ledger import approvals
from batch_translate.ledger.budget import Cap, held, month_of
from batch_translate.steps import plan as plans
from batch_translate.steps.budget_request import request_for
from batch_translate.steps.estimate import describe, estimate_plan
from batch_translate.steps.savings import keep_estimate

if TYPE_CHECKING:
    from batch_translate.config import Settings
    from batch_translate.ledger import Ledger
    from batch_translate.ledger.approvals import Approval
    from batch_translate.steps.estimate import Estimate

log = logging.getLogger(__name__)

_APPROVED = "approved budget"


def caps_of(ledger: Ledger, settings: Settings, run_id: str, now: float) -> list[Cap]:
    """The caps on a run: its own, over all its passes, and the one of the calendar month (UTC) over all runs.

    What a person has approved for the run takes the place of the caps that it goes over.
    """
    caps = []
    if settings.budget_usd is not None:
        caps.append(Cap("budget_usd", settings.budget_usd, run_id=run_id))
    if settings.monthly_budget_usd is not None:
        caps.append(Cap("monthly_budget_usd", settings.monthly_budget_usd, since=month_of(now)))
    approval = approvals.decision(ledger, run_id) if settings.over_budget == "ask" else None
    if approval is None or approval.decision != "approved":
        return caps
    kept = [cap for cap in caps if not _approved_over(ledger, run_id, approval, cap)]
    return [Cap(_APPROVED, approval.usd, run_id=run_id), *kept]


def check_budget(ledger: Ledger, plan_url: str, run_id: str, stop: bool = True) -> dict[str, Any]:
    """Estimate what is missing and hold it against what the caps leave; the estimate as a dict.

    `over` in it is what a person is asked (a BudgetRequest as a dict) when it is over a cap and `over_budget` is
    "ask"; else None. Raises BudgetError when it is over a cap and nobody is asked, or when a cap is set and a
    model's price is not known; with `stop` False that is only logged, and nobody is asked. The caps hold without
    this: what is planned is reserved under them. But here nothing has been sent yet.
    """
    plan = plans.load(plan_url)
    estimate = estimate_plan(ledger, plan)
    missing = estimate.total("missing")
    for line in describe(estimate):
        log.info("%s", line)
    caps = caps_of(ledger, plan.settings, run_id, time.time())
    over = _over(ledger, estimate, caps, ", ".join(sorted(plan.models())))
    asks = over and stop and plan.settings.over_budget == "ask" and estimate.cost_usd is not None
    stops = over if stop and not asks else ""
    keep_estimate(plan, run_id, estimate.as_dict() | {"stopped": stops})
    if asks:
        return estimate.as_dict() | {"over": request_for(ledger, estimate, run_id, caps)._asdict()}
    if stops:
        raise BudgetError(stops)
    if over:
        log.warning("%s", over)
    elif missing and estimate.cost_usd is None:
        log.warning("The cost is not known, for a model without a price: it will be missing from the report.")
    return estimate.as_dict() | {"over": None}


def approval_sentences(ledger: Ledger, run_id: str) -> list[str]:
    """That a person has forbidden a run to spend, or nobody has allowed it, as a sentence; none otherwise."""
    approval = approvals.decision(ledger, run_id)
    if approval is None or approval.decision == "approved":
        return []
    at = datetime.fromtimestamp(approval.decided_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    if approval.decision == "rejected":
        said = f"The budget of up to {approval.usd:.4f} USD was rejected by {approval.decided_by} ({at})"
    else:
        said = f"Nobody approved the budget of up to {approval.usd:.4f} USD in time ({at})"
    return [
        f"{said}, and nothing was sent for it. Clear the whole run to be asked again; or raise the cap, narrow "
        "`files` or choose a cheaper model, then clear it."
    ]


def _approved_over(ledger: Ledger, run_id: str, approval: Approval, cap: Cap) -> bool:
    """Whether what was approved for the run went over a cap, with what other runs had under it by then."""
    then = cap._replace(until=approval.decided_at)
    others = held(ledger, then) - held(ledger, then._replace(run_id=run_id))
    return others + approval.usd > cap.usd


def _over(ledger: Ledger, estimate: Estimate, caps: list[Cap], models: str) -> str:
    """Why the run must not send anything; "" where it may."""
    missing, cost, reserved = estimate.total("missing"), estimate.cost_usd, estimate.reserved_usd
    for cap in caps if missing else ():
        if cost is None or reserved is None:
            return (
                f"{cap.name} is {cap.usd} but the price of {models} is not known: add it to the file that "
                "BATCH_TRANSLATE_MODELS names (money/models.toml shows the form), or remove the cap. "
                "Nothing was sent."
            )
        spent = held(ledger, cap)
        if spent + reserved > cap.usd:  # as the batches will, or some of them would be refused
            more = "" if cost == reserved else f" and reserve {reserved:.4f} USD, by the letters, until billed"
            before = f", {spent:.4f} USD of it spent or reserved before" if spent else ""
            return (
                f"{estimate.day}: the {missing} missing texts would cost about {cost:.4f} USD{more}, over "
                f"{cap.name} = {cap.usd}{before}. Nothing was sent. Raise the cap, narrow `files`, or choose a "
                "cheaper model; then run again."
            )
    return ""
