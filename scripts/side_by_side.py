"""How do a Japanese text and its translation stand side by side in a terminal?

Wide characters take two columns, combining ones none; `len` counts both as one.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def width(text: str) -> int:
    """The columns a text takes in a terminal."""
    return sum(_columns(character) for character in text)


def fit(text: str, columns: int) -> str:
    """The text in exactly that many columns: padded, or cut with an ellipsis; line breaks become spaces."""
    text = " ".join(text.split())
    if width(text) <= columns:
        return text + " " * (columns - width(text))
    kept, used = [], 0
    for character in text:
        if used + _columns(character) > columns - 1:
            break
        kept.append(character)
        used += _columns(character)
    return "".join(kept) + "…" + " " * (columns - 1 - used)


def side_by_side(pairs: Iterable[tuple[str, str]], columns: int = 100) -> str:
    """One line per pair, sources left, translations right, within `columns`."""
    each = (columns - 5) // 2
    return "\n".join(f"  {fit(source, each)} │ {fit(target, each)}".rstrip() for source, target in pairs)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
