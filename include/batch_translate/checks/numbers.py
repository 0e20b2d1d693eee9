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
from batch_translate.checks.digits import Number, Value, digit_runs, prose_of, read_digits
from batch_translate.checks.english_numbers import read_english
from batch_translate.checks.japanese_numbers import read_japanese
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
_MOST = 5


class _Differences(NamedTuple):
    """`rarer` are numbers that the translation has, but less often."""

    missing: tuple[Number, ...] = ()
    added: tuple[Number, ...] = ()
    rarer: tuple[Number, ...] = ()


_NONE = _Differences()


def check_numbers(pair: Pair) -> Iterable[str]:
    """One sentence for each number that is missing, made up or changed; at most five of a kind."""
    source, target = pair.source, pair.target
    if not _NUMERAL.search(source) and not _NUMERAL.search(target):
        return ()
    differences = _differences(source, target, pair.source_language, pair.target_language)
    if differences is _NONE:
        return ()
    missing, added, rarer = differences
    # A weak number is missing for sure where another number stands instead.
    changed = bool(missing and added)
    return [
        *_sentences(missing if changed else _of(missing, "firm"), added if changed else _of(added, "firm")),
        *_repeated(number for number in rarer if not _is_small(number)),
    ]


def check_number_words(pair: Pair) -> Iterable[str]:
    """One sentence for each number that neither stands in the other text nor is known to be replaced."""
    source, target = pair.source, pair.target
    if not _NUMERAL.search(source) and not _NUMERAL.search(target):
        return ()
    differences = _differences(source, target, pair.source_language, pair.target_language)
    if differences is _NONE:
        return ()
    missing, added, rarer = differences
    changed = bool(missing and added)
    return [
        *([] if changed else _sentences(_of(missing, "weak"), _of(added, "weak"))),
        *_repeated(number for number in rarer if _is_small(number)),
    ]


def _is_small(number: Number) -> bool:
    """Whether people refer to it otherwise the second time."""
    value = number.values[0]
    return isinstance(value, str) or value < 10


def _of(numbers: tuple[Number, ...], strength: str) -> tuple[Number, ...]:
    return tuple(number for number in numbers if number.strength == strength)


@lru_cache(maxsize=8)  # both checks ask for the same pair, one after the other
def _differences(source: str, target: str, source_language: str, target_language: str) -> _Differences:
    source, target = prose_of(source), prose_of(target)
    written, kept = _WRITTEN.findall(source), _WRITTEN.findall(target)
    known, other = _LANGUAGES.get(base_language(source_language)), _LANGUAGES.get(base_language(target_language))
    asked, answered = known or _OTHER, other or _OTHER
    if (written == kept or sorted(written) == sorted(kept)) and not (
        asked.more.search(source) or answered.more.search(target)
    ):
        return _NONE
    wanted, found = asked.read(source), answered.read(target)
    if not (known and other):
        return _loosely(source, target, wanted, found)
    return _Differences(
        _unmatched(wanted, _offered(found)), _unmatched(found, _offered(wanted)), _rarer(wanted, found)
    )


def _unmatched(numbers: Iterable[Number], offered: set[Value]) -> tuple[Number, ...]:
    found = {
        number.values[0]: number
        for number in numbers
        if number.strength != "hint" and offered.isdisjoint(number.values)
    }
    return tuple(found.values())


def _rarer(wanted: list[Number], found: list[Number]) -> tuple[Number, ...]:
    """The firm numbers that occur in both texts, but less often among `found`; a word that hints at it counts."""
    firm = [number for number in wanted if number.strength == "firm"]
    if len({number.values[0] for number in firm}) == len(firm):
        return ()
    rarer = []
    for value, times in Counter(number.values[0] for number in firm).items():
        number = next(number for number in firm if number.values[0] == value)
        if 0 < sum(not set(other.values).isdisjoint(number.values) for other in found) < times:
            rarer.append(number)
    return tuple(rarer)


def _offered(numbers: Iterable[Number]) -> set[Value]:
    """Every value a text may be said to have. A month may be meant by its number where no month is named."""
    values = {value for number in numbers for value in number.values}
    if values.isdisjoint(MONTH_NAMES):
        values.update(name for place, name in enumerate(MONTHS, start=1) if place in values)
    else:
        values.update(place for place, name in enumerate(MONTHS, start=1) if name in values)
    return values


def _loosely(source: str, target: str, wanted: list[Number], found: list[Number]) -> _Differences:
    """With a language whose number words are not known, a number counts as there by its digits, too."""

    def unmatched(numbers: list[Number], offered: set[Value]) -> tuple[Number, ...]:
        return tuple(
            number
            for number in _unmatched(numbers, offered)
            if number.values[0] not in MONTH_NAMES
            and (runs := digit_runs(number.text))
            and not offered.issuperset(runs)
        )

    missing = unmatched(wanted, _offered(found) | digit_runs(target))
    added = unmatched(found, _offered(wanted) | digit_runs(source))
    if missing and added:
        return _Differences(missing, added)
    return _Differences(_of(missing, "firm"), ())


def _repeated(numbers: Iterable[Number]) -> list[str]:
    return [
        f"The source has {_named(number)} more often than the translation." for number in islice(numbers, _MOST)
    ]


def _sentences(missing: tuple[Number, ...], added: tuple[Number, ...]) -> list[str]:
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
