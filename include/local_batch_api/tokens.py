"""How many tokens a text counts for: an approximation, stated so that tests can do the sum.

Four UTF-8 bytes are one token, rounded up; each message adds 3, each request 3 more. English comes out near
OpenAI's counts, Japanese within about a third; equal texts always count the same.
"""

from __future__ import annotations

BYTES_PER_TOKEN = 4
_PER_MESSAGE = 3
_PER_REQUEST = 3


def count_tokens(text: str) -> int:
    """Tokens of a text."""
    return -(-len(text.encode()) // BYTES_PER_TOKEN)


def count_prompt_tokens(messages: object) -> int:
    """Tokens of a request's messages; whatever is not a message with a text counts as an empty one."""
    if not isinstance(messages, list):
        return _PER_REQUEST
    return _PER_REQUEST + sum(_PER_MESSAGE + count_tokens(message_text(message)) for message in messages)


def message_text(message: object) -> str:
    """The text of a chat message: its `content`, or the text parts of it; "" where there is none."""
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return "".join(text for text in parts if isinstance(text, str))
    return content if isinstance(content, str) else ""


def cut_to_tokens(text: str, limit: int) -> str:
    """The longest beginning of `text` that counts for at most `limit` tokens."""
    return text.encode()[: limit * BYTES_PER_TOKEN].decode(errors="ignore")
