"""Findings: what a check has to say about a translation, in a sentence that people and models understand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["critical", "warning"]


class Finding(NamedTuple):
    """What the check named `check` says. A critical one forbids to use the translation, a warning is noted.

    `message` is one English sentence, with what is wrong quoted in it; the request for a better answer has it.
    """

    check: str
    severity: Severity
    message: str


def write_findings(findings: Iterable[Finding]) -> str:
    """Findings as a JSON list of objects: check, severity, message."""
    return json.dumps([finding._asdict() for finding in findings], ensure_ascii=False)


def read_findings(text: str | None) -> tuple[Finding, ...]:
    """The findings of such a list. A mere sentence, as ledgers before version 3 have them, is a critical one."""
    if text is None or text == "[]":
        return ()
    return tuple(
        Finding("placeholders", "critical", said) if isinstance(said, str) else Finding(**said)
        for said in json.loads(text)
    )


def is_critical(findings: Iterable[Finding]) -> bool:
    """Whether one of them forbids to use the translation."""
    return any(finding.severity == "critical" for finding in findings)


def rejected_by(findings: Iterable[Finding]) -> str:
    """Which checks forbid to use the translation, for counting; "" where none does."""
    checks = sorted({finding.check for finding in findings if finding.severity == "critical"})
    return f"findings of {', '.join(checks)}" if checks else ""


def badness(findings: Iterable[Finding]) -> tuple[int, int]:
    """(critical ones, warnings): of two answers the one with less is the better."""
    severities = [finding.severity for finding in findings]
    return severities.count("critical"), severities.count("warning")
