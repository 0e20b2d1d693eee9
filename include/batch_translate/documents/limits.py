"""How much may one document ask of a parser? Bounds on size, depth and time; past one of them is a DocumentError.

They hold for formats that are parsed whole. Tables and records are streamed: there a document may be as large as
the disk allows.
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from batch_translate.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARACTERS = 20_000_000
MAX_DEPTH = 200
MAX_SECONDS = 120.0


def read_whole(text: TextIO, document: str) -> str:
    """All of a document's characters. Raises DocumentError when there are more than MAX_CHARACTERS."""
    found = text.read(MAX_CHARACTERS + 1)
    if len(found) > MAX_CHARACTERS:
        raise _too_large(document, f"{MAX_CHARACTERS:,} characters")
    return found


def read_bytes(source: BinaryIO, document: str) -> bytes:
    """All of a document's bytes. Raises DocumentError when there are more than MAX_CHARACTERS."""
    found = source.read(MAX_CHARACTERS + 1)
    if len(found) > MAX_CHARACTERS:
        raise _too_large(document, f"{MAX_CHARACTERS:,} bytes")
    return found


def check_depth(depth: int, document: str, place: str) -> None:
    """Raise DocumentError where elements stand deeper in each other than any document of people does."""
    if depth > MAX_DEPTH:
        raise DocumentError(document, place, f"is nested deeper than {MAX_DEPTH} levels: make it flatter")


@contextmanager
def parsing(document: str, seconds: float = MAX_SECONDS) -> Iterator[None]:
    """Bound the time of what is done inside, and turn a stack that is too deep into a DocumentError.

    The time is bounded in a process's main thread, where tasks run: there alone Python can interrupt a parser. A
    time limit that Airflow has set keeps running.
    """
    try:
        if threading.current_thread() is threading.main_thread():
            with _alarm(document, seconds):
                yield
        else:
            yield
    except RecursionError:
        raise DocumentError(document, "", "is nested too deeply to be parsed: make it flatter") from None


@contextmanager
def _alarm(document: str, seconds: float) -> Iterator[None]:
    def stop(_number: int, _frame: Any) -> None:
        reason = f"takes longer than {seconds:.0f} seconds to parse: cut it into smaller files"
        raise DocumentError(document, "", reason)

    began = time.monotonic()
    handler = signal.signal(signal.SIGALRM, stop)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, left - (time.monotonic() - began)))


def _too_large(document: str, most: str) -> DocumentError:
    return DocumentError(document, "", f"has more than {most}: cut it into smaller files")
