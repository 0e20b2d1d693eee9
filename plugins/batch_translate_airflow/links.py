"""The way from a task to its batch on the provider's dashboard.

The worker makes the link when the task ends, and Airflow keeps it as an XCom: the API server needs neither the
connection nor this class. Put it on an operator as `operator_extra_links = (BatchLink(),)`; its result is the
batch (a dict with batch_id) and it has a conn_id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow.sdk.bases.operatorlink import BaseOperatorLink
from airflow.sdk.execution_time.xcom import XCom

if TYPE_CHECKING:
    from airflow.sdk.types import TaskInstanceKey


class BatchLink(BaseOperatorLink):
    """The batch at OpenAI; no link for other servers and where there is no batch."""

    name = "Batch at OpenAI"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:
        """The URL, "" where there is none."""
        from batch_translate_airflow.hook import OpenAIBatchHook

        batch = XCom.get_value(ti_key=ti_key, key="return_value")
        if not isinstance(batch, dict) or not batch.get("batch_id"):
            return ""
        return dashboard_url(OpenAIBatchHook(operator.conn_id).endpoint_name(), batch["batch_id"])


def dashboard_url(endpoint: str, batch_id: str) -> str:
    """The batch's page at OpenAI, "" where `endpoint` is another server."""
    host = urlsplit(endpoint).hostname or ""
    if host != "api.openai.com" and not host.endswith(".api.openai.com"):
        return ""
    return f"https://platform.openai.com/batches/{batch_id}"
