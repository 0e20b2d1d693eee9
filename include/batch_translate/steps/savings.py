"""What a run did not have to pay: memory and repetition by its estimate, the rest by its batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_translate import keys, storage
from batch_translate.ledger import profiles
from batch_translate.money.models import BATCH_SHARE, find_model
from batch_translate.profiles import Profile
from batch_translate.requests.prompt import Asking, estimate_frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batch_translate.ledger import Ledger
    from batch_translate.ledger.profiles import Packed
    from batch_translate.steps.plan import Plan


def keep_estimate(plan: Plan, run_id: str, estimate: Mapping[str, Any]) -> None:
    """Keep what a run was estimated at beside its plan: once it has run, nobody can tell any more."""
    storage.write_json(_estimate_url(plan, run_id), dict(estimate))


def kept_estimate(plan: Plan, run_id: str) -> dict[str, Any]:
    """The estimate of a run, with `stopped`: why it must not send anything, if so. Empty where none was kept."""
    url = _estimate_url(plan, run_id)
    return storage.read_json(url) if storage.exists(url) else {}


def savings(
    ledger: Ledger, run_id: str, estimate: Mapping[str, Any], billed_usd: float | None
) -> dict[str, float | None]:
    """memory, repetition, packing and batch_price → US dollars; None where a price or the estimate is not known.

    packing: what the instructions would have cost with every text sent alone. batch_price: how much more the same
    costs at the standard price.
    """
    saved = estimate.get("saved_usd", {})
    packed = [_packing(one) for one in profiles.packing_of(ledger, run_id)]
    return {
        "memory": saved.get("memory"),
        "repetition": saved.get("repetition"),
        "packing": None if None in packed else sum(usd for usd in packed if usd is not None),
        "batch_price": None if billed_usd is None else billed_usd * (1 / BATCH_SHARE - 1),
    }


def _packing(packed: Packed) -> float | None:
    model = find_model(packed.model)
    instructions = Profile.model_validate_json(packed.content).instructions if packed.content else ""
    frame = estimate_frame(Asking(packed.model, instructions, model.reasoning_effort))
    return model.cost_usd(frame * (packed.segments - packed.requests), 0)


def _estimate_url(plan: Plan, run_id: str) -> str:
    return storage.join(plan.folder, f"estimate-{keys.estimate_key(run_id)}.json")
