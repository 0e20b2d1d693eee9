"""Which characters do a file's bytes stand for?

UTF-8 is tried first and the whole file has to decode: a file is never half read, and never read with replacement
characters. Documents are written as UTF-8, with a byte order mark where they had one.
"""

from __future__ import annotations

import codecs
import io
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, TextIO

from batch_translate.errors import DocumentError
from batch_translate.languages import base_language
from batch_translate.segments import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# What files in these languages are still written in, the likelier first.
_LEGACY = {"ja": ("cp932", "euc_jp")}
_NAMES = {"cp932": "CP932 (Shift JIS)", "euc_jp": "EUC-JP", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
# Japanese is full of these; the same bytes read in the wrong encoding are not.
_PLAUSIBLE = re.compile("[ぁ-ゖァ-ヶー、。]")


@dataclass(frozen=True, slots=True)
class OpenText:
    """A document's characters: `stream` keeps line ends as they are and starts after the byte order `mark`."""

    stream: TextIO
    mark: str
    problems: tuple[Problem, ...]


@contextmanager
def open_text(source: BinaryIO, document: str, language: str) -> Iterator[OpenText]:
    """Open a binary file as text; `source` stays open. Raises DocumentError when it is not text."""
    mark, encoding = _mark(source)
    if encoding == "":
        encoding = _recognised(source, document, language)
    elif _plausibility(source, encoding) is None:
        raise DocumentError(
            document, "", f"has a byte order mark but is not {encoding.upper()}: save it as UTF-8 and run again"
        )
    source.seek(len(mark))
    problems = () if encoding == "utf-8" else (Problem("", _rewritten(encoding), "note"),)
    stream = io.TextIOWrapper(source, encoding=encoding, newline="")
    try:
        yield OpenText(stream, "\ufeff" if mark else "", problems)
    finally:
        stream.detach()


def _rewritten(encoding: str) -> str:
    return f"was read as {_NAMES[encoding]}; its translation is written as UTF-8"


def _mark(source: BinaryIO) -> tuple[bytes, str]:
    start = source.read(4)
    return next(((mark, encoding) for mark, encoding in _MARKS if start.startswith(mark)), (b"", ""))


def _recognised(source: BinaryIO, document: str, language: str) -> str:
    if _plausibility(source, "utf-8") is not None:
        return "utf-8"
    legacy = _LEGACY.get(base_language(language), ())
    scores = {encoding: _plausibility(source, encoding) for encoding in legacy}
    possible = {encoding: score for encoding, score in scores.items() if score is not None}
    if not possible:
        tried = " or ".join(["UTF-8", *(_NAMES[encoding] for encoding in legacy)])
        raise DocumentError(document, "", f"is not text in {tried}: save it as UTF-8 and run again")
    return max(possible, key=lambda encoding: possible[encoding])


def _plausibility(source: BinaryIO, encoding: str) -> int | None:
    """How many characters speak for `encoding`; None when the file does not decode or is binary."""
    source.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    count = 0
    try:
        while chunk := source.read(_CHUNK):
            text = decoder.decode(chunk)
            if "\0" in text:
                return None
            if encoding in _NAMES:
                count += len(_PLAUSIBLE.findall(text))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return count
