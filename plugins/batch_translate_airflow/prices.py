"""Prices of models from an Airflow Variable, over the file and what comes with the project."""

from __future__ import annotations

from batch_translate_airflow.variables import read_variable

MODELS_VARIABLE = "batch_translate_models"
"""TOML as in money/models.toml. An account's limits belong into the file: triggers read no Variable."""


def take_prices() -> None:
    """Work by the Variable's models for the rest of this task.

    Raises SettingsError when it is not of that form, UnreadableError when nobody can say whether there is one.
    """
    from batch_translate.money.models import use_prices

    use_prices(read_variable(MODELS_VARIABLE) or "", f"the Variable {MODELS_VARIABLE}")
