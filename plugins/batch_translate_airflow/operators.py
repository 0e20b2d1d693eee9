"""The two tasks that send: a file, and the batch of it. What keeps them from paying twice is in the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from batch_translate_airflow.errors import as_airflow
from batch_translate_airflow.links import BatchLink
from batch_translate_airflow.tasks import CONN_ID, open_api, open_ledger

if TYPE_CHECKING:
    from airflow.sdk import Context


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

        with as_airflow(), open_api(self.conn_id) as api:
            return upload_file(open_ledger(), api, self.job_key)


class CreateBatchOperator(BaseOperator):
    """Make sure that a job has its batch, exactly one; returns what BatchSensor waits for.

    :param job_key: the job's key in the ledger (templated)
    :param conn_id: the connection to the provider
    """

    template_fields = ("job_key",)
    operator_extra_links = (BatchLink(),)

    def __init__(self, *, job_key: str, conn_id: str = CONN_ID, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job_key = job_key
        self.conn_id = conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Look, and create only what is proven not to exist."""
        from batch_translate.steps.create_batch import create_batch

        with as_airflow(), open_api(self.conn_id) as api:
            job = create_batch(open_ledger(), api, self.job_key)
        return {
            "job_key": job.job_key,
            "batch_id": job.batch_id,
            "state": job.state,
            "submitted_at": job.submitted_at,
        }
