"""A profile: how texts are to be translated into one language, and what is demanded of their translations.

It is resolved once, when the folder is read, and kept whole: in the plan, and in the ledger with every job that
was asked under it, so that answers are judged by what was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from batch_translate import keys, storage
from batch_translate.config import CheckSetting
from batch_translate.errors import SettingsError
from batch_translate.glossary.files import merge_glossaries, read_glossary
from batch_translate.glossary.matching import Glossary
from batch_translate.glossary.terms import Term

if TYPE_CHECKING:
    from batch_translate.config import ProfileRule, RunRequest, Settings

_FORMALITY = {
    "formal": "Address the reader formally.",
    "informal": "Address the reader informally.",
}
# What the settings and a rule both have.
_SHARED = (
    "model", "escalation_model", "segments_per_request", "tone", "formality", "audience", "instructions", "checks",
)  # fmt: skip


class Profile(BaseModel):
    """Model, instructions, checks and terms for one target language.

    `instructions` are whole sentences, with tone, formality and audience. `checks` has what differs from the
    registry's defaults.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    source_language: str
    target_language: str
    model: str
    escalation_model: str | None
    segments_per_request: int
    instructions: str
    checks: dict[str, CheckSetting]
    terms: tuple[Term, ...]

    def key(self) -> str:
        """What tells profiles apart in the ledger. Nothing that was asked for depends on it."""
        return keys.profile_key(self.model_dump_json())

    def glossary(self) -> Glossary:
        """Its terms, ready to be looked for."""
        return Glossary(self.terms, self.source_language, self.target_language)


def load_profiles(request: RunRequest, settings: Settings) -> dict[str, tuple[Profile, ...]]:
    """target language → a profile for each rule of the settings, and the settings' own as the last.

    Raises SettingsError for a glossary that is missing or wrong, and for profiles that nobody could tell apart.
    """

    def terms(names: tuple[str, ...], language: str) -> tuple[Term, ...]:
        urls = [storage.resolve(request.input, name) for name in names]
        return merge_glossaries(read_glossary(url, settings.source_lang, language) for url in urls)

    found: dict[str, tuple[Profile, ...]] = {}
    for language in settings.languages():
        own = terms(settings.glossary, language)
        found[language] = (
            *(
                _resolve(
                    settings, rule, language, own if rule.glossary is None else terms(rule.glossary, language)
                )
                for rule in settings.profiles
            ),
            _resolve(settings, None, language, own),
        )
        _refuse_namesakes(found[language])
    return found


def _refuse_namesakes(profiles: tuple[Profile, ...]) -> None:
    """Raise SettingsError for two that share name and version, and so their translations, and ask differently."""
    known: dict[tuple[str, int], Profile] = {}
    for profile in profiles:
        first = known.setdefault((profile.name, profile.version), profile)
        if (first.instructions, first.checks) != (profile.instructions, profile.checks):
            raise SettingsError(
                f"translate.toml has two profiles {profile.name!r} of version {profile.version} which ask or "
                "check differently: their texts would share translations. Give one another name."
            )


def _resolve(settings: Settings, rule: ProfileRule | None, language: str, terms: tuple[Term, ...]) -> Profile:
    """The profile that a rule makes of the settings; None is the settings' own."""
    own = {name: getattr(settings, name) for name in _SHARED}
    own |= {"name": settings.profile, "version": settings.profile_version}
    said = own | (rule.model_dump(exclude_none=True) if rule else {})
    instructions = [
        f"Tone: {said['tone']}." if said["tone"] else "",
        _FORMALITY.get(said["formality"], ""),
        f"The readers are {said['audience']}." if said["audience"] else "",
        said["instructions"],
    ]
    return Profile(
        name=said["name"],
        version=said["version"],
        source_language=settings.source_lang,
        target_language=language,
        model=said["model"],
        escalation_model=said["escalation_model"],
        segments_per_request=said["segments_per_request"],
        instructions=" ".join(filter(None, instructions)),
        checks=settings.checks | said["checks"],
        terms=terms,
    )
