"""When to look at a batch again, and when to stop looking.

Pure: time and chance are arguments. The trigger and the sensor's poke mode both decide here, so that they
cannot drift apart. A batch ends a wait in three ways only: it has come as far as was waited for, the provider has
denied for a while that it exists, or the deadline has passed. An answer that could not be read is none of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from batch_translate.provider.statuses import VALIDATING, is_terminal

Reason = Literal["finished", "started", "gone", "deadline", "stuck"]
"""How a wait for a batch ended. `stuck`: given up by people or by the recovery, never by a wait itself."""

FIRST_DELAY = 3.0
LONGEST_DELAY = 120.0
GONE_LOOKS = 5
# Longer than a provider takes to show what it has just created (15 minutes were seen for a file).
GONE_SECONDS = 1200.0
LONGEST_WAIT_SECONDS = 26 * 3600.0
"""A batch has 24 hours; what has not ended some time after that never will."""


def next_delay(age: float, chance: float, *, first: float = FIRST_DELAY, longest: float = LONGEST_DELAY) -> float:
    """Seconds until the next look at something that has been waited for since `age` seconds.

    A tenth of the age, so that a short batch is seen at once and a long one costs little, within `first` and
    `longest`; `chance`, from 0 to 1, spreads it by a fifth to either side.
    """
    return min(max(age / 10, first), longest) * (0.8 + 0.4 * chance)


def failure_delay(failures: int, chance: float) -> float:
    """Seconds until the next look after `failures` looks in a row that brought no answer."""
    return next_delay(10 * FIRST_DELAY * 2.0 ** min(failures, 10), chance)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a wait ended, with the last status seen: None where none was ever seen."""

    status: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Wait:
    """The wait for one batch: what was seen so far, and until when to wait. Times are epoch seconds.

    With `until_started` it also ends, as `started`, when the provider has done with validating the batch.
    """

    deadline: float
    until_started: bool = False
    status: str | None = None
    denials: int = 0
    denied_since: float = 0.0

    def after(self, status: str | None, now: float) -> Wait:
        """The wait after a look that brought `status`; None: the provider knows no such batch (404)."""
        if status is not None:
            return replace(self, status=status, denials=0)
        since = self.denied_since if self.denials else now
        return replace(self, denials=self.denials + 1, denied_since=since)

    def outcome(self, now: float) -> Outcome | None:
        """How the wait ended, None while it goes on. What the batch says counts before the deadline."""
        if self.status is not None and self.denials == 0 and is_terminal(self.status):
            return Outcome(self.status, "finished")
        if self.until_started and self.denials == 0 and self.status not in (None, VALIDATING):
            return Outcome(self.status, "started")
        if self.denials >= GONE_LOOKS and now - self.denied_since >= GONE_SECONDS:
            return Outcome(self.status, "gone")
        if now >= self.deadline:
            return Outcome(self.status, "deadline")
        return None
