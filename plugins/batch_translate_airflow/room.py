"""How a job waits, without a worker, until it may be sent: for room under the provider's limits, or for a time."""

from __future__ import annotations

import asyncio
import gc
import random
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from batch_translate.provider.polling import next_delay
from batch_translate_airflow.trigger import SILENT_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from batch_translate.ledger import Ledger


def has_room(job_key: str) -> bool:
    """Whether the job would get room now. Blocks; reads the ledger, and notes there that the run is waiting."""
    ledger = _open_ledger()
    from batch_translate.steps.create_batch import has_room

    return has_room(ledger, job_key)


@cache
def _open_ledger() -> Ledger:
    # One for all that wait in this process. What is imported for it is frozen, as in trigger.py: a search for
    # garbage in it stops the loop for a quarter of a second.
    gc.freeze()
    import batch_translate.steps.create_batch  # noqa: F401
    from batch_translate_airflow.tasks import open_ledger

    ledger = open_ledger()
    gc.freeze()
    return ledger


class RoomTrigger(BaseTrigger):
    """Fires once: at `look_at`, or before it when the job has room.

    :param job_key: the job's key in the ledger
    :param look_at: epoch seconds, absolute, so that a restart of the triggerer does not reset it
    :param for_room: whether room ends the wait; without it, the wait lasts until `look_at`
    :param silent_seconds: no event before so many seconds
    """

    def __init__(
        self, job_key: str, look_at: float, for_room: bool, silent_seconds: float = SILENT_SECONDS
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.job_key = job_key
        self.look_at = look_at
        self.for_room = for_room
        self.silent_seconds = silent_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and its arguments."""
        arguments = {
            "job_key": self.job_key,
            "look_at": self.look_at,
            "for_room": self.for_room,
            "silent_seconds": self.silent_seconds,
        }
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield the one event, which says nothing but that it is time to look."""
        began = time.monotonic()
        await asyncio.sleep(self.silent_seconds)
        while not (await self._has_room() and self.for_room) and (left := self.look_at - time.time()) > 0:
            delay = next_delay(time.monotonic() - began, random.random(), first=10, longest=60)
            await asyncio.sleep(min(delay, left))
        yield TriggerEvent({"job_key": self.job_key})

    async def _has_room(self) -> bool:
        try:
            return await asyncio.to_thread(has_room, self.job_key)
        except Exception as error:
            self.log.warning("The room could not be counted, trying again: %s", type(error).__name__)
            return False
