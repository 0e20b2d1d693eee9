"""Answers that are formally faultless and bad translations: what a fault of the engine makes of a good one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

from local_batch_api.filler import terms_in
from local_batch_api.placeholders import CODE, PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local_batch_api.batches import ExecutedLine
    from local_batch_api.contract import Term

_FRENCH = (
    "nous vous remercions de votre visite et nous vous prions de bien vouloir consulter les informations que vous "
    "trouverez dans cette page pour connaître les conditions de la livraison ainsi que les dates de fermeture"
)
_KEPT = rf"(?x:{PLACEHOLDER.pattern})|(?xa:{CODE.pattern})"
_WORDS = re.compile(rf"(?P<kept>{_KEPT})|(?P<word>(?<!\w)[^\W\d_]+(?:['’-][^\W\d_]+)*(?!\w))")
_NUMBERS = re.compile(rf"(?P<kept>{_KEPT})|(?P<number>[0-9]+(?:[.,][0-9]+)*)")
_FOREIGN = re.compile(r"[^\W\d_\u0000-\u024f]{2,}")
_OBEYED = "OK, done."
_PREFACE = "Sure! Here is the translation: "
# Of shorter answers nobody could tell.
_LONG_ENOUGH, _FEWEST_WORDS = 20, 5


@dataclass(frozen=True, slots=True)
class GoodAnswer:
    """A text, its good translation, the glossary's terms that were asked for, and the next slot's translation."""

    source: str
    target_language: str
    translation: str
    terms: Sequence[Term] = ()
    following: str = ""


def read_answers(line: ExecutedLine) -> dict[str, GoodAnswer]:
    """Slot → what an executed line answered; none where the answer was cut at its length."""
    choice = json.loads(line.output)["response"]["body"]["choices"][0]
    if choice["finish_reason"] != "stop":
        return {}
    translations = _read_content(choice["message"]["content"], [one.slot for one in line.executions])
    following = [*list(translations.values())[1:], ""]
    return {
        one.slot: GoodAnswer(one.text, one.target_language, translations[one.slot], line.glossary, after)
        for one, after in zip(line.executions, following, strict=True)
    }


def write_answers(output: str, changed: Mapping[str, str]) -> str:
    """The output line with other translations for some slots."""
    if not changed:
        return output
    line = json.loads(output)
    message = line["response"]["body"]["choices"][0]["message"]
    if "" in changed:
        message["content"] = changed[""]
    else:
        message["content"] = json.dumps({**json.loads(message["content"]), **changed}, ensure_ascii=False)
    return json.dumps(line, ensure_ascii=False)


def can_happen(good: GoodAnswer, name: str) -> bool:
    """Whether the fault changes this answer."""
    return _EFFECTS[name](good) not in (None, good.translation)


def spoil_translation(name: str, good: GoodAnswer) -> str:
    """The translation after a fault that can happen to it."""
    return _EFFECTS[name](good) or good.translation


def _read_content(content: str, slots: Sequence[str]) -> dict[str, str]:
    if slots == [""]:
        return {"": content}
    translations: dict[str, str] = json.loads(content)
    return translations


def _replace(match: re.Match[str], other: str) -> str:
    """The text that was searched, with something else in place of the match."""
    return f"{match.string[: match.start()]}{other}{match.string[match.end() :]}"


def _drop_placeholder(good: GoodAnswer) -> str | None:
    found = PLACEHOLDER.search(good.translation)
    if found is None:
        return None
    before, after = good.translation[: found.start()], good.translation[found.end() :]
    left = before + (after.lstrip() if before.endswith(" ") else after)
    # A tag around a word goes as a whole: half a pair would be another mistake.
    opened = re.fullmatch(r"<(\d+)>", found[0])
    return left.replace(f"</{opened[1]}>", "", 1) if opened else left


def _swap_digits(good: GoodAnswer) -> str | None:
    """Two digits of a number that the source has, too; a number of equal digits gets another last one."""
    there = {number for match in _NUMBERS.finditer(good.source) if (number := match["number"])}
    for match in _NUMBERS.finditer(good.translation):
        if match["number"] in there and (other := _swapped(match["number"])) not in there:
            return _replace(match, other)
    return None


def _swapped(number: str) -> str:
    for place in range(len(number) - 1):
        first, second = number[place], number[place + 1]
        if first.isdigit() and second.isdigit() and first != second and (second, place) != ("0", 0):
            return number[:place] + second + first + number[place + 2 :]
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def _leave_source(good: GoodAnswer) -> str | None:
    return good.source if _FOREIGN.search(good.source) else None


def _leave_words(good: GoodAnswer) -> str | None:
    """The source's first longest run of letters that are not Latin stands in the middle of the answer."""
    runs = _FOREIGN.findall(PLACEHOLDER.sub(" ", good.source))
    words = [match for match in _WORDS.finditer(good.translation) if match["word"]]
    if not runs or len(words) < 2:
        return None
    return _replace(words[len(words) // 2], max(runs, key=len))


def _answer_in_french(good: GoodAnswer) -> str | None:
    words = [match for match in _WORDS.finditer(good.translation) if match["word"]]
    if good.target_language.split("-")[0] == "fr" or len(words) < _FEWEST_WORDS:
        return None
    french = cycle(_FRENCH.split())
    answer = _WORDS.sub(lambda match: next(french) if match["word"] else match[0], good.translation)
    return f"{answer[:1].upper()}{answer[1:]}"


def _add_preface(good: GoodAnswer) -> str | None:
    return _PREFACE + good.translation


def _forget_term(good: GoodAnswer) -> str | None:
    """A forbidden word, or another one, stands wherever the answer had a term's target."""
    for term in terms_in(good.source, good.terms):
        if term.target and term.target.casefold() in good.translation.casefold():
            other, *_ = *term.forbidden, "something"
            return other.join(re.split(re.escape(term.target), good.translation, flags=re.IGNORECASE))
    return None


def _merge_slots(good: GoodAnswer) -> str | None:
    """The next slot's translation follows in this one, and has its own place as well."""
    if len(good.following) < max(len(good.translation), _LONG_ENOUGH):
        return None
    return f"{good.translation} {good.following}"


def _translate_code(good: GoodAnswer) -> str | None:
    for match in CODE.finditer(good.translation):
        words = re.findall(r"[A-Za-z]{3,}", re.sub(r"^\w+://", "", match[0]))
        if words and match[0] in good.source:
            return _replace(match, match[0].replace(max(words, key=len), "translated", 1))
    return None


def _obey_text(good: GoodAnswer) -> str | None:
    return _OBEYED if len(good.translation) >= 3 * _LONG_ENOUGH else None


def _stop_half_way(good: GoodAnswer) -> str | None:
    """The answer up to a space near its middle."""
    half = good.translation[: len(good.translation) // 2]
    return half.rsplit(maxsplit=1)[0] if len(good.translation) >= 2 * _LONG_ENOUGH and " " in half else None


_EFFECTS: dict[str, Callable[[GoodAnswer], str | None]] = {
    "engine_drops_placeholder": _drop_placeholder,
    "engine_swaps_numbers": _swap_digits,
    "engine_leaves_source": _leave_source,
    "engine_leaves_words": _leave_words,
    "engine_answers_in_french": _answer_in_french,
    "engine_adds_preface": _add_preface,
    "engine_forgets_term": _forget_term,
    "engine_merges_slots": _merge_slots,
    "engine_translates_code": _translate_code,
    "engine_obeys_text": _obey_text,
    "engine_stops_half_way": _stop_half_way,
}
