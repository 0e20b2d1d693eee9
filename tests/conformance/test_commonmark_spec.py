"""Over the CommonMark specification's own examples only prose changes, as its reference parser sees it."""

from __future__ import annotations

import pytest
from conformance.second_reader import node_program, specification, structure_of
from conformance.suite import mark, read, same, write

# Where the specification and this project read differently, on purpose.
READ_OTHERWISE: dict[int, str] = {}


@pytest.fixture(scope="module")
def node() -> str:
    return node_program()


def test_marked_examples_have_the_structure_of_their_sources(node: str) -> None:
    examples = specification(node)
    assert len(examples) > 600
    sources = [example["markdown"] for example in examples]
    refused: list[object] = []
    marked = [write("a.md", source.encode(), mark, refused=refused).decode() for source in sources]
    before = structure_of(node, "commonmark", sources)
    after = structure_of(node, "commonmark", marked)
    broken = {
        example["number"]: (sources[index], marked[index], before[index], after[index])
        for index, example in enumerate(examples)
        if before[index] != after[index] and example["number"] not in READ_OTHERWISE
    }
    assert broken == {}
    assert refused == []
    segments = sum(len(read("a.md", source.encode())[0]) for source in sources)
    assert segments > 500


def test_examples_come_back(node: str) -> None:
    for example in specification(node):
        content = example["markdown"].encode()
        assert write("a.md", content, same) == content
        assert [it for it in read("a.md", content)[1] if "front matter" not in it.place] == [], example
