"""What tests of all kinds share. Tokens are estimated from the letters, whatever this machine has at hand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from vocabulary import write_vocabulary

from batch_translate.token_counts import TokenCounter, token_counter

if TYPE_CHECKING:
    from pathlib import Path

os.environ.pop("TIKTOKEN_CACHE_DIR", None)


@pytest.fixture(scope="session")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with OpenAI's vocabulary; skips where it cannot be had."""
    return write_vocabulary(tmp_path_factory.mktemp("vocabulary"))


@pytest.fixture
def count(vocabulary: Path, monkeypatch: pytest.MonkeyPatch) -> TokenCounter:
    """Puts the vocabulary at hand; the counter by it."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(vocabulary))
    counter = token_counter()
    assert counter is not None
    return counter
