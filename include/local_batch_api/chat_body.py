"""Which chat completion bodies the endpoint refuses, and in which words."""

from __future__ import annotations

from typing import Any

from local_batch_api.errors import ApiError, checked_integer, missing, wrong_type, wrong_value

_ROLES = ("system", "assistant", "user", "function", "tool", "developer")
_FORMATS = ("json_object", "json_schema", "text")
# fmt: off
_PARAMETERS = {
    "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs", "max_completion_tokens",
    "max_tokens", "messages", "metadata", "modalities", "model", "n", "parallel_tool_calls", "prediction",
    "presence_penalty", "prompt_cache_key", "prompt_cache_retention", "reasoning_effort", "response_format",
    "safety_identifier", "seed", "service_tier", "stop", "store", "stream", "stream_options", "temperature",
    "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity", "web_search_options",
}
# fmt: on


def check_body(body: dict[str, Any]) -> None:
    """Raises ApiError 400 where the endpoint would refuse the body."""
    for name in body:
        if name not in _PARAMETERS:
            raise ApiError(400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
    _check_messages(body.get("messages"))
    if body.get("stream"):
        raise ApiError(
            400, "Streaming is not supported in the Batch API.", param="stream", code="unsupported_value"
        )
    if body.get("n") not in (None, 1):
        raise ApiError(400, "local_batch_api gives one choice.", param="n", code="unsupported_value")
    _check_limits(body)
    _check_format(body.get("response_format"))


def schema_slots(response_format: dict[str, Any] | None) -> list[str]:
    """The properties a checked response_format asks for, [] where it has no schema."""
    if response_format is None or response_format["type"] != "json_schema":
        return []
    return list(response_format["json_schema"]["schema"]["properties"])


def _check_messages(messages: object) -> None:
    if messages is None:
        raise missing("messages")
    if not isinstance(messages, list):
        raise wrong_type("messages", "an array of objects", messages)
    if not messages:
        raise ApiError(
            400,
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array "
            "instead.",
            param="messages",
            code="empty_array",
        )
    for index, message in enumerate(messages):
        place = f"messages[{index}]"
        if not isinstance(message, dict):
            raise wrong_type(place, "an object", message)
        if "role" not in message:
            raise missing(f"{place}.role")
        if message["role"] not in _ROLES:
            raise wrong_value(f"{place}.role", message["role"], _ROLES)
        if not isinstance(message.get("content"), str | list):
            raise wrong_type(f"{place}.content", "a string or an array of content parts", message.get("content"))


def _check_limits(body: dict[str, Any]) -> None:
    names = [name for name in ("max_tokens", "max_completion_tokens") if body.get(name) is not None]
    if len(names) == 2:
        raise ApiError(
            400,
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            code="invalid_parameter_combination",
        )
    for name in names:
        if type(body[name]) is not int:
            raise wrong_type(name, "an integer", body[name])
        checked_integer(name, body[name], 1)


def _check_format(response_format: object) -> None:
    if response_format is None:
        return
    if not isinstance(response_format, dict):
        raise wrong_type("response_format", "an object", response_format)
    if "type" not in response_format:
        raise missing("response_format.type")
    if response_format["type"] not in _FORMATS:
        raise wrong_value("response_format.type", response_format["type"], _FORMATS)
    if response_format["type"] == "json_schema":
        _check_schema(response_format.get("json_schema"))


def _check_schema(json_schema: object) -> None:
    if not isinstance(json_schema, dict):
        raise missing("response_format.json_schema")
    for member in ("name", "schema"):
        if member not in json_schema:
            raise missing(f"response_format.json_schema.{member}")
    name, schema = json_schema["name"], json_schema["schema"]
    if not isinstance(schema, dict):
        raise wrong_type("response_format.json_schema.schema", "an object", schema)
    properties = schema.get("properties")
    if schema.get("type") != "object" or not isinstance(properties, dict) or not properties:
        raise _bad_schema(name, "schema must be a JSON Schema of 'type: \"object\"' with properties.")
    if json_schema.get("strict") is not True:
        raise _bad_schema(name, "local_batch_api answers strict schemas only.")
    if schema.get("additionalProperties") is not False:
        raise _bad_schema(
            name, "In context=(), 'additionalProperties' is required to be supplied and to be false."
        )
    if sorted(map(str, schema.get("required") or [])) != sorted(properties):
        raise _bad_schema(
            name,
            "In context=(), 'required' is required to be supplied and to be an array including every key in "
            "properties.",
        )
    if any(not isinstance(one, dict) or one.get("type") != "string" for one in properties.values()):
        raise _bad_schema(name, "local_batch_api fills properties of type string only.")


def _bad_schema(name: object, what: str) -> ApiError:
    return ApiError(400, f"Invalid schema for response_format '{name}': {what}", param="response_format")
