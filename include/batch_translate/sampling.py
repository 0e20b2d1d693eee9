"""A sum over very many items, some of which are measured: which ones, and how far off the sum may be."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")

# Of a normal distribution, 95 % lie within so many standard deviations.
_DEVIATIONS = 1.96


class Reservoir(Generic[Item]):
    """Of a stream at most `most` items, each as likely as any other: the same ones for the same seed and stream.

    Algorithm R (Vitter, Random Sampling with a Reservoir, 1985). `seen` items have passed.
    """

    def __init__(self, most: int, seed: str) -> None:
        self.drawn: list[Item] = []
        self.seen = 0
        self._most = most
        self._chance = random.Random(seed)

    def add(self, item: Item) -> None:
        """Let one pass."""
        self.seen += 1
        if len(self.drawn) < self._most:
            self.drawn.append(item)
        elif (place := self._chance.randrange(self.seen)) < self._most:
            self.drawn[place] = item


class RatioEstimate(NamedTuple):
    """`ratio`: measured per guessed. All together would measure `total`, ± `error` in 95 of 100 samples."""

    ratio: float
    total: float
    error: float


def estimate_by_ratio(drawn: Sequence[tuple[float, float]], items: int, guessed: float) -> RatioEstimate:
    """The sum over all `items`, from (measured, guessed) of those drawn and the sum of what was guessed for all.

    The ratio estimate of a total, with its approximate variance and the correction for a finite population: no
    error where every item was drawn (Cochran, Sampling Techniques, 3rd edition, 1977, chapter 6). It takes a
    sample that is large enough for the normal distribution.
    """
    ratio = sum(measured for measured, _ in drawn) / sum(guess for _, guess in drawn)
    error = 0.0
    if len(drawn) < items:
        squares = sum((measured - ratio * guess) ** 2 for measured, guess in drawn)
        variance = (1 - len(drawn) / items) * squares / (len(drawn) - 1) / len(drawn)
        error = _DEVIATIONS * items * math.sqrt(variance)
    return RatioEstimate(ratio, ratio * guessed, error)
