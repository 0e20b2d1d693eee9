"""How a pass waits until no other run has asked for the texts it still misses.

A run that waits holds no claim itself, and a claim ends when its job is collected or proven absent, so two
runs never wait for each other.
"""

from __future__ import annotations

import asyncio
import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from airflow.sdk import BaseSensorOperator
from airflow.sdk.exceptions import AirflowSkipException
from airflow.triggers.base import BaseTrigger, TriggerEvent
from pydantic import BaseModel, ConfigDict

from batch_translate.provider.polling import LONGEST_WAIT_SECONDS, next_delay
from batch_translate_airflow.sensor import DEFER_MARGIN, pause, waiting_since
from batch_translate_airflow.tasks import CONN_ID, recover_claimed
from batch_translate_airflow.trigger import SILENT_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from airflow.sdk import Context


Reason = Literal["free", "deadline", "recover"]

RECOVER_SECONDS = 900.0
"""So often the runs that hold claims are looked after: one that died frees nothing by itself."""


class ClaimsEvent(BaseModel):
    """What crosses from the triggerer to the task; validated on resume."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason


def count_claims(plan: str, run_id: str) -> int:
    """How many segments that `plan` misses are claimed by other runs than `run_id`. Blocks; reads the ledger."""
    from batch_translate.steps.wait_for_claims import open_claims

    return open_claims(plan, run_id)


def _delay(age: float) -> float:
    return next_delay(age, random.random(), first=5, longest=60)


class ClaimsTrigger(BaseTrigger):
    """Fires once: when nobody else claims what the plan misses, when it is time to recover, or at the deadline.

    :param plan: the plan's path
    :param run_id: the run that waits
    :param deadline: epoch seconds, absolute, so that a restart of the triggerer does not reset it
    :param recover_at: epoch seconds as well
    :param silent_seconds: no event before so many seconds
    """

    def __init__(
        self,
        plan: str,
        run_id: str,
        deadline: float,
        recover_at: float,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.plan = plan
        self.run_id = run_id
        self.deadline = deadline
        self.recover_at = recover_at
        self.silent_seconds = silent_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and its arguments."""
        arguments = {
            "plan": self.plan,
            "run_id": self.run_id,
            "deadline": self.deadline,
            "recover_at": self.recover_at,
            "silent_seconds": self.silent_seconds,
        }
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield the one event."""
        began = time.monotonic()
        await asyncio.sleep(self.silent_seconds)
        reason: Reason = "free"
        while not await self._is_free():
            left = min(self.deadline, self.recover_at) - time.time()
            if left <= 0:
                reason = "deadline" if self.deadline <= self.recover_at else "recover"
                break
            await asyncio.sleep(min(_delay(time.monotonic() - began), left))
        yield TriggerEvent(ClaimsEvent(reason=reason).model_dump())

    async def _is_free(self) -> bool:
        try:
            claims = await asyncio.to_thread(count_claims, self.plan, self.run_id)
        except Exception as error:
            self.log.warning("The claims could not be counted, trying again: %s", type(error).__name__)
            return False
        self.log.info("%d segments are claimed by other runs", claims)
        return claims == 0


class ClaimsSensor(BaseSensorOperator):
    """Wait for other runs' claims; returns the plan, or skips where the pass has nothing to do.

    At the deadline the pass goes on with what is free: what is still claimed then is reported as missing.

    :param plan: the plan's path (templated)
    :param pass_number: which pass this is
    :param conn_id: the connection to the provider, to collect what a dead run left there
    :param max_wait: how long to wait
    :param deferrable: wait in the triggerer instead of a worker
    """

    template_fields = ("plan",)

    def __init__(
        self,
        *,
        plan: str,
        pass_number: int,
        conn_id: str = CONN_ID,
        max_wait: timedelta = timedelta(seconds=LONGEST_WAIT_SECONDS),
        deferrable: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.pass_number = pass_number
        self.conn_id = conn_id
        self.max_wait: timedelta = max_wait
        self.deferrable = deferrable

    def execute(self, context: Context) -> str:
        """Look at once, then wait in the way that was chosen."""
        self._skip_if_idle(context)
        if not self._count(context):
            return self.plan
        began = waiting_since(self, context)
        return self._wait(context, began, began + self.max_wait.total_seconds())

    def execute_complete(self, context: Context, event: dict[str, Any], began: float, deadline: float) -> str:
        """Resume with the trigger's event; raises where it is not one."""
        reason = ClaimsEvent.model_validate(event).reason
        if reason == "recover":
            return self._wait(context, began, deadline)
        return self._go_on(reason, context)

    def _wait(self, context: Context, began: float, deadline: float) -> str:
        recover_at = 0.0
        while True:
            if time.time() >= recover_at:
                recover_claimed(self.plan, self.conn_id)
                recover_at = time.time() + RECOVER_SECONDS
            if not self._count(context):
                return self._go_on("free", context)
            if time.time() >= deadline:
                return self._go_on("deadline", context)
            if self.deferrable:
                self._defer(context["run_id"], began, deadline)
            pause(self, _delay(time.time() - began))

    def _go_on(self, reason: Reason, context: Context) -> str:
        if reason == "deadline":
            self.log.warning("Other runs still hold claims after %s; going on without", self.max_wait)
        # What the other runs brought may be all that was missing.
        self._skip_if_idle(context)
        return self.plan

    def _count(self, context: Context) -> int:
        claims = count_claims(self.plan, context["run_id"])
        self.log.info("%d segments are claimed by other runs", claims)
        return claims

    def _skip_if_idle(self, context: Context) -> None:
        from batch_translate.steps.wait_for_claims import reason_to_skip

        if reason := reason_to_skip(self.plan, self.pass_number, context["run_id"]):
            raise AirflowSkipException(reason)

    def _defer(self, run_id: str, began: float, deadline: float) -> NoReturn:
        self.defer(
            trigger=ClaimsTrigger(self.plan, run_id, deadline, time.time() + RECOVER_SECONDS),
            method_name="execute_complete",
            kwargs={"began": began, "deadline": deadline},
            timeout=timedelta(seconds=deadline - time.time()) + DEFER_MARGIN,
        )
