"""What of a text is prose, and how long is it? What several checks ask."""

from __future__ import annotations

import re

from batch_translate.languages import base_language

CLOSING = " \n\t\r\u3000\"'”’»›)]}）］｝」』】〉》＞*_~♪"
"""What may stand behind a sentence's end mark."""

_MARKUP = re.compile(
    r"</?[0-9]+/?>|\$?\{\{?[^{}]*\}\}?|%(?:\(\w+\)|[0-9]+\$)?[0-9.]*[sdif@]"
    r"|(?:https?|ftp)://[^\s\u2e80-\U0010ffff]+|[\w.+-]+@[\w.-]+"
)
_TAGS = re.compile(r"</?[0-9]+/?>")
# How many Latin letters, with their spaces, one character stands for. Measured on Japanese; the others by what a
# page of each takes beside its English.
_LETTERS = {"ja": 2.6, "zh": 3.4, "yue": 3.4, "ko": 2.2}
MOST_LETTERS = max(_LETTERS.values())


def prose(text: str) -> str:
    """`text` with a space for each placeholder, tag, URL and mail address."""
    if "<" in text or "{" in text or "%" in text or "@" in text or "://" in text:
        return _MARKUP.sub(" ", text)
    return text


def length(text: str, language: str) -> float:
    """How long `text` is, as if it stood in Latin letters."""
    letters = _LETTERS.get(base_language(language))
    if letters is None or text.isascii():
        return len(text)
    wide = (len(text.encode("utf-8", "replace")) - len(text)) / 2
    return len(text) + (letters - 1) * wide


def stripped_end(text: str) -> str:
    """`text` without tags, quotation marks and brackets at its end."""
    text = text.rstrip(CLOSING)
    while text.endswith(">") and (bare := _TAGS.sub("", text[-8:])) != text[-8:]:
        text = (text[:-8] + bare).rstrip(CLOSING)
    return text


def shortened(text: str, longest: int = 60) -> str:
    """`text` as a finding quotes it: in one line, not too long."""
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
