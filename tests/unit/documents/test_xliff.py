from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest
from conformance.suite import mark, read, same, write

from batch_translate.documents import limits
from batch_translate.documents.document import DocumentSettings
from batch_translate.errors import DocumentError

HEAD_1 = '<xliff version="1.2"><file source-language="ja" target-language="en" original="a"><body>'
TAIL_1 = "</body></file></xliff>"
HEAD_2 = '<xliff version="2.0" srcLang="ja" trgLang="en"><file id="f"><unit id="u">'
TAIL_2 = "</unit></file></xliff>"


def first(body: str) -> bytes:
    return (HEAD_1 + body + TAIL_1).encode()


def second(body: str) -> bytes:
    return (HEAD_2 + body + TAIL_2).encode()


def unit(source: str, after: str = "") -> bytes:
    return first(f'<trans-unit id="1"><source>{source}</source>{after}</trans-unit>')


def texts(content: bytes, setting: DocumentSettings | None = None) -> list[str]:
    return [it.text for it in read("a.xlf", content, *([setting] if setting else []))[0]]


def written(content: bytes, target: str = "T") -> str:
    return write("a.xlf", content, lambda _: target).decode()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("あ&amp;い&#x3046;&#160;え", "あ&いう\xa0え"),
        ("<![CDATA[<b>あ</b> & い]]>う", "<1>あ</1> & いう"),
        ("あ<!-- 注 -->い", "あい"),
        ("あ<?page 1?>い", "あ<1/>い"),
        ("&#32;\u3000あ&#10;", "あ"),
        ("&lt;1/&gt;あ", "<1/>あ"),
        ('<g id="1">あ</g>', "<1>あ</1>"),
        ('<g id="1"><x id="2"/> </g>あ', "<1/>あ"),
        ('<g id="1">あ<g id="2">い</g></g>', "<1>あ<2>い</2></1>"),
        ('<x id="1"/>あ<bx id="2"/>い<ex id="2"/>', "<1/>あ<2>い</2>"),
        ('<bpt id="1">&lt;b&gt;</bpt>あ<ept id="1">&lt;/b&gt;</ept>', "<1>あ</1>"),
        ('<bpt id="1" rid="7">a</bpt>あ<ept id="2" rid="7">b</ept>', "<1>あ</1>"),
        ('<bpt id="1">a</bpt>あ<bpt id="2">a</bpt>い<ept id="1">b</ept>う<ept id="2"/>', "<1>あ<2/>い</1>う<3/>"),
        ('<g id="1">あ<bpt id="2">a</bpt>い</g>う<ept id="2">b</ept>', "<1>あ<2/>い</1>う<3/>"),
        ('<ept id="9">b</ept>あ', "<1/>あ"),
        ('<ph id="1">コード</ph>あ<it id="2" pos="open">い</it>', "<1/>あ<2/>"),
        ('<mrk mtype="protected">製品</mrk>あ', "<1/>あ"),
        ('<mrk mtype="term">製品</mrk>あ', "<1>製品</1>あ"),
        ('<other:b xmlns:other="x">製品</other:b>あ', "<1/>あ"),
        ("&lt;a href='<x id=\"1\"/>'&gt;あ&lt;/a&gt;", "<1>あ</1>"),
        ('<g id="1">&lt;b&gt;あ</g>い&lt;/b&gt;', "<1><b>あ</1>い</b>"),
        ("https://example.com/a へ", "<1/> へ"),
    ],
)
def test_source_becomes_a_text_with_numbered_tags(source: str, text: str) -> None:
    assert texts(unit(source)) == [text]
    before = ElementTree.fromstring(unit(source)).find(".//source")
    after = ElementTree.fromstring(write("a.xlf", unit(source), mark)).find(".//target")
    assert before is not None
    assert after is not None
    assert [(it.tag, it.attrib, it.text if it.tag == "ph" else "") for it in list(after.iter())[1:]] == [
        (it.tag, it.attrib, it.text if it.tag == "ph" else "") for it in list(before.iter())[1:]
    ]
    assert "".join(after.itertext()).strip("〔〕 \n") != ""


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('<pc id="1" dataRefStart="d">あ</pc>', "<1>あ</1>"),
        ('<sc id="1"/>あ<ec startRef="1"/>い<ph id="2"/>', "<1>あ</1>い<2/>"),
        ('<sc id="1" isolated="yes"/>あ<ec id="2" isolated="yes"/>', "<1/>あ<2/>"),
        ('あ<cp hex="001A"/>', "あ<1/>"),
        ('<mrk id="m" translate="no">製品</mrk>あ', "<1/>あ"),
        ('<sm id="m" translate="no"/>製品<em startRef="m"/>あ', "<1/>あ"),
        ('<sm id="m" type="term"/>製品<em startRef="m"/>あ', "<1>製品</1>あ"),
    ],
)
def test_codes_of_version_2(source: str, text: str) -> None:
    content = second(f"<segment><source>{source}</source></segment>")
    assert texts(content) == [text]
    target = ElementTree.fromstring(write("a.xlf", content, mark)).find(".//target")
    assert target is not None
    assert f"<target>〔{source}〕</target>" in write("a.xlf", content, mark).decode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<source>あ</source>", '<source>あ</source><target state="translated">T</target>'),
        (
            "<source>あ</source>\n<note>n</note>",
            '<source>あ</source><target state="translated">T</target>\n<note>n</note>',
        ),
        ("\n  <source>あ</source>\n", '\n  <source>あ</source>\n  <target state="translated">T</target>\n'),
        (
            "\r\n\t<source>あ</source>\r\n",
            '\r\n\t<source>あ</source>\r\n\t<target state="translated">T</target>\r\n',
        ),
        ("<source>あ</source><target/>", '<source>あ</source><target state="translated">T</target>'),
        (
            "<source>あ</source><target xml:lang='en' state='new' >\n</target >",
            "<source>あ</source><target xml:lang='en' state='translated' >T</target>",
        ),
        (
            '<source xml:space="preserve">あ </source>',
            '<source xml:space="preserve">あ </source><target state="translated" xml:space="preserve">T </target>',
        ),
    ],
)
def test_target_stands_after_its_source_or_in_place_of_an_empty_one(body: str, expected: str) -> None:
    content = first(f'<trans-unit id="1">{body}</trans-unit>')
    assert written(content) == first(f'<trans-unit id="1">{expected}</trans-unit>').decode()
    assert write("a.xlf", content, same) == content


def test_prefix_of_the_source_is_the_targets() -> None:
    content = (
        '<x:xliff xmlns:x="urn:oasis:names:tc:xliff:document:1.2" version="1.2">'
        '<x:file source-language="ja" target-language="en"><x:body><x:trans-unit id="1"><x:source>あ</x:source>'
        "</x:trans-unit></x:body></x:file></x:xliff>"
    )
    assert '</x:source><x:target state="translated">T</x:target></x:trans-unit>' in written(content.encode())


@pytest.mark.parametrize(
    "body",
    [
        '<trans-unit id="1" translate="no"><source>あ</source></trans-unit>',
        '<trans-unit id="1" approved="yes"><source>あ</source></trans-unit>',
        '<group translate="no"><trans-unit id="1"><source>あ</source></trans-unit></group>',
        '<trans-unit id="1"><source>あ</source><target state="needs-translation">あ</target></trans-unit>',
        '<trans-unit id="1"><source>あ</source><target><x id="1"/></target></trans-unit>',
        '<trans-unit id="1"><source> <x id="1"/></source></trans-unit>',
        '<trans-unit id="1"><note>あ</note><alt-trans><source>あ</source></alt-trans></trans-unit>',
        '<bin-unit id="1"><bin-source><internal-file>あ</internal-file></bin-source></bin-unit>',
    ],
)
def test_what_is_not_for_translation_in_version_1(body: str) -> None:
    assert read("a.xlf", first(body)) == ([], [])


@pytest.mark.parametrize(
    ("flags", "count"),
    [
        (("", "", ""), 1),
        ((' translate="no"', "", ""), 0),
        (("", ' translate="no"', ""), 0),
        (("", "", ' translate="no"'), 0),
        ((' translate="no"', "", ' translate="yes"'), 1),
    ],
)
def test_translate_is_inherited_in_version_2(flags: tuple[str, str, str], count: int) -> None:
    content = (
        f'<xliff version="2.1" srcLang="ja"><file id="f"{flags[0]}><group id="g"{flags[1]}><unit id="u"{flags[2]}>'
        '<notes><note>注</note></notes><m:match xmlns:m="m"><source>メモ</source></m:match>'
        "<segment><source>あ</source></segment><ignorable><source>い</source></ignorable></unit></group></file></xliff>"
    )
    assert texts(content.encode()) == ["あ"] * count


def test_state_of_version_2_stands_on_the_segment_and_the_language_on_the_root() -> None:
    content = (
        '<xliff version="2.0" srcLang="ja"\n>'
        '<file id="f"><unit id="u"><segment id="s" state="initial" subState="my:new"><source>あ</source></segment>'
        "<segment><source>OK</source></segment></unit></file></xliff>"
    )
    assert write("a.xlf", content.encode(), lambda it: "T" if it.text == "あ" else None).decode() == (
        '<xliff version="2.0" srcLang="ja" trgLang="en"\n>'
        '<file id="f"><unit id="u"><segment id="s" state="translated"><source>あ</source><target>T</target>'
        "</segment><segment><source>OK</source></segment></unit></file></xliff>"
    )


def test_language_is_named_only_for_files_with_a_new_target() -> None:
    file = (
        '<file source-language="ja" original="{}"><body><trans-unit id="1"><source>{}</source></trans-unit>'
        "</body></file>"
    )
    content = f'<xliff version="1.2">{file.format("a", "あ")}{file.format("b", "い")}</xliff>'
    found = write("a.xlf", content.encode(), lambda it: "T" if it.text == "い" else None).decode()
    assert 'original="a"><' in found
    assert 'original="b" target-language="en"><' in found


@pytest.mark.parametrize(
    ("source", "target", "languages", "only_for", "is_noted"),
    [
        ("ja", "", ("en", "de"), "", False),
        ("ja-JP", "en-US", ("en",), "", False),
        ("ja_JP", "EN", ("en", "de"), "en", False),
        ("ja", "en", ("en-GB", "en-US"), "", False),
        ("ja", "en-gb", ("en-GB", "en-US"), "en-GB", False),
        ("", "en", ("en",), "", False),
        ("en", "ja", ("en",), None, True),
        ("ja", "fr", ("en", "de"), None, True),
    ],
)
def test_files_in_other_languages_are_passed_over(
    source: str, target: str, languages: tuple[str, ...], only_for: str | None, is_noted: bool
) -> None:
    names = f'source-language="{source}" target-language="{target}"' if source else f'target-language="{target}"'
    content = (
        f'<xliff version="1.2"><file original="a.txt" {names}><body><trans-unit id="1"><source>あ</source>'
        "</trans-unit></body></file></xliff>"
    ).encode()
    segments, problems = read("a.xlf", content, DocumentSettings(target_languages=languages))
    assert [it.only_for for it in segments] == ([] if only_for is None else [only_for])
    assert [(it.level, it.place) for it in problems] == ([("note", "file a.txt, line 1")] if is_noted else [])


def test_segments_of_a_segmented_source_are_translated_each() -> None:
    content = unit(
        "あ。い。",
        '<seg-source><g id="1"><mrk mtype="seg" mid="1">あ。</mrk> '
        '<mrk mtype="seg" mid="2">い。</mrk></g></seg-source>'
        "<note>n</note>",
    )
    assert texts(content) == ["あ。", "い。"]
    found = write("a.xlf", content, mark).decode()
    assert (
        '</seg-source><target state="translated"><g id="1"><mrk mtype="seg" mid="1">〔あ。〕</mrk> '
        '<mrk mtype="seg" mid="2">〔い。〕</mrk></g></target><note>'
    ) in found


def test_a_part_that_is_missing_keeps_its_source_and_is_not_called_translated() -> None:
    marked = '<seg-source><mrk mtype="seg" mid="1">あ</mrk><mrk mtype="seg" mid="2">い</mrk></seg-source>'
    found = write("a.xlf", unit("あい", marked), lambda it: "T" if it.text == "い" else None).decode()
    assert (
        '<target state="needs-translation"><mrk mtype="seg" mid="1">あ</mrk>'
        '<mrk mtype="seg" mid="2">T</mrk></target>'
    ) in found


def test_text_inside_of_a_code_is_a_segment_of_its_own() -> None:
    content = unit('<ph id="1">&lt;img alt="<sub>絵の<x id="2"/></sub>"&gt;</ph>です')
    assert texts(content) == ["<1/>です", "絵の<1/>"]
    assert (
        '<target state="translated">〔<ph id="1">&lt;img alt="<sub>〔絵の<x id="2"/>〕</sub>'
        '"&gt;</ph>です〕</target>'
    ) in write("a.xlf", content, mark).decode()


def test_long_text_is_cut_at_sentences_and_written_as_one_target() -> None:
    sentence = "吾輩は<x id='1'/>猫である&amp;名前はまだ無い。"
    content = unit(sentence * 200)
    segments, _ = read("a.xlf", content)
    assert len(segments) > 2
    assert len({it.place for it in segments}) == len(segments)
    found = ElementTree.fromstring(write("a.xlf", content, lambda it: it.text.replace("猫", "犬"))).find(
        ".//target"
    )
    assert found is not None
    assert "".join(found.itertext()).replace(" ", "") == "吾輩は犬である&名前はまだ無い。" * 200
    assert len(found) == 200


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("]]>", "]]&gt;"),
        ("a\x00\x1b\ud800b", "a\ufffd\ufffd\ufffdb"),
        ("\U000f0000a", "a"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_any_target_can_stand(target: str, expected: str) -> None:
    assert f">{expected}<x id='1'/></target>" in written(unit("あ<x id='1'/>"), f"{target}<1/>")


def test_private_characters_of_a_document_are_text() -> None:
    assert texts(unit("\U000f0000あ<x id='1'/>\U0010fffd")) == ["\U000f0000あ<1/>\U0010fffd"]
    found = write("a.xlf", unit("\U000f0000あ<x id='1'/>"), mark).decode()
    assert ">〔\U000f0000あ<x id='1'/>〕</target>" in found


@pytest.mark.parametrize(
    ("encoding", "declared", "is_noted"),
    [
        ("utf-8", "Shift_JIS", True),
        ("utf-8", "utf8", True),
        ("utf-8", "UTF-8", False),
        ("cp932", "Shift_JIS", True),
        ("utf-16", "UTF-16", True),
    ],
)
def test_declared_encoding_is_that_of_what_is_written(encoding: str, declared: str, is_noted: bool) -> None:
    content = f"<?xml version='1.0' encoding='{declared}'?>{unit('これはテストです。').decode()}".encode(encoding)
    assert [it.level for it in read("a.xlf", content)[1]] == ["note"] * is_noted
    output = write("a.xlf", content, mark)
    assert "encoding='UTF-8'" in output.decode()
    assert ElementTree.fromstring(output).find(".//target") is not None
    if encoding == "utf-8":
        assert write("a.xlf", content, same) == content


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        (BOMB.encode() + unit("&b;"), "line 1", "entities"),
        (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + unit("&a;"), "line 1", "entities"),
        (b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://localhost/a.dtd"> %a;]>' + unit("x"), "line 1", "entities"),
        (b'<!DOCTYPE x SYSTEM "http://localhost/a.dtd">' + unit("&a;"), "line 1", "entities"),
        (unit("&nbsp;"), "line 1", "undefined entity"),
        (unit("\n<g>"), "line 2", "mismatched tag"),
        (b"<html/>", "line 1", "not XLIFF"),
        (b'<xliff version="3.0"/>', "line 1", "version '3.0'"),
        (b'<xliff xmlns="other" version="1.2"/>', "line 1", "not XLIFF"),
        (unit("<g>" * 300 + "</g>" * 300), "line 1", "nested deeper"),
        (b"\xff\xfe\x00", "", "byte order mark"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(content: bytes, place: str, reason: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read("a.xlf", content)
    assert refused.value.place == place
    assert reason in refused.value.reason


def test_doctype_without_entities_passes() -> None:
    content = b'<!DOCTYPE xliff PUBLIC "-//XLIFF//DTD XLIFF//EN" "http://localhost/xliff.dtd">' + unit("あ")
    assert texts(content) == ["あ"]


def test_size_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CHARACTERS", 100)
    with pytest.raises(DocumentError, match="has more than 100 characters"):
        read("a.xlf", unit("あ"))


@pytest.mark.parametrize(
    "source",
    [
        '<x id="1"/>' * 20_000 + "あ",
        '<bpt id="1"/>' * 10_000 + "あ" + '<ept id="2"/>' * 10_000,
        "あ" + '<bpt id="1"/>い<ept id="1"/>' * 10_000,
        "&lt;b&gt;" * 20_000 + "あ",
        "&lt;a title='" * 20_000 + "あ",
        "<!--あ-->" * 20_000 + "あ",
        "<g>あ</g>" * 10_000,
    ],
)
def test_time_grows_with_the_size_alone(source: str) -> None:
    began = time.process_time()
    content = unit(source)
    assert write("a.xlf", content, lambda _: None) == content
    assert time.process_time() - began < 5


def test_same_ids_and_no_ids_give_places_of_their_own() -> None:
    content = first(
        "<trans-unit id='a'><source>あ</source></trans-unit>" * 2 + "<trans-unit><source>あ</source></trans-unit>"
    )
    segments, _ = read("a.xlf", content)
    assert [it.place for it in segments] == ["unit 1 (a), line 1", "unit 2 (a), line 1", "unit 3, line 1"]
    assert [it.row_id for it in segments] == ["a", "a", ""]
