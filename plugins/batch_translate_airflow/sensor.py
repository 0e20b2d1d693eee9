"""How a run waits until its batch has ended, whichever way it ended.

Completed, refused, expired, cancelled, gone and past the deadline are all results: what to make of them is
decided where results are collected, because a batch that did not complete may still have paid answers.
"""

from __future__ import annotations

import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypedDict

from airflow.sdk import BaseSensorOperator
from airflow.sdk.exceptions import AirflowRescheduleException
from airflow.sdk.timezone import utcnow
from pydantic import BaseModel, ConfigDict

from batch_translate.provider.polling import LONGEST_WAIT_SECONDS, Reason, Wait, next_delay
from batch_translate_airflow.trigger import REQUEST_SECONDS, BatchEvent, BatchTrigger, describe

if TYPE_CHECKING:
    from airflow.sdk import Context

DEFER_MARGIN = timedelta(hours=1)
"""The trigger ends the wait at its deadline. Airflow's timeout, which fails the task for good, comes after."""


class BatchResult(TypedDict):
    """The sensor's XCom. `status` is the last one seen, None where none was."""

    job_key: str | None
    batch_id: str | None
    status: str | None
    reason: Reason | Literal["nothing"]


class SubmittedBatch(BaseModel):
    """What create_batch hands on: a batch to wait for, or none where the job needs none any more."""

    model_config = ConfigDict(frozen=True)

    batch_id: str | None
    job_key: str | None = None
    state: str | None = None
    submitted_at: float | None = None


class BatchSensor(BaseSensorOperator):
    """Wait for a batch; returns a BatchResult.

    In mode `reschedule` nothing is remembered from one look to the next, so a batch that is gone ends the wait
    at the deadline only.

    :param batch: the batch's id, or a dict with batch_id, job_key, state and submitted_at (epoch seconds).
        Without a batch_id, or in the state `collected`, there is nothing to wait for. (templated)
    :param conn_id: the Airflow connection to the provider
    :param max_wait: how long to wait, from submitted_at where it is known
    :param deferrable: wait in the triggerer instead of a worker
    """

    template_fields = ("batch",)

    def __init__(
        self,
        *,
        batch: dict[str, Any] | str,
        conn_id: str = "openai_default",
        max_wait: timedelta = timedelta(seconds=LONGEST_WAIT_SECONDS),
        deferrable: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.batch = batch
        self.conn_id = conn_id
        self.max_wait: timedelta = max_wait
        self.deferrable = deferrable

    def execute(self, context: Context) -> BatchResult:
        """Look at once, then wait in the way that was chosen."""
        fields = {"batch_id": self.batch} if isinstance(self.batch, str) else self.batch
        submitted = SubmittedBatch.model_validate(fields)
        if not submitted.batch_id or submitted.state == "collected":
            self.log.info("Nothing to wait for: %s", submitted)
            return _result(submitted.job_key, submitted.batch_id, None, "nothing")
        began = submitted.submitted_at or waiting_since(self, context)
        wait = Wait(deadline=began + self.max_wait.total_seconds())
        while True:
            wait = self._look(submitted.batch_id, wait)
            if outcome := wait.outcome(time.time()):
                return _result(submitted.job_key, submitted.batch_id, outcome.status, outcome.reason)
            if self.deferrable:
                self._defer(submitted.job_key, submitted.batch_id, wait.deadline)
            pause(self, next_delay(time.time() - began, random.random()))

    def execute_complete(
        self, context: Context, event: dict[str, Any], job_key: str | None, batch_id: str
    ) -> BatchResult:
        """Resume with the trigger's event; raises where it is not one, or is another batch's."""
        ended = BatchEvent.model_validate(event)
        if ended.batch_id != batch_id:
            raise ValueError(f"Waited for batch {batch_id}, resumed with the event of {ended.batch_id}: clear me")
        return _result(job_key, batch_id, ended.status, ended.reason)

    def _look(self, batch_id: str, wait: Wait) -> Wait:
        from openai import APIError, NotFoundError

        from batch_translate_airflow.hook import OpenAIBatchHook

        with OpenAIBatchHook(self.conn_id).get_conn() as client:
            try:
                batch = client.with_options(timeout=REQUEST_SECONDS).batches.retrieve(batch_id)
            except NotFoundError:
                return wait.after(None, time.time())
            except APIError as error:
                self.log.warning("Batch %s could not be read, waiting on: %s", batch_id, describe(error))
                return wait
        self.log.info("Batch %s is %s", batch_id, batch.status)
        return wait.after(batch.status or "", time.time())

    def _defer(self, job_key: str | None, batch_id: str, deadline: float) -> NoReturn:
        self.defer(
            trigger=BatchTrigger(self.conn_id, batch_id, deadline),
            method_name="execute_complete",
            kwargs={"job_key": job_key, "batch_id": batch_id},
            timeout=timedelta(seconds=deadline - time.time()) + DEFER_MARGIN,
        )


def _result(
    job_key: str | None, batch_id: str | None, status: str | None, reason: Reason | Literal["nothing"]
) -> BatchResult:
    return BatchResult(job_key=job_key, batch_id=batch_id, status=status, reason=reason)


def waiting_since(sensor: BaseSensorOperator, context: Context) -> float:
    """Epoch seconds at which this try began to wait, also where it was rescheduled since."""
    first = context["ti"].get_first_reschedule_date(context) if sensor.reschedule else None
    return first.timestamp() if first else time.time()


def pause(sensor: BaseSensorOperator, seconds: float) -> None:
    """Sleep on the worker or give it back, as the sensor's mode has it."""
    if sensor.reschedule:
        raise AirflowRescheduleException(utcnow() + timedelta(seconds=seconds))
    time.sleep(seconds)
