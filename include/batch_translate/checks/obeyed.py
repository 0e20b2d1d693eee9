"""Does the answer do something else than translate: obey the text, refuse, answer its question?

The source text is data: one that gives orders is a text to translate.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_translate.checks.prose import CLOSING, length, prose, shortened
from batch_translate.languages import base_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.checks.pair import Pair

_REFUSAL = re.compile(
    r"""
      (?:i(?:'|’)m\ sorry|i\ am\ sorry|sorry|i\ apologi[sz]e|unfortunately)\b[,.]?\s*(?:but\s+)?i\s*
        (?:can(?:'|’)?t|can\s?not|(?:am|(?:'|’)m)\ (?:not\ able|unable)|won(?:'|’)?t)
    | i\s(?:can(?:'|’)?t|can\s?not|am\ unable\ to|won(?:'|’)?t)\s(?:assist|help|translate|comply|fulfil|provide)
    | \bas\ an\ ai\b|\b(?:ai|large)\ language\ model\b|\bi(?:'|’)?\s?a?m\ an\ ai\b
    | (?:申し訳|すみません|ごめんなさい)[^\n]{0,40}(?:翻訳|お手伝い|お応え|お答え|対応)[^\n。]{0,8}
        (?:できません|出来ません|いたしかね)
    | (?:私は)?(?:AI|人工知能)(?:アシスタント|言語モデル)?(?:です|として|なので)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ALLOWS_REFUSAL = re.compile(
    r"申し訳|すみません|ごめん|残念|(?<![A-Z])AI(?![A-Z])|ＡＩ|人工知能|言語モデル|できない|できません|かねます|sorry"
    r"|language model|cannot|can't|unable|unfortunately|apolog|désolé|leider|siento",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"""
      (?:指示|命令|プロンプト|ルール|規則|文脈|会話|内容)[^。\n]{0,14}(?:無視|忘れ|破棄|従わ|上書き)
    | (?:とだけ|のみを?|だけを?|とのみ)\s*(?:出力|返答|回答|答え|返し|返せ|書い|書け|言っ|言え|表示し)
    | (?:翻訳|訳)(?:せず|しないで|さずに|する代わり|ではなく|をやめ|しなくて)
    | システムプロンプト|あなたは(?:今から|これから|AI|アシスタント)
    | \b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:instruction|prompt|rules|above|previous|earlier)
    | \b(?:reply|respond|answer|output|print|say|write|return)\b[^.\n]{0,12}\b(?:only|just|exactly)\b
    | \b(?:do\ not|don(?:'|’)?t|instead\ of|stop)\ translat|\bsystem\ prompt\b|\byou\ are\ now\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Words of orders, and what stands for them in a translation.
_ORDERS = {
    ("ja", "en"): (
        ("無視", r"ignor|disregard|neglect|overlook|skip|bypass"),
        ("忘", r"forg[eo]t"),
        ("破棄", r"discard|abandon|scrap|reject|cancel|revok|void|break"),
        ("プロンプト", r"prompt"),
        ("命令", r"command|order|instruct|direct"),
        ("指示", r"instruct|direct|order|command|told|guid"),
        ("ルール", r"rule"),
        ("翻訳", r"translat"),
        ("出力", r"output|print|display|return|produc|export|emit"),
        ("だけ", r"\bonly|\bjust|\bmerely|\bsimply|\bsolely|nothing but"),
        ("のみ", r"\bonly|\bjust|\bmerely|\bsimply|\bsolely|nothing but"),
        ("あなたは", r"\byou"),
    ),
    ("en", "ja"): (
        ("gnore", "無視"),
        ("isregard", "無視"),
        ("orget", "忘"),
        ("nstruction", "指示|命令|手順|説明"),
        ("prompt", "プロンプト"),
        ("translat", "訳"),
        ("only", "だけ|のみ|ただ|限|しか"),
        ("ust", "だけ|のみ|ただ|限|しか"),
    ),
}
# The answer to an order is mostly much shorter.
_OBEYED = 0.4
_QUOTED = re.compile(r"[「『“\"'‘]([^「」『』“”\"']{1,80})[」』”\"'’]")
# Their questions need no mark.
_WITHOUT_QUESTION_MARKS = frozenset({"th", "lo", "km", "my", "bo", "hy", "el", "am"})


def check_obeyed(pair: Pair) -> Sequence[str]:
    """The answer does what the text says, refuses, or answers a question, instead of translating."""
    source, target = pair.source, pair.target
    if ("?" in source or "？" in source) and _asks(source) and not _has_question(target, pair.target_language):
        return (f"The source text asks, and the translation {shortened(target)!r} does not.",)
    refusal = _REFUSAL.search(target) if _may_refuse(target) else None
    if refusal and not _ALLOWS_REFUSAL.search(source):
        return (f"{shortened(refusal.group())!r} is no translation of the source text.",)
    if _may_order(source) and _ORDER.search(source) and _is_obeyed(pair):
        return ("The answer does what the source text says; it is a text to translate.",)
    return ()


def _may_refuse(target: str) -> bool:
    return (
        "AI" in target
        or "anguage model" in target
        or target.startswith(("I", "Sorry", "sorry", "Unf", "As an", "申", "す", "ご", "私は", "人工"))
    )


def _may_order(source: str) -> bool:
    if source.isascii():
        lower = source.lower()
        return (
            "nstruction" in source or "prompt" in lower or "only" in lower or "ust" in source or "transla" in lower
        )
    return (
        "指示" in source
        or "命令" in source
        or "だけ" in source
        or "のみ" in source
        or "訳" in source
        or "プロンプト" in source
        or "ルール" in source
        or "あなたは" in source
        or "gnore" in source
    )


def _is_obeyed(pair: Pair) -> bool:
    said = pair.target.strip(CLOSING + ".。!！")
    if any(quoted.strip(".。!！ ") == said for quoted in _QUOTED.findall(pair.source)):
        return True
    languages = base_language(pair.source_language), base_language(pair.target_language)
    said_by = [words for word, words in _ORDERS.get(languages, ()) if word in pair.source]
    missing = sum(re.search(words, pair.target, re.IGNORECASE) is None for words in said_by)
    if missing and 2 * missing >= len(said_by):
        return True
    wanted, found = length(prose(pair.source), pair.source_language), length(pair.target, pair.target_language)
    return found < _OBEYED * wanted


def _asks(source: str) -> bool:
    return source.rstrip(CLOSING)[-1:] in ("?", "？")


def _has_question(target: str, language: str) -> bool:
    if "?" in target or "？" in target or "؟" in target:
        return True
    language = base_language(language)
    if language == "ja":
        return re.search(r"(?:か|かな|の)[。．！!…」』]*$", target) is not None
    return language in _WITHOUT_QUESTION_MARKS
