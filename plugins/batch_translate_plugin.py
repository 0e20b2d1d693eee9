"""What batch_translate adds to Airflow itself: the only AirflowPlugin."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin

from batch_translate_airflow.links import BatchLink


class BatchTranslatePlugin(AirflowPlugin):
    """Registers the links of our operators."""

    name = "batch_translate"
    operator_extra_links: list[Any] = [BatchLink()]  # noqa: RUF012
