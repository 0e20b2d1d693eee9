"""Tokens as OpenAI counts them, where the vocabulary is at hand: its file in the folder TIKTOKEN_CACHE_DIR names.

Nothing is downloaded here. tiktoken by itself removes a damaged file and fetches it anew, with no limit of time:
so the file is looked at before tiktoken is.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

TokenCounter = Callable[[str], int]

ENCODING = "o200k_base"
"""The vocabulary of OpenAI's models since GPT-4o (tiktoken/model.py)."""
# tiktoken_ext/openai_public.py says where from and with which sha256, tiktoken/load.py what the file is called.
_URL = f"https://openaipublic.blob.core.windows.net/encodings/{ENCODING}.tiktoken"
FILE_NAME = hashlib.sha1(_URL.encode(), usedforsecurity=False).hexdigest()
SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
# A million spaces in a row raise a PanicException, which is no Exception and would pass every handler (0.14.0;
# openai/tiktoken, pull request 587). A cut changes the count by a token or so.
_MOST_AT_ONCE = 100_000


def token_counter() -> TokenCounter | None:
    """A function that counts a text's tokens; None where there is no vocabulary, or a damaged one (logged)."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR")
    if not folder or not _is_whole(Path(folder) / FILE_NAME):
        return None
    import tiktoken  # its native library and the vocabulary take a third of a second

    encode = tiktoken.get_encoding(ENCODING).encode_ordinary

    def count(text: str) -> int:
        return sum(len(encode(text[at : at + _MOST_AT_ONCE])) for at in range(0, len(text), _MOST_AT_ONCE))

    return count


def _is_whole(file: Path) -> bool:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return False
    except OSError as error:
        log.warning("%s cannot be read (%s): tokens are estimated from the letters", file, error)
        return False
    if hashlib.sha256(content).hexdigest() != SHA256:
        log.warning("%s is damaged: remove it and fetch it anew; tokens are estimated from the letters", file)
        return False
    return True
