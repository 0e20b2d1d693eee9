"""What the status of a batch means.

OpenAI's statuses are an open list: other servers answer with their own (`scheduling`). One that is not known
here means that the batch is still open, so nothing is ever given up because of a word.
"""

from __future__ import annotations

VALIDATING = "validating"
"""The provider reads the input; nothing has run, and the batch may still be refused."""
COMPLETED = "completed"
REFUSED = "failed"
"""Validation failed or the token limit was reached: nothing ran, nothing is billed, there are no files."""
EXPIRED = "expired"
CANCELLED = "cancelled"

TERMINAL = frozenset({COMPLETED, REFUSED, EXPIRED, CANCELLED})


def is_terminal(status: str) -> bool:
    """Whether the batch will not change any more. Its files are complete, also where it expired."""
    return status in TERMINAL
