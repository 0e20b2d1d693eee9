"""docs/glossary.md: each example file is read, each row of its tables is tried."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from batch_translate import keys
from batch_translate.glossary.files import read_glossary
from batch_translate.glossary.matching import Glossary
from batch_translate.glossary.terms import Term

PAGE = (Path(__file__).parents[3] / "docs/glossary.md").read_text(encoding="utf-8")
_FILE = re.compile(r"```(csv|tsv|toml)\n(.*?)```\n\n((?:\|[^\n]*\n)+)", re.DOTALL)


class Example(NamedTuple):
    ending: str
    content: str
    rows: list[dict[str, str]]


def rows_of(table: str) -> list[dict[str, str]]:
    header, _, *rows = (
        [cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines()
    )
    return [dict(zip(header, row, strict=True)) for row in rows]


def tables(*header: str) -> list[dict[str, str]]:
    line = f"| {' | '.join(header)} |"
    found = [rows_of(table) for table in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE) if table.startswith(line)]
    assert found, line
    return [row for rows in found for row in rows]


def listed(cell: str) -> list[str]:
    return [word for word in cell.split(", ") if word]


EXAMPLES = [Example(ending, content, rows_of(table)) for ending, content, table in _FILE.findall(PAGE)]


def test_every_example_file_says_what_it_gives() -> None:
    assert [example.ending for example in EXAMPLES] == ["csv", "csv", "csv", "tsv", "toml"]
    assert len(re.findall(r"^```\w", PAGE, re.MULTILINE)) == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_file_gives_these_terms(example: Example, tmp_path: Path) -> None:
    path = tmp_path / f"glossary.{example.ending}"
    path.write_text(example.content, encoding="utf-8")
    for pair in {row["pair"] for row in example.rows}:
        terms = read_glossary(str(path), *pair.split(" → "))
        expected = [
            (row["source"], row["target"], listed(row["forbidden"])) for row in example.rows if row["pair"] == pair
        ]
        assert [(term.source, term.target, list(term.forbidden)) for term in terms] == expected


@pytest.mark.parametrize("row", tables("language", "text", "terms", "found"))
def test_terms_are_found(row: dict[str, str]) -> None:
    glossary = Glossary([Term(source, "x") for source in listed(row["terms"])], row["language"], "fr")
    assert [term.source for term in glossary.find(row["text"])] == listed(row["found"])


@pytest.mark.parametrize("row", tables("language", "translation", "term", "target", "stands"))
def test_targets_stand_in_translations(row: dict[str, str]) -> None:
    term = Term(row["term"], row["target"])
    missing = Glossary([term], "ja", row["language"]).missing([term], row["translation"])
    assert missing == {"yes": (), "no": (term,)}[row["stands"]]


@pytest.mark.parametrize("row", tables("language", "translation", "term", "target", "forbidden", "found"))
def test_forbidden_words_stand_in_translations(row: dict[str, str]) -> None:
    term = Term(row["term"], row["target"], tuple(listed(row["forbidden"])))
    forbidden = Glossary([term], "ja", row["language"]).forbidden([term], row["translation"])
    assert [word for _, word in forbidden] == listed(row["found"])


def test_an_edited_term_asks_again_for_the_texts_in_which_it_occurs() -> None:
    texts = [f"{number}番の茶" if number % 150 else f"{number}番の急須" for number in range(1, 1051)]

    def asked(*terms: Term) -> list[str]:
        glossary = Glossary(terms, "ja", "en")
        return [keys.instruction_key("shop", 1, [term.key() for term in glossary.find(text)]) for text in texts]

    others = Term("茶", "tea"), Term("紅茶", "black tea")
    before = asked(*others, Term("急須", "teapot"))
    after = asked(*others, Term("急須", "kyusu", note="as the shop says"), Term("茶筅", "whisk"))
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 7
