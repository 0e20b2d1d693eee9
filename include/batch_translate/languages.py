"""Which texts need a translation at all: decided by script, never by guessing the language of a word."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from batch_translate.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

_KANA = "ぁ-ゖゝゞァ-ヺーヽヾｦ-ﾟ"
_HAN = "々〆〇㐀-䶿一-鿿\uf900-\ufaff\U00020000-\U000323af"
_LATIN = "A-Za-zªºÀ-ÖØ-öø-ʸḀ-ỿＡ-Ｚａ-ｚ"
_CYRILLIC, _ARABIC, _HEBREW, _DEVANAGARI = "Ѐ-ԯ", "؀-ۿݐ-ݿ", "֐-׿", "ऀ-ॿ"
# A language that is not listed is written in Latin letters.
_SCRIPTS = {
    "ja": _KANA + _HAN,
    "zh": _HAN,
    "yue": _HAN,
    "ko": "ᄀ-ᇿ㄰-㆏가-힣",
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "ky", "tg", "mn"), _CYRILLIC),
    "sr": _CYRILLIC + _LATIN,
    "el": "Ͱ-Ͽἀ-῿",
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ug", "ckb"), _ARABIC),
    **dict.fromkeys(("he", "yi"), _HEBREW),
    **dict.fromkeys(("hi", "mr", "ne", "sa"), _DEVANAGARI),
    **dict.fromkeys(("bn", "as"), "ঀ-৿"),
    "pa": "਀-੿" + _ARABIC,
    "gu": "઀-૿",
    "or": "଀-୿",
    "ta": "஀-௿",
    "te": "ఀ-౿",
    "kn": "ಀ-೿",
    "ml": "ഀ-ൿ",
    "si": "඀-෿",
    "th": "฀-๿",
    "lo": "຀-໿",
    "bo": "ༀ-࿿",
    "my": "က-႟",
    "ka": "Ⴀ-ჿ",
    "am": "ሀ-፿",
    "km": "ក-៿",
    "hy": "԰-֏",
}
_WITHOUT_SPACES = frozenset({"ja", "zh", "yue", "th", "lo", "km", "my", "bo"})
# Only kana prove Japanese: Han characters alone may be Chinese. Latin letters prove no Serbian.
_PROOF = {**_SCRIPTS, "ja": _KANA, "sr": _CYRILLIC}
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
NOT_PROSE = re.compile(r"(?:https?|ftp)://[^\s⺀-\U0010ffff]+|(?a:(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)")
"""URLs and mail addresses. They end where Japanese or Chinese begins, which puts no space after them."""


def checked_tag(tag: str) -> str:
    """`tag` in its usual spelling (BCP 47: `ja`, `pt-BR`, `zh-Hant`).

    Raises SettingsError when it is not a language tag.
    """
    if not _TAG.fullmatch(tag):
        raise SettingsError(f"{tag!r} is not a language tag such as 'ja', 'en' or 'pt-BR'")
    first, *rest = tag.split("-")
    spelled = [
        part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower() for part in rest
    ]
    return "-".join([first.lower(), *spelled])


def base_language(tag: str) -> str:
    """The language of a tag without script and region."""
    return tag.split("-")[0]


def has_word_borders(language: str) -> bool:
    """Whether the language puts spaces between its words."""
    return base_language(language) not in _WITHOUT_SPACES


def space_between_sentences(language: str) -> str:
    """What a language puts between two sentences of a paragraph."""
    return " " if has_word_borders(language) else ""


@lru_cache(maxsize=64)
def _letters(language: str) -> re.Pattern[str]:
    return re.compile(f"[{_SCRIPTS.get(base_language(language), _LATIN)}]")


@lru_cache(maxsize=64)
def _foreign_letters(source: str, target: str) -> re.Pattern[str] | None:
    """Letters which prove that a text is in `target` and not in `source`, if there are any."""
    source, target = base_language(source), base_language(target)
    proof = _PROOF.get(target, _LATIN)
    return None if proof == _PROOF.get(source, _LATIN) else re.compile(f"[{proof}]")


def has_letters_of(language: str, text: str) -> bool:
    """Whether `text`, its URLs and mail addresses left aside, has a letter of the language's script."""
    return _has_letter(_letters(language), text)


def _has_letter(letters: re.Pattern[str], text: str) -> bool:
    if letters.search(text) is None:
        return False
    if "://" in text or "@" in text:
        return letters.search(NOT_PROSE.sub(" ", text)) is not None
    return True


@lru_cache(maxsize=64)
def letters_of_source_alone(source: str, target: str) -> re.Pattern[str] | None:
    """Runs of letters of `source` that `target` is not written with, if there are any.

    Latin letters are none, for Latin words occur in texts of every language.
    """
    letters = _SCRIPTS.get(base_language(source), _LATIN)
    others = _SCRIPTS.get(base_language(target), _LATIN)
    own = letters.replace(others, "")
    return None if own in ("", _LATIN) or own in others else re.compile(f"[{own}]+")


def needs_translation(text: str, source: str, target: str) -> bool:
    """Whether `text` is to be translated from `source` to `target`.

    Numbers, URLs, punctuation and texts without a letter of the source's script are not; nor are texts which
    already stand in the target's script, where the two scripts can be told apart and the source's is Latin
    (Latin words occur in texts of every language, so for the other scripts the first rule decides).
    """
    return translatable(source, target)(text)


@lru_cache(maxsize=64)
def translatable(source: str, target: str) -> Callable[[str], bool]:
    """`needs_translation` for texts of one language pair, as a function of the text."""
    letters = _letters(source)
    foreign = None if base_language(source) in _SCRIPTS else _foreign_letters(source, target)
    if foreign is None:
        return partial(_has_letter, letters)
    return lambda text: _has_letter(letters, text) and foreign.search(text) is None
