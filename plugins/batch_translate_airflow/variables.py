"""Airflow Variables, read so that one which cannot be read is never taken for one that is not there."""

from __future__ import annotations

from airflow.sdk import Variable
from airflow.sdk.execution_time.comms import GetVariable

from batch_translate_airflow.absence import prove_absent


def read_variable(name: str) -> str | None:
    """The Variable's text; None where there is none. Raises UnreadableError when nobody can say."""
    value: str | None = Variable.get(name, default=None)
    if value is None:
        prove_absent(GetVariable(key=name))
    return value
