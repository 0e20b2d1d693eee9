"""OpenAI's vocabulary for tests: the file that tiktoken would download, made of what npm's js-tiktoken brings.

That it is the same file to the byte is what `token_counter` finds when it checks the hash.
"""

from __future__ import annotations

import json
from pathlib import Path

from conformance.second_reader import node_program

from batch_translate.token_counts import FILE_NAME

NODE = Path(__file__).parent / "benchmarks" / "node"


def write_vocabulary(folder: Path) -> Path:
    """A folder as TIKTOKEN_CACHE_DIR names one; skips the test where npm cannot bring the package."""
    node_program(NODE)
    module = (NODE / "node_modules" / "js-tiktoken" / "dist" / "ranks" / "o200k_base.js").read_text("utf-8")
    _, first, *tokens = json.loads(module.removeprefix("export default ").rstrip(";\n"))["bpe_ranks"].split(" ")
    lines = [f"{token} {rank}\n" for rank, token in enumerate(tokens, int(first))]
    (folder / FILE_NAME).write_text("".join(lines), "ascii")
    return folder
