"""Judging translations by the profile under which they were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_translate import keys
from batch_translate.checks.documents import DOCUMENT_CHECKS
from batch_translate.checks.pair import Pair
from batch_translate.checks.registry import CHECKS, chosen_checks, findings_on, run_checks
from batch_translate.errors import SettingsError
from batch_translate.findings import Finding
from batch_translate.ledger import Ledger, profiles, reviews
from batch_translate.profiles import Profile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_translate.answers import Slot

_BANNED = Finding("banned", "critical", "A person has banned this translation.")


def refuse_unknown_checks(profiles: Iterable[Profile]) -> None:
    """Raises SettingsError where a profile names a check that does not exist, or asks of one what it cannot do."""
    known = {*CHECKS, *DOCUMENT_CHECKS}
    for profile in profiles:
        noted = [name for name in DOCUMENT_CHECKS if profile.checks.get(name) == "critical"]
        if noted:
            raise SettingsError(
                f"profile {profile.name!r} in translate.toml: {', '.join(noted)} cannot be critical: it is seen "
                "when the document is written, after the answers were judged. Say warning or off."
            )
        if unknown := profile.checks.keys() - known:
            raise SettingsError(
                f"profile {profile.name!r} in translate.toml: there is no check {', '.join(sorted(unknown))}; the "
                f"checks are {', '.join(sorted(known))}"
            )


class Judge:
    """The findings on one text after the other, all under one profile."""

    def __init__(self, profile: Profile) -> None:
        self._languages = profile.source_language, profile.target_language
        self._checks = chosen_checks(profile.checks)
        self._glossary = profile.glossary() if profile.terms else None

    def findings(self, source: str, target: str, context: str) -> tuple[Finding, ...]:
        """What the checks have to say about a translation."""
        terms = self._glossary.find(source) if self._glossary else ()
        return findings_on(Pair(source, target, *self._languages, context, terms), self._checks)


class JobJudge:
    """The same for the answers of a job, none of which may be one that a person has banned."""

    def __init__(self, ledger: Ledger, job_key: str) -> None:
        content = profiles.content_of(ledger, job_key)
        self._judge = None if content is None else Judge(Profile.model_validate_json(content))
        self._bans = reviews.bans_of(ledger, job_key)

    def findings(self, slot: Slot, text: str) -> tuple[Finding, ...]:
        """What is to be said about the answer for a slot."""
        if self._bans:
            key = keys.segment_key(slot.source_language, slot.target_language, slot.source, slot.context)
            if text in self._bans.get(key, ()):
                return (_BANNED,)
        if self._judge is None:  # asked before profiles were kept
            return run_checks(
                Pair(slot.source, text, slot.source_language, slot.target_language, slot.context), {}
            )
        return self._judge.findings(slot.source, text, slot.context)
