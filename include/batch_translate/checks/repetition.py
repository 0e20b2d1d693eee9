"""Does the translation say the same again and again? So do models in a loop, and texts that came twice."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from batch_translate.checks.prose import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.checks.pair import Pair

# A text that is twice the same half; shorter halves may be speech (`Help! Help!`).
_SHORTEST_HALF = 8
_SHORTEST_SENTENCE = 12
_SENTENCES = re.compile(r"(?<=[.!?:)。！？：])\s+|(?<=[。！？])|\n+")
_MARK = re.compile(r"[.!?:)。！？：\n]")
# Of so many words at most this share is different.
_FEWEST_WORDS, _DIFFERENT = 12, 0.34
_LONG_UNSPACED = 200
# What runs in a loop runs to the end, so it is looked for there.
_TAIL, _REPEATED = 400, 3
_RUN = re.compile(r"(\S.{1,80}?)(?:\s*\1){2,}\W*$", re.DOTALL)


def check_repetition(pair: Pair) -> Sequence[str]:
    """The same words, sentence or text again and again, and not in the source text."""
    target = pair.target
    half = (len(target) + 1) // 2
    if half >= _SHORTEST_HALF and target[:half].strip() == target[half:].strip() and not _is_twice(pair.source):
        return (_again(target[:half].strip()),)
    if len(target) < 2 * _SHORTEST_SENTENCE:
        return ()
    if _MARK.search(target, 0, len(target) - _SHORTEST_SENTENCE):
        repeated = _repeated_sentence(target)
        if repeated and not _repeated_sentence(pair.source):
            return (_again(repeated),)
    if target.count(target[-6:]) >= _REPEATED:
        run = _RUN.search(target[-_TAIL:])
        if run is not None and not _RUN.search(pair.source[-_TAIL:]):
            return (_again(run[1]),)
    if len(target) > 60 and _is_loop(target) and not _is_loop(pair.source):
        return (_again(target),)
    return ()


def _is_twice(text: str) -> bool:
    half = (len(text) + 1) // 2
    return text[:half].strip(" 、,。.") == text[half:].strip(" 、,。.")


def _repeated_sentence(text: str) -> str:
    sentences = _SENTENCES.split(text)
    if len(set(sentences)) == len(sentences):
        return ""
    counts = Counter(sentence for it in sentences if len(sentence := it.strip()) >= _SHORTEST_SENTENCE)
    return next((sentence for sentence, count in counts.items() if count > 1), "")


def _is_loop(text: str) -> bool:
    words = text.split()
    if len(words) >= _FEWEST_WORDS:
        return len(set(words)) < _DIFFERENT * len(words)
    # Without spaces between words: by pairs of characters.
    if len(text) < _LONG_UNSPACED:
        return False
    pairs = len(text) - 1
    return len({text[at : at + 2] for at in range(pairs)}) < _DIFFERENT * pairs


def _again(words: str) -> str:
    return f"The translation says {shortened(words)!r} again and again; the source text does not."
