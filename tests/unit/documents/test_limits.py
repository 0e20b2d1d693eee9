from __future__ import annotations

import io
import signal
import threading
import time
from contextlib import suppress

import pytest

from batch_translate.documents import limits
from batch_translate.documents.limits import check_depth, parsing, read_bytes, read_whole
from batch_translate.errors import DocumentError


def test_too_many_characters_or_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CHARACTERS", 3)
    assert read_whole(io.StringIO("あいう"), "a.md") == "あいう"
    with pytest.raises(DocumentError, match=r"a.md: has more than 3 characters: cut it"):
        read_whole(io.StringIO("あいうえ"), "a.md")
    with pytest.raises(DocumentError, match="more than 3 bytes"):
        read_bytes(io.BytesIO(b"1234"), "a.xlf")


def test_too_deep_is_refused_with_its_place() -> None:
    check_depth(limits.MAX_DEPTH, "a.json", "line 1")
    with pytest.raises(DocumentError, match=r"a.json, line 1: is nested deeper than 200 levels"):
        check_depth(limits.MAX_DEPTH + 1, "a.json", "line 1")


def test_a_stack_that_is_too_deep_is_the_documents_fault() -> None:
    def deeper() -> None:
        deeper()

    with pytest.raises(DocumentError, match="nested too deeply"), parsing("a.yaml"):
        deeper()


def test_a_parser_that_does_not_come_back_is_stopped() -> None:
    def hang() -> None:
        while True:
            pass

    with pytest.raises(DocumentError, match="takes longer than 0 seconds"), parsing("a.md", 0.05):
        hang()


def test_what_catches_every_exception_is_stopped_all_the_same() -> None:
    def stubborn() -> None:
        with suppress(Exception):
            while True:
                pass
        while True:
            pass

    with pytest.raises(DocumentError, match="takes longer"), parsing("a.md", 0.05):
        stubborn()


def test_a_time_limit_from_outside_keeps_running() -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: rung.append(number))
    outside, _ = signal.setitimer(signal.ITIMER_REAL, 0.05)  # pytest's own
    try:
        with parsing("a.md", 5):
            time.sleep(0.2)
        assert rung == [signal.SIGALRM]
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, outside)


def test_nothing_of_the_time_limit_is_left() -> None:
    handler = signal.getsignal(signal.SIGPROF)
    with parsing("a.md"), parsing("a.md", 1):
        pass
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is handler


def test_other_threads_parse_without_a_time_limit() -> None:
    done: list[bool] = []

    def work() -> None:
        with parsing("a.md"):
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert done == [True]
