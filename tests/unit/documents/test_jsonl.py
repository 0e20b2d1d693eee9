from __future__ import annotations

import json

from conformance.suite import mark, read, same, write

from batch_translate.documents.document import DocumentSettings

ADD = DocumentSettings()


def test_added_member_stands_beside_its_source_in_the_records_spacing() -> None:
    content = '{"id": 1, "text": "あ", "n": 1.50}\n{"id":2,"text":"い"}\r\n'.encode()
    assert write("a.jsonl", content, lambda _: "x", ADD).decode() == (
        '{"id": 1, "text": "あ", "text_en": "x", "n": 1.50}\n{"id":2,"text":"い","text_en":"x"}\r\n'
    )


def test_added_member_has_the_source_text_where_there_is_no_target() -> None:
    content = b'{"text": " \\u3042"}'
    assert write("a.jsonl", content, lambda _: None, ADD) == b'{"text": " \\u3042", "text_en": " \\u3042"}'


def test_added_member_never_repeats_a_key() -> None:
    content = '{"text": "あ", "text_en": "old"}'.encode()
    assert json.loads(write("a.jsonl", content, lambda _: "new", ADD)) == {
        "text": "あ",
        "text_en": "old",
        "text_en_2": "new",
    }


def test_escapes_follow_the_source() -> None:
    content = '{"text": "\\u3042"}\n{"text": "い\\n"}\n'.encode()
    assert write("a.jsonl", content, lambda _: 'é"\n').decode() == (
        '{"text": "\\u00e9\\"\\n"}\n{"text": "é\\"\\n\\n"}\n'
    )


def test_nested_keys_and_arrays_are_named_by_pointer() -> None:
    content = '{"m": [{"role": "user", "t": "あ"}], "tags": ["い", "う"], "a/b": {"c~": "え"}}'.encode()
    segments, _ = read("a.jsonl", content)
    assert [segment.place for segment in segments] == [
        "line 1, /m/0/t",
        "line 1, /tags/0",
        "line 1, /tags/1",
        "line 1, /a~1b/c~0",
    ]
    chosen, _ = read("a.jsonl", content, DocumentSettings(columns=("tags", "/m/t")))
    assert [segment.text for segment in chosen] == ["あ", "い", "う"]
    assert json.loads(write("a.jsonl", content, mark, ADD)) == {
        "m": [{"role": "user", "t": "あ", "t_en": "〔あ〕"}],
        "tags": ["い", "う"],
        "tags_en": ["〔い〕", "〔う〕"],
        "a/b": {"c~": "え", "c~_en": "〔え〕"},
    }


def test_array_of_texts_and_objects_is_copied_with_its_own_texts() -> None:
    content = '{"m": ["あ", {"t": "い"}, ["う"]]}'.encode()
    assert json.loads(write("a.jsonl", content, mark, ADD)) == {
        "m": ["あ", {"t": "い", "t_en": "〔い〕"}, ["う"]],
        "m_en": ["〔あ〕", {"t": "い"}, ["〔う〕"]],
    }


def test_key_that_appears_late_is_found() -> None:
    content = '{"id": 1, "text": "あ"}\n'.encode() * 1500 + '{"id": 1, "note": "い"}\n'.encode()
    assert read("a.jsonl", content)[0][-1].place == "line 1501, /note"


def test_broken_lines_are_reported_and_stay() -> None:
    content = (
        '{"text": "あ"}\n{"text": "い"\n["う"]\n\n{"text": "\\ud83d"}\n{"text": "あ", "text": "い"}\n'.encode()
    )
    segments, problems = read("a.jsonl", content)
    assert [segment.place for segment in segments] == ["line 1, /text"]
    assert [problem.place for problem in problems] == ["line 2", "line 3", "line 5", "line 6"]
    assert problems[0].reason.startswith("is not JSON (Expecting ',' delimiter")
    assert all(problem.level == "error" for problem in problems)
    assert write("a.jsonl", content, same) == content


def test_deeply_nested_line_is_reported() -> None:
    _, problems = read("a.jsonl", b"[" * 100_000 + b"]" * 100_000)
    assert [problem.place for problem in problems] == ["line 1"]


def test_repeated_and_blank_ids_are_noted() -> None:
    content = '{"id": 1, "t": "あ"}\n{"id": 1, "t": "い"}\n{"id": "", "t": "う"}\n'.encode()
    segments, problems = read("a.jsonl", content)
    assert [segment.row_id for segment in segments] == ["1", "1", ""]
    assert [(problem.place, problem.reason) for problem in problems] == [
        ("id", "blank in line 3"),
        ("id", "an id which stood above is repeated in line 2"),
    ]


def test_ten_megabyte_value_is_one_segment() -> None:
    content = json.dumps({"id": 1, "text": "あ" * 3_400_000}, ensure_ascii=False).encode()
    segments, _ = read("a.jsonl", content)
    assert len(segments[0].text) == 3_400_000
    assert write("a.jsonl", content, same) == content
