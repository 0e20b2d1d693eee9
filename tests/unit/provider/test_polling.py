"""The polling decision: a table of looks and what they lead to."""

import pytest

from batch_translate.provider.polling import (
    FIRST_DELAY,
    GONE_LOOKS,
    GONE_SECONDS,
    LONGEST_DELAY,
    Outcome,
    Wait,
    failure_delay,
    next_delay,
)

MIDDLE = 0.5  # no jitter


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(-5, 3), (0, 3), (30, 3), (60, 6), (600, 60), (1200, 120), (86_400, 120)],
)
def test_delay_grows_with_age(age, seconds):
    assert next_delay(age, MIDDLE) == pytest.approx(seconds)


def test_chance_spreads_the_delay_by_a_fifth():
    assert next_delay(600, 0) == pytest.approx(48)
    assert next_delay(600, 1) == pytest.approx(72)


def test_failures_back_off_from_seconds_to_minutes():
    delays = [failure_delay(failures, MIDDLE) for failures in range(1, 2000)]
    assert delays[0] == pytest.approx(2 * FIRST_DELAY)
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST_DELAY


@pytest.mark.parametrize("status", ["completed", "failed", "expired", "cancelled"])
def test_terminal_status_finishes_even_past_the_deadline(status):
    assert Wait(deadline=100).after(status, 200).outcome(200) == Outcome(status, "finished")


@pytest.mark.parametrize(
    "status", ["validating", "in_progress", "finalizing", "cancelling", "scheduling", "", "Completed"]
)
def test_open_or_unknown_status_waits_until_the_deadline(status):
    wait = Wait(deadline=100).after(status, 50)
    assert wait.outcome(99.9) is None
    assert wait.outcome(100) == Outcome(status, "deadline")


def test_without_any_look_the_deadline_ends_the_wait():
    assert Wait(deadline=100).outcome(100) == Outcome(None, "deadline")


def test_gone_needs_many_denials_spread_over_time():
    wait = Wait(deadline=1e9)
    for _ in range(GONE_LOOKS * 10):
        wait = wait.after(None, 1000)
    assert wait.outcome(1000 + GONE_SECONDS - 1) is None
    assert wait.outcome(1000 + GONE_SECONDS) == Outcome(None, "gone")


def test_few_denials_are_not_enough_however_old():
    wait = Wait(deadline=1e9).after("in_progress", 0)
    for number in range(GONE_LOOKS - 1):
        wait = wait.after(None, number * GONE_SECONDS)
    assert wait.outcome(100 * GONE_SECONDS) is None
    assert wait.after(None, 101 * GONE_SECONDS).outcome(101 * GONE_SECONDS) == Outcome("in_progress", "gone")


def test_one_sighting_forgets_the_denials():
    wait = Wait(deadline=1e9)
    for number in range(GONE_LOOKS):
        wait = wait.after(None, number * GONE_SECONDS)
    wait = wait.after("in_progress", 9e6).after(None, 9e6)
    assert (wait.denials, wait.denied_since) == (1, 9e6)
