from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batch_translate.errors import SettingsError
from batch_translate.money.models import Model, find_model, known_models

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that BATCH_TRANSLATE_MODELS names; nothing is in it yet."""
    path = tmp_path / "models.toml"
    path.touch()
    monkeypatch.setenv("BATCH_TRANSLATE_MODELS", str(path))
    return path


def test_every_model_that_comes_with_us_has_both_prices() -> None:
    for name, model in known_models().items():
        assert model.cost_usd(1, 1), name
        assert model.source, name
        assert model.date, name


def test_cost_is_per_million_tokens() -> None:
    assert Model(input=0.5, output=2.0).cost_usd(1_000_000, 500_000) == pytest.approx(1.5)
    assert Model(input=0.0, output=0.0).cost_usd(10, 10) == 0.0


def test_cached_input_has_a_price_of_its_own_or_counts_in_full() -> None:
    assert Model(input=1.0, output=0.0).cost_usd(1_000_000, 0, 400_000) == pytest.approx(1.0)
    assert Model(input=1.0, cached_input=0.1, output=0.0).cost_usd(1_000_000, 0, 400_000) == pytest.approx(0.64)


@pytest.mark.parametrize("model", [Model(), Model(input=1.0), Model(output=1.0)])
def test_cost_is_unknown_while_a_price_is(model: Model) -> None:
    assert model.cost_usd(10, 10) is None


def test_a_model_that_is_not_listed_has_no_prices_and_no_effort() -> None:
    assert find_model("nobody's") == Model()


def test_the_own_file_adds_and_replaces_whole_entries(more: Path) -> None:
    more.write_text("[models.own]\ninput = 1\noutput = 2\n[models.gpt-6-luna]\ninput = 3\n")
    assert find_model("own") == Model(input=1, output=2)
    assert find_model("gpt-6-luna") == Model(input=3)
    assert find_model("gpt-4o-mini").input == 0.075


@pytest.mark.parametrize(
    "wrong",
    [
        "[models.own]\ninput = -1",
        "[models.own]\ninput = nan",
        "[models.own]\nprice = 1",
        "[model.own]\ninput = 1",
        "models = 3",
        "[[models]]\nname = 'own'",
        "models =",
        "[models]\nown = 1",
    ],
)
def test_a_file_of_another_form_is_refused_by_name(more: Path, wrong: str) -> None:
    more.write_text(wrong)
    with pytest.raises(SettingsError, match=r"models\.toml: not a list of models"):
        known_models()


def test_a_file_that_is_not_there_is_refused_by_name(more: Path) -> None:
    more.unlink()
    with pytest.raises(SettingsError, match=r"models\.toml cannot be read: .*No such file"):
        known_models()
