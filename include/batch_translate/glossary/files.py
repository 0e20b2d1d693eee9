"""Glossaries as people keep them: CSV, TSV and TOML files, by their ending. docs/glossary.md shows each."""

from __future__ import annotations

import csv
import io
import tomllib
from typing import TYPE_CHECKING

from batch_translate import storage
from batch_translate.errors import SettingsError
from batch_translate.glossary.rows import Entry, Row, column_name, entry_of, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from batch_translate.glossary.terms import Term


def read_glossary(url: str, source_language: str, target_language: str) -> tuple[Term, ...]:
    """The terms that a glossary has for one language pair, with their texts in NFC.

    Raises SettingsError with the file, its line or term, and what to do: not there, not UTF-8, an unknown column,
    an empty source, nothing demanded, two rows that differ about the same source.
    """
    read = _FORMATS.get(url[url.rfind(".") :].lower())
    if read is None:
        raise SettingsError(f"{url} is no glossary: they end in {', '.join(_FORMATS)}")
    entries = (entry_of(row, source_language, target_language) for row in read(url, _text_of(url)))
    levels: dict[tuple[int, int], list[Entry]] = {}
    for entry in filter(None, entries):
        levels.setdefault(entry.exactness, []).append(entry)
    return merge_glossaries(_without_doubles(levels[exactness]) for exactness in sorted(levels))


def merge_glossaries(parts: Iterable[tuple[Term, ...]]) -> tuple[Term, ...]:
    """The terms of several glossaries; about the same source the later glossary is right.

    A term that minds case takes away an earlier one only for its own spelling: `Apple` beside `apple`.
    """
    merged: dict[str, list[Term]] = {}
    for part in parts:
        later: dict[str, list[Term]] = {}
        for term in part:
            later.setdefault(spelled(term.source, False), []).append(term)
        for source, terms in later.items():
            kept = (old for old in merged.get(source, []) if not any(_covers(new, old) for new in terms))
            merged[source] = [*kept, *terms]
    return tuple(term for terms in merged.values() for term in terms)


def _covers(later: Term, earlier: Term) -> bool:
    """Of two sources that differ in case at most."""
    return not later.case_sensitive or spelled(later.source, True) == spelled(earlier.source, True)


def _without_doubles(entries: list[Entry]) -> tuple[Term, ...]:
    known: dict[str, list[Entry]] = {}
    terms: list[Term] = []
    for entry in entries:
        place, term, _ = entry
        rivals = known.setdefault(spelled(term.source, False), [])
        rival = next((one for one in rivals if _collide(one.term, term)), None)
        if rival is None:
            rivals.append(entry)
            terms.append(term)
        elif rival.term._replace(note="", source="") != term._replace(note="", source=""):
            raise SettingsError(
                f"{place}: {term.source!r} stands in {rival.place.rsplit(', ')[-1]} as well, with another target "
                "or rule: keep one of them; where the case tells them apart, say yes under case_sensitive"
            )
    return tuple(terms)


def _collide(one: Term, other: Term) -> bool:
    """Of two sources that differ in case at most: whether no text tells which of them counts."""
    same_spelling = spelled(one.source, True) == spelled(other.source, True)
    return same_spelling or not (one.case_sensitive or other.case_sensitive)


def _text_of(url: str) -> str:
    try:
        with storage.local_copy(url) as (file, _):
            content = file.read()
    except FileNotFoundError:
        raise SettingsError(f"there is no glossary {url}: correct `glossary` in translate.toml") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{url}, line {line}: is not UTF-8: save the file as UTF-8 and run again") from None


def _comma_separated(url: str, text: str) -> Iterator[Row]:
    header = text.lstrip("\r\n").partition("\n")[0]
    return _delimited(url, text, ";" if header.count(";") > header.count(",") else ",")


def _tab_separated(url: str, text: str) -> Iterator[Row]:
    return _delimited(url, text, "\t")


def _delimited(url: str, text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    for line, cells in _records(url, reader):
        place = f"{url}, line {line}"
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        if not columns:
            columns = _columns(cells, place)
            continue
        if len(cells) > len(columns):
            raise SettingsError(
                f"{place}: there are {len(cells)} cells under {len(columns)} columns: put a text that has the "
                "separator in it in double quotes"
            )
        yield Row(place, {name: cell for name, cell in zip(columns, cells, strict=False) if cell.strip()})


def _records(url: str, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """(line in which it begins, cells) of each record."""
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1  # type: ignore[attr-defined]
    except csv.Error as error:
        raise SettingsError(f"{url}, line {line}: is not readable as CSV: {error}; mend its quotes") from None


def _columns(cells: list[str], place: str) -> list[str]:
    columns = [column_name(cell, place) for cell in cells]
    twice = next((name for at, name in enumerate(columns) if name in columns[:at]), None)
    if twice is not None:
        raise SettingsError(f"{place}: there are two columns {twice}: take one away")
    return columns


def _tables(url: str, text: str) -> Iterator[Row]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{url} is not readable as TOML: {error}") from None
    terms = content.pop("terms", [])
    if content or not isinstance(terms, list) or not all(isinstance(term, dict) for term in terms):
        others = ", ".join(content) or "terms of another kind"
        raise SettingsError(f"{url}: a glossary has [[terms]] and nothing else, and here is {others}")
    for number, table in enumerate(terms, start=1):
        place = f"{url}, term {number}"
        yield Row(place, _named(table, place))


def _named(table: Mapping[str, object], place: str) -> dict[str, object]:
    return {column_name(name, place): value for name, value in table.items() if value not in ("", [], {})}


_FORMATS: dict[str, Callable[[str, str], Iterator[Row]]] = {
    ".csv": _comma_separated,
    ".tsv": _tab_separated,
    ".toml": _tables,
}
