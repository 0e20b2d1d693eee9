"""How many tokens a text will be, before anybody has counted: by script, from the letters alone.

The ratios are for the o200k vocabulary, Japanese and English; other vocabularies differ by a quarter or so. They
serve packing, limits and estimates; bills go by the provider's own counts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from batch_translate.languages import base_language

_WIDE = re.compile("[ᄀ-ᇿ⺀-鿿가-힣豈-﫿！-ﾟ\U00020000-\U000323af]+")
# 15 % too high in sum (tests/benchmarks/token_ratios.py), which is the safe side of limits.
_TOKENS_PER_WIDE = 0.8
_TOKENS_PER_OTHER = 0.27
# Output tokens per input token as estimated by these. Those between the scripts are fitted on one half of 5,049
# translations by people, Japanese and English, and are off by 1 % in sum on the other
# (tests/benchmarks/token_ratios.py); that of one script is a guess.
_WIDE_TO_OTHER, _OTHER_TO_WIDE, _SAME = 0.57, 1.13, 1.1
_WIDE_LANGUAGES = ("ja", "zh", "ko")


def estimate_tokens(text: str) -> int:
    """Tokens in `text`, at least 1."""
    wide = len(text) - len(_WIDE.sub("", text))
    return max(1, round(wide * _TOKENS_PER_WIDE + (len(text) - wide) * _TOKENS_PER_OTHER))


@lru_cache(maxsize=4_096)
def estimate_translated(tokens: int, source_language: str, target_language: str) -> int:
    """Tokens of the translation of a text of `tokens` tokens, at least 1."""
    from_wide = base_language(source_language) in _WIDE_LANGUAGES
    to_wide = base_language(target_language) in _WIDE_LANGUAGES
    ratio = _SAME if from_wide == to_wide else _WIDE_TO_OTHER if from_wide else _OTHER_TO_WIDE
    return max(1, round(tokens * ratio))
