"""How a deferred task waits for its batch, without a worker.

All batches of one connection share one loop in the triggerer (Airflow's shared stream): it lists the batches
and broadcasts what it saw, and each trigger picks its own. What may never happen here: a call that blocks the
event loop, an exception that ends the loop for everybody, a wait that outlives its deadline.

This module is imported inside the event loop, so it imports nothing heavy itself.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import time
from collections import Counter, defaultdict
from contextlib import aclosing, contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException
from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from pydantic import BaseModel, ConfigDict

from batch_translate.provider.polling import FIRST_DELAY, Outcome, Reason, Wait, failure_delay, next_delay

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator

    from openai import AsyncOpenAI

log = logging.getLogger(__name__)

SILENT_SECONDS = 10.0
"""An event sent sooner may reach the scheduler before it has noticed that the worker is gone; it is then lost."""
REQUEST_SECONDS = 30.0
LOOK_SECONDS = 300.0
FIRST_LOOK_SECONDS = 60.0
PAGE_SIZE = 100
MAX_PAGES = 20
FEW = 3
"""So many batches are asked for one by one; for more of them the list is cheaper."""
NO_LIST = frozenset({400, 404, 405, 422, 501})
"""How servers answer that have no list of batches; all of them are asked for one by one then."""

Snapshot = dict[str, str | None]
"""Batch id → status, None where the provider knows no such batch. What is not known is not in it."""


class BatchEvent(BaseModel):
    """What crosses from the triggerer to the task; validated on resume."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_id: str
    status: str | None
    reason: Reason


class Watchlist:
    """The batches of one connection that triggers of this process wait for."""

    def __init__(self) -> None:
        self.ids: Counter[str] = Counter()
        self.joined_at = time.monotonic()
        self.joined = asyncio.Event()

    @contextmanager
    def waiting_for(self, batch_id: str) -> Iterator[None]:
        """Keep `batch_id` on the list, and have it looked at soon."""
        self.ids[batch_id] += 1
        self.joined_at = time.monotonic()
        self.joined.set()
        try:
            yield
        finally:
            self.ids[batch_id] -= 1
            self.ids += Counter()  # drops what nobody waits for any more

    async def pause(self, failures: int) -> None:
        """Sleep until the next look is due: soon after a batch has joined, as long as all look else."""
        age = time.monotonic() - self.joined_at
        delay = failure_delay(failures, random.random()) if failures else next_delay(age, random.random())
        with suppress(TimeoutError):
            await asyncio.wait_for(self.joined.wait(), delay)
            # Many join at the same time: one look serves them.
            await asyncio.sleep(min(delay, FIRST_DELAY))
        self.joined.clear()


_watchlists: defaultdict[tuple[str, str], Watchlist] = defaultdict(Watchlist)


class BatchTrigger(BaseEventTrigger):
    """Fires once: when the batch is terminal or gone, or at the deadline.

    :param conn_id: the Airflow connection to the provider
    :param batch_id: the provider's id of the batch
    :param deadline: epoch seconds, absolute, so that a restart of the triggerer does not reset it
    :param silent_seconds: no event before so many seconds
    :param until_started: fire as soon as the provider has done with validating the batch
    """

    # There is no on_kill() that cancels the batch: Airflow also calls it for a trigger it lost track of, and on
    # a clear after the new try has begun. Cancelling is an explicit act of people (docs/reliability.md).

    def __init__(
        self,
        conn_id: str,
        batch_id: str,
        deadline: float,
        silent_seconds: float = SILENT_SECONDS,
        until_started: bool = False,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.conn_id = conn_id
        self.batch_id = batch_id
        self.deadline = deadline
        self.silent_seconds = silent_seconds
        self.until_started = until_started

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and its arguments; none of them is secret."""
        arguments = {
            "conn_id": self.conn_id,
            "batch_id": self.batch_id,
            "deadline": self.deadline,
            "silent_seconds": self.silent_seconds,
            "until_started": self.until_started,
        }
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    def shared_stream_key(self) -> tuple[str, str]:
        """One stream per connection; the class's name keeps other triggers' streams apart."""
        return self._key(self.conn_id)

    @classmethod
    def _key(cls, conn_id: str) -> tuple[str, str]:
        return f"{cls.__module__}.{cls.__qualname__}", conn_id

    @classmethod
    async def open_shared_stream(cls, kwargs: dict[str, Any]) -> AsyncGenerator[Snapshot, None]:
        """Yield a snapshot after each look, an empty one after a look that failed, for ever."""
        conn_id = kwargs["conn_id"]
        watchlist = _watchlists[cls._key(conn_id)]
        watchlist.joined = asyncio.Event()  # of this event loop
        client: AsyncOpenAI | None = None
        failures = 0
        try:
            while True:
                await watchlist.pause(failures)
                snapshot: Snapshot = {}
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        client = client or await connect(conn_id)
                        await look(client, set(watchlist.ids), snapshot)
                    failures = 0
                except Exception as error:
                    failures += 1
                    log.warning("Look %d at %s failed, trying again: %s", failures, conn_id, describe(error))
                    await _close(client)
                    client = None
                yield snapshot
        finally:
            await _close(client)

    async def filter_shared_stream(self, shared_stream: AsyncIterator[Snapshot]) -> AsyncIterator[TriggerEvent]:
        """Yield this batch's one event."""
        silent_until = time.monotonic() + self.silent_seconds
        with _watchlists[self.shared_stream_key()].waiting_for(self.batch_id):
            outcome = await self._wait(shared_stream)
        await asyncio.sleep(silent_until - time.monotonic())
        event = BatchEvent(batch_id=self.batch_id, status=outcome.status, reason=outcome.reason)
        yield TriggerEvent(event.model_dump())

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """The same with a stream of its own: for dag.test and wherever no stream is shared."""
        async with aclosing(self.open_shared_stream(self.serialize()[1])) as stream:
            async for event in self.filter_shared_stream(stream):
                yield event

    async def _wait(self, snapshots: AsyncIterator[Snapshot]) -> Outcome:
        wait = Wait(self.deadline, self.until_started)
        left = self.deadline - time.time()
        # After a triggerer was down past the deadline, the batch still gets its look.
        with suppress(TimeoutError):
            async with asyncio.timeout(left if left > 0 else FIRST_LOOK_SECONDS):
                async for snapshot in snapshots:
                    if self.batch_id not in snapshot:
                        continue
                    before, wait = wait, wait.after(snapshot[self.batch_id], time.time())
                    if outcome := wait.outcome(time.time()):
                        return outcome  # Airflow logs the event
                    if wait.status != before.status:
                        # A line goes to the supervisor through a socket, which is full when many start at once.
                        await asyncio.to_thread(self.log.info, "Batch %s is %s", self.batch_id, wait.status)
        return Outcome(wait.status, "deadline")


async def connect(conn_id: str) -> AsyncOpenAI:
    """A client for `conn_id` that does not retry by itself: the stream does."""
    hook = await asyncio.to_thread(_import_hook)
    client: AsyncOpenAI = await hook(conn_id).aget_conn()
    return client.with_options(max_retries=0, timeout=REQUEST_SECONDS)


@cache
def _import_hook() -> Any:
    # Takes seconds, so it happens in a thread. What is frozen is not searched for garbage any more: a search
    # through all of Airflow and the SDK stops the loop for a quarter of a second, many times an hour.
    gc.freeze()
    from batch_translate_airflow.hook import OpenAIBatchHook

    gc.freeze()
    return OpenAIBatchHook


async def look(client: AsyncOpenAI, wanted: Collection[str], snapshot: Snapshot) -> None:
    """Put the statuses of the `wanted` batches into `snapshot`, as far as it gets before an error."""
    from openai import APIStatusError, NotFoundError

    if len(wanted) > FEW:
        try:
            await _list(client, wanted, snapshot)
        except APIStatusError as error:
            if error.status_code not in NO_LIST:
                raise
    failed: APIStatusError | None = None
    for batch_id in set(wanted) - snapshot.keys():
        try:
            batch = await client.batches.retrieve(batch_id)
        except NotFoundError:
            snapshot[batch_id] = None
        except APIStatusError as error:
            if error.status_code == 429:
                raise
            failed = error  # of this batch perhaps: the others get their look
        else:
            snapshot[batch_id] = batch.status or ""
    if failed is not None:
        raise failed


async def _list(client: AsyncOpenAI, wanted: Collection[str], snapshot: Snapshot) -> None:
    page = await client.batches.list(limit=PAGE_SIZE)
    for _ in range(MAX_PAGES):
        snapshot.update({batch.id: batch.status or "" for batch in page.data if batch.id in wanted})
        if len(wanted) - len(snapshot) <= FEW or not page.has_next_page():
            return
        page = await page.get_next_page()


async def _close(client: AsyncOpenAI | None) -> None:
    if client is not None:
        with suppress(Exception):
            await client.close()


def describe(error: Exception) -> str:
    """`error` for a log: the SDK's own messages quote what was sent and are left out."""
    if isinstance(error, AirflowException):
        return f"{type(error).__name__}: {error}"
    status = getattr(error, "status_code", None)
    return f"{type(error).__name__} (HTTP {status})" if status else type(error).__name__
