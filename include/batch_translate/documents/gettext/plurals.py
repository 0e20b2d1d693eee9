"""Which plural forms does a PO file have, and which numbers does each of them stand for?

A Plural-Forms header is C: its expression is evaluated over numbers, which tells the CLDR category of each
msgstr[i] in a language, whatever the order of the forms.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from gettext import c2py

from babel import Locale, UnknownLocaleError
from babel.messages.plurals import DEFAULT_PLURAL, get_plural

from batch_translate.languages import base_language
from batch_translate.plurals import plural_context, plural_rule

_PLURAL_FORMS = re.compile(r"nplurals[ \t]*+=[ \t]*+([0-9]{1,2});[ \t]*+plural[ \t]*+=([^;]++)")
_MOST_FORMS = 12
WITHOUT_HEADER = "nplurals=2; plural=n != 1;"
"""What gettext takes for the Plural-Forms of a file that has none."""
_NUMBERS = (*range(200), 1_000)


@dataclass(frozen=True, slots=True)
class Form:
    """What one msgstr[i] is in a language: its CLDR category, and whether it stands for the number 1 and no other.

    `sentence` says to a translator which form it is; "" for those that msgid and msgid_plural are themselves.
    """

    category: str
    is_one_alone: bool
    sentence: str


def language_rule(language: str) -> str:
    """A language's Plural-Forms as Babel carries them; two forms, as in English, where it knows none."""
    try:
        count, expression = get_plural(Locale.parse(language, sep="-"))
    except (UnknownLocaleError, ValueError):
        count, expression = DEFAULT_PLURAL
    return f"nplurals={count}; plural={expression};"


def is_valid_rule(rule: str) -> bool:
    """Whether a Plural-Forms header can be used: POT files have `nplurals=INTEGER; plural=EXPRESSION;`."""
    return _numbers_of_forms(rule) is not None


def names_language(header_language: str, language: str) -> bool:
    """Whether a header's Language (`pt_BR`, `sr@latin`) is that language, its region and script aside."""
    return base_language(re.split("[_@.-]", header_language)[0].lower()) == base_language(language)


@lru_cache(maxsize=1_024)
def forms_of(rule: str, language: str) -> tuple[Form, ...]:
    """The forms that a valid Plural-Forms header asks for, in the order of their msgstr[i]."""
    return tuple(_form(numbers, language) for numbers in _numbers_of_forms(rule) or ())


@lru_cache(maxsize=1_024)
def _numbers_of_forms(rule: str) -> tuple[tuple[int, ...], ...] | None:
    found = _PLURAL_FORMS.search(rule)
    if found is None or not 1 <= int(found[1]) <= _MOST_FORMS:
        return None
    numbers: list[list[int]] = [[] for _ in range(int(found[1]))]
    try:
        form_of = c2py(found[2].strip())
        for number in _NUMBERS:
            index = form_of(number)
            if index < 0:
                return None
            numbers[index].append(number)
    except (ValueError, ArithmeticError, IndexError, RecursionError):
        return None
    return tuple(map(tuple, numbers))


def _form(numbers: tuple[int, ...], language: str) -> Form:
    categories = Counter(map(plural_rule(language), numbers))
    # A form for numbers of several categories is the general one where that is among them.
    mixed = not categories or "other" in categories
    category = "one" if numbers == (1,) else "other" if mixed else categories.most_common(1)[0][0]
    sentence = "" if category == "other" else plural_context(language, category)
    return Form(category, numbers == (1,), sentence)
