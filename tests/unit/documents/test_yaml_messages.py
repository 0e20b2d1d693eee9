from __future__ import annotations

import pytest
import yaml
from conformance.suite import read, write

from batch_translate.documents.document import DocumentSettings
from batch_translate.errors import DocumentError


def places(text: str, **settings: object) -> dict[str, str]:
    segments, _ = read("a.yaml", text.encode(), DocumentSettings(**settings))  # type: ignore[arg-type]
    return {segment.place: segment.text for segment in segments}


def written(text: str, target: str) -> str:
    return write("a.yaml", text.encode(), lambda _: target).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ja:\n  a: あ\n  b:\n  - い\n  - c: う\n", {"/ja/a": "あ", "/ja/b/0": "い", "/ja/b/1/c": "う"}),
        ("あ\n", {}),
        ("a: あ\n---\na: い\n", {"/a": "あ", "document 2, /a": "い"}),
        ("a: あ\na: い\n", {"/a": "あ", "/a (2)": "い"}),
        ("あ: {い: う, 1: え}\n", {"/あ/い": "う", "/あ/1": "え"}),
        ("? {x: あ}\n: い\n? - う\n: え\n", {"/?": "い", "/? (2)": "え"}),
        ("a: &x あ\nb: *x\n*x : い\n", {"/a": "あ", "/*x": "い"}),
        ("a: [1, 1.5, yes, null, ~, 2024-01-01, 0x1, '1', あ]\n", {"/a/7": "1", "/a/8": "あ"}),
        ("a: !!str 1\nb: !x あ\nc: ! い\nd: !!binary aGk=\n", {"/a": "1", "/c": "い"}),
        ("a: &x\n  # 注\n  !!str\n  あ\n", {"/a": "あ"}),
        ("<<: {a: あ}\n", {"/<</a": "あ"}),
        ("a: 長い\n  文\n\n  です\n", {"/a": "長い 文\nです"}),
        ("a: '{n, plural, other {#件}}'\n", {"/a, one": "#件", "/a, other": "#件"}),
        ("- あ\n- - い\n", {"/0": "あ", "/1/0": "い"}),
    ],
)
def test_strings_that_are_values_or_items_are_segments(text: str, expected: dict[str, str]) -> None:
    assert places(text) == expected


def test_columns_choose_keys_at_any_depth_or_pointers() -> None:
    text = "a: {x: あ, l: [い]}\nx: う\ny: え\n"
    assert list(places(text, columns=("x", "/a/l"))) == ["/a/x", "/a/l/0", "/x"]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("a: あ # 注\n", "b", "a: b # 注\n"),
        ("a: あ\n", "yes", 'a: "yes"\n'),
        ("a: あ\n", "1.0", 'a: "1.0"\n'),
        ("a: あ\n", "1e3", 'a: "1e3"\n'),
        ("a: あ\n", "0o17", 'a: "0o17"\n'),
        ("a: あ\n", "2024-05-08", 'a: "2024-05-08"\n'),
        ("a: あ\n", "null", 'a: "null"\n'),
        ("a: あ\n", "b: c", 'a: "b: c"\n'),
        ("a: あ\n", "b:", 'a: "b:"\n'),
        ("a: あ\n", "b # c", 'a: "b # c"\n'),
        ("a: あ\n", "- b", 'a: "- b"\n'),
        ("a: あ\n", "{b}", 'a: "{b}"\n'),
        ("a: あ\n", "{b} c", 'a: "{b} c"\n'),
        ("a: あ\n", "*b", 'a: "*b"\n'),
        ("a: あ\n", "&b c", 'a: "&b c"\n'),
        ("a: あ\n", "!b c", 'a: "!b c"\n'),
        ("a: あ\n", "% b", 'a: "% b"\n'),
        ("a: あ\n", "--- b", 'a: "--- b"\n'),
        ("a: あ\n", "it's \"b\", [c]", "a: it's \"b\", [c]\n"),
        ("a: あ\n", "b\nc", 'a: "b\\nc"\n'),
        ("a: あ\n", "b\u2028\x85\ufeffc", 'a: "b\\u2028\\u0085\\ufeffc"\n'),
        ("a: [あ]\n", "b, c", 'a: ["b, c"]\n'),
        ("a: [あ]\n", "b c", "a: [b c]\n"),
        ("a: {b: あ}\n", "b}", 'a: {b: "b}"}\n'),
        ('{"a":あ}\n', "b", '{"a":b}\n'),
        ("a: 'あ'\n", "it's", "a: 'it''s'\n"),
        ("a: 'あ'\n", "b\nc", 'a: "b\\nc"\n'),
        ('a: "あ\\n い"\n', 'b\n"c"\\', 'a: "b\\n\\"c\\"\\\\"\n'),
        ('a: "\\u3042"\n', "é𠮷", 'a: "\\u00e9\\U00020bb7"\n'),
        ("a: &x !!str あ\n", "1", 'a: &x !!str "1"\n'),
        ("a: |\n  あ\n\n  い\nb: 1\n", "b\n\nc: #", "a: |\n  b\n\n  c: #\nb: 1\n"),
        ("a: |\n    あ\n      い\n", "b\n  c", "a: |\n    b\n      c\n"),
        ("a: |-  # 注\n  あ", "b\nc", "a: |-  # 注\n  b\n  c"),
        ("a: |+\n  あ\n\n\nb: 1\n", "b", "a: |+\n  b\n\n\nb: 1\n"),
        ("a: |\n\n  あ\nb: 1\n", "b", "a: |\n\n  b\nb: 1\n"),
        ("a: |2\n   あ\n  い\n", "b", "a: |2\n   b\n"),
        ("a:\n- |2\n   あ\n  い\n", "b\nc", 'a:\n- |2\n   b\n  c\n'),
        ("a: >\n  あ\n  い\n", "b\nc", "a: >\n  b\n\n  c\n"),
        ("a: >\n  あ\n", "b\n\nc d", "a: >\n  b\n\n\n  c d\n"),
        ("a: >- # 注\n  あ\n\nb: 1\n", "b\n  c", 'a: "b\\n  c" # 注\n\nb: 1\n'),
        ("a: |\n  あ\nb: 1\n", "b\u2028c", 'a: "b\\u2028c\\n"\nb: 1\n'),
        ("a: |\r\n  あ\r\n  い\r\nb: 1\r\n", "b\nc", "a: |\r\n  b\r\n  c\r\nb: 1\r\n"),
        ("a: |\r  あ\r  い\rb: 1\r", "b\nc", "a: |\r  b\r  c\rb: 1\r"),
        ("- \u3000あ\u3000\n", "b", "- \u3000b\u3000\n"),
        ("a: 長い\n  文 # 注\n", "b", "a: b # 注\n"),
        ("? あ\n: い\n", "b", "? あ\n: b\n"),
    ],
)  # fmt: skip
def test_target_is_written_in_the_style_of_its_source_or_quoted(source: str, target: str, expected: str) -> None:
    out = written(source, target)
    assert out == expected
    said = [it.value for it in yaml.parse(out) if isinstance(it, yaml.ScalarEvent)]
    assert target.strip() in [it.strip("\u3000\n ") for it in said]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [", "line 2, column 1"),
        ("a: b: c\n", "line 1, column 5"),
        ("a: 1\n\tb: 2\n", "line 2, column 1"),
        ("a: *x\nb: [}\n", "line 2, column 5"),
        ("[" * 100_000, "line 1"),
        ("- " * 100_000, "line 1"),
        ("\n".join(" " * i + "a:" for i in range(300)), "line 201"),
        ("a: \x07\n", ""),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read("a.yaml", text.encode())
    assert refused.value.place == place


def test_aliases_are_never_unfolded() -> None:
    lines = ["a0: &a0 [あ]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60))]
    assert places("\n".join(lines)) == {"/a0/0": "あ"}


def test_byte_order_mark_moves_nothing() -> None:
    content = "\ufeff\ufeff題: あ\n".encode()
    assert write("a.yml", content, lambda _: "b") == "\ufeff\ufeff題: b\n".encode()


def test_escapes_do_not_hide_that_a_document_has_messages() -> None:
    document = 'a: "{n,\\\n  \\ plural, other{あ}}"\nb: "\'{x}\'さん"\n'
    assert places(document)["/b"] == "<1/>さん"
