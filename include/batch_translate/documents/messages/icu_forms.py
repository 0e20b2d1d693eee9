"""Which branches does an ICU message get in a language? Those of its source and of the language's plural rules.

A plural's category which a target language has and the source lacks is asked for with the text of `other` and
written before it; one which the language lacks is left out. Branches for one number (`=0`) and `other` stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.plural import PluralRule

from batch_translate.plurals import CATEGORIES, plural_context, plural_examples, plural_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_translate.markup.icu import Argument, Branch, Kind

_NUMBERS = (*range(200), 1_000)


@dataclass(frozen=True, slots=True)
class Form:
    """A branch as some languages have it. `context` says what it is for; `added`: the source lacks it."""

    selector: str
    branch: Branch
    languages: tuple[str, ...]
    context: str
    added: bool = False


def forms_of(argument: Argument, languages: Sequence[str]) -> Iterator[list[Form]]:
    """Yield the branches of `argument` in the order they are written: each in one form per group of languages.

    A branch that none of the languages has is in one form for no language.
    """
    present = {branch.selector for branch in argument.branches}
    for branch in argument.branches:
        if argument.kind == "select":
            yield [Form(branch.selector, branch, tuple(languages), "")]
            continue
        if branch.selector == "other":
            for category in CATEGORIES:
                if category not in present:
                    yield _grouped(category, branch, languages, argument.kind, added=True)
        yield _grouped(branch.selector, branch, languages, argument.kind, added=False)


def stands_for_one_number(language: str, selector: str, kind: Kind) -> bool:
    """Whether a branch can say its number in words: `one {1 file}` in English, not in Russian (1, 21, 31)."""
    return selector.startswith("=") or len(_examples(language, kind).get(selector, ())) == 1


def _grouped(selector: str, branch: Branch, languages: Sequence[str], kind: Kind, *, added: bool) -> list[Form]:
    groups: dict[str, list[str]] = {}
    for language in languages:
        if selector == "other" or selector.startswith("=") or selector in _examples(language, kind):
            groups.setdefault(_context(language, selector, kind), []).append(language)
    if not groups and not added:
        return [Form(selector, branch, (), "")]
    return [Form(selector, branch, tuple(group), context, added) for context, group in groups.items()]


def _context(language: str, selector: str, kind: Kind) -> str:
    if kind == "plural":
        return plural_context(language, selector)
    numbers = ", ".join(map(str, _examples(language, kind).get(selector, ())))
    return f"ordinal form {selector!r}" + (f": for ordinal numbers such as {numbers}" if numbers else "")


@lru_cache(maxsize=256)
def rule_of(language: str, kind: Kind) -> PluralRule:
    """The rule by which a language's numbers, or its ordinal numbers, get their category."""
    if kind == "plural":
        return plural_rule(language)
    try:
        return Locale.parse(language, sep="-").ordinal_form
    except (UnknownLocaleError, ValueError):
        return PluralRule({})


@lru_cache(maxsize=256)
def _examples(language: str, kind: Kind) -> dict[str, tuple[int, ...]]:
    if kind == "plural":
        return plural_examples(language)
    rule = rule_of(language, kind)
    found: dict[str, list[int]] = {}
    for number in _NUMBERS:
        examples = found.setdefault(rule(number), [])
        if len(examples) < 4:
            examples.append(number)
    return {category: tuple(found[category]) for category in CATEGORIES if category in found}
