r"""What a text is in another language, as far as phrasebooks know it: not a model.

A text no phrasebook has comes back marked and unchanged, `[ja→en] text`, so every placeholder of the prompt
contract stands in the answer as often as in the source, and nobody takes it for a translation. Glossary terms
are replaced in it, outside of placeholders. The same question always gets the same answer.

A phrasebook is UTF-8 text with tab-separated columns, the first line being their names: `source_language`,
`target_language`, `source`, `target`. Within a field `\t`, `\n` and `\\` stand for tab, line feed and
backslash. Sources are compared in Unicode's normal form C; the first entry for a source counts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

COLUMNS = ("source_language", "target_language", "source", "target")
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPED = {"t": "\t", "n": "\n", "\\": "\\"}
# docs/prompt-contract.md, Placeholders.
_PLACEHOLDER = re.compile(
    r"</?\d+/?>"
    r"|\$?\{\{?[^{}\s]*\}?\}"
    r"|%%|%(?:\d+\$|\([^()\s]+\))?[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh?|ll?|[Lqjzt])?[diouxXeEfFgGcrsaA@]"
)


class Engine(Protocol):
    """What answers the requests."""

    def translate(
        self, source_language: str, target_language: str, text: str, glossary: Sequence[tuple[str, str]] = ()
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
        self, source_language: str, target_language: str, text: str, glossary: Sequence[tuple[str, str]] = ()
    ) -> str:
        """The phrasebooks' translation, or the marked text. Without languages any entry for the text counts."""
        known = self._entries.get((source_language, target_language, _normal(text)))
        if known is not None:
            return known
        return f"[{source_language or '?'}→{target_language or '?'}] {_apply_glossary(text, dict(glossary))}"


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


def _apply_glossary(text: str, glossary: dict[str, str]) -> str:
    if not glossary:
        return text
    # One pass, longest term first: no term is looked for in what another one was replaced by.
    terms = "|".join(re.escape(term) for term in sorted(glossary, key=len, reverse=True))
    pattern = re.compile(f"(?P<placeholder>{_PLACEHOLDER.pattern})|{terms}")
    return pattern.sub(lambda match: match[0] if match["placeholder"] else glossary[match[0]], text)
