from __future__ import annotations

import pytest
from lxml import etree
from unit.reviews.samples import TEXTS, read, row, written

from batch_translate.errors import DocumentError
from batch_translate.reviews.rows import Decision, Refused
from batch_translate.reviews.xliff import read_xliff, write_xliff

NS = {"x": "urn:oasis:names:tc:xliff:document:1.2"}


def edited(data: bytes, unit: int = 0, **attributes: str) -> bytes:
    """Another tool: parses, changes a target and writes the document anew."""
    tree = etree.fromstring(data)
    target = tree.findall(".//x:trans-unit/x:target", NS)[unit]
    text = attributes.pop("text", None)
    if text is not None:
        for child in list(target):
            target.remove(child)
        target.text = text
    if "approved" in attributes:
        target.getparent().set("approved", attributes.pop("approved"))
    for name, value in attributes.items():
        target.set(name, value)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-16")


def test_another_reader_finds_units_with_notes_by_document_and_language() -> None:
    rows = [row(), row("価格"), row("名前", target_language="fr"), row("<1>印</1>", document="b.md", answer="")]
    tree = etree.fromstring(written(write_xliff, *rows))
    files = tree.findall("x:file", NS)
    said = [
        (it.get("original"), it.get("target-language"), len(it.findall(".//x:trans-unit", NS))) for it in files
    ]
    items, b_md = "2024-04-17/shop/items.csv", "2024-04-17/b.md"
    assert said == [(items, "en", 2), (items, "fr", 1), (b_md, "en", 1)]
    unit = files[0].find(".//x:trans-unit", NS)
    assert unit.get("id") == row().segment_key
    assert unit.find("x:target", NS).get("state") == "needs-review-translation"
    assert {it.get("from"): it.text for it in unit.findall("x:note", NS)} == {
        "findings": "A number is missing.",
        "before": "前の文",
        "place": "2024-04-17/shop/items.csv, row 3, name, needs_review, occurs 2 times",
    }
    assert [it.tag.rpartition("}")[2] for it in unit] == ["source", "target", "alt-trans", "note", "note", "note"]
    assert files[2].find(".//x:source/x:g", NS).get("id") == "1"
    assert files[2].find(".//x:target", NS).get("state") == "needs-translation"


def test_untouched_file_decides_nothing() -> None:
    data = written(write_xliff, *(row(text, text) for text in TEXTS), row("訳なし", answer=""))
    assert {one.text for one in read(read_xliff, data)} == {""}


@pytest.mark.parametrize("text", TEXTS)
def test_texts_come_back_as_they_were(text: str) -> None:
    (decided,) = read(read_xliff, edited(written(write_xliff, row(text, text)), state="final"))
    assert decided == Decision(decided.place, row(text).segment_key, "ja", "en", text, text)


@pytest.mark.parametrize(
    ("changes", "decides"),
    [
        ({"state": "final"}, True),
        ({"state": "signed-off"}, True),
        ({"state": "translated"}, True),
        ({"approved": "yes"}, True),
        ({"text": "inventory"}, True),
        ({"state": "needs-review-l10n"}, False),
        ({"approved": "no"}, False),
        ({"text": " stock\n"}, False),
        ({"text": "在庫"}, False),  # a tool's copy of the source
        ({"text": "", "state": "final"}, False),
    ],
)
def test_what_a_person_did_is_a_decision(changes: dict[str, str], decides: bool) -> None:
    (decided,) = read(read_xliff, edited(written(write_xliff, row()), **changes))
    assert decided.text == (changes.get("text", "stock") if decides else "")


def test_text_written_where_there_was_none_is_a_decision() -> None:
    (decided,) = read(read_xliff, edited(written(write_xliff, row(answer="")), text="stock"))
    assert decided.text == "stock"


def test_codes_of_other_tools_become_tags() -> None:
    inline = '<bpt id="1">{b}</bpt>a<ept id="1">{/b}</ept><ph id="2">x</ph><mrk mtype="term">t</mrk><bx id="3"/>'
    (decided,) = read(
        read_xliff,
        '<xliff version="1.2"><file source-language="ja" target-language="en"><body>'
        f'<trans-unit id="k" approved="yes"><source>{inline}</source><target>{inline}</target></trans-unit>'
        "</body></file></xliff>",
    )
    assert decided.text == "<1>a</1><2/>t<3>"


def test_id_that_is_no_tags_number_refuses_its_unit() -> None:
    data = written(write_xliff, row("<1/>件", "<1/> items"), row())
    first, second = read(read_xliff, data.replace(b'<x id="1"/>', b'<x id="x-1"/>'))
    assert first == Refused(first.place, "the id 'x-1' of the inline element <x> is no number of a tag")
    assert isinstance(second, Decision)


@pytest.mark.parametrize(
    ("state", "text"), [("final", "<1>bold</1> <2/>a"), ("reviewed", "<1>bold</1> <2/>a"), ("initial", "")]
)
def test_second_version_is_read(state: str, text: str) -> None:
    data = f"""<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="ja" trgLang="en">
<file id="f"><unit id="0123456789abcdef0123456789abcdef"><notes><note>source</note></notes>
<segment state="{state}"><source><pc id="1">太字</pc></source><target><pc id="1">bold</pc></target></segment>
<ignorable><source> </source></ignorable>
<segment state="{state}"><source><ph id="2"/>い</source><target><ph id="2"/>a</target></segment>
</unit></file></xliff>"""
    (decided,) = read(read_xliff, data)
    assert (decided.source, decided.text) == ("<1>太字</1> <2/>い", text)
    assert (decided.source_language, decided.target_language) == ("ja", "en")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "not well-formed"),
        ("<html/>", "is <html> and not <xliff>"),
        ('<xliff version="1.2"><file></xliff>', "not well-formed"),
        ('<xliff version="9"><unit id="1"/></xliff>', "version '9'"),
        ('<!DOCTYPE xliff [<!ENTITY a "b">]><xliff version="1.2"/>', "entities of a DTD"),
        ('<!DOCTYPE xliff SYSTEM "file:///etc/passwd"><xliff version="1.2">&x;</xliff>', "entities of a DTD"),
        ('<?xml version="1.0" encoding="no-such"?><xliff version="1.2"/>', "encoding"),
        ("<xliff>" + "<a>" * 200, "nested deeper"),
    ],
)
def test_what_is_no_xliff_is_refused_whole(content: str, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        read(read_xliff, content)
