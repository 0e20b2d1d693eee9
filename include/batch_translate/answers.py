"""What is asked for one text, and what came back for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from batch_translate.findings import Finding

Verdict = Literal["accepted", "rejected", "failed", "suspect", "unanswered"]


# Tuples, for there is one of each for every text.
class Slot(NamedTuple):
    """One text that a job asked for, as its request row and its text say."""

    custom_id: str
    slot: int
    source_language: str
    target_language: str
    source: str
    context: str


class Answer(NamedTuple):
    """What came for one slot.

    accepted: a translation. rejected: a text with findings that forbid to use it. failed: none, and the text is at
    fault. suspect: none, and one of the texts of its packed request is at fault, nobody knows which: it is asked
    again, alone. unanswered: none, by a fault of the batch or the service. Neither of the last two counts against
    the text's attempts: a suspect text that is asked alone is answered or fails, so that ends.
    """

    slot: Slot
    verdict: Verdict
    reason: str = ""
    text: str | None = None
    findings: tuple[Finding, ...] = ()
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a batch was billed for."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
        )
