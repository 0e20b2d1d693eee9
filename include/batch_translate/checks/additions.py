"""Does the answer hold more than the translation?

Models put words before it ("Here is the translation:") and behind it, or wrap it in quotation marks or a fence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_translate.checks.prose import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.checks.pair import Pair

_PREFACE = re.compile(
    r"""
      (?:sure|certainly|of\ course|absolutely|okay|ok|great|no\ problem|happy\ to\ help)\s*[,!.:—-]+\s*
        (?:here|the\ translat|i(?:'|’)?\s?(?:ll|have|can|would)\b)
    | here(?:\ is|'s|’s|\ are)\s+(?:the|your|a|my|an)\b[^\n.]{0,40}\b(?:translat\w+|version|text)\b
    | [^:：.\n]{0,60}\btranslat(?:ion|ed)\b[^:：.\n]{0,40}[:：.\n]
    | (?:answer|output|result|response|target|english|japanese|french|german|spanish|chinese|korean)\s*[:：]
    | (?:voici|hier\ (?:ist|sind|is)|aqu[ií]\ est[áa]|ecco)\b[^\n.]{0,30}\b(?:tradu|[üu]bersetz|vertal)
    | (?:traduction|[üu]bersetzung|traducci[óo]n|traduzione|tradu[çc][ãa]o|vertaling)\s*[:：]
    | (?:перевод|翻译|翻譯|번역)\s*[:：]
    | (?:はい|もちろん|承知|かしこまり|了解)[^\n]{0,12}[、。！][^\n]{0,14}(?:翻訳|訳)
    | (?:以下|こちら)[^\n。]{0,20}訳[^\n。]{0,6}(?:です|ます|[:：。])
    | (?:翻訳(?:結果|文)?|訳文?|和訳|英訳|回答|出力|日本語訳?|英語)\s*[:：]
    """,
    re.VERBOSE | re.IGNORECASE,
)
# A word on translating in the source text allows them in the translation.
_ON_TRANSLATING = re.compile(r"翻訳|訳文|[和英対邦]訳|译|번역|translat|tradu|übersetz|vertal|перев", re.IGNORECASE)
_LABEL = re.compile(r"[^\W\d_][\w' ]{1,40}[:：]\s*\n")
_NOTE = re.compile(
    r"(?:\n\s*|[(\[（【]\s*|[.!?。]\s+)"
    r"(?:note|explanation|translator(?:'|’)?s?\ note|n\.?b\.?|p\.?s\.?|please\ note|訳?注|訳者注|補足|解説|備考)"
    r"\s*[:：]",
    re.IGNORECASE,
)
_NOTED = re.compile(
    r"注|※|補足|解説|備考|説明|参考|追記|ノート|メモ|\bnote|\bN\.?B|\bremark|explan", re.IGNORECASE
)
_PAIRED = {'"': '"', "'": "'", "“": "”", "‘": "’", "「": "」", "『": "』", "«": "»", "`": "`"}
_OPENING = frozenset("\"'“‘「『«`<(（【[〈《”’＜≪″")


def check_additions(pair: Pair) -> Sequence[str]:
    """The answer has words of its own before or behind the translation, or is wrapped."""
    source, target = pair.source, pair.target
    first = target[:1]
    if first in _PAIRED and len(target) > 2 and source[:1] not in _OPENING:
        if target.startswith("```") and "```" not in source:
            return ("The answer is wrapped in a code fence; only the translation is wanted.",)
        inside = target[1:-1]
        if target[-1] == _PAIRED[first] and first not in inside and target[-1] not in inside:
            return ("The whole answer stands in quotation marks, which the source text has not.",)
    if ":" in target or "：" in target or "ere" in target[:12] or "訳" in target or "\n" in target:
        preface = _PREFACE.match(target) or (_LABEL.match(target) if ":" not in source else None)
        if preface and not _ON_TRANSLATING.search(source) and _has_more_labels(target, source):
            return (_not_wanted(preface.group()),)
        note = _NOTE.search(target)
        if note and not _NOTED.search(source):
            return (_not_wanted(target[note.start() :].strip()),)
    if "\n\n" in target and "\n\n" not in source and "\n \n" not in source:
        return (_not_wanted(target[target.index("\n\n") :].strip()),)
    return ()


def _has_more_labels(target: str, source: str) -> bool:
    colons = target.count(":") + target.count("：") - source.count(":") - source.count("：")
    return colons > 0 or target.count("\n") > source.count("\n")


def _not_wanted(words: str) -> str:
    return f"The answer has {shortened(words)!r}, which is not in the source text; only the translation is wanted."
