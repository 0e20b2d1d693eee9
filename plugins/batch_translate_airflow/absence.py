"""Proof that Airflow has no connection or Variable of a name.

Its own look-up does not tell: it takes a secrets backend that fails for one that has nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse, GetConnection, GetVariable
from airflow.sdk.execution_time.secrets import ExecutionAPISecretsBackend
from airflow.sdk.execution_time.supervisor import ensure_secrets_backend_loaded

if TYPE_CHECKING:
    Question = GetConnection | GetVariable

_NOT_FOUND = (ErrorType.CONNECTION_NOT_FOUND, ErrorType.VARIABLE_NOT_FOUND)


class UnreadableError(AirflowException):
    """Nobody can say whether the connection or Variable is defined: try again."""


def prove_absent(question: Question) -> None:
    """Return only where every secrets backend has said that it has none. Raises UnreadableError."""
    name = question.conn_id if isinstance(question, GetConnection) else question.key
    for backend in ensure_secrets_backend_loaded():
        try:
            absent = _is_absent(backend, question)
        except Exception as error:
            raise UnreadableError(f"{type(backend).__name__} could not look up {name!r}: try again") from error
        if not absent:
            raise UnreadableError(f"{name!r} could not be read at first: try again")


def _is_absent(backend: Any, question: Question) -> bool:
    if isinstance(backend, ExecutionAPISecretsBackend):
        return _is_absent_in_airflow(question)
    if isinstance(question, GetConnection):
        return backend.get_connection(conn_id=question.conn_id) is None
    return backend.get_variable(key=question.key) is None


def _is_absent_in_airflow(question: Question) -> bool:
    # The backend's own method answers None for an error of the API server as well.
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    answer: Any = SUPERVISOR_COMMS.send(question)
    if not isinstance(answer, ErrorResponse):
        return False
    if answer.error not in _NOT_FOUND:
        raise AirflowRuntimeError(answer)
    return True
