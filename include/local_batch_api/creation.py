"""What POST /v1/batches and POST /v1/files refuse at once; the content of an input file is judged later.

Limits and words are OpenAI's as of November 2026, where they are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from local_batch_api.errors import ApiError, checked_integer, missing, wrong_type, wrong_value

PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
MOST_BATCH_BYTES = 200 * 1024 * 1024
MOST_BYTES = 512 * 1024 * 1024
BATCH_FILE_LIFE = 30 * 86_400

EXECUTED_ENDPOINT = "/v1/chat/completions"
_ENDPOINTS = (
    "/v1/responses",
    EXECUTED_ENDPOINT,
    "/v1/embeddings",
    "/v1/completions",
    "/v1/moderations",
    "/v1/images/generations",
    "/v1/images/edits",
    "/v1/videos",
)
_SHORTEST_LIFE, _LONGEST_LIFE = 3_600, 2_592_000


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """The checked body of POST /v1/batches; `output_expires_after` in seconds from the output files' creation."""

    input_file_id: str
    endpoint: str
    metadata: dict[str, str] | None
    output_expires_after: int | None


def read_order(body: object) -> BatchOrder:
    """Check the body of POST /v1/batches. Raises ApiError 400."""
    if not isinstance(body, dict):
        raise ApiError(400, "We could not parse the JSON body of your request: it must be a JSON object.")
    for name in ("input_file_id", "endpoint", "completion_window"):
        if body.get(name) is None:
            raise missing(name)
        if not isinstance(body[name], str):
            raise wrong_type(name, "a string", body[name])
    endpoint = body["endpoint"]
    if endpoint not in _ENDPOINTS:
        raise wrong_value("endpoint", endpoint, _ENDPOINTS)
    if endpoint != EXECUTED_ENDPOINT:
        message = f"local_batch_api executes {EXECUTED_ENDPOINT} only, not {endpoint}."
        raise ApiError(400, message, param="endpoint", code="invalid_value")
    if body["completion_window"] != "24h":
        raise wrong_value("completion_window", body["completion_window"], ["24h"])
    expires = body.get("output_expires_after")
    return BatchOrder(
        body["input_file_id"],
        endpoint,
        _read_metadata(body.get("metadata")),
        None if expires is None else read_life("output_expires_after", expires),
    )


def read_life(param: str, expires_after: object) -> int:
    """The seconds of an `{"anchor": "created_at", "seconds": ...}`; multipart forms give them as text."""
    if not isinstance(expires_after, Mapping):
        raise wrong_type(param, "an object", expires_after)
    for name in ("anchor", "seconds"):
        if expires_after.get(name) is None:
            raise missing(f"{param}.{name}")
    if expires_after["anchor"] != "created_at":
        raise wrong_value(f"{param}.anchor", expires_after["anchor"], ["created_at"])
    seconds = expires_after["seconds"]
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds)
    if type(seconds) is not int:
        raise wrong_type(f"{param}.seconds", "an integer", seconds)
    return checked_integer(f"{param}.seconds", seconds, _SHORTEST_LIFE, _LONGEST_LIFE)


def check_upload(filename: str, purpose: str, size: int) -> None:
    """Raises ApiError 400 where a file of `size` bytes cannot be stored for the purpose."""
    if purpose not in PURPOSES:
        raise wrong_value("purpose", purpose, PURPOSES)
    if purpose == "batch" and not filename.endswith(".jsonl"):
        raise ApiError(400, "Invalid file format for Batch API. Must be .jsonl", param="file")
    if size > (MOST_BATCH_BYTES if purpose == "batch" else MOST_BYTES):
        raise ApiError(400, "File is too large.", param="file")


def _read_metadata(metadata: object) -> dict[str, str] | None:
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise wrong_type("metadata", "an object", metadata)
    if len(metadata) > 16:
        raise ApiError(
            400,
            "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an "
            f"object with {len(metadata)} properties instead.",
            param="metadata",
            code="object_above_max_properties",
        )
    for key, value in metadata.items():
        if not isinstance(value, str):
            raise wrong_type(f"metadata.{key}", "a string", value)
        _check_length("metadata", key, 64)
        _check_length(f"metadata.{key}", value, 512)
    return metadata


def _check_length(param: str, text: str, highest: int) -> None:
    if len(text) > highest:
        raise ApiError(
            400,
            f"Invalid '{param}': string too long. Expected a string with maximum length {highest}, but got a "
            f"string with length {len(text)} instead.",
            param=param,
            code="string_above_max_length",
        )
