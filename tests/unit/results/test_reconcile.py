from __future__ import annotations

import json
from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import given

from batch_translate.answers import Answer, Slot, Usage
from batch_translate.findings import Finding
from batch_translate.results.lines import Content, Line, NoContent, Unreadable, read_lines
from batch_translate.results.reconcile import Reconciled, reconcile

BILLED = Usage(10, 1, 5)


def slots(custom_id: str, count: int) -> list[Slot]:
    return [Slot(custom_id, n, "ja", "en", f"文{n}", "") for n in range(1, count + 1)]


SINGLE = {"one": slots("one", 1)}
PACKED = {"all": slots("all", 3)}


def content(custom_id: str, said: object, *, whole: bool = True) -> Content:
    text = said if isinstance(said, str) else json.dumps(said)
    return Content(custom_id, text, whole, "" if whole else "cut", "model", BILLED)


def nothing(custom_id: str, reason: str = "HTTP 500", *, text_at_fault: bool = False) -> NoContent:
    return NoContent(custom_id, reason, text_at_fault, Usage(3))


def check(slot: Slot, text: str) -> tuple[Finding, ...]:
    found = []
    if "bad" in text:
        found.append(Finding("placeholders", "critical", f"{slot.source} lost its %s"))
    if "odd" in text:
        found.append(Finding("length", "warning", "odd"))
    return tuple(found)


def sort(asked: dict[str, list[Slot]], *lines: Line) -> Reconciled:
    return reconcile(asked, lines, check, "no line came for it")


def said(found: Reconciled) -> list[tuple[str, str | None, str]]:
    return [(answer.verdict, answer.text, answer.reason) for answer in found.answers]


def test_each_slot_has_its_own_text_whatever_the_order() -> None:
    found = sort(PACKED, content("all", {"3": "three", "1": " one\n", "2": "two"}))
    assert [(answer.slot.slot, answer.text, answer.model) for answer in found.answers] == [
        (1, "one", "model"),
        (2, "two", "model"),
        (3, "three", "model"),
    ]
    assert {answer.verdict for answer in found.answers} == {"accepted"}
    assert (found.usage, found.oddities) == (BILLED, Counter())


def test_requests_are_matched_by_id_and_never_by_position() -> None:
    asked = {name: slots(name, 1) for name in ("a", "ab", "b")}
    found = sort(asked, content("b", {"1": "B"}), content("ab", {"1": "AB"}), content("a", {"1": "A"}))
    assert [(answer.slot.custom_id, answer.text) for answer in found.answers] == [
        ("a", "A"),
        ("ab", "AB"),
        ("b", "B"),
    ]


def test_a_finding_rejects_the_text_and_keeps_it() -> None:
    (answer,) = sort(SINGLE, content("one", {"1": "bad"})).answers
    (slot,) = SINGLE["one"]
    assert answer == Answer(slot, "rejected", "findings", "bad", check(slot, "bad"), "model")


def test_a_warning_is_noted_and_forbids_nothing() -> None:
    (answer,) = sort(SINGLE, content("one", {"1": "odd"})).answers
    assert (answer.verdict, [finding.message for finding in answer.findings]) == ("accepted", ["odd"])
    (answer,) = sort(SINGLE, content("one", {"1": "odd and bad"})).answers
    assert (answer.verdict, len(answer.findings)) == ("rejected", 2)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (content("one", '{"1": "No', whole=False), "cut"),
        (content("one", {"1": "whole by chance"}, whole=False), "cut"),
        (content("one", '{"1": "No'), "the answer is not JSON"),
        (content("one", "Notice"), "the answer is not JSON"),
        (content("one", "[" * 100_000), "the answer is not JSON"),
        (content("one", ["Notice"]), "the answer is no JSON object"),
        (content("one", '"Notice"'), "the answer is no JSON object"),
        (content("one", {}), "the answer lacks this slot"),
        (content("one", {"2": "Notice"}), "the answer lacks this slot"),
        (content("one", {"1": None}), "the answer lacks this slot"),
        (content("one", {"1": 7}), "the answer lacks this slot"),
        (content("one", {"1": {"text": "Notice"}}), "the answer lacks this slot"),
        (content("one", {"1": " \n"}), "an empty answer"),
        (content("one", '{"1": "a\\u0000b"}'), "the answer holds NUL or half a surrogate pair"),
        (content("one", '{"1": "\\ud83d"}'), "the answer holds NUL or half a surrogate pair"),
        (nothing("one", "HTTP 400", text_at_fault=True), "HTTP 400"),
    ],
)
def test_a_text_asked_for_alone_fails_by_its_own_fault(line: Line, reason: str) -> None:
    assert said(sort(SINGLE, line)) == [("failed", None, reason)]


@pytest.mark.parametrize(
    "line",
    [
        content("all", "not JSON"),
        content("all", [1]),
        content("all", '{"1": "No', whole=False),
        content("all", {}),
        nothing("all", text_at_fault=True),
        nothing("all"),
    ],
)
def test_in_a_packed_request_nobody_knows_whose_fault_it_was(line: Line) -> None:
    found = sort(PACKED, line)
    verdict = "unanswered" if line == nothing("all") else "suspect"
    assert [answer.verdict for answer in found.answers] == [verdict] * 3


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"1": "one and two", "2": "three"}, "the answer has 2 slots instead of 3"),
        ({"1": "one", "2": "two,", "3": "by halves", "4": "three"}, "the answer has 4 slots instead of 3"),
        ({"1": "one, two and three", "2": "", "3": " "}, "a slot of the answer is empty"),
    ],
    ids=["merged", "split", "merged, the others empty"],
)
def test_texts_that_may_stand_in_other_slots_are_not_used(answer: dict[str, str], reason: str) -> None:
    assert said(sort(PACKED, content("all", answer))) == [("suspect", None, reason)] * 3


def test_half_a_text_is_not_taken_for_the_whole() -> None:
    reason = "the answer has 2 slots instead of 1"
    assert said(sort(SINGLE, content("one", {"1": "No", "2": "tice"}))) == [("failed", None, reason)]


def test_one_bad_slot_leaves_the_others_as_they_are() -> None:
    found = sort(PACKED, content("all", {"1": "one", "2": 2, "3": "bad", "9": "more", "x": "?"}))
    assert said(found) == [
        ("accepted", "one", ""),
        ("suspect", None, "the answer lacks this slot"),
        ("rejected", "bad", "findings"),
    ]
    assert found.oddities == {"slots that were not asked": 2}


def test_slots_that_no_line_speaks_of_are_unanswered() -> None:
    assert said(sort(PACKED)) == [("unanswered", None, "no line came for it")] * 3
    assert said(sort(SINGLE, nothing("one"))) == [("unanswered", None, "HTTP 500")]


@pytest.mark.parametrize(
    ("lines", "verdict", "text", "repeated", "billed"),
    [
        ([content("one", {"1": "first"}), content("one", {"1": "second"})], "accepted", "first", 1, BILLED),
        ([content("one", {"1": "first"}), nothing("one")], "accepted", "first", 1, BILLED),
        ([nothing("one"), content("one", {"1": "late"})], "accepted", "late", 0, BILLED + Usage(3)),
        ([nothing("one"), nothing("one", "again")], "unanswered", None, 1, Usage(3)),
    ],
)
def test_of_several_lines_the_first_with_a_text_wins(
    lines: list[Line], verdict: str, text: str | None, repeated: int, billed: Usage
) -> None:
    found = sort(SINGLE, *lines)
    assert [(answer.verdict, answer.text) for answer in found.answers] == [(verdict, text)]
    assert found.oddities["lines for a request that was answered before"] == repeated
    assert found.usage == billed


def test_lines_of_nobody_are_counted_and_never_used() -> None:
    found = sort(SINGLE, content("on", {"1": "x"}), content("one ", {"1": "x"}), Unreadable(3, "not JSON"))
    assert [answer.verdict for answer in found.answers] == ["unanswered"]
    assert found.oddities == {"lines with an id that was not asked": 2, "unreadable lines": 1}
    assert found.usage == Usage()


def raw(custom_id: str, status: int, said: str, finish: str) -> bytes:
    body = {"choices": [{"message": {"content": said}, "finish_reason": finish}], "error": {"code": "c"}}
    return json.dumps({"custom_id": custom_id, "response": {"status_code": status, "body": body}}).encode()


ANSWERS = st.dictionaries(st.sampled_from("01234"), st.none() | st.text() | st.integers(), max_size=5).map(
    json.dumps
)
RAW_LINES = st.binary() | st.builds(
    raw,
    st.sampled_from(["one", "all", "other", "one "]),
    st.sampled_from([200, 200, 200, 400, 429, 500, 0]),
    ANSWERS | st.text(),
    st.sampled_from(["stop", "stop", "length", "content_filter"]),
)


@given(st.lists(RAW_LINES, max_size=8), st.data())
def test_whatever_the_files_hold_each_slot_has_one_answer(file: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.sampled_from([None, *range(-9, 0)]))
    file = [*file[:-1], file[-1][:cut]] if file else file
    asked = {**SINGLE, **PACKED}
    lines = list(read_lines(file))
    found = sort(asked, *lines)
    assert [answer.slot for answer in found.answers] == [slot for group in asked.values() for slot in group]
    for answer in found.answers:
        assert (answer.text is not None) == (answer.verdict in ("accepted", "rejected"))
        assert (answer.reason == "") == (answer.verdict == "accepted")
    # Every line is used or counted: those that are used are at most one text and one refusal for each request.
    odd = sum(count for what, count in found.oddities.items() if what != "slots that were not asked")
    assert len(lines) - 2 * len(asked) <= odd <= len(lines)


def test_a_slot_that_goes_on_with_the_next_ones_text_puts_all_in_doubt() -> None:
    second = "Please contact our shop at any time."
    found = sort(PACKED, content("all", {"1": f"We deliver. {second}", "2": second, "3": "three"}))
    assert {(verdict, reason) for verdict, _, reason in said(found)} == {
        ("suspect", "a slot of the answer ends with the text of the next one")
    }


@pytest.mark.parametrize(
    ("first", "second"), [("The same long answer again", "The same long answer again"), ("a", "a")]
)
def test_equal_or_short_ends_are_no_sign_of_it(first: str, second: str) -> None:
    found = sort(PACKED, content("all", {"1": first, "2": second, "3": "three"}))
    assert {verdict for verdict, _, _ in said(found)} == {"accepted"}


def test_texts_whose_sources_end_alike_may_have_answers_that_do() -> None:
    second = "Please contact our shop at any time."
    asked = {
        "two": [
            Slot("two", 1, "ja", "en", "配送。お問い合わせ", ""),
            Slot("two", 2, "ja", "en", "お問い合わせ", ""),
        ]
    }
    found = sort(asked, content("two", {"1": f"We deliver. {second}", "2": second}))
    assert {verdict for verdict, _, _ in said(found)} == {"accepted"}
