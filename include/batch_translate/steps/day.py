"""Which day a run is about: the name of its folder."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from batch_translate.errors import SettingsError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def resolve_day(
    day: str | None,
    partition_key: str | None,
    logical_date: datetime | None,
    run_after: datetime,
    zone: tzinfo,
) -> str:
    """The day as YYYY-MM-DD: what a person asked for, else the partition key, else the day before the run's date.

    A run's date is its logical date or, without one, when it may start, both in the schedule's time zone. The day
    before, because a run at midnight is about the day that has just ended.
    Raises SettingsError when what was asked for is no date.
    """
    said = day or partition_key
    if said is not None:
        try:
            if not _DAY.fullmatch(said):
                raise ValueError("the form is YYYY-MM-DD")
            datetime.strptime(said, "%Y-%m-%d")  # noqa: DTZ007  a calendar day has no zone
        except ValueError as error:
            what = "the param day" if day else "the run's partition key"
            raise SettingsError(
                f"{what} is {said!r}, which is no day: {error}. Give for example 2024-04-17."
            ) from None
        return said
    return ((logical_date or run_after).astimezone(zone) - timedelta(days=1)).strftime("%Y-%m-%d")
