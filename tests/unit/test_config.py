from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_translate.config import Environment, RunRequest, Settings, load_settings
from batch_translate.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2024-04-17"


def load(root: Path, *, toml: str = "", of_day: str = "", **params: Any) -> Settings:
    (root / DAY).mkdir(exist_ok=True)
    for folder, text in ((root, toml), (root / DAY, of_day)):
        if text:
            (folder / "translate.toml").write_text(text, encoding="utf-8")
    request = RunRequest(day=DAY, run_id="run_1", input=str(root), output="out", work="work", params=params)
    return load_settings(request)


def test_without_anything_said_the_defaults_hold(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings()


@pytest.mark.parametrize(
    ("toml", "of_day", "params", "model"),
    [
        ("", "", {}, "gpt-6-luna"),
        ("model = 'root'", "", {}, "root"),
        ("", "model = 'day'", {}, "day"),
        ("model = 'root'", "model = 'day'", {}, "day"),
        ("model = 'root'", "model = 'day'", {"model": "param"}, "param"),
        ("model = 'root'", "", {"model": "gpt-6-luna"}, "root"),
        ("", "model = 'day'", {"model": None}, "day"),
        ("", "", {"model": "param"}, "param"),
        ("files = '*.md'", "model = 'day'", {}, "day"),
    ],
)
def test_the_later_word_wins_and_a_param_at_its_default_yields(
    tmp_path: Path, toml: str, of_day: str, params: dict[str, Any], model: str
) -> None:
    assert load(tmp_path, toml=toml, of_day=of_day, **params).model == model


def test_what_the_day_does_not_say_stays_as_the_root_says(tmp_path: Path) -> None:
    settings = load(tmp_path, toml="model = 'root'\nfiles = '*.md'", of_day="model = 'day'")
    assert (settings.model, settings.files) == ("day", "*.md")


def test_a_list_at_its_default_yields_too(tmp_path: Path) -> None:
    assert load(tmp_path, toml="target_langs = ['fr']", target_langs=["en"]).languages() == ("fr",)
    assert load(tmp_path, target_langs=["de", "EN", "en", "de"]).languages() == ("de", "en")


def test_languages_are_spelled_one_way(tmp_path: Path) -> None:
    settings = load(tmp_path, toml="source_lang = 'JA'\ntarget_langs = ['PT-br', 'zh-hant']")
    assert (settings.source_lang, settings.target_langs) == ("ja", ("pt-BR", "zh-Hant"))


def test_document_rules_are_read_in_order(tmp_path: Path) -> None:
    rules = (
        "[[documents]]\nfiles = 'a/*.csv'\ncolumns = ['題名']\nmode = 'replace'\n[[documents]]\nfiles = '*.csv'"
    )
    first, second = load(tmp_path, toml=rules).documents
    assert (first.files, first.columns, first.mode) == ("a/*.csv", ("題名",), "replace")
    assert (second.files, second.columns, second.mode) == ("*.csv", None, None)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("modle = 'x'", r"no setting 'modle'.*model"),
        ("target_langs = []", "target_langs: .*at least 1 item"),
        ("target_langs = 'en'", "target_langs: "),
        ("target_langs = ['english']", r"target_langs\.0: 'english' is not a language tag"),
        ("source_lang = 'ja_JP'", "source_lang: 'ja_JP'"),
        ("budget_usd = -1", "budget_usd: "),
        ("budget_usd = nan", "budget_usd: "),
        ("segments_per_request = 0", "segments_per_request: "),
        ("requests_per_shard = 50001", "requests_per_shard: "),
        ("megabytes_per_shard = 201", "megabytes_per_shard: "),
        ("max_attempts = 'many'", "max_attempts: "),
        ("on_missing = 'stop'", "on_missing: .*'source' or 'hold'"),
        ("[[documents]]\ncolums = ['a']", r"'documents\.0\.colums'; the settings are files, columns"),
        ("[[documents]]\nmode = 'drop'", r"documents\.0\.mode: "),
        ("model = ", "is not readable as TOML: Invalid value"),
    ],
)
def test_errors_name_the_file_and_the_key(tmp_path: Path, wrong: str, says: str) -> None:
    with pytest.raises(SettingsError, match=rf"{DAY}/translate\.toml.*{says}"):
        load(tmp_path, toml="model = 'root'", of_day=wrong)


def test_a_file_that_is_not_utf8_is_an_error_of_that_file(tmp_path: Path) -> None:
    (tmp_path / "translate.toml").write_bytes("model = '東京'".encode("shift_jis"))
    with pytest.raises(SettingsError, match=r"translate\.toml is not readable as TOML"):
        load(tmp_path)


def test_an_error_in_the_params_names_the_params(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the run's params: target_langs"):
        load(tmp_path, toml="target_langs = ['fr']", target_langs=["x"])
    with pytest.raises(SettingsError, match="the run's params: there is no setting 'langs'"):
        load(tmp_path, langs=["en"])


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"budget_usd.*; .*max_attempts"):
        load(tmp_path, toml="budget_usd = -1", max_attempts=99)


def test_environment_defaults_to_a_ledger_in_the_data_folder(tmp_path: Path) -> None:
    environment = Environment.read({"BATCH_TRANSLATE_DATA": str(tmp_path)})
    assert environment == Environment(str(tmp_path), f"sqlite:///{tmp_path}/ledger.sqlite")
    assert Environment.read({}).ledger == f"sqlite:///{Environment.read({}).data}/ledger.sqlite"


def test_environment_takes_the_ledger_that_is_named() -> None:
    named = {"BATCH_TRANSLATE_DATA": "s3://bucket/data", "BATCH_TRANSLATE_LEDGER": "postgresql://host/ledger"}
    assert Environment.read(named) == Environment("s3://bucket/data", "postgresql://host/ledger")


def test_data_in_an_object_store_want_a_ledger_elsewhere() -> None:
    with pytest.raises(SettingsError, match=r"memory://data.*set BATCH_TRANSLATE_LEDGER"):
        Environment.read({"BATCH_TRANSLATE_DATA": "memory://data"})
