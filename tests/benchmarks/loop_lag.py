"""A trigger that measures how late the triggerer's event loop is, from inside it."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from airflow.triggers.base import TriggerEvent

PAUSE = 0.01
"""Seconds it asks to sleep; what it sleeps longer is the lag."""
_SAMPLES_A_LINE = 100


class LoopLagTrigger(BaseTrigger):
    """Never fires. Appends lines `[epoch seconds, [[lag, queued], ...]]` to `file`, about one a second.

    Both are seconds; `queued` is for how long in this time the loop's thread could have run and had no CPU.
    """

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and its arguments."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {"file": self.file}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Measure until it is cancelled."""
        with Path(self.file).open("a", encoding="utf-8", buffering=1) as file:
            while True:
                samples = []
                for _ in range(_SAMPLES_A_LINE):
                    began, queued = time.perf_counter(), _queued_seconds()
                    await asyncio.sleep(PAUSE)
                    lag = time.perf_counter() - began - PAUSE
                    samples.append([round(lag, 5), round(_queued_seconds() - queued, 5)])
                file.write(json.dumps([round(time.time(), 3), samples]) + "\n")
        yield


def _queued_seconds() -> float:
    """For how long this thread has waited for a CPU so far: Linux' schedstat, its second number."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
