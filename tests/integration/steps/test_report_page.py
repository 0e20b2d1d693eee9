"""The page of a day: every figure in it is the report's, on good days and on red ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from integration.steps.night import DAY

from batch_translate.errors import IncompleteError

if TYPE_CHECKING:
    from collections.abc import Callable

    from integration.steps.night import Night

NAME = "{http://www.w3.org/1999/xhtml}"


def page_of(night: Night) -> tuple[Any, dict[str, Any]]:
    folder = night.data / "output" / DAY
    page = html5lib.parse((folder / "_report.html").read_text("utf-8"))
    return page, json.loads((folder / "_report.json").read_text("utf-8"))


def figures(page: Any) -> dict[str, str]:
    return {it.get("data-figure"): "".join(it.itertext()) for it in page.iter() if it.get("data-figure")}


def value_at(report: Any, path: str) -> Any:
    """The report's value at a dotted path; names of documents have dots of their own."""
    while path:
        name = next((name for name in report if path == name or path.startswith(f"{name}.")), None)
        if name is None:
            return 0
        report, path = report[name], path[len(name) + 1 :]
    return report


def shown(value: Any, path: str) -> str:
    if "usd" in path:
        return f"{value:.6f}" if value else "0" if value == 0 else "not known"
    return f"{value:,}"


def test_every_figure_is_the_reports(night: Night, inject: Callable[..., None]) -> None:
    inject({"name": "engine_leaves_source", "text": "閉店"})
    texts = "\n\n".join(
        [*(f"{number}番の荷物は明日届きます。" for number in range(30)), "店は午後六時に閉店します。", "12"]
    )
    night.put(DAY, {"a.txt": f"{texts}\n", "<b>&.txt": "おはよう\n", "logo.png": b"\x89PNG"})
    night.run_day(target_langs=["en", "fr"])
    page, report = page_of(night)
    found = figures(page)
    assert {path: text for path, text in found.items() if text != shown(value_at(report, path), path)} == {}
    assert len(found) > 30
    assert found["languages.en.states.needs_review"] == "1"
    assert found["languages.en.findings.untranslated.critical"] == "1"
    assert found["languages.en.documents.<b>&.txt.translated"] == "1"
    text = "".join(page.itertext())
    for words in (
        "complete",
        "店は午後六時に閉店します。",
        "_review.csv",
        "Nothing was published before.",
        "logo.png",
    ):
        assert words in text
    assert not [it for it in page.iter() if it.tag in (f"{NAME}link", f"{NAME}script", f"{NAME}img")]


def test_a_red_day_says_what_is_missing_and_what_to_do(night: Night) -> None:
    night.put(DAY, {"a.txt": "おはよう\n\n長い話\n", "b.txt": b"\x00\x01"})
    with pytest.raises(IncompleteError):
        night.run_day()
    page, report = page_of(night)
    text = "".join(page.itertext())
    assert "not complete" in text
    for sentence in report["missing"] + report["advice"]:
        assert sentence in text
    assert "the answer was cut at its length limit" in text


def test_the_next_publication_shows_what_has_changed(night: Night) -> None:
    night.put(DAY, {"a.txt": "おはよう\n"})
    night.run_day()
    night.put(DAY, {"a.txt": "おはよう\n\nこんばんは\n"})
    night.run_day(run_id="run-2")
    page, _ = page_of(night)
    assert "1 segments added, 0 removed" in " ".join("".join(page.itertext()).split())


def test_what_was_spent_and_estimated_stands_document_by_document(night: Night) -> None:
    night.put(DAY, {"a.txt": "荷物は明日届きます\n\n雨です\n", "b.txt": "雪です\n\n雨です\n"})
    night.run_day()
    page, report = page_of(night)
    found = figures(page)
    assert {path: spent["segments"] for path, spent in report["spent_on"].items()} == {"a.txt": 2, "b.txt": 1}
    assert report["estimate"]["cost_usd"] == pytest.approx(report["sent"]["estimated_cost_usd"], rel=0.01)
    assert found["spent_on.a.txt.segments"] == "2"
    assert found["saved_usd.batch_price"] == found["sent.cost_usd"] != "0"
