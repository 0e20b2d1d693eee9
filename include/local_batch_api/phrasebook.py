r"""What a text is in another language, as far as phrasebooks know it: not a model.

A text no phrasebook has is answered with filler (filler.py), and so is one whose translation lacks what a term of
the request's glossary demands. Where a request does not name its languages there is no filler: the text comes back
marked and unchanged, `[?→?] text`. The same question always gets the same answer.

A phrasebook is UTF-8 text with tab-separated columns, the first line being their names: `source_language`,
`target_language`, `source`, `target`. Within a field `\t`, `\n` and `\\` stand for tab, line feed and
backslash. Sources are compared in Unicode's normal form C; the first entry for a source counts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Protocol

from local_batch_api.filler import fill, terms_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from local_batch_api.contract import Term

COLUMNS = ("source_language", "target_language", "source", "target")
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPED = {"t": "\t", "n": "\n", "\\": "\\"}


class Engine(Protocol):
    """What answers the requests."""

    def translate(
        self, source_language: str, target_language: str, text: str, glossary: Sequence[Term] = ()
    ) -> str:
        """`text` in the target language; both languages are "" where a request does not name them."""
        ...


class Phrasebook:
    """The entries of the phrasebook files, in the order of the files."""

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._entries: dict[tuple[str, str, str], str] = {}
        for path in paths:
            for source_language, target_language, source, target in _read_entries(path):
                for languages in ((source_language, target_language), ("", "")):
                    self._entries.setdefault((*languages, _normal(source)), target)

    def translate(
        self, source_language: str, target_language: str, text: str, glossary: Sequence[Term] = ()
    ) -> str:
        """The phrasebooks' translation, or filler. Without languages any entry for the text counts."""
        known = self._entries.get((source_language, target_language, _normal(text)))
        if not source_language or not target_language:
            return known if known is not None else f"[{source_language or '?'}→{target_language or '?'}] {text}"
        if known is not None and (not glossary or _is_obeyed(terms_in(text, glossary), known)):
            return known
        return fill(source_language, target_language, text, glossary)


def _read_entries(path: Path) -> Iterable[tuple[str, str, str, str]]:
    with path.open(encoding="utf-8-sig", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            fields = [_unescape(field, path, number) for field in line.rstrip("\r\n").split("\t")]
            if number == 1:
                if tuple(fields) != COLUMNS:
                    raise ValueError(f"{path}, line 1: the columns must be {', '.join(COLUMNS)}, not {fields}")
            elif len(fields) != len(COLUMNS):
                raise ValueError(f"{path}, line {number}: {len(fields)} columns instead of {len(COLUMNS)}")
            else:
                yield fields[0], fields[1], fields[2], fields[3]


def _unescape(field: str, path: Path, number: int) -> str:
    def character(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPED:
            raise ValueError(f"{path}, line {number}: {match[0]!r} is no escape; write \\\\ for a backslash")
        return _ESCAPED[match[1]]

    return _ESCAPE.sub(character, field)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _is_obeyed(terms: Sequence[Term], answer: str) -> bool:
    folded = answer.casefold()
    # Inflected, a word may lose its last letter: caddy, caddies.
    return all(
        (term.target[:-1] or term.target).casefold() in folded
        and not any(word.casefold() in folded for word in term.forbidden)
        for term in terms
    )
