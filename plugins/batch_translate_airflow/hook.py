"""Where the client of the Files + Batch API comes from: an Airflow connection, or the environment.

What may never happen: that a defined connection which could not be read counts as absent. The environment's
key belongs to another account perhaps, where every batch under way looks gone. Airflow answers "not defined"
in both cases, so absence is proven here before the environment is used.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any
from urllib.parse import urlsplit

from airflow.providers.openai.hooks.openai import OpenAIHook
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.execution_time.comms import GetConnection
from airflow.sdk.log import amask_secret, mask_secret
from openai import AsyncOpenAI

from batch_translate_airflow.absence import prove_absent

OPENAI_URL = "https://api.openai.com/v1"


class MissingConnectionError(AirflowNotFoundException):
    """Neither the connection nor the environment says which account to use."""


class OpenAIBatchHook(OpenAIHook):
    """OpenAIHook which falls back on OPENAI_API_KEY and OPENAI_BASE_URL where its connection is not defined.

    A defined connection decides alone: without a host it means OpenAI, whatever OPENAI_BASE_URL says, and
    without a key it is refused, so that the environment's key is never sent to a connection's host.
    """

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        """The connection; raises UnreadableError or MissingConnectionError."""
        try:
            return super().get_connection(conn_id)
        except AirflowNotFoundException:
            prove_absent(GetConnection(conn_id=conn_id))
        connection = connection_from_environment(conn_id)
        mask_secret(connection.password)
        return connection

    @classmethod
    async def aget_connection(cls, conn_id: str) -> Connection:
        """As get_connection, without a blocking call."""
        try:
            return await super().aget_connection(conn_id)
        except AirflowNotFoundException:
            await asyncio.to_thread(prove_absent, GetConnection(conn_id=conn_id))
        connection = connection_from_environment(conn_id)
        await amask_secret(connection.password)
        return connection

    async def aget_conn(self) -> AsyncOpenAI:
        """A new client, to be closed by the caller; raises as get_connection."""
        connection = await self.aget_connection(self.conn_id)
        arguments = self._client_kwargs(connection, await connection.aextra_dejson())
        # Building the first one takes half a second: modules and certificates are loaded.
        return await asyncio.to_thread(_build_client, arguments)

    def endpoint_name(self) -> str:
        """Which server the connection leads to, without anything secret: `https://api.openai.com/v1`."""
        connection = self.get_connection(self.conn_id)
        return public_url(str(self._client_kwargs(connection, connection.extra_dejson)["base_url"]))

    def _client_kwargs(self, conn: Connection, extras: dict[str, Any]) -> dict[str, Any]:
        arguments: dict[str, Any] = super()._client_kwargs(conn, extras)
        # What is None here, the SDK would fill in from the environment.
        arguments["base_url"] = arguments["base_url"] or OPENAI_URL
        if "workload_identity" not in arguments and not arguments["api_key"]:
            raise MissingConnectionError(
                f"The connection {self.conn_id!r} has no API key. Put it in the field 'API Key'; "
                "a server that checks none takes any text."
            )
        return arguments


def _build_client(arguments: dict[str, Any]) -> AsyncOpenAI:
    client = AsyncOpenAI(**arguments)
    _ = client.batches  # imports the resource's modules
    return client


def connection_from_environment(conn_id: str) -> Connection:
    """The connection that OPENAI_API_KEY and OPENAI_BASE_URL describe; raises MissingConnectionError."""
    key = os.environ.get("OPENAI_API_KEY")
    if not key:
        raise MissingConnectionError(
            f"There is no connection {conn_id!r} and OPENAI_API_KEY is not set. Define the connection (type "
            "'openai': the API key, and the server's URL as host where it is not OpenAI), or set OPENAI_API_KEY "
            "(and OPENAI_BASE_URL) for scheduler, workers and triggerer."
        )
    host = os.environ.get("OPENAI_BASE_URL") or None
    return Connection(conn_id=conn_id, conn_type=OpenAIBatchHook.conn_type, host=host, password=key)


def public_url(url: str) -> str:
    """`url` without user, password, query and fragment."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")
