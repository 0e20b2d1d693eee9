"""Models, their prices and limits are data: models.toml here, and the file BATCH_TRANSLATE_MODELS names."""

from __future__ import annotations

import datetime
import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from batch_translate.errors import SettingsError

_BUILT_IN = Path(__file__).with_name("models.toml")


BATCH_SHARE = 0.5
"""A batch costs half of the standard price (OpenAI, Batch API guide)."""


class Model(BaseModel):
    """Prices in US dollars per million tokens at batch price, None where nobody has said; the account's limits.

    `enqueued_tokens`: the most prompt tokens in all unfinished batches of the model together; the defaults are
    OpenAI's of November 2026, for the lowest paid tier. `cached_input` is for input that the provider says it had
    in its cache; without it that counts in full. `source` and `date` say where the prices are from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float | None = Field(default=None, ge=0)
    cached_input: float | None = Field(default=None, ge=0)
    output: float | None = Field(default=None, ge=0)
    source: str = ""
    date: datetime.date | None = None
    reasoning_effort: str | None = None
    enqueued_tokens: int = Field(default=2_000_000, ge=1)
    requests_per_batch: int = Field(default=50_000, ge=1)
    megabytes_per_batch: int = Field(default=200, ge=1)

    def cost_usd(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float | None:
        """What so many tokens cost, None when a price is unknown. `cached_tokens` are part of the input."""
        if self.input is None or self.output is None:
            return None
        cached = self.input if self.cached_input is None else self.cached_input
        full = (input_tokens - cached_tokens) * self.input + output_tokens * self.output
        return (full + cached_tokens * cached) / 1_000_000


class _ModelsFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    meta: dict[str, Any] = {}
    models: dict[str, Model] = {}


def known_models() -> dict[str, Model]:
    """All models by name: those built in, over them BATCH_TRANSLATE_MODELS, over all what `use_prices` was given.

    Raises SettingsError for a file that is not of this form.
    """
    found = _read(_BUILT_IN)
    more = os.environ.get("BATCH_TRANSLATE_MODELS")
    if more:
        found |= _read(Path(more))
    return found | _given


def use_prices(content: str, name: str) -> None:
    """Take models from a text of the file's form for the rest of this process; `name` is where it stands.

    Raises SettingsError when it is not of this form.
    """
    _given.clear()
    _given.update(_parse(content, name))


_given: dict[str, Model] = {}


def _read(path: Path) -> dict[str, Model]:
    try:
        return _parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None


def _parse(content: str, name: str) -> dict[str, Model]:
    try:
        return _ModelsFile.model_validate(tomllib.loads(content)).models
    except ValueError as error:  # pydantic's and tomllib's errors are ValueErrors
        raise SettingsError(f"{name}: not a list of models with prices: {error}") from None


def find_model(name: str) -> Model:
    """The model by name; one without prices when it is not listed."""
    return known_models().get(name, Model())
