"""Does a translation have every placeholder of its source, exactly as often?

The placeholders are those of docs/prompt-contract.md. A percent sign in prose (`100%の`, `50% of`) is none: an
unnumbered printf placeholder has no space in it and does not follow a number. Nor are braces in prose (`{a、b}`,
`{ 注 }`): an argument of ICU MessageFormat has one of ICU's types, or an ASCII name where it is spaced.
"""

from __future__ import annotations

import re
from collections import Counter

from batch_translate.markup.tags import TAG, is_well_nested

_FORMAT = r"[-+0#]*[0-9]*(?:\.[0-9]+)?(?:hh|h|ll|l|z)?"
_TYPES = "number|date|time|spellout|ordinal|duration"
_PLACEHOLDER = re.compile(
    rf"""
      {TAG.pattern.replace("(", "(?:")}
    | (?P<percent>%%)
    | %\(\w+\){_FORMAT}[A-Za-z]                                         # %(name)s
    | %[0-9]+\${_FORMAT}[A-Za-z@]                                       # %1$s
    | (?<![0-9０-９])(?<![0-9０-９][ ])%{_FORMAT}(?:[sd@]|[iufFeEgGxXoc](?![A-Za-z]))   # %s, %.2f
    | \{{\{{[^{{}}]*\}}\}}                                              # {{{{name}}}}
    | \$\{{[^{{}}]*\}}                                                  # ${{name}}
    | \{{(?:[0-9]*|[^\W\d][\w.\[\]-]*)(?:![rsa])?(?::[^{{}}\s]*)?\}}    # {{0}}, {{name}}, {{price:.2f}}
    | \{{\s*+[\w.-]++\s*+,\s*+(?:{_TYPES})\s*+(?:,[^{{}}]*+)?\}}           # {{n, number}}, {{d, date, short}}
    | \{{[ ]*+[A-Za-z0-9_][A-Za-z0-9_.-]*+[ ]*+\}}                        # {{ name }}
    """,
    re.VERBOSE,
)


def placeholders(text: str) -> Counter[str]:
    """Every placeholder of `text`, with how often it occurs."""
    return Counter(match.group() for match in _PLACEHOLDER.finditer(text) if not match["percent"])


def compare(source: str, target: str) -> list[str]:
    """What is wrong with the placeholders of `target`, as sentences; empty when nothing is."""
    if not (_may_hold_one(source) or _may_hold_one(target)):
        return []
    wanted, found = placeholders(source), placeholders(target)
    findings = [
        f"The placeholder {placeholder} occurs {_times(wanted[placeholder])} in the source text "
        f"and {_times(found[placeholder])} in the translation."
        for placeholder in sorted(wanted | found)
        if wanted[placeholder] != found[placeholder]
    ]
    if not findings and is_well_nested(source) and not is_well_nested(target):
        findings.append("The numbered tags are closed in another order than they are opened.")
    return findings


def _may_hold_one(text: str) -> bool:
    # Most texts have none, and looking for three characters is many times faster than looking for them all.
    return "<" in text or "%" in text or "{" in text


def _times(count: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(count, f"{count} times")
