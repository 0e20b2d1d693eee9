"""Months by name and years of Japanese eras."""

from __future__ import annotations

import re

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MONTH_NAMES = frozenset(MONTHS)

# The year before an era's first: 令和元年 is 2019.
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_LETTERS = {"S": 1925, "H": 1988, "R": 2018}
_NAMES = {"meiji": 1867, "taisho": 1911, "taishō": 1911, "showa": 1925, "shōwa": 1925, "heisei": 1988}
_NAMES |= {"reiwa": 2018}
_NAME = re.compile("|".join(_NAMES))
_LONGEST_ERA = 64
ERA = "|".join(_ERAS) + r"|(?<![A-Za-z])[SHR](?=\d{1,2}年)"
"""An era before its year."""
SHORT_ERA_DATE = r"(?<![A-Za-z])[SHR]\d{1,2}(?:\.\d{1,2}\.|/\d{1,2}/)\d{1,2}(?![\d.])"
"""`R6.4.1`, or a version."""

_BY_ABBREVIATION = {month[:3].lower(): month for month in MONTHS}
_MONTH = re.compile(
    r"\b(?:"
    + "|".join(f"{name[:3]}(?:{name[3:]}{'|t' * (name == 'September')})?" for name in MONTHS)
    + "|"
    + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in map(str.upper, MONTHS))
    + r")\b"
)
_BEFORE = re.compile(r"\d(?:st|nd|rd|th)?[\s,-]{1,3}(?:of\s)?$")
_AFTER = re.compile(r"[\s,.'’-]{0,3}(?:the\s|of\s)?\d")


def month_of(number: object) -> str | None:
    """The name of the month with this number, None where there is none."""
    return MONTHS[number - 1] if isinstance(number, int) and 1 <= number <= 12 else None


def era_year(era: str, year: int) -> int:
    """The year of a year of an era."""
    return (_ERAS.get(era) or _LETTERS[era]) + year


def era_years(text: str, numbers: set[int]) -> set[int]:
    """The years that `numbers` may be in the eras which a text in Latin letters names (in lower case)."""
    starts = {_NAMES[name] for name in _NAME.findall(text)}
    return {start + number for start in starts for number in numbers if number <= _LONGEST_ERA}


def month_names(text: str) -> list[tuple[str, str, bool]]:
    """(as it stands, the month, whether it is part of a date) for each name that may be a month's.

    `may` and `march` are words too: they are months only with a capital letter.
    """
    return [
        (
            name := match.group(),
            _BY_ABBREVIATION[name[:3].lower()],
            bool(
                _AFTER.match(text, match.end()) or _BEFORE.search(text, max(0, match.start() - 10), match.start())
            ),
        )
        for match in _MONTH.finditer(text)
    ]
