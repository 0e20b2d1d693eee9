"""Estimates of output tokens, on that half of people's translations by which their ratios were not fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.token_ratios import fitted, judged, measure
from corpus_pairs import NO_CORPUS

from batch_translate.tokens import estimate_translated

if TYPE_CHECKING:
    from batch_translate.token_counts import TokenCounter


def test_output_tokens_are_estimated_within_fifteen_percent_in_sum(count: TokenCounter) -> None:
    measured = measure(count)
    if not measured:
        pytest.skip(NO_CORPUS)
    whole = judged(measured)["all"]
    assert whole.pairs > 2_000
    assert abs(whole.output_error) < 0.15
    assert 0 < whole.input_error < 0.2  # limits and room go by it: too high is the safe side
    for languages, ratio in fitted(measured).items():
        source, _, target = languages.split(" ")
        assert estimate_translated(1_000, source, target) == pytest.approx(1_000 * ratio, rel=0.05)
