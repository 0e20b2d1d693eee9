"""What a file for people says about a text, and what a file from people says."""

from __future__ import annotations

from typing import NamedTuple


class ReviewRow(NamedTuple):
    """One text that a person should look at, at the first place where it stands.

    `answer` is the best translation so far, "" where there is none; `findings` what is said against it, in
    sentences; `before` the source text before it in its document; `occurrences` how often the text stands in the
    tables from which the row was made.
    """

    day: str
    document: str
    place: str
    source_language: str
    target_language: str
    segment_key: str
    state: str
    source: str
    answer: str
    findings: str
    before: str
    occurrences: int
    origin: str = ""


class MemoryUnit(NamedTuple):
    """One entry of the translation memory, for a file. `origin`: `review` or `batch`."""

    segment_key: str
    source_language: str
    target_language: str
    source: str
    context: str
    translation: str
    origin: str


class Decision(NamedTuple):
    """What one row of a file says. `place` names the row; `text` is "" where it decides nothing.

    The text is known by `segment_key`, or by its source with both languages; what the file does not say is "".
    """

    place: str
    segment_key: str
    source_language: str
    target_language: str
    source: str
    text: str
    context: str = ""


class Refused(NamedTuple):
    """A row that is not imported, and why."""

    place: str
    reason: str
