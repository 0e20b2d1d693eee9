"""Which account the hook leads to, and that it never guesses."""

import asyncio
import json
import logging

import pytest
from airflow.sdk.exceptions import ErrorType
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import ConnectionResult, ErrorResponse

from batch_translate_airflow.absence import UnreadableError
from batch_translate_airflow.hook import (
    OPENAI_URL,
    MissingConnectionError,
    OpenAIBatchHook,
    public_url,
)

# What another test left open is found whenever memory is collected: that is not this test's.
pytestmark = pytest.mark.filterwarnings("error", "ignore::pytest.PytestUnraisableExceptionWarning")


def account(hook):
    """(key, URL) of both clients, which must agree."""

    async def of_async():
        async with await hook.aget_conn() as client:
            return client.api_key, str(client.base_url).rstrip("/")

    with hook.get_conn() as client:
        found = client.api_key, str(client.base_url).rstrip("/")
    assert asyncio.run(of_async()) == found
    return found


def define(monkeypatch, **fields):
    monkeypatch.setenv("AIRFLOW_CONN_OPENAI_DEFAULT", json.dumps({"conn_type": "openai", **fields}))


class Supervisor:
    """Airflow's side of a task's connection look-up: answers one thing."""

    def __init__(self, answer):
        self.answer = answer

    def send(self, message):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if type(message).__name__ == "GetConnection" else None

    async def asend(self, message):
        return self.send(message)


def test_connection_decides(monkeypatch):
    define(monkeypatch, password="sk-conn", host="http://127.0.0.1:1/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.invalid/v1")
    assert account(OpenAIBatchHook()) == ("sk-conn", "http://127.0.0.1:1/v1")


def test_connection_without_host_means_openai_whatever_the_environment_says(monkeypatch):
    define(monkeypatch, password="sk-conn")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.invalid/v1")
    assert account(OpenAIBatchHook()) == ("sk-conn", OPENAI_URL)


def test_key_of_the_environment_is_never_sent_to_a_connections_host(monkeypatch):
    define(monkeypatch, host="http://127.0.0.1:1/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    with pytest.raises(MissingConnectionError, match="has no API key"):
        OpenAIBatchHook().get_conn()


def test_environment_serves_where_no_connection_is_defined(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    assert account(OpenAIBatchHook()) == ("sk-environment", OPENAI_URL)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:2/v1")
    assert account(OpenAIBatchHook()) == ("sk-environment", "http://127.0.0.1:2/v1")


def test_error_names_both_ways_where_neither_is_there():
    with pytest.raises(MissingConnectionError, match=r"'openai_default'.*OPENAI_API_KEY.*OPENAI_BASE_URL"):
        OpenAIBatchHook().get_conn()
    with pytest.raises(MissingConnectionError):
        asyncio.run(OpenAIBatchHook().aget_conn())


@pytest.mark.parametrize(
    "answer",
    [
        ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": 500}),
        ErrorResponse(error=ErrorType.GENERIC_ERROR),
        ConnectionError("the supervisor is gone"),
    ],
    ids=["API server error", "generic error", "no supervisor"],
)
def test_what_could_not_be_read_is_not_absent(monkeypatch, answer):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", Supervisor(answer), raising=False)
    with pytest.raises(UnreadableError, match="try again"):
        OpenAIBatchHook().get_conn()
    with pytest.raises(UnreadableError, match="try again"):
        asyncio.run(OpenAIBatchHook().aget_conn())


def test_what_airflow_says_is_not_found_is_absent(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    absent = ErrorResponse(error=ErrorType.CONNECTION_NOT_FOUND)
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", Supervisor(absent), raising=False)
    assert account(OpenAIBatchHook()) == ("sk-environment", OPENAI_URL)


def test_connection_stored_in_airflow_is_used(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    unset = dict.fromkeys(("host", "schema", "login", "port", "extra"))
    stored = ConnectionResult(conn_id="openai_default", conn_type="openai", password="sk-stored", **unset)
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", Supervisor(stored), raising=False)
    assert account(OpenAIBatchHook()) == ("sk-stored", OPENAI_URL)


def test_endpoint_name_has_no_secret(monkeypatch):
    define(monkeypatch, password="sk-conn", host="https://me:pass@gateway.example:8443/v1/?token=t")
    assert OpenAIBatchHook().endpoint_name() == "https://gateway.example:8443/v1"
    assert public_url("http://[::1]:80/v1") == "http://[::1]:80/v1"


def test_key_is_in_no_repr_and_no_log(monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    hook = OpenAIBatchHook()
    with hook.get_conn() as client:
        shown = repr(hook) + repr(client) + repr(client.batches) + caplog.text
    assert "sk-environment" not in shown
