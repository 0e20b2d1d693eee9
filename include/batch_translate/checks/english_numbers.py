"""What numbers does an English text hold, in digits and in words?"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from batch_translate.checks.dates import era_years, month_names, month_of
from batch_translate.checks.digits import (
    DIGITS,
    NO,
    A,
    Number,
    Value,
    digits_strength,
    hours,
    parts_of_date,
    roman_values,
    value_of,
    with_wording,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAGNITUDES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_ABBREVIATIONS = {"mn": 10**6, "bn": 10**9, "tn": 10**12}
_LETTERS = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}


def _numbered(words: str, values: Iterable[int]) -> dict[str, int]:
    return dict(zip(words.split(), values, strict=True))


_CARDINALS = _numbered(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen",
    range(20),
) | _numbered("twenty thirty forty fifty sixty seventy eighty ninety", range(20, 100, 10))
_OTHERS = (
    _numbered(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
        " fifteenth sixteenth seventeenth eighteenth nineteenth",
        range(1, 20),
    )
    | _numbered(
        "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth", range(20, 100, 10)
    )
    | _numbered("twenties thirties forties fifties sixties seventies eighties nineties", range(20, 100, 10))
    | {"hundredth": 100, "thousandth": 1000}
)
_VALUES = _CARDINALS | _OTHERS

# Words that say a number without being one.
_HINTS: dict[str, tuple[Value, ...]] = {
    word: values
    for words, values in {
        "no none nil nothing null empty without": (NO,),
        "a an another other same each every per individual individually next last top": (A,),
        "hourly daily weekly monthly yearly annual annually": (A,),
        "once firstly single singly only sole initial initially": (1, A),
        "twice double doubled doubles doubling dual twin twofold both either pair pairs couple duo": (2,),
        "secondly secondary biweekly": (2,),
        "thrice triple tripled triples treble trio threefold thirdly": (3,),
        "quadruple quadrupled fourfold fourthly": (4,),
        "half halves halve halved halving": (Decimal("0.5"), 50, 30, 2, 1),
        "quarter quarters quarterly": (Decimal("0.25"), 25, 15, 4, 3, 1),
        "decade decades teens": (10,),
        "noon midday": (12,),
        "midnight": (0, 12, 24),
        "fortnight": (2, 14),
        "century centuries hundreds": (100,),
        "thousands": (1000,),
        "millions": (10**6,),
        "billions": (10**9,),
    }.items()
    for word in words.split()
}

_WRITTEN = re.compile(
    rf"(?P<digits>{DIGITS})"
    rf"(?:[\s-]?(?P<magnitude>{'|'.join([*_MAGNITUDES, *_ABBREVIATIONS])})\b|(?P<letter>[kKmMbBtT])\b)?"
    r"(?P<clock>(?:(?=:\d\d)|\s?[aApP]\.?[mM]\b))?"
)
_RANGE = re.compile(r"\s*(?:-|–|—|~|to|and|or)\s*[$€£¥]?")
_ALWAYS = re.compile(r"(?<!\d)24/7(?!\d)")
_UNIT = "|".join(sorted([*_VALUES, *_MAGNITUDES], key=len, reverse=True))
_IN_WORDS = re.compile(rf"\b(?:{_UNIT})(?:(?:-|\s+(?:and\s+)?)(?:{_UNIT}))*(?=(?:fold|s)?(?![a-z]))")
_NUMBER_WORDS = frozenset(f"{word}{ending}" for word in [*_VALUES, *_MAGNITUDES] for ending in ("", "s", "fold"))
_JOINT = re.compile(r"[\s-]+(?:and\s+)?")
_WORD = re.compile(r"[a-z]+")


def read_english(text: str) -> list[Number]:
    """All numbers of a text: those in digits and months in dates are firm, cardinals in words from two on weak."""
    hints: set[Value] = set()
    if "24/7" in text:
        text = _ALWAYS.sub("", text)
        hints |= {24, 7, 365}
    lower = text.lower()
    words = set(_WORD.findall(lower))
    numbers = _in_digits(text)
    if not words.isdisjoint(_NUMBER_WORDS):
        numbers += _in_words(lower)
    for word in _HINTS.keys() & words:
        hints.update(_HINTS[word])
    hints |= roman_values(text)
    hints |= era_years(lower, {value for number in numbers for value in number.values if isinstance(value, int)})
    numbers += [Number(name, (month,), "firm" if dated else "hint") for name, month, dated in month_names(text)]
    return [*numbers, Number("", tuple(hints), "hint")]


def _in_digits(text: str) -> list[Number]:
    numbers: list[Number] = []
    plain: tuple[int, int | Decimal] | None = None  # the last number without a magnitude, and where it ended
    for match in _WRITTEN.finditer(text):
        digits = match["digits"]
        value = value_of(digits)
        if isinstance(value, str):
            parts = parts_of_date(digits)
            numbers += [Number(str(part), (part,)) for part in parts] or [Number(digits, (value,))]
            plain = None
            continue
        times = _times(match)
        if times and plain and _RANGE.fullmatch(text, plain[0], match.start()):
            numbers[-1] = numbers[-1]._replace(values=(*numbers[-1].values, plain[1] * times))
        before, after = text[max(0, match.start() - 2) : match.start()], text[match.end() : match.end() + 1]
        strength = digits_strength(value, before, after)
        around = before[-1:].rjust(1) + after
        numbers.append(Number(match.group().strip(), _readings(match, value, times, around), strength))
        plain = None if times else (match.end(), value)
    return numbers


def _times(match: re.Match[str]) -> int | None:
    if magnitude := match["magnitude"]:
        return _MAGNITUDES.get(magnitude) or _ABBREVIATIONS[magnitude]
    return _LETTERS[match["letter"].lower()] if match["letter"] else None


def _readings(match: re.Match[str], value: int | Decimal, times: int | None, around: str) -> tuple[Value, ...]:
    if times:
        # A letter may be a unit as well: 5m, 4K.
        return (value * times,) if match["magnitude"] else (value, value * times)
    if match["clock"] is not None:
        return hours(value)
    if around[0] in "'’" and value < 100:
        return value, 1900 + value, 2000 + value
    month = month_of(value) if "/" in around or "-" in around else None
    return (*with_wording(value), month) if month else with_wording(value)


def _in_words(text: str) -> list[Number]:
    """`twenty twenty-four` is 20 and 24, and may be 2024 or 20.24 as well. `text` is in lower case."""
    numbers: list[Number] = []
    small: tuple[int, int] | None = None  # the last number without a magnitude, and where it ended
    for match in _IN_WORDS.finditer(text):
        run = match.group()
        words = _JOINT.split(run)
        times = _MAGNITUDES.get(words[-1])
        if times and small and _RANGE.fullmatch(text, small[0], match.start()):
            numbers[-1] = numbers[-1]._replace(values=(*numbers[-1].values, small[1] * times))
        groups = _groups(words)
        for place, value in enumerate(groups):
            readings: list[Value] = [value]
            if place and 10 <= value < 100:
                readings += [groups[place - 1] * 100 + value, groups[place - 1] + Decimal(value) / 100]
            if 20 < value < 100 and value % 10:
                readings += [value - value % 10, value % 10]
            is_count = len(groups) == 1 and value >= 2 and words[0] in _CARDINALS and words[-1] not in _OTHERS
            numbers.append(Number(run, tuple(readings), "weak" if is_count else "hint"))
        small = None if times else (match.end(), groups[-1])
    return numbers


def _groups(words: list[str]) -> list[int]:
    """The numbers that follow each other in a run of number words."""
    groups: list[int] = []
    total = section = 0
    last = 100  # what may follow depends on it; at the start, anything
    for word in words:
        if times := _MAGNITUDES.get(word):
            if times <= 100:
                section = (section or 1) * times
            else:
                total += (section or 1) * times
                section = 0
            last = times
            continue
        value = _VALUES[word]
        if last < 100 and not (last >= 20 and last % 10 == 0 and 0 < value < 10):
            groups.append(total + section)
            total = section = 0
        section += value
        last = value
    return [*groups, total + section]
