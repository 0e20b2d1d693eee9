"""Judging translations by the profile under which they were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_translate.checks.documents import DOCUMENT_CHECKS
from batch_translate.checks.pair import Pair
from batch_translate.checks.registry import CHECKS, chosen_checks, findings_on
from batch_translate.errors import SettingsError
from batch_translate.ledger import Ledger, profiles
from batch_translate.profiles import Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batch_translate.answers import Slot
    from batch_translate.findings import Finding


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


def judge_of(ledger: Ledger, job_key: str) -> Callable[[Slot, str], tuple[Finding, ...]]:
    """What says what is to be said about the answer for a slot of a job, by the profile it was asked under."""
    content = profiles.content_of(ledger, job_key)
    if content is not None:
        judge = Judge(Profile.model_validate_json(content))
        return lambda slot, text: judge.findings(slot.source, text, slot.context)
    # Asked before profiles were kept.
    checks = chosen_checks({})
    return lambda slot, text: findings_on(
        Pair(slot.source, text, slot.source_language, slot.target_language, slot.context), checks
    )
