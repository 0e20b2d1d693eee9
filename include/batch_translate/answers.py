"""What is asked for one text, and what came back for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["accepted", "rejected", "failed", "unanswered"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One text that a job asked for, as its request row and its text say."""

    custom_id: str
    slot: int
    segment_key: str
    instruction_key: str
    source_language: str
    target_language: str
    source: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came for one slot.

    accepted: a translation. rejected: a text with findings that forbid to use it. failed: none, and the text is at
    fault. unanswered: none, and asking again may bring one; it does not count against the text's attempts.
    """

    slot: Slot
    verdict: Verdict
    reason: str = ""
    text: str | None = None
    findings: tuple[str, ...] = ()
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
