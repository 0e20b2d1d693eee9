"""What is read as a message is what ICU reads as one; icu4py is ICU itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icu4py.messageformat import MessageFormat

from batch_translate.markup.icu import MAX_LEVELS, Argument, looks_branched, parse_message


def outline(text: str) -> list[object]:
    """Names and kinds of the arguments, and for each branch its selector, text and arguments."""
    message = parse_message(text)
    assert message is not None
    return [_outline(text, argument) for argument in message.arguments]


def _outline(text: str, argument: Argument) -> object:
    if not argument.kind:
        return argument.name
    return (
        argument.name,
        argument.kind,
        [
            (
                it.selector,
                text[it.message.start : it.message.end],
                [_outline(text, a) for a in it.message.arguments],
            )
            for it in argument.branches
        ],
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("文", []),
        ("{name}と{ 0 }と{n, number, ::currency/JPY}", ["name", "0", "n"]),
        ("{d, date, yyyy'年{'M}", ["d"]),
        ("{n,plural,other{#件}}", [("n", "plural", [("other", "#件", [])])]),
        (
            "{n, plural, offset:1 =0 {無} one{一} other {他{m}}}",
            [("n", "plural", [("=0", "無", []), ("one", "一", []), ("other", "他{m}", ["m"])])],
        ),
        (
            "{g, select, female {{n, selectordinal, other {#番}}} other {}}",
            [
                (
                    "g",
                    "select",
                    [
                        (
                            "female",
                            "{n, selectordinal, other {#番}}",
                            [("n", "selectordinal", [("other", "#番", [])])],
                        ),
                        ("other", "", []),
                    ],
                )
            ],
        ),
        ("それ'{'は", []),
        ("'{''}' {a}", ["a"]),
        ("'{ 閉じない {a}", []),
        ("it's {a} and ''{b}''", ["a", "b"]),
        ("{n, plural, other {'#'と'{'}}", [("n", "plural", [("other", "'#'と'{'", [])])]),
    ],
)
def test_message_is_read_as_icu_reads_it(text: str, expected: list[object]) -> None:
    assert outline(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        "{{x}}",
        "{a、b}",
        "{a b}",
        "{n, plural}",
        "{n}}",
        "{n, plural, one {a}}",
        "{n, plural, other {a} other {b}}",
        "{n, plural, other {a}",
        "{n, plural, other a}",
        "{n, plural, other {{}}}",
        "{n, number",
        "{n, number, {}",
        "{n, plural, other {'}'}",
        "{n, plural, other {" * (MAX_LEVELS + 1) + "}}" * (MAX_LEVELS + 1),
    ],
)
def test_what_icu_refuses_is_no_message(text: str) -> None:
    assert parse_message(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{n, plural, one", True),
        ("{n,select,", True),
        ("{ n ,\n selectordinal , ", True),
        ("{n, number}", False),
        ("plural, select, {a}", False),
    ],
)
def test_what_looks_branched_is_worth_a_note(text: str, expected: bool) -> None:
    assert looks_branched(text) is expected


@settings(max_examples=500, derandomize=True, deadline=None, database=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *"'{}#, aあ",
                "{n}",
                "{n, plural, ",
                "{n, select, ",
                "other {",
                "one{",
                "}}",
                "''",
                "'{'",
                "=1 {",
                "offset:1 ",
            ]
        ),
        max_size=10,
    ).map("".join)
)
def test_icu_takes_whatever_is_read_as_a_message(text: str) -> None:
    if parse_message(text) is not None:
        MessageFormat(text, "en")
