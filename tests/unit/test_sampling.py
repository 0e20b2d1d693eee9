"""A sample's stated error against what the whole population measures."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from batch_translate.sampling import Reservoir, estimate_by_ratio

Pairs = list[tuple[float, float]]


def drawn(population: Pairs, most: int, seed: object) -> Pairs:
    reservoir: Reservoir[tuple[float, float]] = Reservoir(most, str(seed))
    for pair in population:
        reservoir.add(pair)
    return reservoir.drawn


def skewed(items: int) -> Pairs:
    """A few large among many small; the ratio differs by kind and scatters more where the guess is large."""
    chance = random.Random(7)
    population = []
    for _ in range(items):
        guess = chance.lognormvariate(5, 0.8)
        ratio = 0.75 if chance.random() < 0.3 else 0.95
        population.append((max(1.0, guess * chance.gauss(ratio, 0.15)), guess))
    return population


def test_the_same_seed_draws_the_same() -> None:
    population = skewed(500)
    assert drawn(population, 20, "a") == drawn(population, 20, "a") != drawn(population, 20, "b")


def test_every_item_is_drawn_as_often() -> None:
    times: Counter[float] = Counter()
    population = [(float(number), 1.0) for number in range(20)]
    for seed in range(4_000):
        times.update(number for number, _ in drawn(population, 5, seed))
    # 1,000 times each, with a standard deviation of 27.
    assert len(times) == 20
    assert all(abs(number - 1_000) < 130 for number in times.values())


@pytest.mark.parametrize("most", [100, 500])
def test_what_is_measured_whole_has_no_error(most: int) -> None:
    population = skewed(100)
    found = estimate_by_ratio(drawn(population, most, 1), 100, sum(guess for _, guess in population))
    assert found.total == pytest.approx(sum(measured for measured, _ in population))
    assert found.error == 0


@pytest.mark.parametrize(("items", "most"), [(5_000, 200), (5_000, 1_000), (1_200, 1_000)])
def test_the_stated_error_holds_in_95_of_100_samples(items: int, most: int) -> None:
    population = skewed(items)
    true, guessed = (sum(column) for column in zip(*population, strict=True))
    found = [estimate_by_ratio(drawn(population, most, seed), items, guessed) for seed in range(300)]
    held = sum(abs(one.total - true) <= one.error for one in found) / len(found)
    assert 0.90 <= held <= 0.99, held
    assert sum(one.total for one in found) / len(found) == pytest.approx(true, rel=0.003)
