"""What numbers does a text write in digits? Their values, whatever separates thousands and decimals.

A value is exact: an int, a Decimal, or a str for what is no quantity (a version `1.2.3`, a month `April`). Values
that are equal have one hash, so `12万`, `120,000` and `0.12 million` meet in a set.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Literal, NamedTuple

Value = int | Decimal | str

Strength = Literal["firm", "weak", "hint"]
"""A translation always has a firm number; a weak one may go into its wording (`1つの` is `a`); a hint only
explains a number of the other text, for it may be none itself (`千葉`, `second`).
"""


A, NO = "a", "no"
"""What words mean that are hardly numbers: they stand for a 1 or 0 which may go into the wording."""
_WORDING = {0: NO, 1: A}


class Number(NamedTuple):
    """A number of a text, as it stands there; each of `values` is a way to read it, the usual one first."""

    text: str
    values: tuple[Value, ...]
    strength: Strength = "firm"


# int() refuses numbers of more than 4,300 digits; one of 40 is an identifier.
_LONGEST = 40

DIGITS = r"\d(?:\d{0,2}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d*(?:\.\d+)*)"
"""A number of a language which separates thousands by commas, or a version."""

_ANY_DIGITS = re.compile(
    r"\d{1,3}(?:([.,'’٬\u00a0\u2009\u202f ])\d{3})(?:\1\d{3})*(?!\d)(?:[.,٫]\d+)?|\d+(?:[.,٫]\d+)*"
)
_NOT_A_DIGIT = re.compile(r"\D+")
_DATE = re.compile(r"(?:19|20)\d\d\.\d\d?\.\d\d?|\d\d?\.\d\d?\.(?:19|20)\d\d")

# What only looks like a number: tags, placeholders, character references, exponents; then addresses. Each begins
# with a set of characters, which is what makes the search quick.
_NOT_PROSE = re.compile(
    r"[<{%&²³¹㎟-㎦](?:"
    r"(?<=<)/?(?:\d+/?|[a-zA-Z][^<>]*)>"
    r"|(?<=\{)[^{}]*\}"
    r"|(?<=%)(?:\d+\$)?[-+0#]*\d*(?:\.\d+)?[a-zA-Z@]"
    r"|(?<=&)#?\w{1,20};"
    r"|(?<=[²³¹㎟-㎦]))"
)
_ADDRESS = re.compile(r"(?:https?|ftp)://[!-~]+|(?a:(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)")
_ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12, "XIII": 13}
_ROMAN |= {"XIV": 14, "XV": 15, "XVI": 16, "XVII": 17, "XVIII": 18, "XIX": 19, "XX": 20}
_ROMAN_NUMERAL = re.compile("(?<![A-Za-z])[IVX]{2,5}(?![A-Za-z])")


def prose_of(text: str) -> str:
    """`text` without placeholders, markup and addresses; full-width and circled digits are plain ones."""
    if "://" in text or "@" in text:
        text = _ADDRESS.sub("\n", text)
    text = _NOT_PROSE.sub("\n", text)
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def value_of(digits: str) -> Value:
    """The value of what DIGITS matches."""
    digits = digits.replace(",", "")
    if len(digits) > _LONGEST or digits.count(".") > 1:
        return digits
    return Decimal(digits) if "." in digits else int(digits)


def parts_of_date(digits: str) -> list[int]:
    """The numbers of a date which is written with dots; none for a version."""
    return [int(part) for part in digits.split(".")] if _DATE.fullmatch(digits) else []


def hours(value: int | Decimal) -> tuple[Value, ...]:
    """An hour on a clock of twelve and of twenty-four hours."""
    if value == 12:
        return 12, 0, 24
    return (value, value + 12, value - 12) if value <= 24 else (value,)


def with_wording(value: int | Decimal) -> tuple[Value, ...]:
    """A number, and what may be said for it."""
    return (value, _WORDING[value]) if isinstance(value, int) and value in _WORDING else (value,)


def digits_strength(value: int | Decimal, before: str, after: str) -> Strength:
    """How much digits between these characters count.

    Full hours are often left unsaid (the 00 of `9:00`), and so is a country's code (`+81 3`); what is part of a
    word goes with it (`B2B`, `k8s`).
    """
    if value == 0 and before[-1:] == ":":
        return "hint"
    if before[-1:] == "+":
        return "hint" if after[:1] in ("-", " ") else "firm"
    if _is_letter(before[-1:]) and not _is_letter(before[-2:-1]) and _is_letter(after[:1]):
        return "weak"
    return "firm"


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def roman_values(text: str) -> set[int]:
    """The values of the Roman numerals that are no other word."""
    return {_ROMAN[numeral] for numeral in _ROMAN_NUMERAL.findall(text) if numeral in _ROMAN}


def digit_runs(text: str) -> set[int]:
    """Each stretch of digits by itself, whatever stands between them."""
    return {int(run) for run in _NOT_A_DIGIT.split(text) if run and len(run) <= _LONGEST}


def read_digits(text: str) -> list[Number]:
    """The numbers of a text in a language whose separators and number words are not known here.

    Up to twelve a number is weak: it may be a word.
    """
    numbers = []
    for match in _ANY_DIGITS.finditer(text):
        written = match.group()
        values = _readings(written)
        small = isinstance(values[0], int) and values[0] <= 12
        numbers.append(Number(written, values, "weak" if small else "firm"))
    return numbers


def _readings(written: str) -> tuple[Value, ...]:
    runs = _NOT_A_DIGIT.split(written)
    if len(runs) == 1:
        return (value_of(written),)
    whole: list[Value] = []
    if all(len(run) == 3 for run in runs[1:]):
        whole.append(value_of("".join(runs)))
    if all(len(run) == 3 for run in runs[1:-1]):
        whole.append(value_of("".join(runs[:-1]) + "." + runs[-1]))
    return (*whole, value_of(".".join(runs)), *(value_of(run) for run in runs))
