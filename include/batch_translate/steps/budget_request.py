"""What a person is asked when a run's estimate is over a cap: how much it may spend, and for what."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from batch_translate.ledger.budget import Cap, held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.ledger import Ledger
    from batch_translate.steps.estimate import Estimate, Line

# The estimate is of the first pass: what comes back broken is asked for again.
_WITH_REPAIRS = 1.25
_MOST_LINES = 20


class BudgetRequest(NamedTuple):
    """A subject in plain text and a body in Markdown.

    An approval lets the run spend up to `usd` US dollars in all. It must cover `needed_usd`, without repairs: what
    batches reserve, which goes by the letters.
    """

    subject: str
    body: str
    usd: float
    needed_usd: float


def request_for(ledger: Ledger, estimate: Estimate, run_id: str, caps: Sequence[Cap]) -> BudgetRequest:
    """The request to let a run go over its caps. Raises ValueError for an estimate without a price."""
    cost, reserved = estimate.cost_usd, estimate.reserved_usd
    if cost is None or reserved is None:
        raise ValueError(f"{estimate.day}: nobody can approve a cost that is not known")
    spent = held(ledger, Cap("", math.inf, run_id=run_id))
    # Up to a hundredth of a cent more, so that the sum which is shown is the one that holds.
    usd = math.ceil((spent + reserved * _WITH_REPAIRS) * 10_000) / 10_000
    counted = reserved != cost
    more = f", and reserve {reserved:.6f} USD, by the letters, until they are billed" if counted else ""
    before = f", {spent:.4f} USD that it has spent or reserved before" if spent else ""
    base = "what is reserved" if counted else "the estimate"
    parts = [
        f"{estimate.total('missing'):,} texts are missing. They take {estimate.total('requests'):,} requests with "
        f"{estimate.total('input_tokens'):,} tokens in and {estimate.total('output_tokens'):,} tokens out, for "
        f"about **{cost:.6f} USD**{more}. Nothing has been sent for them.",
        _caps_table(ledger, caps, usd - spent),
        f"Approving lets this run spend up to **{usd:.4f} USD**: {base} and a quarter more for "
        f"repairs{before}. Rejecting sends nothing.",
        _lines_table(estimate),
    ]
    subject = f"{estimate.day}: spend up to {usd:.4f} USD on {estimate.total('missing'):,} texts?"
    return BudgetRequest(subject, "\n\n".join(parts), usd, spent + reserved)


def _caps_table(ledger: Ledger, caps: Sequence[Cap], more_usd: float) -> str:
    """The caps that spending so much more would go over."""
    rows = [(cap, held(ledger, cap)) for cap in caps]
    return _table(
        ("over the cap", "USD", "of it spent or reserved"),
        [(cap.name, f"{cap.usd:g}", f"{spent:.6f}") for cap, spent in rows if spent + more_usd > cap.usd],
        names=1,
    )


def _lines_table(estimate: Estimate) -> str:
    """The documents that cost most."""
    lines = sorted((line for line in estimate.lines if line.missing), key=_cost, reverse=True)
    shown, others = lines[:_MOST_LINES], lines[_MOST_LINES:]
    table = _table(
        ("document", "to", "texts to ask", "requests", "tokens in", "tokens out", "USD"),
        [
            (
                line.document,
                line.language,
                f"{line.missing:,}",
                f"{line.requests:,}",
                f"{line.input_tokens:,}",
                f"{line.output_tokens:,}",
                f"{_cost(line):.6f}",
            )
            for line in shown
        ],
        names=2,
    )
    return table + (f"\n\nand {len(others):,} more, for {sum(map(_cost, others)):.6f} USD" if others else "")


def _cost(line: Line) -> float:
    return line.cost_usd or 0.0


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], names: int) -> str:
    """A Markdown table, its first `names` columns to the left and its figures to the right."""
    rule = ["---"] * names + ["---:"] * (len(head) - names)
    # A document may be called anything: in a cell its name stands as it is.
    escaped = [[re.sub(r"([\\`*_{}\[\]<>|~])", r"\\\1", cell) for cell in cells] for cells in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *escaped))
