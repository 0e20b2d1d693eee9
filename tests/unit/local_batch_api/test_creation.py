"""Which uploads are refused for their size; the other refusals are tested over the wire (tests/contract)."""

from __future__ import annotations

import pytest

from local_batch_api.creation import check_upload
from local_batch_api.errors import ApiError

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(("purpose", "most"), [("batch", 200 * MEGABYTE), ("user_data", 512 * MEGABYTE)])
def test_size_is_limited_by_purpose(purpose: str, most: int) -> None:
    check_upload("a.jsonl", purpose, most)
    with pytest.raises(ApiError, match="File is too large"):
        check_upload("a.jsonl", purpose, most + 1)
