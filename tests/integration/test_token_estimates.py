"""Estimates of output tokens, on that half of people's translations by which their ratios were not fitted."""

from __future__ import annotations

import pytest
from benchmarks.token_ratios import errors, fitted, measure
from corpus_pairs import NO_CORPUS

from batch_translate.tokens import estimate_translated


def test_output_tokens_are_estimated_within_fifteen_percent_in_sum() -> None:
    measured = measure()
    if not measured:
        pytest.skip(NO_CORPUS)
    pairs, estimated, counted = errors(measured)["all"]
    assert pairs > 2_000
    assert abs(estimated / counted - 1) < 0.15
    for languages, ratio in fitted(measured).items():
        source, _, target = languages.split(" ")
        assert estimate_translated(1_000, source, target) == pytest.approx(1_000 * ratio, rel=0.05)
