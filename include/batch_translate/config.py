"""What a run is told to do: the environment, translate.toml, the run's params — resolved once, then written down.

Where the same thing is said twice, the later wins: defaults, `translate.toml` in the input root, the one in the
dated folder, the run's params. A param left at its default yields to translate.toml.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from batch_translate import storage
from batch_translate.errors import SettingsError
from batch_translate.languages import checked_tag

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROJECT = Path(__file__).parents[2]


def _checked_language(tag: str) -> str:
    try:
        return checked_tag(tag)
    except SettingsError as error:
        raise ValueError(str(error)) from None  # what pydantic reports with the key it stands at


Language = Annotated[str, AfterValidator(_checked_language)]
Formality = Literal["formal", "informal"]
CheckSetting = Literal["critical", "warning", "off"]


@dataclass(frozen=True, slots=True)
class Environment:
    """Where this installation keeps things: a data folder or URL with the three roots, and the ledger's URL."""

    data: str
    ledger: str

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Environment:
        """From BATCH_TRANSLATE_DATA (default: `data` in the project) and BATCH_TRANSLATE_LEDGER.

        The ledger defaults to SQLite in the data folder. Raises SettingsError when the data are not on this
        machine's disk and no ledger is named: a SQLite file cannot live in an object store.
        """
        environ = os.environ if environ is None else environ
        data = environ.get("BATCH_TRANSLATE_DATA") or str(_PROJECT / "data")
        ledger = environ.get("BATCH_TRANSLATE_LEDGER")
        if not ledger:
            folder = storage.local_path(data)
            if folder is None:
                raise SettingsError(
                    f"BATCH_TRANSLATE_DATA is {data}, which is no local folder: set BATCH_TRANSLATE_LEDGER to the "
                    "ledger's database, for example postgresql://user@host/translations"
                )
            ledger = f"sqlite:///{folder.absolute()}/ledger.sqlite"
        return cls(data=data, ledger=ledger)


class _Parsed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentRule(_Parsed):
    """How the documents that match a glob are read (documents.document.DocumentSettings says what each means)."""

    files: str = "**"
    columns: tuple[str, ...] | None = None
    id_columns: tuple[str, ...] | None = None
    mode: Literal["add", "replace"] | None = None
    front_matter: tuple[str, ...] | None = None


class ProfileRule(_Parsed):
    """How the documents that match a glob are translated into some languages; None: as the settings say.

    What each means is said in docs/profiles.md.
    """

    name: Annotated[str, Field(min_length=1)]
    files: str = "**"
    languages: tuple[Language, ...] | None = None
    version: Annotated[int, Field(ge=1)] = 1
    model: str | None = None
    escalation_model: str | None = None
    tone: str | None = None
    formality: Formality | None = None
    audience: str | None = None
    instructions: str | None = None
    glossary: tuple[str, ...] | None = None
    checks: dict[str, CheckSetting] | None = None
    segments_per_request: Annotated[int, Field(ge=1, le=100)] | None = None


class Settings(_Parsed):
    """What one run does, completely: written into its plan, so that every task works by the same."""

    source_lang: Language = "ja"
    target_langs: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
    model: str = "gpt-6-luna"
    escalation_model: str | None = None
    files: str = "**"
    exclude: tuple[str, ...] = ()
    on_missing: Literal["source", "hold"] = "source"
    profile: str = "default"
    profile_version: Annotated[int, Field(ge=1)] = 1
    tone: str = ""
    formality: Formality | None = None
    audience: str = ""
    instructions: str = ""
    glossary: tuple[str, ...] = ()
    checks: dict[str, CheckSetting] = {}
    profiles: tuple[ProfileRule, ...] = ()
    budget_usd: Annotated[float, Field(ge=0)] | None = None
    monthly_budget_usd: Annotated[float, Field(ge=0)] | None = None
    over_budget: Literal["stop", "ask"] = "stop"
    segments_per_request: Annotated[int, Field(ge=1, le=100)] = 10
    tokens_per_request: Annotated[int, Field(ge=50)] = 1_500
    requests_per_shard: Annotated[int, Field(ge=1, le=50_000)] = 50_000
    megabytes_per_shard: Annotated[int, Field(ge=1, le=200)] = 150
    tokens_per_shard: Annotated[int, Field(ge=1_000)] = 1_000_000
    context_characters: Annotated[int, Field(ge=0, le=10_000)] = 0
    max_attempts: Annotated[int, Field(ge=1, le=10)] | None = None
    documents: tuple[DocumentRule, ...] = ()

    def languages(self) -> tuple[str, ...]:
        """The target languages, each once, in their order."""
        return tuple(dict.fromkeys(self.target_langs))


class RunRequest(_Parsed):
    """What a run was asked for: the day, where things are, and the params a person set."""

    day: str
    run_id: str
    input: str
    output: str
    work: str
    params: dict[str, Any] = {}


def load_settings(request: RunRequest) -> Settings:
    """The settings of a run, from translate.toml and its params.

    Raises SettingsError with the file and the key.
    """
    merged: dict[str, Any] = {}
    origin: dict[str, str] = {}
    day_folder = storage.join(request.input, request.day)
    for url in (storage.join(request.input, "translate.toml"), storage.join(day_folder, "translate.toml")):
        for key, value in _read_toml(url).items():
            merged[key], origin[key] = value, url
    for key, value in request.params.items():
        default = Settings.model_fields[key].get_default() if key in Settings.model_fields else None
        given = tuple(value) if isinstance(value, list) else value
        if given is not None and (given != default or key not in merged):
            merged[key], origin[key] = value, "the run's params"
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        raise SettingsError("; ".join(_say(problem, origin) for problem in error.errors())) from None


def _read_toml(url: str) -> dict[str, Any]:
    if not storage.exists(url):
        return {}
    with storage.local_copy(url) as (file, _):
        try:
            return tomllib.load(file)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{url} is not readable as TOML: {error}") from None


def _say(problem: Any, origin: Mapping[str, str]) -> str:
    place = ".".join(str(part) for part in problem["loc"])
    where = origin.get(str(problem["loc"][0]), "the defaults") if problem["loc"] else "the settings"
    if problem["type"] == "extra_forbidden":
        parts: dict[str, type[_Parsed]] = {"documents": DocumentRule, "profiles": ProfileRule}
        known = parts.get(str(problem["loc"][0]), Settings) if len(problem["loc"]) > 1 else Settings
        return f"{where}: there is no setting {place!r}; the settings are {', '.join(known.model_fields)}"
    return f"{where}: {place}: {problem['msg'].removeprefix('Value error, ')}"
