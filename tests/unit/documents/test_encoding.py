from __future__ import annotations

import random

import pytest
from conformance.suite import read, same, write

from batch_translate.errors import DocumentError

TEXT = "　吾輩は猫である。名前はまだ無い。\n\nどこで生れたかとんと見当がつかぬ。\n"


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp932", "CP932 (Shift JIS)"), ("euc_jp", "EUC-JP"), ("utf-16", "UTF-16")]
)
def test_note_names_the_encoding(encoding: str, name: str) -> None:
    segments, problems = read("a.txt", TEXT.encode(encoding))
    assert [segment.text for segment in segments] == TEXT.split()
    assert [(problem.level, problem.reason) for problem in problems] == [
        ("note", f"was read as {name}; its translation is written as UTF-8")
    ]


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_short_japanese_texts_are_told_apart(encoding: str) -> None:
    # Half-width and full-width alike: each text below decodes in both encodings for some of the seeds.
    chooser = random.Random(0)
    for _ in range(200):
        text = "".join(chooser.choices("のはをにがでとしたれさあるいるアイスラン日本語大学、。", k=12))
        assert read("a.txt", text.encode(encoding))[0][0].text == text


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04\0\0", b"\xff\xd8\xff\xe0\0\x10JFIF", b"caf\xe9 au lait", b"\xef\xbb\xbf\xe3\x81", b"\xff\xfea"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.tsv", "a.jsonl", "a.md"])
def test_what_is_not_text_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(DocumentError, match=f"^{name}: .*UTF-8 and run again"):
        read(name, content)
    with pytest.raises(DocumentError):
        write(name, content, same)


def test_encodings_are_tried_across_chunk_borders() -> None:
    content = ("あ" * 700_000 + "い").encode("cp932")  # longer than a chunk, and an odd border in UTF-8
    assert read("a.txt", content)[0][0].text == "あ" * 700_000 + "い"
