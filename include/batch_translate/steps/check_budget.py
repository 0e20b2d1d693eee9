"""What the night will cost, before anything is sent; over the cap it stops here."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from batch_translate.errors import BudgetError
from batch_translate.ledger.budget import Cap, held, month_of
from batch_translate.steps import plan as plans
from batch_translate.steps.estimate import describe, estimate_plan
from batch_translate.steps.savings import keep_estimate

if TYPE_CHECKING:
    from batch_translate.config import Settings
    from batch_translate.ledger import Ledger
    from batch_translate.steps.estimate import Estimate

log = logging.getLogger(__name__)


def caps_of(settings: Settings, run_id: str, now: float) -> list[Cap]:
    """The caps on a run: its own, over all its passes, and the one of the calendar month (UTC) over all runs."""
    caps = []
    if settings.budget_usd is not None:
        caps.append(Cap("budget_usd", settings.budget_usd, run_id=run_id))
    if settings.monthly_budget_usd is not None:
        caps.append(Cap("monthly_budget_usd", settings.monthly_budget_usd, since=month_of(now)))
    return caps


def check_budget(ledger: Ledger, plan_url: str, run_id: str, stop: bool = True) -> dict[str, object]:
    """Estimate what is missing and hold it against what the caps leave; the estimate as a dict.

    Raises BudgetError when it is over a cap, or when a cap is set and a model's price is not known; with `stop`
    False that is only logged. The caps hold without this: what is planned is reserved under them. But here nothing
    has been sent yet.
    """
    plan = plans.load(plan_url)
    estimate = estimate_plan(ledger, plan)
    keep_estimate(plan, run_id, estimate.as_dict())
    missing = estimate.total("missing")
    for line in describe(estimate):
        log.info("%s", line)
    over = _over(ledger, estimate, caps_of(plan.settings, run_id, time.time()), ", ".join(sorted(plan.models())))
    if over and stop:
        raise BudgetError(over)
    if over:
        log.warning("%s", over)
    elif missing and estimate.cost_usd is None:
        log.warning("The cost is not known, for a model without a price: it will be missing from the report.")
    return estimate.as_dict()


def _over(ledger: Ledger, estimate: Estimate, caps: list[Cap], models: str) -> str:
    """Why the run must not send anything; "" where it may."""
    missing, cost = estimate.total("missing"), estimate.cost_usd
    for cap in caps if missing else ():
        if cost is None:
            return (
                f"{cap.name} is {cap.usd} but the price of {models} is not known: add it to the file that "
                "BATCH_TRANSLATE_MODELS names (money/models.toml shows the form), or remove the cap. "
                "Nothing was sent."
            )
        spent = held(ledger, cap)
        if spent + cost > cap.usd:
            before = f", {spent:.4f} USD of it spent or reserved before" if spent else ""
            return (
                f"{estimate.day}: the {missing} missing texts would cost about {cost:.4f} USD, over {cap.name} = "
                f"{cap.usd}{before}. Nothing was sent. Raise the cap, narrow `files`, or choose a cheaper model; "
                "then run again."
            )
    return ""
