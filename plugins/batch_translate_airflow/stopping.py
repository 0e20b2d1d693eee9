"""The switch that stops all sending: an Airflow Variable, read before anything goes to the provider."""

from __future__ import annotations

from airflow.sdk import Variable
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse, GetVariable
from airflow.sdk.execution_time.secrets import ExecutionAPISecretsBackend
from airflow.sdk.execution_time.supervisor import ensure_secrets_backend_loaded

STOP_VARIABLE = "batch_translate_stop"
"""While it holds anything but an empty text, nothing is sent to the provider."""


def check_sending() -> None:
    """Raise AirflowFailException while a person has stopped all sending, AirflowException when nobody can say."""
    value = Variable.get(STOP_VARIABLE, default=None)
    if value is None:
        _prove_absent()
    if value:
        raise AirflowFailException(
            f"sending is stopped by the Variable {STOP_VARIABLE}. What was sent is still collected. To go on: "
            "delete the Variable and clear the failed tasks; nothing is paid twice."
        )


def _prove_absent() -> None:
    # Airflow's own look-up takes a backend that fails for one that has nothing.
    for backend in ensure_secrets_backend_loaded():
        try:
            if isinstance(backend, ExecutionAPISecretsBackend):
                absent = _is_absent_in_airflow()
            else:
                absent = backend.get_variable(key=STOP_VARIABLE) is None
        except Exception as error:
            raise AirflowException(
                f"{type(backend).__name__} could not look up {STOP_VARIABLE}: try again"
            ) from error
        if not absent:
            raise AirflowException(f"the Variable {STOP_VARIABLE} could not be read at first: try again")


def _is_absent_in_airflow() -> bool:
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    answer = SUPERVISOR_COMMS.send(GetVariable(key=STOP_VARIABLE))
    if not isinstance(answer, ErrorResponse):
        return False
    if answer.error != ErrorType.VARIABLE_NOT_FOUND:
        raise AirflowRuntimeError(answer)
    return True
