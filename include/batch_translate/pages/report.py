"""The report as a page: one file that needs nothing else, for a screen, a phone and paper."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STATES = {
    "translated": ("translated", "#2f7d4f"),
    "needs_review": ("to be reviewed", "#b26a00"),
    "failed": ("missing", "#b3261e"),
    "skipped": ("nothing to translate", "#c3cad3"),
}
_ORIGINS = {"batch": "this run", "memory": "memory", "review": "people"}
_SAVINGS = {
    "memory": "by memory",
    "repetition": "by repetition",
    "packing": "by packing",
    "batch_price": "by the batch price",
}
_LONGEST = 300

Row = dict[str, Any]
"""document, place, source, target, reason, findings (sentences)."""


def render_report(
    report: Mapping[str, Any], open_rows: Mapping[str, Sequence[Row]], samples: Mapping[str, Sequence[Row]]
) -> str:
    """The page of a report, as `_report.json` has it.

    `open_rows`: language → texts that need a person; `samples`: language → some translations. An element with
    `data-figure` shows the number at that path of the report.
    """
    page: str = _template().render(
        report=report,
        open=open_rows,
        samples=samples,
        words={state: words for state, (words, _) in _STATES.items()},
        colours={state: colour for state, (_, colour) in _STATES.items()},
        origins=_ORIGINS,
        savings=_SAVINGS,
    )
    return page


@cache
def _template() -> Any:
    pages = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    pages.filters.update(count=_count, usd=_usd, when=_when, bar=_bar, part=_part, short=_short)
    return pages.from_string(Path(__file__).with_name("report.html.j2").read_text(encoding="utf-8"))


def _count(number: object) -> str:
    return "0" if not number else f"{number:,}"


def _usd(amount: float | None) -> str:
    if not amount:
        return "not known" if amount is None else "0"
    return f"{amount:,.2f}" if amount >= 100 else f"{amount:,.4f}" if amount >= 0.01 else f"{amount:.6f}"


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _part(amount: float | None, of_all: float | None) -> Markup:
    """A document's part of the whole, as a picture that says itself in words."""
    width = 100 * amount / of_all if amount and of_all else 0.0
    picture = (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{:.0f} % of all">'
        '<rect width="{:.2f}" height="10" fill="#35618f"/></svg>'
    )
    return Markup(picture).format(width, width)


def _bar(states: Mapping[str, int]) -> Markup:
    """The shares of a document's segments, as a picture that says itself in words."""
    total = sum(states.values())
    counts = [(words, colour, states.get(state, 0)) for state, (words, colour) in _STATES.items()]
    said = ", ".join(f"{count} {words}" for words, _, count in counts if count) or "no segments"
    pieces, at = [], 0.0
    for _, colour, count in counts:
        width = 100 * count / total if count else 0.0
        pieces.append(f'<rect x="{at:.2f}" width="{width:.2f}" height="10" fill="{colour}"/>' if count else "")
        at += width
    picture = '<svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    return Markup(picture).format(said, Markup("".join(pieces)))
