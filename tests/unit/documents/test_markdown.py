from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from conformance.suite import mark, read, write

from batch_translate.markup.sentences import LONG

if TYPE_CHECKING:
    from batch_translate.segments import Segment


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
        ("* あ | い\n--|--\n", ["あ | い\n--|--"]),
        ("- あ | い\n  --|--\n", ["あ", "い"]),
        (":::info 題\n本文\n:::\n", ["題", "本文"]),
        ("本文\n:::\n", ["本文"]),
        ("[^1]: 注\n[^2]: 注二\n続き\n", ["注", "注二\n続き"]),
        ("　字下げ\n　二行目\n", ["字下げ\n　二行目"]),
        ("あ  \nい\\\nう\n", ["あ<1/>い<2/>う"]),
        ("# 題 {#id}\n", ["題"]),
        ("段落\n{: .note}\n", ["段落"]),
        ("- [ ] あ\n- [x] い\n", ["あ", "い"]),
        ("> [!NOTE]\n> 本文\n", ["本文"]),
        ("[^1]: 注\n\n    二段落\n\n    - 項目\n", ["注", "二段落", "項目"]),
        ("[^1]:\n    注\n", ["注"]),
        (":::note[題]\n:::\n", ["題"]),
        (":::message alert\n本文\n:::\n", ["本文"]),
        ("{% raw %}\n本文\n{% endraw %}\n", ["本文"]),
        ("$$a$$ は数\n\n後\n\n$$\n式\n$$\n", ["<1/> は数", "後"]),
        ("<details>\n<summary>題</summary>\n\n中\n\n</details>\n", ["中"]),
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
        "{# 漢字\n\n漢字 #}\n",
        "{{ 漢字 |\n漢字 }}\n",
        "<kbd>漢字</kbd>\n",
        "$漢^2$ $x$\n".replace("漢", "y"),
        "[](漢字 '漢字')\n",
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
        ("![絵 `x`](a.png)", "<1>絵 <2/></1>"),
        ("![[絵](u)](a.png)", "<1><2>絵</2></1>"),
        ("見て<https://e.com>ね", "見て<1/>ね"),
        ("見て https://e.com/a。ね(http://e.com)", "見て <1/>。ね(<2/>)"),
        ("見て www.e.com と a@e.com", "見て <1/> と <2/>"),
        ("[https://e.com](https://e.com/a)を", "<1><2/></1>を"),
        ("<b>あ</b><br/>", "<1>あ</1><2/>"),
        ("<b>あ*い</b>う*", "<1/>あ<2>い<3/>う</2>"),
        ('<a id="x"></a>題<code>x</code>', "<1/>題<2/>"),
        ("注[^1]と{{ x }}と{% y %}", "注<1/>と<2/>と<3/>"),
        ("[題]({{ url | y }})", "<1>題</1>"),
        ("![絵](a.png){width=10}と[題](u){.c}", "<1>絵</1>と<2>題</2>"),
        ("**強調**と`閉じない", "<1>強調</1>と`閉じない"),
        ("***あ***と~~い~~と _う_", "<1><2>あ</2></1>と<3>い</3>と <4>う</4>"),
        ("これは**「太字」**です", "これは**「太字」**です"),
        ("<1>と[題](u)", "<1/>と<2>題</2>"),
        ("&lt;1>と\\<2>", "<1/>と<2/>"),
        ("\\[題](u)と\\`x`", "[題](u)と`x`"),
        ("R&amp;D&nbsp;と&copy;", "R&D<1/>と©"),
        ("{name}と%d件", "{name}と%d件"),
        ("$x^2$は$5と$6ではない", "<1/>は$5と$6ではない"),
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
        ("あ\nい\n", "a\n\nb", "a\nb\n"),
        ("あ\nい\n", "# a\n> c\n```\n[x]: y\n:::\n---", "\\# a\n\\> c\n\\```\n[x]: y\n\\:::\n\\---\n"),
        ("あ\nい\n", "a | b\n--|--", "a | b\n\\--|--\n"),
        ("あ\n", "[a]: /u", "\\[a]: /u\n"),
        ("- あ\n", "[x] a", "- \\[x] a\n"),
        ("# あ\n", "C #", "# C \\#\n"),
        ("# あ\n", "a {#b}", "# a \\{#b}\n"),
        ("|あ|\n|--|\n", "a\\", "|a&#92;|\n|--|\n"),
        ("あ | い\n--|--\n", "# a", "\\# a | # a\n--|--\n"),
        (":::info あ\n:::\n", "{a}", ":::info \\{a}\n:::\n"),
        ("あ\n", "*a* `b` [c](d) <b> &amp; 2 * 3", "\\*a\\* \\`b\\` \\[c\\](d) \\<b> &amp;amp; 2 \\* 3\n"),
        ("あ\n", "https://e.com", "https\\://e.com\n"),
        ("あ\n", "2 * 3 & snake_case [1]", "2 * 3 & snake_case [1]\n"),
        ("あ\n", " ", "あ\n"),
        ("1. あ`\n   い\nう\n===\n`\n", "a<1/>b", "1. a`\n   い\nう\n===\n`b\n"),
        ("> あ\n> い\n", "a\n===", "> a\n> \\===\n"),
    ],
)
def test_target_is_the_same_block_or_not_written(document: str, target: str, expected: str) -> None:
    assert written(document, target) == expected


@pytest.mark.parametrize(
    ("document", "target", "expected"),
    [
        ("[題](u)", "<1>a]b[</1>", "[a\\]b\\[](u)"),
        ("**題**字", "a <1>“b”</1>c", "a **“b”**&#99;"),
        ("**題**字", "<1> b</1>。", "**b**。"),
        ("_題_ 字", "a<1>b</1>c", "&#97;_b_&#99;"),
        ("*題*字*名*", "<1>a</1><2>b</2>", "*a*_b_"),
        ("**題**字*名*", "<2>a<1>b</1></2>c", "*a**b***&#99;"),
        ("注[^1]", "<1/>: a", "[^1]\\: a"),
        ("[題](u)", "<1>^a</1>", "[\\^a](u)"),
        ("これは**「太字」**です", 'This is **"bold"**', 'This is **"bold"**'),
        ("これは**`x`**です", "This is **<1/>**", "This is **`x`**"),
        ("あ&ast;* い**", "a **b**", "a \\*\\*b\\*\\*"),
    ],
)
def test_markup_keeps_its_effect_beside_any_text(document: str, target: str, expected: str) -> None:
    assert written(document, target) == expected


@pytest.mark.parametrize(
    ("document", "target"),
    [
        ("あ<div>い", "<1/>a"),
        ("あ  \nい", "a<1/>"),
        ("[あ](u)[い](v)", "<1>a<2>b</2></1>"),
        ("あ", "{% raw %}"),
        ("1\n*:**:*1**:**", "〔1\n<1>:<2><3>:<4>1</4></3>:</2></1>〕"),
        ("***、***1****1***1*", "〔<1><2>、<3><4>1</4></3></2>1</1><5>1</5>〕"),
        ("**1*_1_*", "〔<1><2>1</2><3>1</3></1>〕"),
    ],
)
def test_what_markdown_cannot_say_leaves_the_source(document: str, target: str) -> None:
    assert written(document, target) == document


def test_long_block_is_cut_at_sentences_and_joined_for_its_language() -> None:
    document = "> " + "これは**長い**文です。" * 200 + "\n> 次の行です。\n"
    parts = texts(document)
    assert len(parts) > 1
    assert all(len(re.sub(r"</?[0-9]+>", "", part)) <= LONG for part in parts)
    count = iter(range(100))

    def target(segment: Segment) -> str:
        tags = "".join(re.findall(r"</?[0-9]+>", segment.text)).replace("><", ">x<")
        return f"Part {next(count)} {tags}."

    lines = write("a.md", document.encode(), target).decode().split("\n")
    assert all(line.startswith("> ") for line in lines if line)
    assert re.search(r"\. Part 1 ", lines[0])
    assert not re.search(r"\.Part", lines[0])


@pytest.mark.parametrize(
    "document",
    [
        *("*a " * 5000, "[" * 5000, "![" * 5000, "<b></i>" * 5000, "> " * 5000 + "a", "**「a」**あ" * 5000),
        *("{{ " * 5000, "{# a\n\n" * 3000, "$$a\n\n" * 3000, "[^a]: x\n" * 3000),
        "|a" * 4000 + "\n" + "|-" * 4000 + "\n",
    ],
    ids=lambda it: it[:6].strip(),
)
def test_odd_documents_take_linear_time(document: str) -> None:
    began = time.process_time()
    write("a.md", document.encode(), mark)
    assert time.process_time() - began < 10


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
