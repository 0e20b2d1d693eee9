"""ICU messages in a catalogue: what is asked, and what is written for each language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from conformance.suite import read, write

from batch_translate.documents.document import DocumentSettings

if TYPE_CHECKING:
    from batch_translate.segments import Segment


def asked(message: str, *languages: str) -> list[tuple[str, str, str]]:
    """Selector, text and languages of each segment."""
    content = json.dumps({"m": message}).encode()
    segments, _ = read("a.json", content, DocumentSettings(target_languages=languages or ("en",)))
    return [(it.place.removeprefix("/m").removeprefix(", "), it.text, it.only_for) for it in segments]


def written(message: str, targets: dict[str, str | None], language: str = "en", *others: str) -> str:
    """The message with targets by selector."""

    def target(segment: Segment) -> str | None:
        name = segment.place.removeprefix("/m").removeprefix(", ")
        return targets.get(name, targets.get(name.split(" (")[0]))

    setting = DocumentSettings(target_languages=(language, *others))
    out = write("a.json", json.dumps({"m": message}).encode(), target, setting, language=language)
    return str(json.loads(out)["m"])


@pytest.mark.parametrize(
    ("message", "languages", "expected"),
    [
        ("{n, plural, other {#件}}", ["ja"], [("other", "#件", "")]),
        ("{n, plural, other {#件}}", ["en"], [("one", "#件", ""), ("other", "#件", "")]),
        (
            "{n, plural, other {#件}}",
            ["en", "ja"],
            [("one", "#件", "en"), ("other (en)", "#件", "en"), ("other (ja)", "#件", "ja")],
        ),
        (
            "{n, plural, =0 {無} one {一} other {#}}",
            ["ja"],
            [("=0", "無", ""), ("other", "#", "")],
        ),
        (
            "カートに{n, plural, other {#件}}ある",
            ["ja"],
            [("", "カートに<1/>ある", ""), ("other", "#件", "")],
        ),
        (
            "{g, select, female {彼女} other {彼}}は{n, plural, other {{d, date, short}の#件}}",
            ["ja"],
            [
                ("", "<1/>は<2/>", ""),
                ("g female", "彼女", ""),
                ("g other", "彼", ""),
                ("n other", "{d, date, short}の#件", ""),
            ],
        ),
        (
            "{g, select, other {{n, plural, other {あ}}}}",
            ["en"],
            [("other, one", "あ", ""), ("other, other", "あ", "")],
        ),
        (
            "{n, plural, other {あ}}{n, plural, other {い}}",
            ["ja"],
            [("n other", "あ", ""), ("n other (2)", "い", "")],
        ),
        ("{n, plural, other {'#'と''と<b>あ</b>}}", ["ja"], [("other", "<1/>と'と<2>あ</2>", "")]),
        ("{n, selectordinal, other {#番}}", ["ja"], [("other", "#番", "")]),
        ("{n, selectordinal, other {#番}}", ["sv"], [("one", "#番", ""), ("other", "#番", "")]),
    ],
)
def test_branches_are_asked_for_the_languages_that_have_them(
    message: str, languages: list[str], expected: list[tuple[str, str, str]]
) -> None:
    assert asked(message, *languages) == expected


def test_context_says_what_numbers_a_form_is_for() -> None:
    content = json.dumps(["{n, plural, other {#件}}", "{n, selectordinal, other {#番}}"]).encode()
    segments, _ = read("a.json", content)
    assert [it.context for it in segments if it.place.endswith("one")] == [
        "plural form 'one': for numbers such as 1",
        "ordinal form 'one': for ordinal numbers such as 1, 21, 31, 41",
    ]


@pytest.mark.parametrize(
    ("message", "targets", "language", "expected"),
    [
        ("{n,plural,other{#件}}", {"one": "# a", "other": "# b"}, "en", "{n,plural,one{# a}other{# b}}"),
        (
            "{n, plural,\n  =0 {無}\n  other {#件}\n}",
            {"=0": "none", "one": "one", "other": "#"},
            "en",
            "{n, plural,\n  =0 {none}\n  one {one}\n  other {#}\n}",
        ),
        ("{n, plural, other {#件}}", {"other": "# files"}, "en", "{n, plural, other {# files}}"),
        ("{n, plural, other {#件}}", {"one": "# file"}, "en", "{n, plural, one {# file} other {#件}}"),
        ("{n, plural, one {一} few {二} other {#}}", {"other": "#x"}, "ja", "{n, plural, other {#x}}"),
        ("{n, plural, offset:1 few {二} other {#}}", {"other": "#x"}, "ja", "{n, plural, offset:1 other {#x}}"),
        ("{n, plural, one {一} few {二} other {#}}", {}, "ja", "{n, plural, one {一} few {二} other {#}}"),
        ("カートに{n, plural, other {#件}}", {"": "<1/> here", "other": "#"}, "ja", "{n, plural, other {#}} here"),
        ("あ{a, select, other {い}}{b, select, other {う}}", {"": "<2/>-<1/>", "b other": "B"}, "en",
         "{b, select, other {B}}-{a, select, other {い}}"),
        ("{g, select, other {{n, plural, other {あ}}}}", {"other, one": "1", "other, other": "2"}, "en",
         "{g, select, other {{n, plural, one {1} other {2}}}}"),
        ("{n, plural, other {{g, select, x {あ} other {い}}}}", {"one, x": "1", "other, other": "2"}, "en",
         "{n, plural, one {{g, select, x {1} other {い}}} other {{g, select, x {あ} other {2}}}}"),
    ],
)  # fmt: skip
def test_message_gets_the_branches_of_its_language(
    message: str, targets: dict[str, str | None], language: str, expected: str
) -> None:
    assert written(message, targets, language) == expected


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("あ", "don't", "don't"),
        ("あ", "it's 'quoted'", "it's 'quoted''"),
        ("あ", "'tis", "''tis"),
        ("{x}あ", "'{x}'", "''{x}''"),
        ("{x}あ", "l'{x}", "l''{x}"),
        ("あ", "{y} and }", "'{'y'}' and '}'"),
        ("{x}あ", "{x} {x", "{x} '{'x"),
        ("あ", "{'{", "'{''{'"),
        ("あ", "# 1", "'#' 1"),
        ("'{'あ", "a<1/>'b", "a'{'''b"),
        ("'{'あ'}'", "<1/><2/>", "'{}'"),
        ("あ", "a\0\1\2" + "3\3", "a\ufffd\ufffd\ufffd3\ufffd"),
    ],
)
def test_target_says_itself_to_icu(source: str, target: str, expected: str) -> None:
    message = f"{{n, plural, other {{{source}}}}}"
    assert written(message, {"other": target}, "ja") == f"{{n, plural, other {{{expected}}}}}"


@pytest.mark.parametrize(
    ("selector", "language", "target", "is_written"),
    [
        ("other", "en", "files", False),
        ("other", "en", "# # files", False),
        ("one", "en", "1 file", True),
        ("one", "en", "# file", True),
        ("one", "en", "# of # files", False),
        ("one", "ru", "файл", False),
        ("one", "fr", "fichier", False),
        ("two", "ar", "ملفان", True),
        ("few", "ru", "файла", False),
    ],
)
def test_number_may_be_left_out_where_a_form_has_one_number(
    selector: str, language: str, target: str, is_written: bool
) -> None:
    out = written("{n, plural, other {#件}}", {selector: target}, language)
    assert (target in out) is is_written


def test_where_one_value_has_branches_all_values_are_messages() -> None:
    content = json.dumps(["{n, plural, other {あ}}", "''{x}''と'{'い", "''う", "}{x}え"]).encode()
    segments, _ = read("a.json", content, DocumentSettings(target_languages=("ja",)))
    assert [it.text for it in segments] == ["あ", "'{x}'と<1/>い", "''う", "}{x}え"]
    plain, _ = read("a.json", json.dumps(["'{x}'"]).encode())
    assert [it.text for it in plain] == ["'{x}'"]


def test_language_which_the_settings_do_not_name_keeps_the_source_s_branches() -> None:
    content = json.dumps(["{n, plural, few {あ} other {い}}"]).encode()
    out = write("a.json", content, lambda _: "x", DocumentSettings(target_languages=("en",)), language="pl")
    assert json.loads(out) == ["{n, plural, few {あ} other {x}}"]


def test_lost_tag_does_not_fit() -> None:
    content = json.dumps(["<b>あ</b>{n, plural, other {い}}"]).encode()
    refused: list[Segment] = []
    write("a.json", content, lambda _: "x", refused=refused)
    assert [it.place for it in refused] == ["/0"]
