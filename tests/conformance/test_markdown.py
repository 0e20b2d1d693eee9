"""Markdown keeps the promises of the conformance suite, and another parser finds the structure unchanged."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from conformance.second_reader import node_program, structure_of
from conformance.suite import TextConformance, corpus_files, mark, read, same, write
from hypothesis import strategies as st
from markdown_it.common.utils import unescapeAll

if TYPE_CHECKING:
    from batch_translate.segments import Segment


def markdown() -> st.SearchStrategy[str]:
    prose = st.text("あい漢字。、「」 ab1", min_size=1, max_size=8)
    odd = st.text("あ「。 a1*_~`[]()<>&;!#|\\{}$^:-+=", min_size=1, max_size=10)
    target = st.sampled_from(["https://example.com/a?b=1", "</a b>", "/u 'c'", "{{ url }}", ""])
    inner = prose | odd
    inline = st.one_of(
        prose,
        odd,
        prose.map("`{}`".format),
        inner.map("**{}**".format),
        inner.map("*{}*".format),
        inner.map("_{}_".format),
        inner.map("~~{}~~".format),
        inner.map("***{}***".format),
        inner.map("<b>{}</b>".format),
        inner.map("<kbd>{}</kbd>".format),
        st.tuples(inner, target).map("[{0[0]}]({0[1]})".format),
        st.tuples(inner, target).map("![{0[0]}]({0[1]})".format),
        inner.map("[{}][あ]".format),
        inner.map("[![{}](a.png)](b){{.c}}".format),
        st.sampled_from(
            [
                *("<br>", "{{ x }}", "{% x | y %}", "[^1]", "<1>", "&lt;2>", "https://example.com/x", "www.a.com"),
                *("a@example.com", "<https://e.com>", "{name}", "%d", "[あ]", "[あ][]", "  \n", "\\\n", "\n"),
                *("$x^2$", "$5と$6", "&amp;", "&nbsp;", "\\*", "{.a}", "{#b}", "</i>", "<!-- 注 -->", "&#32;"),
            ]
        ),
    )
    text = st.lists(inline, min_size=1, max_size=5).map("".join)
    line = text.map(lambda it: it.replace("\n", " "))
    block = st.one_of(
        text,
        line.map("## {}".format),
        line.map("## {} ## {{#id}}".format),
        line.map("- {}\n- い".format),
        line.map("- [ ] {}\n- [x] い".format),
        line.map("1. {}\n   続き".format),
        line.map("> {}\n> 続き".format),
        line.map("> {}\n続き".format),
        line.map("> [!NOTE]\n> {}".format),
        line.map("- > {}\n  > 続き".format),
        line.map("[^1]: {}".format),
        line.map("[^2]: い\n\n    {}\n\n    - う".format),
        text.map("題\n{}\n===".format),
        text.map("{}\n---".format),
        st.tuples(line, line).map("| {0[0]} | い |\n|--|--|\n| う | {0[1]} |".format),
        st.tuples(line, line).map("{0[0]} | い\n--|--\n{0[1]} | う".format),
        prose.map("```\n{}\n```".format),
        prose.map("    {}".format),
        line.map(":::info {}\nあ\n:::".format),
        line.map(":::note[{}]\nあ\n:::".format),
        prose.map("<div>\n{}\n</div>".format),
        prose.map("$$\n{}\n$$".format),
        prose.map("{{% if {} %}}\nあ\n{{% endif %}}".format),
        prose.map("{{# {}\n\nい #}}".format),
        st.just("[あ]: https://example.com"),
    )
    return st.tuples(st.lists(block, max_size=6), st.sampled_from(["\n", "\n\n"])).map(
        lambda it: it[1].join(it[0])
    )


def has_marks_beside_marks(text: str) -> bool:
    """Whether there is emphasis, or other markup around prose, with more of its kind or single marks beside it."""
    return "</" in text and len(re.findall(r"<[0-9]+>|[*_~]+", text)) > 1


class TestMarkdown(TextConformance):
    name = "a.md"
    sample = "---\ntitle: 題名\ntags: [あ]\n---\n\n# 見出し\n\n本文の\n二行目。\n\n- [項目](https://example.com)\n"
    markup_only = "---\ntags: [あ]\n---\n\n```\nコード\n```\n\n![](a.png)\n\n---\n\n<!-- 注 -->\n"
    with_tag = "本文の`code`と[リンク](https://example.com)です。\n\n- **太字**と<br>です。\n"
    documents = markdown()

    def check(self, content: bytes) -> None:
        """Emphasis with other emphasis in the same text may stay untranslated, and is then reported.

        Between punctuation on both sides `*` both opens and closes for CommonMark. Which marks are pairs then
        depends on all others, and there are targets that no choice of marks says: `*:**:*1**:**`, marked.
        """
        refused: list[Segment] = []
        marked = self.write(content, mark, refused)
        if not refused:
            super().check(content)
            return
        assert all(has_marks_beside_marks(segment.text) for segment in refused)
        segments, _ = self.read(content)
        expected = [segment.text if segment in refused else mark(segment) for segment in segments]
        assert [segment.text for segment in self.read(marked)[0]] == expected
        assert self.write(content, same) == content

    def meaning(self, content: bytes) -> object:
        """The same characters can be escaped or not; a shortcut reference gets its label written out."""
        said = unescapeAll(unescapeAll(content.decode()))
        said = re.sub(r"\](?:\[[^\[\]]*\])+", "]", said)
        return "".join(said.replace("\\", "").replace("_", "*").split())


@pytest.fixture(scope="module")
def corpus() -> dict[str, bytes]:
    files = corpus_files(".md")
    if not files:
        pytest.skip("no Markdown files: set BATCH_TRANSLATE_CORPUS to a folder of input documents")
    return {path.name: path.read_bytes() for path in files}


def counts(elements: list[str], text: str) -> Counter[str]:
    """How many elements of each type there are, and what no parser of these knows: containers."""
    found = Counter(element.split(" ", 2)[1] for element in elements)
    found["container"] = sum(line.lstrip().startswith(":::") for line in text.split("\n"))
    return found


def test_corpus_has_the_same_elements_for_another_parser(corpus: dict[str, bytes]) -> None:
    node = node_program()
    refused: list[Segment] = []
    sources = [content.decode() for content in corpus.values()]
    marked = [write(name, content, mark, refused=refused).decode() for name, content in corpus.items()]
    assert refused == []
    before, after = structure_of(node, "gfm", sources), structure_of(node, "gfm", marked)
    total: Counter[str] = Counter()
    for index, name in enumerate(corpus):
        assert after[index] == before[index], name
        source, target = counts(before[index], sources[index]), counts(after[index], marked[index])
        assert target == source, name
        total += source
    assert all(
        total[it] for it in ("link", "image", "code", "inlineCode", "footnoteReference", "heading", "container")
    )


def test_corpus_prose_has_no_code_urls_or_template_tags(corpus: dict[str, bytes]) -> None:
    node = node_program()
    structures = structure_of(node, "gfm", [content.decode() for content in corpus.values()])
    for (name, content), elements in zip(corpus.items(), structures, strict=True):
        segments, problems = read(name, content)
        assert segments
        assert problems == []
        code = {
            line
            for element in elements
            if element.split(" ", 2)[1] in ("code", "inlineCode", "html")
            for line in re.findall(r'"value","((?:[^"\\]|\\.)*)"', element)
            if len(line) > 20
        }
        for segment in segments:
            assert not re.search(r"https?://|www\.|\{[{%]|```|\]\(|\$[^$\n]+\\[^$\n]+\$", segment.text), segment
            assert not any(line in segment.text for line in code), segment
