"""Each format keeps the promises of the conformance suite."""

from __future__ import annotations

import json
import re

from conformance.suite import WORDS, TextConformance
from hypothesis import strategies as st

LINES = st.lists(WORDS, max_size=6).map("\n".join)


def delimited(delimiter: str) -> st.SearchStrategy[str]:
    """Three columns, quoted where needed or at will, the first row never blank."""

    def row(cells: list[tuple[str, bool]]) -> str:
        return delimiter.join(
            '"' + text.replace('"', '""') + '"'
            if quoted or any(it in text for it in '"\n\r' + delimiter)
            else text
            for text, quoted in cells
        )

    cell = st.tuples(st.text(f"あ漢字。 a1<>%{delimiter}\n\"'{{}}", max_size=8), st.booleans())
    rows = st.lists(st.lists(cell, min_size=2, max_size=3).map(row), max_size=6)
    header = row([("id", False), ("題名", False), ("本文", True)])
    return st.tuples(rows, st.booleans()).map(lambda it: "\n".join([header, *it[0]]) + ("\n" if it[1] else ""))


def jsonl() -> st.SearchStrategy[str]:
    value = st.recursive(
        st.one_of(WORDS, st.integers(), st.none(), st.booleans()),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["題", "b/~", "c"]), inner, max_size=3)
        ),
        max_leaves=6,
    )
    record = st.dictionaries(st.sampled_from(["id", "題名", "text", "m"]), value, max_size=4)
    style = st.sampled_from([(", ", ": "), (",", ":"), (" , ", " :  ")])
    line = st.tuples(record, style, st.booleans()).map(
        lambda it: json.dumps(it[0], separators=it[1], ensure_ascii=it[2])
    )
    return st.lists(line, max_size=5).map(lambda lines: "".join(line + "\n" for line in lines))


class TestCsv(TextConformance):
    name = "a.csv"
    sample = 'id,題名,url\n1,お知らせ,https://example.com\n2,"いろは\nにほ, ""へと"" ",x\n3, 余白 ,\n'
    markup_only = "id,url\n1,https://example.com\n2,x\n"
    with_tag = 'id,題名\n1,"<b>お知らせ</b>、https://example.com/a へ"\n2,新着<br>です\n'
    documents = delimited(",")


class TestTsv(TextConformance):
    name = "a.tsv"
    sample = "id\t題名\t数\n1\tお知らせ\t10\n2\t新着\t3\n"
    markup_only = "id\turl\n1\thttps://example.com\n2\tx\n"
    with_tag = "id\t題名\n1\t<b>お知らせ</b>\n2\t新着\n"
    documents = delimited("\t")


class TestJsonLines(TextConformance):
    name = "a.jsonl"
    sample = (
        '{"id": 1, "text": "お知らせ"}\n{"id":2,"text":" \\u3042\\n い "}\n\n{"id": 3, "tags": ["あ", "い"]}\n'
    )
    markup_only = '{"id": 1, "url": "https://example.com", "n": [1, null, true]}\n'
    with_tag = '{"id": 1, "text": "<b>お知らせ</b>を a@example.com へ"}\n'
    documents = jsonl()

    def meaning(self, content: bytes) -> object:
        """The same characters can be escaped or not, in the strings that were translated."""
        text = re.sub(r"\\u301[45]", "", content.decode("utf-8-sig"))
        return [json.loads(line) if line.strip() else line for line in re.split(r"\r\n|\r|\n", text)]


class TestPlainText(TextConformance):
    name = "a.txt"
    sample = "　吾輩は猫である。\n名前はまだ無い。\n\n\n《ルビ》の話。 \n"
    markup_only = "　\n\n \n\n"
    with_tag = "丁度《ちょうど》今、｜東京《とうけい》へ。\n\n［＃改ページ］\n詳細は https://example.com/a で。\n"
    documents = LINES
