"""How much may one document ask of a parser? Bounds on size, depth and time; past one of them is a DocumentError.

They hold for formats that are parsed whole. Tables and records are streamed: there a document may be as large as
the disk allows.
"""

from __future__ import annotations

import signal
import threading
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
    """Bound the CPU time of what is done inside, and turn a stack that is too deep into a DocumentError.

    It is bounded in a process's main thread, where tasks run: there alone Python can interrupt a parser. The timer
    is the one of profilers: Airflow's own time limits have another, and a machine that stands still counts none.
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

    handler = signal.getsignal(signal.SIGPROF)
    left = 0.0
    try:
        signal.signal(signal.SIGPROF, stop)
        # Again and again: what catches every exception cannot go on for ever.
        left, _ = signal.setitimer(signal.ITIMER_PROF, seconds, 1)
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, left)
        signal.signal(signal.SIGPROF, handler)


def _too_large(document: str, most: str) -> DocumentError:
    return DocumentError(document, "", f"has more than {most}: cut it into smaller files")
