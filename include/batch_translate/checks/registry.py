"""The checks by name, each with its default severity.

A new check is a function in a module of its own family and a line here. Most pairs are good and there are millions
of them: a check begins with the cheapest question that lets a pair pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from batch_translate.checks.additions import check_additions
from batch_translate.checks.addresses import check_addresses
from batch_translate.checks.code import check_code, check_names
from batch_translate.checks.form import check_artefacts, check_brackets, check_lines
from batch_translate.checks.icu import check_icu
from batch_translate.checks.language import check_language
from batch_translate.checks.length import check_cut, check_end_mark, check_length
from batch_translate.checks.numbers import check_number_words, check_numbers
from batch_translate.checks.obeyed import check_obeyed
from batch_translate.checks.placeholders import check_placeholders
from batch_translate.checks.repetition import check_repetition
from batch_translate.checks.script import check_script, check_untranslated
from batch_translate.checks.terms import check_forbidden, check_terms
from batch_translate.findings import Finding, Severity

if TYPE_CHECKING:
    from batch_translate.checks.pair import Pair

Setting = Literal["critical", "warning", "off"]
"""What a profile says of a check."""

PairCheck = Callable[["Pair"], Iterable[str]]
"""Yields one sentence for each thing that is wrong."""


class Check(NamedTuple):
    """A check and what its findings are, unless a profile says otherwise."""

    function: PairCheck
    severity: Severity


CHECKS: dict[str, Check] = {
    "placeholders": Check(check_placeholders, "critical"),
    "untranslated": Check(check_untranslated, "critical"),
    "script": Check(check_script, "critical"),
    "language": Check(check_language, "critical"),
    "length": Check(check_length, "critical"),
    "cut": Check(check_cut, "critical"),
    "end_mark": Check(check_end_mark, "warning"),
    "additions": Check(check_additions, "critical"),
    "obeyed": Check(check_obeyed, "critical"),
    "code": Check(check_code, "critical"),
    "names": Check(check_names, "warning"),
    "numbers": Check(check_numbers, "critical"),
    "number_words": Check(check_number_words, "warning"),
    "addresses": Check(check_addresses, "critical"),
    "terms": Check(check_terms, "critical"),
    "forbidden_terms": Check(check_forbidden, "critical"),
    "repetition": Check(check_repetition, "critical"),
    "lines": Check(check_lines, "warning"),
    "brackets": Check(check_brackets, "warning"),
    "icu": Check(check_icu, "critical"),
    "artefacts": Check(check_artefacts, "critical"),
}


def chosen_checks(settings: Mapping[str, Setting]) -> list[tuple[str, PairCheck, Severity]]:
    """The checks that are not off, in the registry's order; `settings` are those that differ from the defaults."""
    said = {name: settings.get(name, check.severity) for name, check in CHECKS.items()}
    return [(name, CHECKS[name].function, severity) for name, severity in said.items() if severity != "off"]


def findings_on(pair: Pair, checks: Iterable[tuple[str, PairCheck, Severity]]) -> tuple[Finding, ...]:
    """What these checks find on a pair."""
    found: list[Finding] = []
    for name, function, severity in checks:
        if sentences := function(pair):
            found += [Finding(name, severity, sentence) for sentence in sentences]
    return tuple(found)


def run_checks(pair: Pair, settings: Mapping[str, Setting]) -> tuple[Finding, ...]:
    """What the checks find on a single pair; for many, choose them once."""
    return findings_on(pair, chosen_checks(settings))
