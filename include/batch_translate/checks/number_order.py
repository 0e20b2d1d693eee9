"""Have two numbers of a text changed places?

Languages put words in another order, and their numbers with them. What is counted tells: `3秒以内に16文字` may be
`16 characters within 3 seconds`, but never `16 seconds`. Dates are left aside, each language has its own order.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

# Numbers in digits that are no part of a date, an address, a version or a name.
_COUNT = re.compile(r"(?<![A-Za-z0-9.,/:_-])\d+(?:[.,]\d+)*(?![/:_-]?\d| ?[年月日時])")

# What is counted, as it follows the number in Japanese or English.
_COUNTED = {
    "seconds": "秒|seconds?|sec",
    "minutes": "分|minutes?|min",
    "hours": "時間|hours?",
    "days": "日間|days?",
    "weeks": "週|weeks?",
    "months": "か月|ヶ月|カ月|ヵ月|months?",
    "years": "年間|歳|years?",
    "people": "人|名|people|persons?|users?|members?|employees?|players?|children",
    "yen": "円|yen",
    "dollars": "ドル|dollars?",
    "euros": "ユーロ|euros?",
    "percent": "%|パーセント|percent",
    "characters": "文字|characters?",
    "times": "回|times",
    "pages": "ページ|頁|pages?",
    "lines": "行|lines?|rows?",
    "columns": "列|columns?",
    "files": "ファイル|files?",
    "items": "件|項目|items?|results?|entries|records?",
    "meters": "メートル|m|met(?:er|re)s?",
    "kilometers": "キロメートル|km|kilomet(?:er|re)s?",
    "kilograms": "キログラム|kg|kilograms?",
    "degrees": "度|°C|degrees",
    "bytes": "バイト|bytes?",
    "kilobytes": "KB",
    "megabytes": "MB",
    "gigabytes": "GB",
    "pixels": "ピクセル|px|pixels?",
}
_UNIT = re.compile(
    "[ -]?(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _COUNTED.items()) + ")(?![A-Za-z])"
)


class Misplaced(NamedTuple):
    """Two numbers, in the source's order. `certain` where the translation counts with them what it must not."""

    first: str
    second: str
    certain: bool


def misplaced(source: str, target: str) -> Misplaced | None:
    """The first two numbers, each written alike and once in both texts, which seem to have changed places.

    They do where each counts what the other did, and where they follow each other the other way round and nothing
    shows that they count what they did.
    """
    wanted, found = _counts(source), _counts(target)
    both = [number for number in wanted if number in found]
    for first, second in pairwise(both):
        asked = [_unit(source, wanted[number]) for number in (first, second)]
        answered = [_unit(target, found[number]) for number in (first, second)]
        if None not in asked and asked[0] != asked[1] and asked == answered[::-1]:
            return Misplaced(first, second, certain=True)
        if found[first].start() > found[second].start():
            known = [units for units in zip(asked, answered, strict=True) if None not in units]
            if all(one != other for one, other in known):
                return Misplaced(first, second, certain=bool(known))
    return None


def _counts(text: str) -> dict[str, re.Match[str]]:
    """The numbers that occur once, in their order."""
    once: dict[str, re.Match[str]] = {}
    again = set()
    for match in _COUNT.finditer(text):
        if match.group() in once:
            again.add(match.group())
        once[match.group()] = match
    return {number: match for number, match in once.items() if number not in again}


def _unit(text: str, number: re.Match[str]) -> str | None:
    match = _UNIT.match(text, number.end())
    return match.lastgroup if match else None
