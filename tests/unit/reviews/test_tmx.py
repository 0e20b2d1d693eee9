from __future__ import annotations

import io
import tracemalloc

import pytest
from lxml import etree
from unit.reviews.samples import TEXTS, read

from batch_translate import keys
from batch_translate.errors import DocumentError
from batch_translate.reviews.rows import Decision, MemoryUnit, Refused
from batch_translate.reviews.tmx import read_tmx, write_tmx

# The structure of TMX 1.4b by its specification (LISA OSCAR, 2005), as far as it is used here.
DTD = """
<!ELEMENT tmx (header, body)>
<!ATTLIST tmx version CDATA #REQUIRED>
<!ELEMENT header (note | prop | ude)*>
<!ATTLIST header creationtool CDATA #REQUIRED creationtoolversion CDATA #REQUIRED
  segtype (block | paragraph | sentence | phrase) #REQUIRED o-tmf CDATA #REQUIRED adminlang CDATA #REQUIRED
  srclang CDATA #REQUIRED datatype CDATA #REQUIRED>
<!ELEMENT ude EMPTY>
<!ELEMENT note (#PCDATA)>
<!ELEMENT prop (#PCDATA)>
<!ATTLIST prop type CDATA #REQUIRED>
<!ELEMENT body (tu*)>
<!ELEMENT tu ((note | prop)*, tuv+)>
<!ATTLIST tu tuid CDATA #IMPLIED srclang CDATA #IMPLIED>
<!ELEMENT tuv ((note | prop)*, seg)>
<!ATTLIST tuv xml:lang CDATA #REQUIRED>
<!ELEMENT seg (#PCDATA | bpt | ept | ph | it | hi)*>
<!ELEMENT bpt (#PCDATA)>
<!ATTLIST bpt i CDATA #REQUIRED x CDATA #IMPLIED>
<!ELEMENT ept (#PCDATA)>
<!ATTLIST ept i CDATA #REQUIRED>
<!ELEMENT ph (#PCDATA)>
<!ATTLIST ph x CDATA #IMPLIED>
<!ELEMENT it (#PCDATA)>
<!ELEMENT hi (#PCDATA)>
"""


def unit(source: str = "在庫", translation: str = "stock", context: str = "") -> MemoryUnit:
    key = keys.segment_key("ja", "en", source, context)
    return MemoryUnit(key, "ja", "en", source, context, translation, "review")


def written(*units: MemoryUnit) -> bytes:
    file = io.BytesIO()
    assert write_tmx(file, units, "ja") == len(units)
    return file.getvalue()


def test_another_reader_finds_it_valid() -> None:
    tree = etree.fromstring(written(*(unit(text, text) for text in TEXTS), unit(context="menu")))
    dtd = etree.DTD(io.StringIO(DTD))
    assert dtd.validate(tree), dtd.error_log
    header = tree.find("header")
    assert (header.get("srclang"), header.get("segtype"), tree.get("version")) == ("ja", "block", "1.4")
    first = tree.find("body/tu")
    assert first.get("tuid") == unit().segment_key
    languages = [tuv.get("{http://www.w3.org/XML/1998/namespace}lang") for tuv in first.iterfind("tuv")]
    assert languages == ["ja", "en"]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_come_back_as_they_were(text: str) -> None:
    (decided,) = read(read_tmx, written(unit(text, text, "文脈")))
    key = keys.segment_key("ja", "en", text, "文脈")
    assert decided == Decision(decided.place, key, "ja", "en", text, text, "文脈")


def of_another_tool(body: str, header: str = 'srclang="JA-JP"') -> list[Decision | Refused]:
    return read(
        read_tmx,
        f'<!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx version="1.4"><header {header}/><body>{body}</body></tmx>',
    )


def test_codes_of_another_tool_are_numbered_as_a_texts_tags_are() -> None:
    (decided,) = of_another_tool(
        '<tu tuid="7"><tuv xml:lang="en-US"><seg>a<ph x="9">&lt;br/></ph><bpt i="4">&lt;b></bpt>b<ept i="4"/>'
        '</seg></tuv><tuv xml:lang="ja-JP"><seg><bpt i="4">&lt;b></bpt>太<hi>字</hi><ept i="4">&lt;/b></ept>'
        '<ph x="9"/></seg></tuv></tu>'
    )
    assert (decided.source, decided.text) == ("<1>太字</1><2/>", "a<2/><1>b</1>")
    assert (decided.source_language, decided.target_language) == ("ja-JP", "en-US")


def test_every_translation_of_a_unit_is_one_decision() -> None:
    tuvs = "".join(f'<tuv xml:lang="{tag}"><seg>{tag}</seg></tuv>' for tag in ("ja-JP", "en", "fr"))
    decided = of_another_tool(f'<tu tuid="{"a" * 32}">{tuvs}</tu>')
    assert [(one.target_language, one.text, one.segment_key) for one in decided] == [
        ("en", "en", ""),
        ("fr", "fr", ""),
    ]
    assert [one.source for one in of_another_tool(f"<tu>{tuvs}</tu>", 'srclang="*all*"')] == ["ja-JP", "ja-JP"]


@pytest.mark.parametrize(
    ("tuvs", "reason"),
    [
        ('<tuv xml:lang="ja-JP"><seg>一</seg></tuv>', "no translation beside a text in its source language"),
        ('<tuv xml:lang="de"><seg>a</seg></tuv><tuv xml:lang="en"><seg>b</seg></tuv>', "source language 'ja-jp'"),
        (
            '<tuv xml:lang="ja-JP"><seg>一</seg></tuv><tuv xml:lang="en"><seg><ph x="1"/></seg></tuv>',
            "<ph> '1' is not in its source",
        ),
        (
            '<tuv xml:lang="ja-JP"><seg><odd/></seg></tuv><tuv xml:lang="en"><seg>b</seg></tuv>',
            "<odd> is not known",
        ),
    ],
)
def test_unit_that_cannot_be_told_is_refused(tuvs: str, reason: str) -> None:
    (refused,) = of_another_tool(f"<tu>{tuvs}</tu>")
    assert isinstance(refused, Refused)
    assert refused.place.startswith("unit 1, line 1")
    assert reason in refused.reason


def test_what_is_no_tmx_is_refused_whole() -> None:
    with pytest.raises(DocumentError, match="is <xliff> and not <tmx>"):
        read(read_tmx, "<xliff/>")


def test_memory_stays_bounded(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("tmx") / "memory.tmx"
    with path.open("wb") as file:
        write_tmx(file, (unit(f"文 {number} " * 30) for number in range(5_000)), None)
    assert path.stat().st_size > 2_000_000
    tracemalloc.start()
    with path.open("rb") as file:
        assert sum(1 for _ in read_tmx(file, "memory.tmx")) == 5_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
