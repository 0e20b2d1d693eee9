from __future__ import annotations

import pytest

from batch_translate.markup.placeholders import compare, placeholders


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%s件", ["%s"]),
        ("%dpx, %1$s, %.2f, %05d", ["%dpx"[:2], "%1$s", "%.2f", "%05d"]),
        ("%(name)sさん", ["%(name)s"]),
        ("{0}と{name}と{price:.2f}と{}", ["{0}", "{name}", "{price:.2f}", "{}"]),
        ("${name}と{{ name }}", ["${name}", "{{ name }}"]),
        ("<1>新着</1><2/>", ["<1>", "</1>", "<2/>"]),
        ("100%の確率", []),
        ("50% of them, 50%off, 20 %discount", []),
        ("達成率は100%です。% done", []),
        ("100%%d", []),
        ("{ 注 }", []),
        ("{n, number}と{ d ,date,short }と{ 個数,number,::currency/JPY}", None),
        ("{ name }と{ 0 }と{name }と{user-name}", None),
        ("{a、b}や{a, b}や{a b}や{a, plural}や{n, number", []),
        ("{n, plural, other {{n, number}件}}", ["{n, number}"]),
        ("<b>", []),
    ],
)
def test_placeholders_are_told_from_prose(text: str, expected: list[str] | None) -> None:
    wanted = text.split("と") if expected is None else expected
    assert sorted(placeholders(text).elements()) == sorted(wanted)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("{count}件の<1>新着</1>があります", "There are {count} <1>new items</1>"),
        ("<1/>と<2>い</2>", "<2>b</2> and <1/>"),
        ("%s %s", "%s, %s"),
        ("100%の", "50% of d"),
        ("<1>は開いたまま", "<1> stays open"),
    ],
)
def test_kept_placeholders_have_no_finding(source: str, target: str) -> None:
    assert compare(source, target) == []


@pytest.mark.parametrize(
    ("source", "target", "finding"),
    [
        (
            "{count}件",
            "items",
            "The placeholder {count} occurs once in the source text and not at all in the translation.",
        ),
        ("%s", "%s %s", "The placeholder %s occurs once in the source text and twice in the translation."),
        (
            "{n, number}件",
            "items",
            "The placeholder {n, number} occurs once in the source text and not at all in the translation.",
        ),
        ("件", "{n}", "The placeholder {n} occurs not at all in the source text and once in the translation."),
        ("<1>あ</1>", "</1>a<1>", "The numbered tags are closed in another order than they are opened."),
        (
            "<1>あ</1><2>い</2>",
            "<1>a<2>b</1>c</2>",
            "The numbered tags are closed in another order than they are opened.",
        ),
    ],
)
def test_finding_is_a_sentence(source: str, target: str, finding: str) -> None:
    assert compare(source, target) == [finding]
