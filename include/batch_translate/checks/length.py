"""Is the translation as long as its source says, and does it end where it ends?

How long a good translation may be was measured (docs/checks.md); the bounds are wide, for people say things in few
words and in many. A text that stops half way mostly lacks its end mark, or stops after a word that ends nothing.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from batch_translate.checks.prose import MOST_LETTERS, length, prose, shortened, stripped_end
from batch_translate.languages import base_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.checks.pair import Pair

# In letters: a translation has at least `_LEAST * source - _LEAST_SLACK`, at most `_MOST * source + _MOST_SLACK`.
_LEAST, _LEAST_SLACK = 0.5, 24
_LEAST_SHARE = 0.3
_MOST, _MOST_SLACK = 1.3, 20
# Loanwords in katakana take more room than other Japanese.
_MORE_SLACK = 15
# A text without its end mark counts as cut below this share of its source.
_SHORT = 0.8
_MARKS = ".!?。！？…‥؟।;:：；"
_ENDS = frozenset(_MARKS)
_SOURCE_ENDS = frozenset(".!?。！？؟।")
_SENTENCE = re.compile(r"[。！？]+|[.!?]+(?=[\s\"'”’)\]]|$)")
_SHORT_SLACK = 12
_SHORTER = 0.45
# A sentence of so many words has its end mark; a shorter one may be said as a label.
_LONG_SENTENCE = 12
# Of a few words two sentences are easily one.
_FEWEST_LETTERS = 60
# Words after which no text ends.
_NO_END = {
    "en": "the|a|an|of|and|or|but|your|my|our|their|its|into|than|if|because|while|when|which|whose"
    "|very|that|cannot|should|must|would|could|please|has been|have been|will be|to be|can be|not be",
    "fr": "le|la|les|un|une|des|du|de|et|ou|mais|avec|dans|pour|sur|que|votre|vos|si|dont",
    "de": "der|die|das|den|dem|des|ein|eine|einen|einem|und|oder|aber|mit|für|von|Ihr|Ihre|dass|wenn|weil",
    "es": "el|la|los|las|un|una|de|del|y|o|pero|con|para|por|su|sus|que|si",
    "it": "il|lo|la|i|gli|le|un|una|di|del|della|e|o|ma|con|per|che|se",
    "pt": "o|a|os|as|um|uma|de|do|da|e|ou|mas|com|para|por|que|se",
    "nl": "de|het|een|van|en|of|maar|met|voor|uw|als|omdat|die",
}
# Labels end with them (`Sort by`), sentences hardly ever.
_RARE_ENGLISH_END = re.compile(
    r" \w+ \w+ (?:is|are|was|were|be|been|has|have|do|does|not|only|with|as|at|by|for|from|in|on|to|about|you)$"
)
_NO_JAPANESE_END = re.compile(r"[をへ、，]$|(?:または|および|あるいは|しかし|そして)$")


def check_length(pair: Pair) -> Sequence[str]:
    """The translation is far shorter or far longer than its source."""
    source, target = pair.source, pair.target
    # Whichever its letters are, a text is as long as it has characters, and at most MOST_LETTERS times that.
    if target.isascii() and _least(MOST_LETTERS * len(source)) <= len(target) <= _MOST * len(source) + _MOST_SLACK:
        return ()
    wanted, found = length(source, pair.source_language), length(target, pair.target_language)
    if _least(wanted) <= found <= _MOST * wanted + _MOST_SLACK:
        return ()
    # Symfony and Laravel write a plural's forms beside each other: `one|many`.
    wanted = length(prose(source), pair.source_language) / (source.count("|") + 1)
    found = length(prose(target), pair.target_language) / (target.count("|") + 1)
    if found < _least(wanted):
        return ("The translation is far shorter than the source text; a part may be missing.",)
    if found > _MOST * wanted + _MOST_SLACK + (0 if target.isascii() else _MORE_SLACK):
        return ("The translation is far longer than the source text; it may hold what belongs to another text.",)
    return ()


def check_cut(pair: Pair) -> Sequence[str]:
    """The translation stops half way."""
    target = pair.target
    if target[-1:] in _ENDS:
        return _lost_sentences(pair) if len(target) < len(pair.source) * 2 else ()
    end = stripped_end(target)
    if end[-1:] in _ENDS:
        return _lost_sentences(pair)
    if end[-1:] in (",", "、", "，") and stripped_end(pair.source)[-1:] not in (",", "、", "，"):
        return (_cut(target),)
    language = base_language(pair.target_language)
    no_end = _no_end(language)
    if no_end is not None and no_end.search(end) and not end.isupper():
        return (_cut(target),)
    shares = length(prose(target), pair.target_language), length(prose(pair.source), pair.source_language)
    if language == "en" and shares[0] < _SHORTER * shares[1] and _RARE_ENGLISH_END.search(end):
        return (_cut(target),)
    if not _is_marked(pair.source):
        return ()
    if shares[0] < _SHORT * shares[1] - _SHORT_SLACK or end.count(" ") + 1 >= _LONG_SENTENCE:
        return (_cut(target),)
    return _lost_sentences(pair)


def check_end_mark(pair: Pair) -> Sequence[str]:
    """The source text ends a sentence, the translation does not."""
    target = pair.target
    if target[-1:] in _ENDS or not _is_marked(pair.source):
        return ()
    end = stripped_end(target)
    language = base_language(pair.target_language)
    # Thai and its neighbours have no such marks.
    if end[-1:] in _ENDS or language in ("th", "lo", "km", "my") or check_cut(pair):
        return ()
    return (f"The source text ends with {stripped_end(pair.source)[-1]!r}, the translation without an end mark.",)


def _least(wanted: float) -> float:
    return max(_LEAST * wanted - _LEAST_SLACK, _LEAST_SHARE * wanted - 6)


def _is_marked(source: str) -> bool:
    return source[-1:] in _SOURCE_ENDS or stripped_end(source)[-1:] in _SOURCE_ENDS


def _lost_sentences(pair: Pair) -> Sequence[str]:
    """Two sentences and more of which at most half came back, in half of the length."""
    source = pair.source
    if len(source) < 20 or not ("。" in source or ". " in source or "？" in source or "！" in source):
        return ()
    wanted, found = _sentences(source), _sentences(pair.target)
    if wanted < 2 or 2 * found > wanted:
        return ()
    shares = length(prose(pair.target), pair.target_language), length(prose(source), pair.source_language)
    if shares[1] < _FEWEST_LETTERS or shares[0] >= _SHORTER * shares[1]:
        return ()
    return (f"The source text has {wanted} sentences, the translation {found} in half of the length.",)


def _sentences(text: str) -> int:
    """How many there are, one without an end mark at the end as well."""
    return len(_SENTENCE.findall(text)) + (stripped_end(text)[-1:] not in _ENDS)


def _cut(target: str) -> str:
    return f"The translation stops half way, at {shortened(target[-40:])!r}."


@cache
def _no_end(language: str) -> re.Pattern[str] | None:
    if language == "ja":
        return _NO_JAPANESE_END
    words = _NO_END.get(language)
    return None if words is None else re.compile(rf"[ \n](?:{words})$")
