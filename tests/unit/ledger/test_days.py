from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.ledger import samples
from unit.ledger.samples import DAY

from batch_translate.errors import JobError
from batch_translate.ledger import days

if TYPE_CHECKING:
    from batch_translate.ledger import Ledger


def read(ledger: Ledger, plan: str, run: str = "run_1", day: str = DAY) -> int:
    return days.record_reading(ledger, day, plan[:12], plan, run, 1.0)


def test_a_later_reading_has_a_larger_id(ledger: Ledger) -> None:
    first, second = read(ledger, "plan_1"), read(ledger, "plan_2")
    assert first < second
    latest = days.latest_reading(ledger, DAY)
    assert latest is not None
    assert (latest.id, latest.plan_url, latest.run_id) == (second, "plan_2", "run_1")
    assert days.latest_reading(ledger, "1999-01-01") is None


def test_the_reading_of_a_run_is_its_newest_with_that_plan(ledger: Ledger) -> None:
    read(ledger, "plan_1")
    again = read(ledger, "plan_1")
    read(ledger, "plan_2")
    read(ledger, "plan_1", run="run_2")
    assert days.reading_of(ledger, "run_1", "plan_1") == again
    with pytest.raises(JobError, match=r"run_3 has not read plan_1.*clear read_documents"):
        days.reading_of(ledger, "run_3", "plan_1")


def test_an_older_reading_never_overwrites_a_newer_one(ledger: Ledger) -> None:
    old, new = read(ledger, "plan_1"), read(ledger, "plan_2")
    assert days.record_publication(ledger, DAY, "en", new, ("新.md", "a.txt"), 1.0)
    assert not days.record_publication(ledger, DAY, "en", old, ("old.md",), 2.0)
    assert days.published(ledger, DAY, "en") == (new, ("新.md", "a.txt"))


def test_a_reading_may_be_published_again_and_by_a_newer_one(ledger: Ledger) -> None:
    old, new = read(ledger, "plan_1"), read(ledger, "plan_2")
    for reading in (old, old, new):
        assert days.record_publication(ledger, DAY, "en", reading, (), 1.0)
    assert days.published(ledger, DAY, "en") == (new, ())


def test_languages_and_days_are_published_apart(ledger: Ledger) -> None:
    old, new = read(ledger, "plan_1"), read(ledger, "plan_2")
    assert days.record_publication(ledger, DAY, "en", new, (), 1.0)
    assert days.record_publication(ledger, DAY, "fr", old, (), 1.0)
    assert days.record_publication(ledger, "2024-04-18", "en", old, (), 1.0)
    assert days.published(ledger, "2024-04-18", "fr") is None


def test_spending_counts_what_was_sent_of_one_day_or_run(ledger: Ledger) -> None:
    samples.answered(ledger, "a", "accepted", run="run_1")
    samples.submitted(ledger, "b", "c", run="run_2")
    samples.planned(ledger, "d", run="run_2")
    assert days.spending(ledger, day=DAY) == days.Spending(2, 3, 3, 100, 10, 50, 0.25, 1.0, 1)
    assert days.spending(ledger, run_id="run_2") == days.Spending(1, 2, 2, 0, 0, 0, None, 0.5, 1)
    assert days.spending(ledger, day="1999-01-01") == days.Spending(0, 0, 0, 0, 0, 0, None, None, 0)
