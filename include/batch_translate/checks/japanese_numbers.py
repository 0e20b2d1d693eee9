"""What numbers does a Japanese text hold, in digits, in kanji and in both (`1億2,000万`)?

Chinese texts are read the same way. Kanji numerals are in many words that count nothing (`一般`, `三角`, `千葉`):
they are weak where a counter follows, else hints.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from batch_translate.checks.dates import ERA, SHORT_ERA_DATE, era_year, month_of
from batch_translate.checks.digits import (
    DIGITS,
    NO,
    A,
    Number,
    Strength,
    Value,
    digits_strength,
    hours,
    parts_of_date,
    roman_values,
    value_of,
    with_wording,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIGITS = {kanji: value for value, kanji in enumerate("〇一二三四五六七八九")} | {"零": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8, "兆": 10**12}
_KANJI = "".join([*_DIGITS, *_TENS, *_MYRIADS])
_UNITS = "".join(["百千", *_MYRIADS])

_NUMBER = re.compile(
    rf"(?P<short>{SHORT_ERA_DATE})"
    rf"|(?P<era>{ERA}) ?(?P<year>元|\d{{1,2}}(?!\d)|[一二三四五六七八九十]{{1,3}})(?P<named> ?年)?"
    rf"|(?P<digits>{DIGITS})(?P<units>(?:[{_UNITS}]+(?:{DIGITS})?)+|(?: [{_UNITS}]+(?: (?:{DIGITS}))?)+)?"
    rf"|(?P<kanji>[{_KANJI}]+)"
)
_PIECE = re.compile(rf"({DIGITS})|([{_KANJI}])")
_LAST_UNITS = re.compile(f"[{_UNITS}]+$")
_RANGE = re.compile(r"\s*(?:[~〜―–—−-]|から|ないし|、|,)\s*")

# What a single one of needs no number in other languages: `1時間` is an hour, `0件` no results.
_ONE_OF = re.compile(
    "つ|人|名|回|度|個|台|本|冊|枚|匹|頭|羽|件|種|通り|か所|箇所|カ所|ヶ所|社|点|例|部|組|対|行|文字|単語|画面"
    "|年|日|時間|分|秒|週|か月|ヶ月|カ月|ヵ月|世代|段|歩|口|泊|杯|品|曲|話|語|文|問|票|便|方|面|側|[ァ-ヺ]"
)
_ORDINAL = re.compile("(?:日|回|人|個|本|年|週|台|枚|件|行|ページ|社|番|度)目")
_AND_A_HALF = re.compile("(時間|分|年|か月|ヶ月|カ月|週間|日|倍)半")
_HALVED = {"時間": 60, "分": 60, "年": 12}
_COUNTER = re.compile(
    "つ|人|名|回|個|台|本|冊|枚|匹|頭|羽|件|種類|通り|か所|箇所|カ所|ヶ所|階|歳|才|倍|割|円|ドル|ユーロ|メートル|キロ"
    "|年|月|日|時|分|秒|週|か月|ヶ月|カ月|ヵ月|世紀|番目|度目|段階|次元|桁|文字|行|列|章|節|条|項目|ページ|点"
)
# They begin as counters do, but nothing is counted: 三日月, 一人称, 二人三脚, 百人一首.
_NO_COUNT = re.compile("日月|日坊主|月曜|人称|人三脚|人一首|時的|分の一|点張|番煎")
_UNCERTAIN = ("数", "何", "幾")

# Words that say a number without being one.
_HINTS: dict[str, tuple[Value, ...]] = {
    word: values
    for words, values in {
        "ゼロ": (0, NO),
        "無 なし ない なく 空": (NO,),
        "初 先頭 ひと 単 シングル ワン ファースト 前編": (1, A),
        "毎 各 片 個別 次 別": (A,),
        "倍 両 双 隔 ペア ダブル ツー ふた セカンド 後編": (2,),
        "トリプル スリー みっつ サード": (3,),
        "四半期": (4, 3),
        "半": (Decimal("0.5"), 50, 30, 2, 1, 6, 12),
        "正午 ダース": (12,),
        "年中無休": (24, 7, 365),
    }.items()
    for word in words.split()
}
_HINT = re.compile("|".join(sorted(_HINTS, key=len, reverse=True)))


def read_japanese(text: str) -> list[Number]:
    """All numbers of a text: those in digits are firm, but for a few that a wording replaces."""
    numbers: list[Number] = []
    plain: tuple[int, int | Decimal] | None = None  # the last number without a unit, and where it ended
    for match in _NUMBER.finditer(text):
        before = text[max(0, match.start() - 2) : match.start()]
        after = text[match.end() : match.end() + 6].lstrip(" ")
        if match["short"]:
            numbers += _of_short_date(match["short"])
        elif match["era"]:
            numbers.append(_of_era(match))
        elif match["kanji"]:
            numbers += _in_kanji(match["kanji"], before, after)
        elif match["units"]:
            if plain and _RANGE.fullmatch(text, plain[0], match.start()):
                numbers[-1] = _in_range(numbers[-1], plain[1], match["units"])
            numbers.append(Number(match.group(), (_value(match.group()),)))
            plain = None
        else:
            numbers += _in_digits(match["digits"], before, after)
            value = value_of(match["digits"])
            plain = None if isinstance(value, str) else (match.end(), value)
    hints = {value for word in set(_HINT.findall(text)) for value in _HINTS[word]} | roman_values(text)
    return [*numbers, Number("", tuple(hints), "hint")]


def _of_era(match: re.Match[str]) -> Number:
    written = match["year"]
    number = 1 if written == "元" else int(written) if written.isdecimal() else int(_value(written))
    year = era_year(match["era"], number)
    return Number(match.group(), (year,) if match["named"] else (year, number))


def _of_short_date(written: str) -> list[Number]:
    year, month, day = (int(part) for part in re.split("[./]", written[1:]))
    others = tuple(value for value in (month, month_of(month), day) if value is not None)
    return [Number(written, (era_year(written[0], year), written[1:])), Number(written, others, "hint")]


def _in_range(number: Number, value: int | Decimal, units: str) -> Number:
    """`2〜3万`: the two are 20,000 as well."""
    last = _LAST_UNITS.search(units)
    return number._replace(values=(*number.values, value * _value(last.group()))) if last else number


def _in_digits(written: str, before: str, after: str) -> Iterator[Number]:
    value = value_of(written)
    if isinstance(value, str):
        parts = parts_of_date(written)
        yield from [Number(str(part), (part,)) for part in parts] or [Number(written, (value,))]
        return
    month = month_of(value)
    if month and after[:1] == "月" and after[1:2] not in ("間", "額"):
        yield Number(f"{written}月", (month,))
        return
    readings = _readings(written, value, after)
    if month and (before[-1:] in ("/", "-") or after[:1] in ("/", "-")):
        readings = (*readings, month)
    strength = _strength(value, before, after)
    if strength == "weak":
        readings = (*readings, *with_wording(value)[1:])
    yield Number(written, readings, strength)


def _readings(written: str, value: int | Decimal, after: str) -> tuple[Value, ...]:
    if after[:3] == "ダース":
        return value * 12, value
    if half := _AND_A_HALF.match(after):
        units = _HALVED.get(half[1], 2)
        return value, value + Decimal("0.5"), value * units + units // 2
    if after[:1] == "割" and after[1:2] not in ("り", "込"):
        return value * 10, value
    if after[:1] in ("時", ":", "点") and after[:2] != "時間":
        return hours(value)
    if after[:1] == "年" and len(written) == 2:
        return value, 1900 + value, 2000 + value
    return (value,)


def _strength(value: int | Decimal, before: str, after: str) -> Strength:
    if before[-1:] == "数":
        return "hint"
    if value in (2, 3) and after[:1] == "つ":
        return "weak"
    if isinstance(value, int) and value <= 1 and before[-1:] != "第":
        is_one_of = _ONE_OF.match(after) and not _ORDINAL.match(after)
        if is_one_of or before == "分の":
            return "weak"
    return digits_strength(value, before, after)


def _in_kanji(written: str, before: str, after: str) -> Iterator[Number]:
    value = _value(written)
    counted = _COUNTER.match(after) and not _NO_COUNT.match(after) and before[-1:] not in _UNCERTAIN
    sufficient = written == "十" and after[:1] == "分" and after[1:2] not in ("間", "後", "前")
    is_count = counted and value > 1 and not sufficient and written not in _MYRIADS
    yield Number(written, (value,), "weak" if is_count else "hint")
    # Digits in a row may be one by one: 五七五.
    digits: list[Value] = [_DIGITS[kanji] for kanji in written] if _DIGITS.keys() >= set(written) else []
    if value == 1:
        digits.append(A)
    if after[:1] == "月" and (month := month_of(value)):
        digits.append(month)
    yield Number(written, tuple(digits), "hint")


def _value(written: str) -> int | Decimal:
    """`1億2,000万`, `三千五百`, `二〇二四`."""
    total: int | Decimal = 0
    section: int | Decimal = 0
    number: int | Decimal | None = None
    for digits, kanji in _PIECE.findall(written):
        if digits:
            piece = value_of(digits)
            number = 0 if isinstance(piece, str) else piece
        elif kanji in _DIGITS:
            number = (number or 0) * 10 + _DIGITS[kanji]
        elif kanji in _TENS:
            section += (1 if number is None else number) * _TENS[kanji]
            number = None
        else:
            section += number or 0
            total += (section or 1) * _MYRIADS[kanji]
            section, number = 0, None
    return total + section + (number or 0)
