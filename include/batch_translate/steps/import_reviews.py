"""Files from people become reviews: each file whole or not at all, each known by its content.

A row goes in when its source is the text that the ledger has under its key, and its translation has the source's
placeholders; the others are refused, each with its row. A text that the ledger does not know is kept under the key
of its source and languages.
"""

from __future__ import annotations

import logging
import time
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from batch_translate import keys, storage
from batch_translate.documents.encoding import open_text
from batch_translate.errors import DocumentError, InputError, SettingsError
from batch_translate.languages import base_language, checked_tag
from batch_translate.ledger import reviews
from batch_translate.ledger.reviews import Brought, Candidate
from batch_translate.markup.placeholders import compare
from batch_translate.reviews.rows import Decision, Refused
from batch_translate.reviews.table import read_table
from batch_translate.reviews.tmx import read_tmx
from batch_translate.reviews.xliff import read_xliff
from batch_translate.reviews.xml_elements import storable_in_xml
from batch_translate.segments import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_translate.ledger import Ledger

log = logging.getLogger(__name__)

_READERS = {".xliff": read_xliff, ".xlf": read_xliff, ".tmx": read_tmx}
_TABLES = (".csv", ".tsv")
_FOLDER = "_reviewed"
_LONGEST_LANGUAGE = 35
_KEY_DIGITS = frozenset("0123456789abcdef")
_SHOWN = 60
_NOT_UNICODE = "the file is not in Unicode, and nobody can tell how this row is to be read: save the file as UTF-8"


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What came of one file. `segment_keys` are the texts that have another translation now.

    `undecided` rows decide nothing, `unchanged` ones say what was in use, or what a later row of the file says.
    """

    name: str
    segment_keys: frozenset[str] = frozenset()
    unchanged: int = 0
    undecided: int = 0
    refused: tuple[Refused, ...] = ()
    known_since: float | None = None

    def sentences(self) -> list[str]:
        """The report for people: one line, and one for each refused row."""
        if self.known_since is not None:
            when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(self.known_since))
            return [f"{self.name}: was imported on {when}; nothing changes"]
        counts = f"{len(self.segment_keys)} reviews, {self.unchanged} unchanged, {self.undecided} undecided"
        said = [f"{self.name}: {counts}, {len(self.refused)} refused"]
        return [*said, *(f"{self.name}, {place}: {reason}" for place, reason in self.refused)]


@dataclass(slots=True)
class ImportReport:
    """What came of several files; `broken` are those of which nothing could be read."""

    files: list[ImportedFile] = field(default_factory=list)
    broken: list[InputError] = field(default_factory=list)

    @property
    def segment_keys(self) -> frozenset[str]:
        """The texts that have another translation now."""
        return frozenset().union(*(file.segment_keys for file in self.files))

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return sum(len(file.refused) for file in self.files)


def reviewed_files(input_root: str) -> list[str]:
    """The URLs of what people have put into `_reviewed/` of an input root, by name."""
    folder = storage.join(input_root, _FOLDER)
    if not storage.exists(folder):
        return []
    names, refused = storage.list_files(folder)
    for name in refused:
        log.warning("%s in %s cannot be read: a link, or a name that no URL can hold", name, _FOLDER)
    return [storage.join(folder, name) for name in names]


def import_reviews(
    ledger: Ledger, urls: Iterable[str], *, source_language: str | None = None, target_language: str | None = None
) -> ImportReport:
    """Import files one after the other: .csv, .tsv, .xliff, .xlf or .tmx; a broken one stops no other.

    `source_language` and `target_language` say under which tag this project keeps what the files call by another
    of the same language (`en` for `en-US`).
    """
    report = ImportReport()
    renamed = tuple(checked_tag(tag) for tag in (source_language, target_language) if tag)
    for url in urls:
        try:
            imported = _import_file(ledger, url, renamed)
        except InputError as error:
            report.broken.append(error)
            log.error("%s", error)
        else:
            report.files.append(imported)
            for sentence in imported.sentences():
                log.info("%s", sentence)
    return report


def _import_file(ledger: Ledger, url: str, renamed: tuple[str, ...]) -> ImportedFile:
    name = url.rstrip("/").rsplit("/", 1)[-1]
    with _opened(url) as (file, sha256):
        known_since = reviews.imported_at(ledger, sha256)
        if known_since is not None:
            return ImportedFile(name, known_since=known_since)
        rows = _Rows(renamed)
        with reviews.gathered(ledger, rows.brought(_read(file, name))) as gathered:
            wrong = {
                one.number: Refused(one.place, said) for one in gathered.candidates() if (said := _wrong(one))
            }
            reviewer, now = f"{name.rsplit('.', 1)[-1].upper()} {name}", time.time()
            # A file of which rows were refused is read again: they may be right when the ledger knows more.
            whole = not wrong and not rows.refused
            changed = gathered.commit(sha256, name, reviewer, wrong, now, whole)
    if changed is None:
        return ImportedFile(name, known_since=now)
    unchanged = rows.count - len(wrong) - len(changed)
    return ImportedFile(name, changed, unchanged, rows.undecided, (*rows.refused, *wrong.values()))


@contextmanager
def _opened(url: str) -> Iterator[tuple[BinaryIO, str]]:
    try:
        with storage.local_copy(url) as copy:
            yield copy
    except (FileNotFoundError, IsADirectoryError):
        raise SettingsError(f"{url} is no file: give the path or URL of a file with reviews") from None
    except OSError as error:
        raise SettingsError(f"{url} cannot be read: {error}") from None


def _read(file: BinaryIO, name: str) -> Iterator[Decision | Refused]:
    ending = name[name.rfind(".") :].lower()
    if ending in _READERS:
        yield from _READERS[ending](file, name)
    elif ending in _TABLES:
        # The old encodings that are tried are Japanese: a source that is read wrongly does not match. One in ASCII
        # reads alike in all, and says nothing of how its translation was read.
        with open_text(file, name, "ja") as text:
            legacy = not str(text.stream.encoding).startswith("utf")
            for row in read_table(text.stream, name):
                unproven = legacy and isinstance(row, Decision) and row.text and row.source.isascii()
                yield Refused(row.place, _NOT_UNICODE) if unproven else row
    else:
        known = ", ".join([*_TABLES, *_READERS])
        raise DocumentError(name, "", f"is no file with reviews: they end in {known}")


class _Rows:
    """The rows of one file on their way to the ledger, counted as they pass."""

    def __init__(self, renamed: tuple[str, ...]) -> None:
        self.count = self.undecided = 0
        self.refused: list[Refused] = []
        self._renamed = renamed

    def brought(self, rows: Iterable[Decision | Refused]) -> Iterator[Brought]:
        """Yield what decides something."""
        for row in rows:
            said = row if isinstance(row, Refused) or not row.text else self._brought(row)
            if isinstance(said, Brought):
                self.count += 1
                yield said._replace(number=self.count)
            elif isinstance(said, Refused):
                self.refused.append(said)
            else:
                self.undecided += 1

    def _brought(self, row: Decision) -> Brought | Refused:
        source, text = storable(row.source.strip()), storable(row.text.strip())
        if not source:
            return Refused(row.place, "has no source, so it cannot be checked")
        if "\r" not in source:
            text = text.replace("\r\n", "\n")
        try:
            source_language, target_language = map(self._language, (row.source_language, row.target_language))
        except SettingsError as error:
            return Refused(row.place, str(error))
        own_key = ""
        if source_language and target_language:
            own_key = keys.segment_key(source_language, target_language, source, row.context)
        given = row.segment_key if len(row.segment_key) == 32 and _KEY_DIGITS.issuperset(row.segment_key) else ""
        if not given and not own_key:
            return Refused(row.place, "says neither a segment_key nor the languages of source and translation")
        languages = source_language, target_language
        return Brought(0, row.place, given, own_key, *languages, source, storable(row.context), text)

    def _language(self, tag: str) -> str:
        if not tag:
            return ""
        tag = checked_tag(tag.strip().replace("_", "-"))
        if len(tag) > _LONGEST_LANGUAGE:
            raise SettingsError(f"{tag!r} is no language tag of this project: it is too long")
        return next((one for one in self._renamed if base_language(one) == base_language(tag)), tag)


def _wrong(one: Candidate) -> str:
    """Why a decision is refused; "" where nothing is wrong."""
    if one.known_source is None and not one.own_key:
        return "its segment_key is not in the ledger, and without both languages its text cannot be found"
    if one.known_source is not None and _plain(one.known_source) != _plain(one.source):
        known = _short(one.known_source)
        return f"its source is {_short(one.source)!r}, under its segment_key the ledger has {known!r}"
    languages = (
        (one.source_language, one.known_source_language),
        (one.target_language, one.known_target_language),
    )
    for said, language in languages:
        if said and language and base_language(said) != base_language(language):
            return f"it is for {said!r}, under its segment_key the ledger has {language!r}"
    if one.banned:
        return f"its translation {_short(one.text)!r} is banned"
    return " ".join(compare(one.known_source or one.source, one.text))


def _plain(text: str) -> str:
    """A text as it comes back from any of the files."""
    text = unicodedata.normalize("NFC", storable_in_xml(text))
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
