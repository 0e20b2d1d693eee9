from __future__ import annotations

import re

import pytest
from conformance.suite import corpus_files, mark, read, write

from batch_translate.documents.front_matter import cut_front_matter
from batch_translate.documents.markdown_blocks import block_parser, block_tokens


def texts(document: str) -> list[str]:
    return [segment.text for segment in read("a.md", document.encode())[0]]


def written(document: str, target: str) -> str:
    return write("a.md", document.encode(), lambda _: target).decode()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("# 題 #\n", ["題"]),
        ("題\n===\n", ["題"]),
        ("- あ\n- い\n  続き\n", ["あ", "い\n続き"]),
        ("1. あ\n\n   二段落\n", ["あ", "二段落"]),
        ("> あ\n> い\n>> う\n", ["あ\nい", "う"]),
        ("| あ | い \\| う |\n|--|--|\n| え | |\n", ["あ", "い | う", "え"]),
        ("あ | い\n--|--\nう | え\n", ["あ", "い", "う", "え"]),
        ("> | あ | い |\n> |--|--|\n> | う | え |\n", ["あ", "い", "う", "え"]),
        (":::info 題\n本文\n:::\n", ["題", "本文"]),
        ("本文\n:::\n", ["本文"]),
        ("[^1]: 注\n[^2]: 注二\n続き\n", ["注", "注二\n続き"]),
        ("　字下げ\n　二行目\n", ["字下げ\n　二行目"]),
        ("あ  \nい\\\nう\n", ["あ<1/>い<2/>う"]),
    ],
)
def test_prose_is_found_block_by_block(document: str, expected: list[str]) -> None:
    assert texts(document) == expected


@pytest.mark.parametrize(
    "document",
    [
        "```\n漢字\n```\n",
        "~~~ts:題\n漢字\n",
        "- あ\n\n      漢字\n".replace("あ", "`x`"),
        "    漢字\n",
        "<div>\n漢字\n</div>\n",
        "<!-- 漢字 -->\n",
        "$$\n漢字\n$$\n",
        "$$漢字$$\n",
        '[漢字]: https://example.com "漢字"\n',
        "![](漢字.png)\n",
        "`漢字` https://example.com/a_b\n",
        "{% 漢字 %}\n",
        "---\n",
        '+++\ntitle = "漢字"\n+++\n',
    ],
)
def test_what_is_no_prose_is_left_alone(document: str) -> None:
    assert texts(document) == []
    assert written(document, "x") == document


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("[題](https://e.com/a?b=(1))を`見`る", "<1>題</1>を<2/>る"),
        ("[題][r]と[r]と[r][]\n\n[r]: /u", "<1>題</1>と<2>r</2>と<3>r</3>"),
        ("[`x`の題](u)", "<1><2/>の題</1>"),
        ("[![絵](a.png)](u)", "<1><2>絵</2></1>"),
        ("![絵 `x`](a.png)", "<1>絵 `x`</1>"),
        ("見て<https://e.com>ね", "見て<1/>ね"),
        ("見て https://e.com/a。ね(http://e.com)", "見て <1/>。ね(<2/>)"),
        ("<b>あ</b><br/>", "<1/>あ<2/><3/>"),
        ("注[^1]と{{ x }}と{% y %}", "注<1/>と<2/>と<3/>"),
        ("**強調**と`閉じない", "**強調**と`閉じない"),
        ("<1>と[題](u)", "<1/>と<2>題</2>"),
        ("\\[題](u)と\\`x`", "\\[題](u)と\\`x`"),
        ("{name}と%d件", "{name}と%d件"),
    ],
)
def test_inline_markup_becomes_tags(document: str, expected: str) -> None:
    assert texts(document)[0] == expected
    marked = write("a.md", document.encode(), mark).decode()
    assert next(segment.text for segment in read("a.md", marked.encode())[0]) == f"〔{expected}〕"


def test_shortcut_reference_keeps_its_target() -> None:
    assert written("[題]\n\n[題]: /u\n", "<1>title</1>") == "[title][題]\n\n[題]: /u\n"


def test_damaged_placeholders_leave_the_source() -> None:
    assert written("[題](u)と`x`", "title and <2/>") == "[題](u)と`x`"


@pytest.mark.parametrize(
    ("document", "target", "expected"),
    [
        ("> あ\r\n> い\r\n", "a\nb\nc", "> a\r\n> b\r\n> c\r\n"),
        ("- あ\n  い\n", "a", "- a\n"),
        ("# あ\n", "a\nb", "# a b\n"),
        ("| あ |\n|--|\n", "a|b\nc", "| a\\|b c |\n|--|\n"),
        ("あ\n", "# a", "\\# a\n"),
        ("あ\nい\n", "2024. a\n- b", "2024\\. a\n\\- b\n"),
        ("あ\nい\n", "a\n===", "a\n\\===\n"),
        ("あ\nい\n", "a\n\nb", "あ\nい\n"),
        ("あ\n", " ", "あ\n"),
    ],
)
def test_target_is_the_same_block_or_not_written(document: str, target: str, expected: str) -> None:
    assert written(document, target) == expected


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("題名", "Title", "Title"),
        ("題名", "Title: one", '"Title: one"'),
        ("題名", "yes", '"yes"'),
        ("題名", "#1", '"#1"'),
        ("'題名'", "It's", "'It''s'"),
        ('"題名"', 'a "b"', '"a \\"b\\""'),
        ("題名 # 注", "Title", "Title # 注"),
        ("|\n  題名\n", "Title", '"Title\\n"\n'),
    ],
)
def test_front_matter_keeps_its_quoting(source: str, target: str, expected: str) -> None:
    head, tail = "---\r\ntags: [あ]\r\ntitle: ", "\nother: あ\n---\n"
    assert texts(head + source + tail) == ["題名"]
    assert written(head + source + tail, target) == head + expected + tail


@pytest.mark.parametrize("front_matter", ["title: [あ", "\ttitle: あ"])
def test_broken_front_matter_is_reported_and_the_body_is_read(front_matter: str) -> None:
    segments, problems = read("a.md", f"---\n{front_matter}\n---\n本文\n".encode())
    assert [segment.text for segment in segments] == ["本文"]
    assert [(problem.place, problem.level) for problem in problems] == [("front matter", "error")]


def test_places_name_the_line_of_the_file() -> None:
    document = "---\ntitle: あ\n---\n\n# 題\n\n本文\n".encode()
    assert [segment.place for segment in read("a.md", document)[0]] == [
        "front matter, title",
        "block 1, line 5",
        "block 2, line 7",
    ]


def test_corpus_prose_has_no_code_urls_or_template_tags_and_blocks_stay() -> None:
    files = corpus_files(".md")
    if not files:
        pytest.skip("no Markdown files: set BATCH_TRANSLATE_CORPUS to a folder of input documents")
    parser = block_parser()

    def blocks(content: bytes) -> list[str]:
        return [token.type for token in block_tokens(parser, cut_front_matter(content.decode())[1], {})]

    for path in files:
        content = path.read_bytes()
        segments, problems = read(path.name, content)
        assert segments
        assert problems == []
        for segment in segments:
            assert not re.search(r"https?://|\{[{%]|```|\]\(", segment.text), (path.name, segment)
        fenced = {
            line.strip()
            for token in block_tokens(parser, content.decode(), {})
            if token.type in ("fence", "code_block")
            for line in token.content.split("\n")
            if len(line.strip()) > 20
        }
        assert not [
            segment for segment in segments if fenced & {line.strip() for line in segment.text.split("\n")}
        ]
        assert blocks(write(path.name, content, mark)) == blocks(content)
