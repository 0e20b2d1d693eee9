"""Which columns of a table, or keys of its records, hold text, and which the record's id?

Columns named in the settings are taken as they are named; otherwise texts are found by script in a sample and ids
by name. Equal bytes always give the same answer, so a document is written with the columns it was read with.
"""

from __future__ import annotations

import re
from array import array
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from batch_translate.languages import has_letters_of
from batch_translate.segments import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

T = TypeVar("T")

_SAMPLE_ROWS = 1000
_SAMPLE_CHARACTERS = 4_000_000
_TEXT_SHARE = 0.2
_NAMED = 10
_ROW_ID = re.compile(r"(?:.*[_\- ])?id|key|code|sku|uuid|guid|no|number|#", re.IGNORECASE)
_NO_PROSE = re.compile(
    r"(?:.*[_\- ])?(?:id|ids|key|code|sku|uuid|guid|no|number|url|uri|link|slug|hash)|#", re.IGNORECASE
)


def take_sample(records: Iterator[T], length: Callable[[T], int]) -> list[T]:
    """The first records: a thousand, or fewer where they are huge."""
    sample: list[T] = []
    characters = 0
    for record in islice(records, _SAMPLE_ROWS):
        sample.append(record)
        characters += length(record)
        if characters > _SAMPLE_CHARACTERS:
            break
    return sample


def is_id_name(name: str) -> bool:
    """Whether a column of this name holds ids or addresses, not prose."""
    return _NO_PROSE.fullmatch(name.strip()) is not None


def id_name(names: Sequence[str], chosen: tuple[str, ...] | None) -> str | None:
    """The name whose value is the record's id: the first of `chosen` there is, else `id`, else an id-like one."""
    if chosen is not None:
        return next((name for name in chosen if name in names), None)
    found = [name for name in names if _ROW_ID.fullmatch(name.strip())]
    return min(found, key=lambda name: name.strip().lower() != "id", default=None)


def holds_text(values: Sequence[str], language: str) -> bool:
    """Whether a good part of the values which are not blank has letters of the language's script."""
    filled = [value for value in values if value.strip()]
    with_letters = sum(has_letters_of(language, value) for value in filled)
    return with_letters > 0 and with_letters >= _TEXT_SHARE * len(filled)


def added_name(name: str, language: str, taken: Sequence[str]) -> str:
    """`<name>_<language>`, numbered where the document has that name already: nothing is overwritten."""
    wanted = f"{name}_{language}"
    number = 2
    free = wanted
    while free in taken:
        free = f"{wanted}_{number}"
        number += 1
    return free


class SeenIds:
    """The ids of a document's records in order, eight bytes each, to name those that are blank or repeated."""

    def __init__(self, place: str, record: str) -> None:
        self._place = place
        self._record = record
        self._hashes = array("q")

    def add(self, value: str) -> None:
        """Note the next record's id."""
        self._hashes.append(hash(value))

    def problems(self) -> Iterator[Problem]:
        """One note each on blank and on repeated ids."""
        hashes = np.frombuffer(self._hashes, dtype=np.int64)
        blank = hashes == hash("")
        if blank.any():
            yield Problem(self._place, f"blank in {self._named(np.flatnonzero(blank))}", "note")
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        repeated = order[1:][ordered[1:] == ordered[:-1]]
        repeated = np.sort(repeated[~blank[repeated]])
        if repeated.size:
            yield Problem(self._place, f"an id which stood above is repeated in {self._named(repeated)}", "note")

    def _named(self, indexes: NDArray[np.int64]) -> str:
        named = ", ".join(str(index + 1) for index in indexes[:_NAMED])
        more = f" and {indexes.size - _NAMED} more" if indexes.size > _NAMED else ""
        return f"{self._record}{'s' if indexes.size > 1 else ''} {named}{more}"
