"""Which plural forms has a language? Those of Unicode's CLDR, as Babel carries them.

A category's name (`one`, `few`, `other`, …) says nothing by itself: which numbers it stands for differs from
language to language (https://cldr.unicode.org/index/cldr-spec/plural-rules).
"""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.plural import PluralRule

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
# A category that begins at a million (`many` in French, Spanish, Italian) is left to `other`, as programs do.
_NUMBERS = (*range(200), 1_000)


@lru_cache(maxsize=256)
def plural_rule(language: str) -> PluralRule:
    """The rule by which a language's numbers get their category; always `other` where CLDR does not know it."""
    try:
        return Locale.parse(language, sep="-").plural_form
    except (UnknownLocaleError, ValueError):
        return PluralRule({})


@lru_cache(maxsize=256)
def plural_examples(language: str) -> dict[str, tuple[int, ...]]:
    """category → some whole numbers it stands for, in CLDR's order; categories of fractions alone are left out."""
    rule = plural_rule(language)
    found: dict[str, list[int]] = {}
    for number in _NUMBERS:
        examples = found.setdefault(rule(number), [])
        if len(examples) < 4:
            examples.append(number)
    return {category: tuple(found[category]) for category in CATEGORIES if category in found}


def plural_context(language: str, category: str) -> str:
    """What a translator has to know about a text that is one of several plural forms of another."""
    numbers = ", ".join(map(str, plural_examples(language).get(category, ())))
    return f"plural form {category!r}: for numbers such as {numbers}" if numbers else f"plural form {category!r}"
