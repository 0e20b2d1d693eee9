"""The calls this project makes to an OpenAI-compatible Files + Batch API, and what their failures mean.

Creating is the dangerous one: POST /batches is not idempotent, and the SDK would repeat it on its own after a lost
answer. So it is made without retries, and its failures are told apart: refused (nothing exists) or unclear (look).
Source: openai-python `_base_client.py`, which sends no idempotency key.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, BinaryIO

import openai

from batch_translate.errors import JobError, RefusedBatchError, UnclearSubmissionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openai import OpenAI
    from openai.types import Batch

JOB_KEY = "batch_translate_job"
"""The metadata key under which a batch carries its job's key."""

# Clocks of two machines may differ; a batch made after the intent must not look older than it.
_CLOCK_MARGIN = 600
_PAGE = 100
CREATE_TIMEOUT_SECONDS = 60.0
"""After this time a create that was begun has arrived or never will."""
# Each phase is timed for itself, connecting once per address and again for TLS: their sum stays below.
_CREATE_TIMEOUT = openai.Timeout(connect=5.0, write=5.0, read=30.0, pool=5.0)
_UNCLEAR_STATUS = {408, 409}


class BatchApi:
    """A provider, through an OpenAI client whose key, base URL and time-outs are the caller's."""

    def __init__(self, client: OpenAI) -> None:
        self._client = client

    def upload(self, name: str, file: BinaryIO) -> str:
        """Upload a request file; its id. Raises openai.APIError: a file twice uploaded harms nobody."""
        return self._client.files.create(file=(name, file), purpose="batch").id

    def create(self, file_id: str, endpoint: str, job_key: str, day: str) -> Batch:
        """Create the batch, once.

        Raises RefusedBatchError when the provider says no, UnclearSubmissionError when nobody can say.
        """
        try:
            return self._client.with_options(max_retries=0, timeout=_CREATE_TIMEOUT).batches.create(
                input_file_id=file_id,
                endpoint=endpoint,  # type: ignore[arg-type]  # a Literal there, a setting here
                completion_window="24h",
                metadata={JOB_KEY: job_key, "day": day},
            )
        except openai.APIStatusError as error:
            if error.status_code >= 500 or error.status_code in _UNCLEAR_STATUS:
                raise UnclearSubmissionError(_unclear(job_key, f"HTTP {error.status_code}")) from error
            raise RefusedBatchError(
                f"job {job_key}: the provider refused the batch with HTTP {error.status_code}: {error.message}. "
                "Nothing was created or billed."
            ) from error
        except openai.APIError as error:
            raise UnclearSubmissionError(_unclear(job_key, type(error).__name__)) from error

    def find(self, job_key: str, since: float) -> Batch | None:
        """The batch that carries the job's key, in a complete listing back to `since` (seconds since 1970).

        None means that the listing was read to its end and has none. Raises UnclearSubmissionError when it could
        not be read: that is never the same as absent.
        """
        try:
            for batch in self._newest_first():
                if batch.metadata and batch.metadata.get(JOB_KEY) == job_key:
                    return batch
                if batch.created_at < since - _CLOCK_MARGIN:
                    return None
        except openai.APIError as error:
            raise UnclearSubmissionError(_unclear(job_key, f"the listing failed: {error}")) from error
        return None

    def _newest_first(self) -> Iterator[Batch]:
        yield from self._client.batches.list(limit=_PAGE)

    def retrieve(self, batch_id: str) -> Batch | None:
        """The batch, None when the provider says that there is none. Raises openai.APIError otherwise."""
        try:
            return self._client.batches.retrieve(batch_id)
        except openai.NotFoundError:
            return None

    def cancel(self, batch_id: str) -> Batch:
        """Ask the provider to stop a batch; what ran until then stays paid and is collected."""
        return self._client.batches.cancel(batch_id)

    def download(self, file_id: str, output: IO[bytes]) -> int:
        """Write a result file to `output` as it arrives; its bytes.

        Raises JobError when fewer bytes came than the file has, openai.APIError when the provider says no.
        """
        size = 0
        try:
            with self._client.files.with_streaming_response.content(file_id) as response:
                expected = response.headers.get("content-length")
                encoded = response.headers.get("content-encoding")
                for chunk in response.iter_bytes(1 << 16):
                    size += output.write(chunk)
        except openai.APIError:
            raise
        except Exception as error:  # the transport's own exceptions are not wrapped once a body is streamed
            raise JobError(f"file {file_id}: the download broke off after {size} bytes: {error!r}") from error
        if expected is not None and encoded is None and int(expected) != size:
            raise JobError(f"file {file_id}: {size} of {expected} bytes came. Try again.")
        return size


def _unclear(job_key: str, what: str) -> str:
    return (
        f"job {job_key}: the answer to creating its batch was lost ({what}). Whether a batch exists is found out "
        "at the next try by its metadata; nothing is sent before that."
    )
