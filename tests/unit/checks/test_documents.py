from __future__ import annotations

import pytest

from batch_translate.checks.documents import DocumentChecks
from batch_translate.segments import Segment


def test_one_text_is_translated_in_one_way() -> None:
    checks = DocumentChecks("en", {})
    assert checks.add(Segment("line 1", "送信"), "Send") == ()
    assert checks.add(Segment("line 2", "送信する"), "Submit") == ()
    (finding,) = checks.add(Segment("line 3", "送信："), "Submit:")
    assert (finding.check, finding.severity) == ("consistency", "warning")
    assert "'Send'" in finding.message
    assert checks.add(Segment("line 4", "〈<1>送信</1>〉"), "‹<1>SEND</1>›") == ()


def test_context_tells_equal_texts_apart() -> None:
    checks = DocumentChecks("en", {})
    assert checks.add(Segment("entry 1", "本", "noun"), "Book") == ()
    assert checks.add(Segment("entry 2", "本", "counter"), "Bottles") == ()


@pytest.mark.parametrize(
    ("language", "seconds", "target", "expected"),
    [
        ("en", "2", "This can be read in two seconds.", []),
        ("en", "1", "This cannot be read in one second.", ["reading_speed"]),
        ("ja", "2", "読めます", []),
        ("ja", "2", "二秒では読めません", ["reading_speed"]),
        ("ja", "2", "ABCで読めます", []),
        ("en", "9", "word " * 18, ["subtitle_length"]),
        ("ja", "60", "字" * 33, ["subtitle_length"]),
        ("en", "1", "<1>Twenty letters here</1>", []),
        ("en", "", "Not a subtitle, so nobody reads it against the clock.", []),
    ],
)
def test_subtitles_can_be_read(language: str, seconds: str, target: str, expected: list[str]) -> None:
    checks = DocumentChecks(language, {})
    findings = checks.add(Segment("cue 1", "原文", seconds=seconds), target)
    assert [finding.check for finding in findings] == expected


def test_profile_decides_on_document_checks() -> None:
    checks = DocumentChecks("en", {"reading_speed": "off", "consistency": "critical"})
    assert checks.add(Segment("cue 1", "原文", seconds="1"), "This cannot be read in one second.") == ()
    (finding,) = checks.add(Segment("cue 2", "原文", seconds="9"), "Another text.")
    assert finding.severity == "critical"
