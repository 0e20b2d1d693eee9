"""Models, their prices and limits are data: models.toml here, and the file BATCH_TRANSLATE_MODELS names."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from batch_translate.errors import SettingsError

_BUILT_IN = Path(__file__).with_name("models.toml")


class Model(BaseModel):
    """Prices in US dollars per million tokens at batch price, None where nobody has said; the account's limits.

    `enqueued_tokens`: the most prompt tokens in all unfinished batches of the model together; the defaults are
    OpenAI's of November 2026, for the lowest paid tier.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float | None = Field(default=None, ge=0)
    output: float | None = Field(default=None, ge=0)
    reasoning_effort: str | None = None
    enqueued_tokens: int = Field(default=2_000_000, ge=1)
    requests_per_batch: int = Field(default=50_000, ge=1)
    megabytes_per_batch: int = Field(default=200, ge=1)

    def cost_usd(self, input_tokens: int, output_tokens: int) -> float | None:
        """What so many tokens cost, None when a price is unknown. Cached input counts in full: batches may not
        get that discount.
        """
        if self.input is None or self.output is None:
            return None
        return (input_tokens * self.input + output_tokens * self.output) / 1_000_000


class _ModelsFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    meta: dict[str, Any] = {}
    models: dict[str, Model] = {}


def known_models() -> dict[str, Model]:
    """All models by name. Raises SettingsError for a file that is not of this form."""
    found: dict[str, Model] = {}
    more = os.environ.get("BATCH_TRANSLATE_MODELS")
    for path in [_BUILT_IN, *([Path(more)] if more else [])]:
        try:
            found |= _ModelsFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).models
        except (OSError, ValueError) as error:  # pydantic's and tomllib's errors are ValueErrors
            raise SettingsError(f"{path}: not a list of models with prices: {error}") from None
    return found


def find_model(name: str) -> Model:
    """The model by name; one without prices when it is not listed."""
    return known_models().get(name, Model())
