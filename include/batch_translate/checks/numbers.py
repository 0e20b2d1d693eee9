"""Does a translation have the numbers of its source, and no others? Compared by value.

Two checks share the comparison. `check_numbers` is for what is wrong beyond doubt: a number in digits that is
gone, one that came from nowhere, one that became another. `check_number_words` is for numbers that may have gone
into the wording: a small count, a numeral in words.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from batch_translate.checks.dates import MONTH_NAMES, MONTHS
from batch_translate.checks.digits import Number, Strength, Value, digit_runs, prose_of, read_digits
from batch_translate.checks.english_numbers import read_english
from batch_translate.checks.japanese_numbers import read_japanese
from batch_translate.checks.number_order import misplaced
from batch_translate.languages import base_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batch_translate.checks.pair import Pair


class _Language(NamedTuple):
    """How numbers are read; `more` is found where digits alone do not say it all, and now and then elsewhere."""

    read: Callable[[str], list[Number]]
    more: re.Pattern[str]


_JAPANESE = _Language(read_japanese, re.compile("[二三四五六七八九十百千万億兆月割]"))
_LANGUAGES = {
    "ja": _JAPANESE,
    "zh": _JAPANESE,
    "yue": _JAPANESE,
    "en": _Language(
        read_english,
        re.compile(
            r"[mbtfsen\d](?:r?illion|housand|wo\b|hree\b|our\b|ive\b|ix\b|even\b|ight\b|ine\b|(?<=\d)[kKmMbBtT]\b)"
        ),
    ),
}
_OTHER = _Language(read_digits, _JAPANESE.more)

# 一 is left out: it is in every other text, and hardly ever a number that must stay.
_NUMERAL = re.compile("[\\d①-⑳㊀-㊉二三四五六七八九十百千億兆]")
_WRITTEN = re.compile(r"\d+(?:[.,]\d+)*")
_MONTH_NUMBERS = frozenset(range(1, 13))
_MOST = 5


class _Said(NamedTuple):
    """What is wrong beyond doubt, and what may be right."""

    certain: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def check_numbers(pair: Pair) -> Iterable[str]:
    """One sentence for each number that is missing, made up or changed; at most five of a kind."""
    return _said(pair).certain


def check_number_words(pair: Pair) -> Iterable[str]:
    """One sentence for each number that may be missing or made up: it is small, in words or there once more."""
    return _said(pair).doubtful


_NOTHING = _Said()


def _said(pair: Pair) -> _Said:
    source, target = pair.source, pair.target
    if not _NUMERAL.search(source) and not _NUMERAL.search(target):
        return _NOTHING
    return _compare(source, target, base_language(pair.source_language), base_language(pair.target_language))


@lru_cache(maxsize=8)  # both checks ask for the same pair, one after the other
def _compare(source: str, target: str, source_language: str, target_language: str) -> _Said:
    source, target = prose_of(source), prose_of(target)
    written, kept = _WRITTEN.findall(source), _WRITTEN.findall(target)
    known, other = _LANGUAGES.get(source_language), _LANGUAGES.get(target_language)
    asked, answered = known or _OTHER, other or _OTHER
    order = misplaced(source, target) if len(written) > 1 else None
    digits_say_it_all = not asked.more.search(source) and not answered.more.search(target)
    if order is None and digits_say_it_all and sorted(written) == sorted(kept):
        return _NOTHING
    wanted, found = asked.read(source), answered.read(target)
    if known and other:
        missing, added = _unmatched(wanted, _offered(found)), _unmatched(found, _offered(wanted))
        rarer = _rarer(wanted, found)
    else:
        missing, added = _loosely(source, target, wanted, found)
        rarer = []
    if missing and added:
        # A weak number is missing for sure where another number stands instead.
        certain, doubtful = _sentences(missing, added), []
    else:
        certain = _sentences(_of(missing, "firm"), _of(added, "firm"))
        doubtful = _sentences(_of(missing, "weak"), _of(added, "weak"))
    certain += _repeated(number for number in rarer if not _is_small(number))
    doubtful += _repeated(number for number in rarer if _is_small(number))
    if order:
        numbers = f"The numbers {order.first} and {order.second}"
        if order.certain:
            certain.append(f"{numbers} have changed places.")
        else:
            doubtful.append(f"{numbers} stand the other way round in the translation.")
    return _Said(tuple(certain), tuple(doubtful))


def _is_small(number: Number) -> bool:
    """Whether people refer to it otherwise the second time."""
    value = number.values[0]
    return isinstance(value, str) or value < 10


def _of(numbers: list[Number], strength: Strength) -> list[Number]:
    return [number for number in numbers if number.strength == strength]


def _unmatched(numbers: Iterable[Number], offered: set[Value]) -> list[Number]:
    found = {
        number.values[0]: number
        for number in numbers
        if number.strength != "hint" and offered.isdisjoint(number.values)
    }
    return list(found.values())


def _rarer(wanted: list[Number], found: list[Number]) -> list[Number]:
    """The firm numbers that occur in both texts, but less often among `found`; a word that hints at it counts."""
    firm = [number for number in wanted if number.strength == "firm"]
    if len({number.values[0] for number in firm}) == len(firm):
        return []
    rarer = []
    for value, times in Counter(number.values[0] for number in firm).items():
        number = next(number for number in firm if number.values[0] == value)
        if 0 < sum(not set(other.values).isdisjoint(number.values) for other in found) < times:
            rarer.append(number)
    return rarer


def _offered(numbers: Iterable[Number]) -> set[Value]:
    """Every value a text may be said to have. A month may be meant by its number where no month is named."""
    values = {value for number in numbers for value in number.values}
    if named := values & MONTH_NAMES:
        values.update(MONTHS.index(str(name)) + 1 for name in named)
    else:
        values.update(MONTHS[int(number) - 1] for number in values & _MONTH_NUMBERS)
    return values


def _loosely(
    source: str, target: str, wanted: list[Number], found: list[Number]
) -> tuple[list[Number], list[Number]]:
    """(missing, added) with a language whose number words are not known: digits alone count as the number, too."""

    def unmatched(numbers: list[Number], offered: set[Value]) -> list[Number]:
        return [
            number
            for number in _unmatched(numbers, offered)
            if number.values[0] not in MONTH_NAMES
            and (runs := digit_runs(number.text))
            and not offered.issuperset(runs)
        ]

    missing = unmatched(wanted, _offered(found) | digit_runs(target))
    added = unmatched(found, _offered(wanted) | digit_runs(source))
    # Either may be a word in the other text, unless both are there.
    return (missing, added) if missing and added else (_of(missing, "firm"), [])


def _repeated(numbers: Iterable[Number]) -> list[str]:
    return [
        f"The source has {_named(number)} more often than the translation." for number in islice(numbers, _MOST)
    ]


def _sentences(missing: list[Number], added: list[Number]) -> list[str]:
    if len(missing) == len(added) == 1:
        return [f"The source has {_named(missing[0])}, the translation has {_named(added[0])} instead."]
    return [
        *(f"The source has {_named(number)}, which the translation lacks." for number in missing[:_MOST]),
        *(f"The translation has {_named(number)}, which the source does not have." for number in added[:_MOST]),
    ]


def _named(number: Number) -> str:
    value = number.values[0]
    is_year = isinstance(value, int) and 1800 < value < 2100
    written = str(value) if isinstance(value, str) or is_year else f"{value:,}"
    kind = "the month" if value in MONTH_NAMES else "the number"
    if number.text in (written, str(value)):
        return f"{kind} {number.text}"
    return f"{kind} {written} ({number.text})"
