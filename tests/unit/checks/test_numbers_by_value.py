"""Any number, however it is written in Japanese, is the same number in English, and no other."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from batch_translate.checks.numbers import check_number_words, check_numbers
from batch_translate.checks.pair import Pair

_FULL_WIDTH = str.maketrans("0123456789,", "０１２３４５６７８９，")
_KANJI = "〇一二三四五六七八九"
_MYRIADS = ["", "万", "億", "兆"]
_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_ONES += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

NUMBERS = st.one_of(st.integers(2, 120), st.integers(2, 10**5), st.integers(2, 10**12))


def groups(number: int, size: int) -> list[tuple[int, int]]:
    """(group of digits, its place), the highest first, without those that are 0."""
    found = []
    place = 0
    while number:
        number, group = divmod(number, size)
        if group:
            found.append((group, place))
        place += 1
    return found[::-1]


def in_myriads(number: int) -> str:
    return "".join(f"{group}{_MYRIADS[place]}" for group, place in groups(number, 10_000))


def in_kanji(number: int) -> str:
    def below_myriad(group: int) -> str:
        return "".join(
            ("" if digit == 1 and place else _KANJI[digit]) + ["", "十", "百", "千"][place]
            for digit, place in groups(group, 10)
        )

    return "".join(below_myriad(group) + _MYRIADS[place] for group, place in groups(number, 10_000))


def in_words(number: int) -> str:
    def below_thousand(group: int) -> str:
        words = [f"{_ONES[group // 100]} hundred"] if group >= 100 else []
        rest = group % 100
        if 0 < rest < 20:
            words.append(_ONES[rest])
        elif rest:
            words.append(_TENS[rest // 10] + (f"-{_ONES[rest % 10]}" if rest % 10 else ""))
        return " ".join(words)

    names = ["", " thousand", " million", " billion", " trillion"]
    return " ".join(below_thousand(group) + names[place] for group, place in groups(number, 1000))


def in_millions(number: int) -> str:
    whole, rest = divmod(number, 10**6)
    return f"{whole}.{rest:06} million".replace(".000000", "")


JAPANESE = [
    str,
    lambda number: str(number).translate(_FULL_WIDTH),
    lambda number: f"{number:,}",
    lambda number: f"{number:,}".translate(_FULL_WIDTH),
    in_myriads,
    in_kanji,
]
ENGLISH = [str, lambda number: f"{number:,}", in_words, in_millions]


@given(NUMBERS, st.sampled_from(JAPANESE), st.sampled_from(ENGLISH))
def test_renderings_are_equal_in_value(number, in_japanese, in_english) -> None:  # type: ignore[no-untyped-def]
    source, target = f"合計で{in_japanese(number)}個です", f"There are {in_english(number)} of them."
    for pair in (Pair(source, target, "ja", "en"), Pair(target, source, "en", "ja")):
        assert list(check_numbers(pair)) == []
        assert list(check_number_words(pair)) == []


@given(NUMBERS, st.data(), st.sampled_from(JAPANESE), st.sampled_from([str, "{:,}".format, in_millions]))
def test_a_changed_digit_is_found(number, data, in_japanese, in_english) -> None:  # type: ignore[no-untyped-def]
    digits = list(str(number))
    place = data.draw(st.integers(0, len(digits) - 1))
    digits[place] = data.draw(st.sampled_from("0123456789"))
    changed = int("".join(digits))
    assume(changed not in (0, 1, number))
    source, target = f"合計で{in_japanese(number)}個です", f"There are {in_english(changed)} of them."
    assert list(check_numbers(Pair(source, target, "ja", "en")))
