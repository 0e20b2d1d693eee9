"""The switch that stops all sending: an Airflow Variable, read before anything goes to the provider."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowFailException

from batch_translate_airflow.variables import read_variable

STOP_VARIABLE = "batch_translate_stop"
"""While it holds anything but an empty text, nothing is sent to the provider."""


def check_sending() -> None:
    """Raise AirflowFailException while a person has stopped all sending, UnreadableError when nobody can say."""
    if read_variable(STOP_VARIABLE):
        raise AirflowFailException(
            f"sending is stopped by the Variable {STOP_VARIABLE}. What was sent is still collected. To go on: "
            "delete the Variable and clear the failed tasks; nothing is paid twice."
        )
