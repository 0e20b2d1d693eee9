from __future__ import annotations

from io import BytesIO

import pytest

from batch_translate.documents.bilingual import Translation, is_bilingual, read_translations_in
from batch_translate.errors import DocumentError

PO = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgctxt "menu"
msgid "開く"
msgstr "Open"

#, fuzzy
msgid "閉じる"
msgstr "Shut"

msgid "<b>新着</b> %s"
msgstr ""

msgid "一件"
msgid_plural "%d件"
msgstr[0] "one item"
msgstr[1] "%d items"
"""

XLIFF = """\
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file source-language="ja" original="a">
<body>
<trans-unit id="1"><source>開く<x id="i"/></source><target><x id="i"/>Open</target>
<alt-trans><source>開ける</source><target>Unlock</target></alt-trans></trans-unit>
<trans-unit id="2"><source>A &amp; B</source></trans-unit>
</body></file></xliff>
"""

XLIFF_2 = """\
<xliff version="2.0" xmlns="urn:oasis:names:tc:xliff:document:2.0" srcLang="ja" trgLang="en"><file id="f">
<unit id="u"><segment><source>開く</source><target>Open</target></segment>
<ignorable><source> </source><target> </target></ignorable>
<segment><source><pc id="1">閉じる</pc></source><target/></segment></unit>
</file></xliff>
"""


def read(document: str, content: str) -> list[Translation]:
    return list(read_translations_in(BytesIO(content.encode()), document, "ja"))


def test_a_catalogue_says_what_it_has_of_each_text_and_form() -> None:
    assert read("a.po", PO) == [
        ("menu\n0", "entry 1, line 5", "開く", "Open"),
        ("\n0", "entry 2, line 9", "閉じる", ""),
        ("\n0", "entry 3, line 12", "<1>新着</1> %s", ""),
        ("\n0", "entry 4, line 15", "一件", "one item"),
        ("\n1", "entry 4, line 15", "%d件", "%d items"),
    ]


def test_units_have_the_targets_that_are_theirs_and_no_proposals() -> None:
    assert read("a.xlf", XLIFF) == [
        ("1", "unit 1, line 3", "開く<1/>", "<1/>Open"),
        ("2", "unit 2, line 5", "A & B", ""),
    ]


def test_segments_of_xliff_2_are_read_each_for_itself() -> None:
    assert read("a.xliff", XLIFF_2) == [
        ("u", "unit u, line 2", "開く", "Open"),
        ("u", "unit u, line 4", "<1>閉じる</1>", ""),
    ]


@pytest.mark.parametrize(("document", "content"), [("a.po", 'msgid "a"\n"'), ("a.xlf", "<xliff>")])
def test_what_is_broken_is_an_error_with_its_document(document: str, content: str) -> None:
    with pytest.raises(DocumentError, match=document):
        read(document, content)


def test_by_its_ending_a_document_has_two_languages() -> None:
    assert [is_bilingual(name) for name in ("a.po", "b/c.XLF", "a.json")] == [True, True, False]
