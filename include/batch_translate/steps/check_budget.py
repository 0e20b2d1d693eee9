"""What the night will cost, before anything is sent; over the cap it stops here."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from batch_translate.errors import BudgetError
from batch_translate.ledger.budget import Cap, held, month_of
from batch_translate.ledger.wanted import wanted
from batch_translate.money.models import find_model
from batch_translate.steps import plan as plans
from batch_translate.tokens import estimate_tokens, estimate_translated

if TYPE_CHECKING:
    from batch_translate.config import Settings
    from batch_translate.ledger import Ledger
    from batch_translate.ledger.wanted import Missing
    from batch_translate.steps.plan import Plan, SegmentRow

log = logging.getLogger(__name__)

# What a packed request adds per text: its share of the instructions and of the JSON around it.
_OVERHEAD_TOKENS = 45


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is still to be asked, over all target languages. Tokens by ratio; cost None without known prices."""

    segments: int
    distinct: int
    missing: int
    characters: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


def caps_of(settings: Settings, run_id: str, now: float) -> list[Cap]:
    """The caps on a run: its own, over all its passes, and the one of the calendar month (UTC) over all runs."""
    caps = []
    if settings.budget_usd is not None:
        caps.append(Cap("budget_usd", settings.budget_usd, run_id=run_id))
    if settings.monthly_budget_usd is not None:
        caps.append(Cap("monthly_budget_usd", settings.monthly_budget_usd, since=month_of(now)))
    return caps


def check_budget(ledger: Ledger, plan_url: str, run_id: str) -> dict[str, object]:
    """Estimate what is missing and hold it against what the caps leave; the estimate as a dict.

    Raises BudgetError when it is over a cap, or when a cap is set and a model's price is not known. The caps hold
    without this: what is planned is reserved under them. But here nothing has been sent yet.
    """
    plan = plans.load(plan_url)
    estimate = estimate_plan(ledger, plan)
    caps, models = caps_of(plan.settings, run_id, time.time()), ", ".join(sorted(plan.models()))
    said = "unknown" if estimate.cost_usd is None else f"{estimate.cost_usd:.4f} USD"
    log.info(
        "%s: %d texts to translate of %d, about %d tokens in and %d out; estimated cost with %s: %s",
        plan.day, estimate.missing, estimate.distinct, estimate.input_tokens, estimate.output_tokens, models, said,
    )  # fmt: skip
    if estimate.missing and estimate.cost_usd is None:
        if caps:
            raise BudgetError(
                f"{caps[0].name} is {caps[0].usd} but the price of {models} is not known: add it to the file that "
                "BATCH_TRANSLATE_MODELS names (money/models.toml shows the form), or remove the cap. "
                "Nothing was sent."
            )
        log.warning("The price of %s is not known: cost will be missing from the report.", models)
    for cap in caps:
        spent = held(ledger, cap)
        if estimate.missing and estimate.cost_usd is not None and spent + estimate.cost_usd > cap.usd:
            before = f", {spent:.4f} USD of it spent or reserved before" if spent else ""
            raise BudgetError(
                f"{plan.day}: the {estimate.missing} missing texts would cost about {said}, over {cap.name} = "
                f"{cap.usd}{before}. Nothing was sent. Raise the cap, narrow `files`, or choose a cheaper model; "
                "then run again."
            )
    return asdict(estimate)


def estimate_plan(ledger: Ledger, plan: Plan) -> Estimate:
    """What the texts that are neither answered nor under way will take, in one first pass."""
    distinct = missing = characters = 0
    used = {model: [0, 0] for model in plan.models()}
    for language in plan.settings.languages():
        profiles = [plans.profile_of(plan, document.path, language) for document in plan.documents]
        with wanted(ledger, plans.wanted_rows(plan, language)) as rows:
            distinct += rows.distinct()
            asked = iter(rows.missing(plan.attempts()))
            following = next(asked, None)
            before: SegmentRow | None = None
            for row in plans.read_segments(plan, language):
                if following is None:
                    break
                previous, before = before, row
                if row.ordinal != following.ordinal:
                    continue
                tokens = estimate_tokens(row.source)
                model = used[profiles[row.document].model]
                model[0] += tokens + _OVERHEAD_TOKENS + _extra_tokens(plan, row, previous, following)
                model[1] += estimate_translated(tokens, plan.settings.source_lang, language) + 4
                following = next(asked, None)
                missing += 1
                characters += len(row.source)
    costs = [find_model(name).cost_usd(*tokens) for name, tokens in used.items() if any(tokens)]
    known = [cost for cost in costs if cost is not None]
    total = sum(known) if len(known) == len(costs) else None
    input_tokens, output_tokens = (sum(tokens[kind] for tokens in used.values()) for kind in (0, 1))
    return Estimate(plan.segments, distinct, missing, characters, input_tokens, output_tokens, total)


def _extra_tokens(plan: Plan, row: SegmentRow, previous: SegmentRow | None, missing: Missing) -> int:
    """What goes with a text to be read: at most, for the text before it may stand in the same request anyway."""
    most = plan.settings.context_characters
    read = [row.context]
    if most and previous is not None and previous.document == row.document:
        read.append(previous.source[-most:])
    if missing.rejected is not None:
        answer, findings = missing.rejected
        read += (answer, *(finding.message for finding in findings))
    said = " ".join(filter(None, read))
    return estimate_tokens(said) if said else 0
