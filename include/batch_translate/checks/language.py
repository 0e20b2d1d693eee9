"""Is the translation in the language that was asked for?

Told by py3langid, which carries its model: it is asked only where a text is long enough to be sure, and where the
most frequent words of its language do not already tell. It takes half a second to load and 60 microseconds a text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from batch_translate.checks.prose import prose
from batch_translate.languages import base_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.checks.pair import Pair

# The language asked for is at most as likely as that, and the text has so many characters: on good English
# translations of 20 characters and more it never happened.
_LEAST_LIKELY = 0.02
_FEWEST_LETTERS, _FEWEST_WORDS = 24, 4
# Of so many words one is among the frequent ones of its language.
_WORDS_PER_FREQUENT_ONE = 8
_JUDGED = 200
_FREQUENT = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of to and is are you your this that be not with for it please can have from will by if they"
        " what there has when which each must should does but i we settings delete edit enter create created user"
        " users update updated save saved change failed invalid cannot could specify select selected only display"
        " use used yeah okay new some about where other from between",
        "fr": "le les des du et est une vous votre cette ne pas dans pour sur avec sont ce",
        "de": "der die das und ist nicht ein eine sie zu mit auf für den wird werden im von",
        "es": "el los las del y es una su esta no por para con se en que",
        "it": "il di che e è una non per della del gli sono questo con dei le",
        "pt": "o os da do e é uma não para com em seu sua que por este",
        "nl": "de het een van en is niet u uw dit deze voor met op te zijn",
    }.items()
}
_NO_LANGUAGE = "zxx"
"""What py3langid says of codes and names."""

# Languages so near to each other that a sentence may be both.
_NEAR = (
    frozenset({"hr", "bs", "sr"}),
    frozenset({"id", "ms"}),
    frozenset({"no", "nb", "nn", "da"}),
    frozenset({"zh", "yue", "wuu"}),
    frozenset({"gl", "pt"}),
    frozenset({"en", "pcm"}),
)
_LETTER = re.compile(r"[^\W\d_]")


def check_language(pair: Pair) -> Sequence[str]:
    """The translation is in another language than the one asked for."""
    target = pair.target
    if len(target) < _FEWEST_LETTERS or target == pair.source:
        return ()
    language = base_language(pair.target_language)
    words = target[:_JUDGED].lower().split()
    frequent = _FREQUENT.get(language)
    if frequent is not None and len(frequent.intersection(words)) * _WORDS_PER_FREQUENT_ONE >= len(words):
        return ()
    text = " ".join(_without_names(prose(target)).split())
    if text.count(" ") + 1 < _FEWEST_WORDS or len(_LETTER.findall(text)) < _FEWEST_LETTERS:
        return ()
    near = next((group for group in _NEAR if language in group), frozenset({language}))
    found, _ = _identifier().classify(text)
    if found in near or found == _NO_LANGUAGE:
        return ()
    likely = dict(_identifier().rank(text))
    if not near & likely.keys() or sum(likely.get(it, 0.0) for it in near) > _LEAST_LIKELY:
        return ()
    return (f"The translation is in {found!r}, and {pair.target_language!r} was asked for.",)


def _without_names(text: str) -> str:
    """`text` without what is written in capitals or with digits: names and codes tell no language."""
    return re.sub(r"\b(?=\w*[0-9_])\w+|\b[A-Z]{2,}\b", " ", text)


@cache
def _identifier() -> Any:
    # Imported where a text asks for it: the model is 4.6 MB and takes half a second to read.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
