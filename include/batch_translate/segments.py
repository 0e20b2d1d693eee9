"""What a document is made of, as far as translation is concerned.

A `Segment` never carries white space around its text: that belongs to the document and stays there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


class Segment(NamedTuple):
    """One translatable text with its place. A tuple, for there are millions of them.

    `place` names it within its document and is unique there (`row 3, title`, `block 12`, `line 7, /text`): for
    people and for checking, never a key. `text` has placeholders for inline markup (docs/prompt-contract.md).
    `context` is what the format itself declares to tell equal texts apart (a PO msgctxt), "" where it declares
    nothing; it enters the key. `row_id` is the document's own id for the record, "" where it has none.
    `only_for` are the target languages that need this text, separated by spaces, "" for all: a plural form which
    one language has and another has not.
    """

    place: str
    text: str
    context: str = ""
    row_id: str = ""
    only_for: str = ""
    seconds: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a document's reader passed over or changed, reported and never silent.

    level `error`: this part of the document is not translated; `note`: nothing is lost, but people should know.
    """

    place: str
    reason: str
    level: Literal["error", "note"] = "error"


def is_storable(text: str) -> bool:
    """Whether `storable` leaves the text as it is. Quick, also for a great many texts put together."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def storable(text: str) -> str:
    """`text` as a table, a request and both databases can hold it.

    Half a surrogate pair, which is no character, and NUL, which PostgreSQL refuses, become U+FFFD.
    """
    return _NOT_STORABLE.sub("\ufffd", text)


Fits = Callable[[str], bool]
"""Whether a text can stand in the document in its segment's place."""

Targets = Callable[[Segment, Fits], str | None]
"""Gives a segment's translation while its document is written, None where the source text stays: also for one that
does not fit, which is then known to whoever asked."""
