"""Airflow Variables, read so that one which cannot be read is never taken for one that is not there."""

from __future__ import annotations

from airflow.sdk import Variable
from airflow.sdk.exceptions import AirflowException, AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse, GetVariable
from airflow.sdk.execution_time.secrets import ExecutionAPISecretsBackend
from airflow.sdk.execution_time.supervisor import ensure_secrets_backend_loaded


def read_variable(name: str) -> str | None:
    """The Variable's text; None when every secrets backend says that there is none.

    Raises AirflowException when one of them cannot say.
    """
    value: str | None = Variable.get(name, default=None)
    if value is None:
        _prove_absent(name)
    return value


def _prove_absent(name: str) -> None:
    # Airflow's own look-up takes a backend that fails for one that has nothing.
    for backend in ensure_secrets_backend_loaded():
        try:
            if isinstance(backend, ExecutionAPISecretsBackend):
                absent = _is_absent_in_airflow(name)
            else:
                absent = backend.get_variable(key=name) is None
        except Exception as error:
            raise AirflowException(f"{type(backend).__name__} could not look up {name}: try again") from error
        if not absent:
            raise AirflowException(f"the Variable {name} could not be read at first: try again")


def _is_absent_in_airflow(name: str) -> bool:
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    answer = SUPERVISOR_COMMS.send(GetVariable(key=name))
    if not isinstance(answer, ErrorResponse):
        return False
    if answer.error != ErrorType.VARIABLE_NOT_FOUND:
        raise AirflowRuntimeError(answer)
    return True
