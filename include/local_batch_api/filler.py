"""What stands for a translation that no phrasebook has: words of the target language without a meaning.

`雨です、{name}さん。` in English is `Zagata, {name} zuma.`: kept is what has to survive a translation
(placeholders, code, URLs, line breaks, numbers by value, brackets, the marks at a sentence's end). The rest is as
long as a translation would be, in the right script, and nobody takes it for one. It begins with an invented word
that the whole source decides, so another source practically never has the same answer; the same one always has.
"""

from __future__ import annotations

import random
import re
import unicodedata
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from local_batch_api.placeholders import CODE, PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_batch_api.contract import Term

# Words that stand inside of a sentence; any other language gets English.
_WORDS = {
    "en": "of in the and with for this that from some about where other between",
    "de": "der die das und mit für von aus nicht eine auch bei zwischen andere",
    "es": "de la el los con para una por esta entre otras algunas sobre",
    "fr": "de la le les et des une pour avec dans sur cette entre autres",
    "pt": "de os as com para uma por esta entre outras algumas não sobre",
    "ru": "и в на с для это от как где между другие просто",
    "ja": "この その ほか あいだ そして また",
    "ko": "이 그 저 다른 여러 사이 그리고 또한",
    "zh": "的 和 在 这 其他 之间 以及",
}
# Of what invented words are made. Without e, which would make English ones.
_SYLLABLES = {
    "ja": ("カキクケコサシスセソタチ", "ナニヌネノマミムメモラリ"),
    "ko": ("가나다라마바사자차카타파하", "구누두루무부수주추쿠투푸후"),
    "ru": ("бвгдзклмнпрст", "аиоу"),
    "zh": ("山水火木金土风云雨雪雷电", "花草树叶石田林江河海岸桥"),
}
_LATIN_SYLLABLES = ("bdfgklmnprstvz", "aiou")
# How many Latin letters say what one character of theirs says.
_COMPACT = {"ja": 2.4, "zh": 3.0, "ko": 2.0}
_WITHOUT_SPACES = {"ja", "zh"}

_LATIN = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿＡ-Ｚａ-ｚ"
_NUMBER_SIGNS = "²³¹¼-¾①-⓿Ⅰ-ↈ"
_MARKED_LETTERS = "\u3099\u309a\u064b-\u065f\u0900-\u0e7f"
_LETTERS = re.compile(rf"(?:[^\W\d_{_LATIN}{_NUMBER_SIGNS}]|[{_MARKED_LETTERS}])+")
_LATIN_WORDS = re.compile(rf"[{_LATIN}]+(?:['’ ][{_LATIN}]+)*")
_DIGITS = "[0-9０-９]"
_NUMBER = rf"{_DIGITS}+(?:[,，.．]{_DIGITS}+)*"
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_UNITS = {"千": 10**3, "万": 10**4, "億": 10**8, "兆": 10**12}
_VALUE = re.compile(
    rf"(?P<era>{'|'.join(_ERAS)})(?P<year>元|{_DIGITS}{{1,2}})年"
    rf"|(?P<large>(?:{_NUMBER}[{''.join(_UNITS)}])+)(?P<rest>{_NUMBER})?"
    rf"|{_NUMBER}(?:[:：/／]{_NUMBER})*"
)
# A space that falls away where none belongs: at the edges of lines, inside of brackets and tags, before a comma.
_SOFT = "\ufdd0"
_MARKS = {
    **dict.fromkeys("、､，・･", f",{_SOFT}"),
    **dict.fromkeys("。｡．", f".{_SOFT}"),
    **dict.fromkeys("「『｢《〈", f"{_SOFT}“"),
    **dict.fromkeys("」』｣》〉", f"”{_SOFT}"),
    **dict.fromkeys("（【［〔", f"{_SOFT}("),
    **dict.fromkeys("）】］〕", f"){_SOFT}"),
    "：": f":{_SOFT}",
    "；": f";{_SOFT}",
    "！": f"!{_SOFT}",
    "？": f"?{_SOFT}",
    "％": f"%{_SOFT}",
    "／": "/",
    "＆": "&",
    "　": " ",
    "〜": "–",
    "～": "–",
}
# After a digit the full stop would make a list of a line of Markdown.
_MARK = re.compile(rf"[・･]{{2,}}|(?<!{_DIGITS})．|[{''.join(_MARKS).replace('．', '')}]")
_PLAIN = str.maketrans({chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F) if chr(wide).isalnum()})
_AFTER_EDGE = re.compile(rf"(^|[\s(\[“]|<[0-9]+>){_SOFT}+", re.MULTILINE)
_BEFORE_EDGE = re.compile(rf"{_SOFT}+(?=$|[\s.,;:!?)\]”]|</[0-9]+>)", re.MULTILINE)


def fill(source_language: str, target_language: str, text: str, terms: Sequence[Term] = ()) -> str:
    """Filler for `text`, with the targets of the terms that occur in it."""
    text = unicodedata.normalize("NFC", text)
    source, target = source_language.split("-")[0], target_language.split("-")[0]
    words = _Filler(f"{source_language}\n{target_language}\n{text}", source, target)
    # In a text with letters of another script, Latin ones are names.
    prose = _LETTERS if _LETTERS.search(CODE.sub("", PLACEHOLDER.sub("", text))) else _LATIN_WORDS
    targets = {term.source.casefold(): term.target for term in terms if term.target}
    kept = _kept(tuple(sorted(targets, key=len, reverse=True)))
    parts, end = [], 0
    for match in kept.finditer(text):
        parts.append(_fill_prose(text[end : match.start()], prose, words))
        parts.append(f"{_SOFT}{targets[match['term'].casefold()]}{_SOFT}" if match["term"] else match[0])
        end = match.end()
    parts.append(_fill_prose(text[end:], prose, words))
    joined = _BEFORE_EDGE.sub("", _AFTER_EDGE.sub(r"\1", "".join(parts)))
    if target in _WITHOUT_SPACES:  # but for two numbers, which would become one
        joined = re.sub(f"(?<![0-9]){_SOFT}+|{_SOFT}+(?![0-9])", "", joined)
    return re.sub(f"{_SOFT}+", " ", joined)


def terms_in(text: str, terms: Sequence[Term]) -> list[Term]:
    """The terms that occur in a source text outside of placeholders and code; of overlapping ones the longest."""
    by_source = {term.source.casefold(): term for term in terms}
    kept = _kept(tuple(sorted(by_source, key=len, reverse=True)))
    found = dict.fromkeys(match["term"].casefold() for match in kept.finditer(text) if match["term"])
    return [by_source[source] for source in found]


class _Filler:
    """Words by chance that the key decides, as many as the source's length asks for."""

    def __init__(self, key: str, source: str, target: str) -> None:
        self._chance = random.Random(key)
        self._words = _WORDS.get(target, _WORDS["en"]).split()
        self._syllables = list(map("".join, product(*_SYLLABLES.get(target, _LATIN_SYLLABLES))))
        self._most_syllables = 2 if target in _COMPACT else 3
        self._between = "" if target in _WITHOUT_SPACES else " "
        self._rate = _COMPACT.get(source, 1.0) / _COMPACT.get(target, 1.0)
        self._owed = 0.0
        self._said = 0

    def words_for(self, length: int) -> str:
        """In place of so many letters, one word at least; the last one is invented: no sentence ends with `of`."""
        self._owed += length * self._rate
        longest = len(self._between) + self._most_syllables * len(self._syllables[0])
        chosen = []
        if not self._said:
            chosen.append(self._take(self._invented(self._most_syllables).capitalize()))
            if self._owed <= longest:
                return chosen[0]
        while self._owed > longest:
            often = [word for word in self._words if word not in chosen[-2:]]
            # The first words tell the language; in a long text no more than these would be said again and again.
            either = often if self._said < 12 else [self._pick(often), self._invented(2)]
            chosen.append(self._take(self._pick(either)))
        chosen.append(self._take(self._invented(self._most_syllables - (self._owed < longest))))
        return self._between.join(chosen)

    def _take(self, word: str) -> str:
        self._said += 1
        self._owed -= len(word) + len(self._between)
        return word

    def _invented(self, syllables: int) -> str:
        return "".join(self._pick(self._syllables) for _ in range(syllables))

    def _pick(self, words: Sequence[str]) -> str:
        return words[int(self._chance.random() * len(words))]


@lru_cache(maxsize=64)
def _kept(terms: tuple[str, ...]) -> re.Pattern[str]:
    """What stays as it is, and the terms as group `term`: where letters have borders, only at one."""
    border = r"(?<![A-Za-z])"
    sources = "|".join((border if term[:1].isascii() else "") + re.escape(term) for term in terms)
    code = rf"(?x:{PLACEHOLDER.pattern})|(?xa:{CODE.pattern})"
    return re.compile(f"{code}|(?P<term>(?i:{sources or '(?!)'}))")


def _fill_prose(text: str, prose: re.Pattern[str], words: _Filler) -> str:
    parts, end = [], 0
    for match in _VALUE.finditer(text):
        parts += [_fill_words(text[end : match.start()], prose, words), _value(match)]
        end = match.end()
    return "".join([*parts, _fill_words(text[end:], prose, words)])


def _fill_words(text: str, prose: re.Pattern[str], words: _Filler) -> str:
    filled = prose.sub(lambda match: f"{_SOFT}{words.words_for(len(match[0]))}{_SOFT}", text)
    return _MARK.sub(lambda match: _MARKS.get(match[0], "…"), filled).translate(_PLAIN)


def _value(match: re.Match[str]) -> str:
    """The number in Western digits: a year of the common era, a sum of myriads, or as it stands."""
    if match["era"]:
        return f"{_ERAS[match['era']] + (1 if match['year'] == '元' else int(match['year']))}{_SOFT}"
    if match["large"]:
        parts = re.findall(rf"({_NUMBER})([{''.join(_UNITS)}])", match["large"])
        total = sum(_number(count) * _UNITS[unit] for count, unit in parts) + _number(match["rest"] or "0")
        return f"{round(total, 6):,}".removesuffix(".0")
    return match[0].translate(_PLAIN).replace("，", ",").replace("．", ".").replace("：", ":").replace("／", "/")


def _number(digits: str) -> float:
    plain = digits.translate(_PLAIN).replace("，", "").replace(",", "").replace("．", ".")
    return float(plain) if "." in plain else int(plain)
