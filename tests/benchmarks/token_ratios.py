"""Tokens of a translation per token of its source, fitted on one half of the corpus, judged on the other.

PYTHONPATH=include:tests python tests/benchmarks/token_ratios.py prints the ratios that tokens.py should have, and
how far its estimates are off, for each kind of document. Counted by o200k_base, the vocabulary of OpenAI's models.
(tiktoken 0.14.0 and js-tiktoken 1.0.21 counted each of the 10,098 texts alike, 130,409 tokens in all.)
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from corpus_pairs import CorpusPair, corpus_pairs
from vocabulary import write_vocabulary

from batch_translate.token_counts import TokenCounter, token_counter
from batch_translate.tokens import estimate_tokens, estimate_translated

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Measured:
    """A pair with its tokens: as estimated from the source alone, and as counted in both texts."""

    pair: CorpusPair
    estimated_input: int
    estimated_output: int
    counted_input: int
    counted_output: int

    @property
    def languages(self) -> str:
        return f"{self.pair.pair.source_language} → {self.pair.pair.target_language}"

    @property
    def is_for_fitting(self) -> bool:
        """By the source's hash, so that a text is in one half wherever it stands."""
        return hashlib.sha256(self.pair.pair.source.encode()).digest()[0] % 2 == 0


def measure(count: TokenCounter) -> list[Measured]:
    """Every pair of the corpus; none where there is no corpus."""
    found = []
    for one in corpus_pairs():
        pair = one.pair
        tokens = estimate_tokens(pair.source)
        translated = estimate_translated(tokens, pair.source_language, pair.target_language)
        found.append(Measured(one, tokens, translated, count(pair.source), count(pair.target)))
    return found


def fitted(measured: Iterable[Measured]) -> dict[str, float]:
    """Languages → counted output tokens per estimated input token, on the fitting half."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in measured:
        if one.is_for_fitting:
            sums[one.languages][0] += one.counted_output
            sums[one.languages][1] += one.estimated_input
    return {languages: output / tokens for languages, (output, tokens) in sums.items()}


@dataclass(slots=True)
class Judged:
    """Sums over the judging half's pairs of one kind of document."""

    pairs: int = 0
    estimated_input: int = 0
    counted_input: int = 0
    estimated_output: int = 0
    counted_output: int = 0

    @property
    def input_error(self) -> float:
        return self.estimated_input / self.counted_input - 1

    @property
    def output_error(self) -> float:
        return self.estimated_output / self.counted_output - 1


def judged(measured: Iterable[Measured]) -> dict[str, Judged]:
    """Kind of document → what was estimated and counted; `all` is the sum."""
    sums: dict[str, Judged] = defaultdict(Judged)
    for one in measured:
        if not one.is_for_fitting:
            for kind in (f"{one.pair.kind}, {one.languages}", "all"):
                sums[kind].pairs += 1
                for name in ("estimated_input", "counted_input", "estimated_output", "counted_output"):
                    setattr(sums[kind], name, getattr(sums[kind], name) + getattr(one, name))
    return dict(sorted(sums.items()))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(write_vocabulary(Path(folder))))
        count = token_counter()
    assert count is not None
    measured = measure(count)
    for languages, ratio in fitted(measured).items():
        print(f"{languages}: {ratio:.3f} output tokens per estimated input token")
    print(f"{'kind':<16} {'pairs':>6} {'input':>8} {'error':>7} {'output':>8} {'error':>7}")
    for kind, of_kind in judged(measured).items():
        print(
            f"{kind:<16} {of_kind.pairs:>6,} {of_kind.counted_input:>8,} {of_kind.input_error:>+7.1%} "
            f"{of_kind.counted_output:>8,} {of_kind.output_error:>+7.1%}"
        )


if __name__ == "__main__":
    main()
