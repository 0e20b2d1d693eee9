"""Is something left in the source's language? Told by script, and where both have the same, by the words.

A name may stand in the source's script beside its translation: `Ishida (石田)`, `the particle 「の」`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_translate.checks.prose import prose, shortened
from batch_translate.languages import has_letters_of, letters_of_source_alone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.checks.pair import Pair

# Fewer words may be names, which stay.
_FEWEST_WORDS, _FEWEST_PLAIN_WORDS = 4, 3
_COPIED_WORDS = 6
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_GLOSS = re.compile(r"""[(（\[［"“「『‘'《〈][^()（）\[\]"“”「」『』]{1,24}[)）\]］"”」』’'》〉]""")
_LONGEST_GLOSSES = 0.25
_LATIN_RUN = re.compile(r"[A-Za-z][a-z'’]*(?:[ ,]+[A-Za-z'’]+){5,}")


def check_untranslated(pair: Pair) -> Sequence[str]:
    """The source text came back, though it is to be translated."""
    if pair.source == pair.target:
        text = _without_terms(pair, prose(pair.source))
        foreign = letters_of_source_alone(pair.source_language, pair.target_language)
        if foreign.search(text) if foreign else _is_prose(text):
            return ("The translation is the source text unchanged.",)
    elif not has_letters_of(pair.target_language, pair.target) and _is_prose(prose(pair.target)):
        return (f"The translation has no letter of the script of {pair.target_language!r}.",)
    return ()


def check_script(pair: Pair) -> Sequence[str]:
    """Words in the source's script that the target language does not have, or a clause that was only copied."""
    target = pair.target
    foreign = letters_of_source_alone(pair.source_language, pair.target_language)
    if foreign is None:
        return _copied(pair)
    if target.isascii() or foreign.search(target) is None or target == pair.source:
        return ()
    text = _without_terms(pair, prose(target))
    glosses = _GLOSS.sub(" ", text)
    if foreign.search(glosses) is None:
        glossed = sum(map(len, foreign.findall(text)))
        text = glosses if glossed <= _LONGEST_GLOSSES * len(text) else text
    left = [run for run in foreign.findall(text) if run not in ("ー", "々")]
    return (f"The translation still has {shortened('…'.join(left))!r} of the source language.",) if left else ()


def _copied(pair: Pair) -> Sequence[str]:
    """Where the source is in Latin letters: six words in a row that are the source's."""
    if pair.source == pair.target or pair.source.count(" ") < _COPIED_WORDS - 1:
        return ()
    source = " ".join(_WORD.findall(prose(pair.source)))
    for match in _LATIN_RUN.finditer(_without_terms(pair, prose(pair.target))):
        words = _WORD.findall(match.group())
        for at in range(len(words) - _COPIED_WORDS + 1):
            run = " ".join(words[at : at + _COPIED_WORDS])
            if run in source and _is_prose(run):
                return (f"The translation still has {run!r} of the source language.",)
    return ()


def _is_prose(text: str) -> bool:
    words = _WORD.findall(text)
    return len(words) >= _FEWEST_WORDS and sum(map(str.islower, words)) >= _FEWEST_PLAIN_WORDS


def _without_terms(pair: Pair, text: str) -> str:
    """`text` without the terms that are to stay or to become words of that script."""
    for term in pair.terms:
        if term.target:
            text = text.replace(term.target, " ")
    return text
