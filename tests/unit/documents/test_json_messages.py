from __future__ import annotations

import json

import pytest
from conformance.suite import read, write

from batch_translate.documents.document import DocumentSettings
from batch_translate.errors import DocumentError
from batch_translate.segments import Problem, Segment


def places(text: str, **settings: object) -> dict[str, str]:
    segments, _ = read("a.json", text.encode(), DocumentSettings(**settings))  # type: ignore[arg-type]
    return {segment.place: segment.text for segment in segments}


def written(text: str, target: str) -> str:
    return write("a.json", text.encode(), lambda _: target).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"あ"', {"the text": "あ"}),
        ('["あ", ["い"], {"k": "う"}]', {"/0": "あ", "/1/0": "い", "/2/k": "う"}),
        ('{"a/b": {"~": " あ "}}', {"/a~1b/~0": "あ"}),
        ('{"a": "あ", "a": "い", "a (2)": "う"}', {"/a": "あ", "/a (2)": "い", "/a (2) (2)": "う"}),
        ('{"": "あ", "a": [1, null, true, 1e5, NaN, "", "い"]}', {"/": "あ", "/a/6": "い"}),
        ('{"\\u3042": "\\u3044\\n\\ud842\\udfb7"}', {"/あ": "い\n𠮷"}),
        ('{"a": "{x}]\\",[{", "b": "い"}', {"/a": '{x}]",[{', "/b": "い"}),
        ('{"@@locale": "あ", "a": "い", "@a": {"description": "う"}, "b@": "え"}', {"/a": "い", "/b@": "え"}),
        ("1" * 10_000, {}),
    ],
)
def test_every_string_value_is_a_segment_at_its_pointer(text: str, expected: dict[str, str]) -> None:
    assert places(text) == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("x",), ["/a/x", "/a/l/1/x", "/x"]),
        (("/a/l", "y"), ["/a/l/0", "/y"]),
        (("/a/x",), ["/a/x"]),
        (("none",), []),
        (("@d",), ["/@d"]),
    ],
)
def test_columns_choose_keys_at_any_depth_or_pointers(columns: tuple[str, ...], expected: list[str]) -> None:
    text = '{"a": {"x": "あ", "l": ["い", {"x": "う"}]}, "x": "え", "y": "お", "@d": "か"}'
    assert list(places(text, columns=columns)) == expected


@pytest.mark.parametrize("mode", ["add", "replace"])
def test_values_are_replaced_in_either_mode_and_all_else_stays(mode: str) -> None:
    text = '{ "b" :"あ",\n\t"a": 1.50, "b":\r\n" い\\t", "c": [ ] }'
    setting = DocumentSettings(mode=mode)  # type: ignore[arg-type]
    out = write("a.json", text.encode(), lambda it: f'"{it.text}"', setting).decode()
    assert out == text.replace('"あ"', '"\\"あ\\""').replace('" い\\t"', '" \\"い\\"\\t"')


def test_target_is_escaped_as_its_source() -> None:
    assert written('["\\u3042", "あ", "a"]', "é\\\n") == '["\\u00e9\\\\\\n", "é\\\\\\n", "é\\\\\\n"]'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", "line 1, column 2"),
        ('{"a": "あ",}', "line 1, column 11"),
        ('{"a": "あ"}\n// 注', "line 2, column 1"),
        ('["あ\n"]', "line 1, column 4"),
        ("あ", "line 1, column 1"),
        ("[" * 100_000, ""),
        ("[" * 201 + "]" * 201, "/0" * 201),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read("a.json", text.encode())
    assert refused.value.place == place


@pytest.mark.parametrize("text", ["あ\\ud83d", "あ\\u0000"])
def test_text_that_no_table_can_hold_is_reported_and_stays(text: str) -> None:
    content = f'{{"a": "{text}", "b": "い"}}'
    segments, problems = read("a.json", content.encode())
    assert [segment.place for segment in segments] == ["/b"]
    assert [(it.place, it.level) for it in problems] == [("/a", "error")]
    assert written(content, "x") == content.replace("い", "x")


def test_long_text_is_cut_at_sentences_with_their_space() -> None:
    text = json.dumps({"a": "これは長い文です。" * 300}, ensure_ascii=False)
    assert len(places(text)) > 1
    out = json.loads(written(text, "A."))
    assert set(out["a"].split(" ")) == {"A."}


def test_markup_and_references_are_tags_and_placeholders_stay_visible() -> None:
    text = '["<b>あ</b>は$t(common.name)の{{count}}、%s、{name}へ"]'
    assert places(text) == {"/0": "<1>あ</1>は<2/>の{{count}}、%s、{name}へ"}
    assert written(text, "<2/> {name} <1>a</1> %s") == '["$t(common.name) {name} <b>a</b> %s"]'
    assert written(text, "<1>a</1>") == text


def test_long_keys_are_shortened_in_places_and_places_stay_unique() -> None:
    text = json.dumps({"k" * 5000: {"a" * 300: "あ"}, "k" * 5001: "い"})
    segments, _ = read("a.json", text.encode())
    assert len({it.place for it in segments}) == 2
    assert all(len(it.place) < 1000 for it in segments)


def test_note_where_a_message_looks_like_icu_and_is_none() -> None:
    segments, problems = read("a.json", '["{n, plural, one {件}}", "{a} は {"]'.encode())
    assert [it.text for it in segments] == ["{n, plural, one {件}}", "{a} は {"]
    reason = "looks like an ICU message but is none that ICU reads; translated as one text"
    assert problems == [Problem("/0", reason, "note")]


def test_segments_do_not_depend_on_the_mode_or_on_a_language_that_is_written() -> None:
    content = '["{n, plural, other {#件}}"]'.encode()
    asked: list[Segment] = []
    write("a.json", content, lambda it: asked.append(it), language="de")
    assert asked == read("a.json", content)[0]
