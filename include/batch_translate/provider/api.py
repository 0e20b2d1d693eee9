"""The calls this project makes to an OpenAI-compatible Files + Batch API, and what their failures mean.

Creating is the dangerous one: POST /batches is not idempotent, and the SDK would repeat it on its own after a lost
answer. So it is made without retries, and its failures are told apart: refused (nothing exists) or unclear (look).
Source: openai-python `_base_client.py`, which sends no idempotency key.
"""

from __future__ import annotations

import itertools
import time
from typing import IO, TYPE_CHECKING, BinaryIO

import openai

from batch_translate.errors import (
    BusyError,
    JobError,
    LostFileError,
    RefusedBatchError,
    UnclearSubmissionError,
)
from batch_translate.provider.refusals import is_lost_file, retry_after

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types import Batch
    from openai.types.file_create_params import ExpiresAfter

JOB_KEY = "batch_translate_job"
"""The metadata key under which a batch carries its job's key."""
ROUND = "batch_translate_round"
"""The metadata key for how many batches of that job the provider has sent back before this one, as a number."""

# Clocks of two machines may differ; a batch made after the intent must not look older than it.
_CLOCK_MARGIN = 600
_PAGE = 100
CREATE_TIMEOUT_SECONDS = 70.0
"""After this time a create that was begun has arrived or never will."""
# Each phase is timed for itself, connecting once per address and again for TLS: their sum stays below.
_CREATE_TIMEOUT = openai.Timeout(connect=5.0, write=5.0, read=30.0, pool=5.0)
_UNCLEAR_STATUS = {408, 409}
_FILE_LIFE_SECONDS = 7 * 86_400
"""For uploads that no batch was made of: long enough to wait for room, then the provider deletes them."""


class BatchApi:
    """A provider, through an OpenAI client whose key, base URL and time-outs are the caller's."""

    def __init__(self, client: OpenAI) -> None:
        self._client = client

    def upload(self, name: str, file: BinaryIO) -> str:
        """Upload a request file; its id. One that is uploaded twice harms nobody, it expires.

        Raises openai.APIError.
        """
        life: ExpiresAfter = {"anchor": "created_at", "seconds": _FILE_LIFE_SECONDS}
        return self._client.files.create(file=(name, file), purpose="batch", expires_after=life).id

    def create(self, file_id: str, endpoint: str, job_key: str, round_number: int, day: str) -> Batch:
        """Create the batch, once.

        Raises RefusedBatchError when the provider says no: BusyError and LostFileError where asking again may
        help. Raises UnclearSubmissionError when nobody can say.
        """
        try:
            return self._client.with_options(max_retries=0, timeout=_CREATE_TIMEOUT).batches.create(
                input_file_id=file_id,
                endpoint=endpoint,  # type: ignore[arg-type]  # a Literal there, a setting here
                completion_window="24h",
                metadata={JOB_KEY: job_key, ROUND: str(round_number), "day": day},
            )
        except openai.APIStatusError as error:
            if error.status_code >= 500 or error.status_code in _UNCLEAR_STATUS:
                raise UnclearSubmissionError(_unclear(job_key, f"HTTP {error.status_code}")) from error
            raise _refusal(job_key, error) from error
        except openai.APIError as error:
            raise UnclearSubmissionError(_unclear(job_key, type(error).__name__)) from error

    def find(self, job_key: str, round_number: int, since: float) -> Batch | None:
        """The batch that carries the job's key and round, in a complete listing back to `since` (epoch seconds).

        None means that the listing was read to its end and has none. Raises UnclearSubmissionError when it could
        not be read, which is never the same as absent; openai.APIStatusError when the key may not read it.
        """
        sought = (job_key, str(round_number))
        created: list[int] = []
        seen: str | None = None
        try:
            page = self._client.batches.list(limit=_PAGE)
            while True:
                for batch in page.data or []:
                    carried = batch.metadata or {}
                    if (carried.get(JOB_KEY), carried.get(ROUND, "0")) == sought:
                        return batch
                    created.append(batch.created_at)
                last = page.data[-1].id if page.data else None
                if page.has_more and last in (None, seen):
                    # The SDK takes the one for the end of the list, and would follow the other for ever.
                    raise UnclearSubmissionError(_unclear(job_key, "the listing does not go on"))
                seen = last
                if not page.has_next_page() or _newest_first_until(created, since - _CLOCK_MARGIN):
                    return None
                page = page.get_next_page()
        except (openai.AuthenticationError, openai.PermissionDeniedError):
            raise
        except openai.APIError as error:
            raise UnclearSubmissionError(_unclear(job_key, f"the listing failed: {error}")) from error

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

        Raises JobError when fewer bytes came than the file has: half a file would look like one in which answers
        are missing. Raises openai.APIError when the provider says no.
        """
        expected = self._client.files.retrieve(file_id).bytes
        size = 0
        try:
            with self._client.files.with_streaming_response.content(file_id) as response:
                for chunk in response.iter_bytes(1 << 16):
                    size += output.write(chunk)
        except openai.APIError:
            raise
        except Exception as error:  # the transport's own exceptions are not wrapped once a body is streamed
            raise JobError(f"file {file_id}: the download broke off after {size} bytes: {error!r}") from error
        if size < (expected or 0):
            raise JobError(f"file {file_id}: {size} of {expected} bytes came. Try again.")
        return size


def _newest_first_until(created: list[int], since: float) -> bool:
    """Whether a list has shown to be newest first and has come to what is older than `since`."""
    descending = all(later >= earlier for later, earlier in itertools.pairwise(created))
    return descending and created[0] > created[-1] and created[-1] < since


def _refusal(job_key: str, error: openai.APIStatusError) -> RefusedBatchError:
    said = (
        f"job {job_key}: the provider refused the batch with HTTP {error.status_code}: {error.message}. "
        "Nothing was created or billed."
    )
    # No money left is no matter of waiting.
    if error.status_code == 429 and error.code != "insufficient_quota":
        return BusyError(said, retry_after(error.response.headers, time.time()))
    if error.status_code in (400, 404) and is_lost_file(str(error.message)):
        return LostFileError(said)
    return RefusedBatchError(said)


def _unclear(job_key: str, what: str) -> str:
    return (
        f"job {job_key}: the answer to creating its batch was lost ({what}). Whether a batch exists is found out "
        "at the next try by its metadata; nothing is sent before that."
    )
