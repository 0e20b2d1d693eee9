"""The two tasks that send: a file, and the batch of it. What keeps them from paying twice is in the steps."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from batch_translate.provider.polling import LONGEST_WAIT_SECONDS
from batch_translate_airflow.errors import as_airflow
from batch_translate_airflow.links import BatchLink
from batch_translate_airflow.room import RoomTrigger
from batch_translate_airflow.sensor import DEFER_MARGIN
from batch_translate_airflow.stopping import check_sending
from batch_translate_airflow.tasks import CONN_ID, open_api, open_ledger
from batch_translate_airflow.trigger import SILENT_SECONDS, BatchTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

    from batch_translate.steps.create_batch import Submission


WAITS = {
    "room": "the batches under way hold all enqueued tokens that the model's limit allows",
    "pause": "the provider has sent the batch back, or takes none at the moment; the log above says why",
    "validation": "the provider has not begun to run the batch",
    "settling": "an answer was lost; nothing is sent before it is certain whether a batch exists",
}


class UploadFileOperator(BaseOperator):
    """Upload a job's request file unless that is done; returns the job's key.

    :param job_key: the job's key in the ledger (templated)
    :param conn_id: the connection to the provider
    """

    template_fields = ("job_key",)

    def __init__(self, *, job_key: str, conn_id: str = CONN_ID, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job_key = job_key
        self.conn_id = conn_id

    def execute(self, context: Context) -> str:
        """Upload."""
        from batch_translate.steps.upload_file import upload_file

        check_sending()
        with as_airflow(), open_api(self.conn_id) as api:
            return upload_file(open_ledger(), api, self.job_key)


class CreateBatchOperator(BaseOperator):
    """Make sure that a job has its batch, exactly one; returns what BatchSensor waits for.

    Deferred while it waits: for room under the provider's limits, for a pause it asked for, until it has validated
    the batch, or until it is certain whether a batch exists whose answer was lost.

    :param job_key: the job's key in the ledger (templated)
    :param conn_id: the connection to the provider
    :param max_wait: how long to wait in all before the task fails
    """

    template_fields = ("job_key",)
    operator_extra_links = (BatchLink(),)

    def __init__(
        self,
        *,
        job_key: str,
        conn_id: str = CONN_ID,
        max_wait: timedelta = timedelta(seconds=LONGEST_WAIT_SECONDS),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.job_key = job_key
        self.conn_id = conn_id
        self.max_wait: timedelta = max_wait

    def execute(self, context: Context) -> dict[str, Any]:
        """Look, and create only what is proven not to exist."""
        return self._submit(time.time() + self.max_wait.total_seconds(), None)

    def execute_complete(
        self, context: Context, event: dict[str, Any], deadline: float, absent_since: float | None
    ) -> dict[str, Any]:
        """Go on after a wait; whatever its event says, the ledger and the provider are asked anew."""
        return self._submit(deadline, absent_since)

    def _submit(self, deadline: float, absent_since: float | None) -> dict[str, Any]:
        from batch_translate.steps.create_batch import create_batch

        while True:
            with as_airflow(), open_api(self.conn_id) as api:
                submission = create_batch(open_ledger(), api, self.job_key, absent_since, may_send=check_sending)
            if submission.waits_for == "nothing":
                job = submission.job
                named = {"job_key": job.job_key, "batch_id": job.batch_id}
                return {**named, "state": job.state, "submitted_at": job.submitted_at}
            if time.time() > deadline:
                raise AirflowFailException(
                    f"job {self.job_key} was not sent in {self.max_wait}: {WAITS[submission.waits_for]}. "
                    "Clear this task to wait on."
                )
            absent_since = submission.absent_since
            left = submission.look_at - time.time()
            if left > SILENT_SECONDS or submission.waits_for == "validation":
                self._defer(submission, deadline)
            time.sleep(max(left, 0.0))

    def _defer(self, submission: Submission, deadline: float) -> NoReturn:
        job, look_at = submission.job, submission.look_at
        until = datetime.fromtimestamp(look_at, UTC).strftime("%H:%M:%S UTC")
        self.log.info("Waiting, at most until %s: %s", until, WAITS[submission.waits_for])
        trigger = (
            BatchTrigger(self.conn_id, str(job.batch_id), look_at, until_started=True)
            if submission.waits_for == "validation"
            else RoomTrigger(job.job_key, look_at, for_room=submission.waits_for == "room")
        )
        self.defer(
            trigger=trigger,
            method_name="execute_complete",
            kwargs={"deadline": deadline, "absent_since": submission.absent_since},
            timeout=timedelta(seconds=max(look_at - time.time(), 0.0)) + DEFER_MARGIN,
        )
