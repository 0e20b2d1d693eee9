from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from batch_translate.errors import SettingsError
from batch_translate.steps.day import resolve_day

TOKYO = ZoneInfo("Asia/Tokyo")
# 2024-04-17 in UTC, 2024-04-18 in Tokyo.
EVENING = datetime(2024, 4, 17, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "partition_key", "logical_date", "run_after", "zone", "expected"),
    [
        # a scheduled or backfilled run: the partition key
        (None, "2024-04-17", None, EVENING, TOKYO, "2024-04-17"),
        # by hand with a day: the day, whatever else is there
        ("2024-01-02", "2024-04-17", EVENING, EVENING, TOKYO, "2024-01-02"),
        # by hand without: the day before, in the schedule's zone
        (None, None, None, EVENING, TOKYO, "2024-04-17"),
        (None, None, None, EVENING, UTC, "2024-04-16"),
        # a logical date goes before the time the run may start
        (None, None, datetime(2024, 3, 1, tzinfo=UTC), EVENING, UTC, "2024-02-29"),
    ],
)
def test_day_is_what_was_asked_for_or_the_one_that_has_ended(
    day: str | None,
    partition_key: str | None,
    logical_date: datetime | None,
    run_after: datetime,
    zone: ZoneInfo,
    expected: str,
) -> None:
    assert resolve_day(day, partition_key, logical_date, run_after, zone) == expected


@pytest.mark.parametrize("wrong", ["2024-4-17", "2024-02-30", "17.04.2024", "../2024-04-17", "today"])
def test_what_is_no_day_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(SettingsError, match="the param day is"):
        resolve_day(wrong, None, None, EVENING, TOKYO)
    with pytest.raises(SettingsError, match="the run's partition key is"):
        resolve_day(None, wrong, None, EVENING, TOKYO)
