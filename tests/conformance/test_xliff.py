"""XLIFF keeps the promises of the conformance suite, and lxml finds in what was written all that was there."""

from __future__ import annotations

import copy
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest
from conformance.suite import WORDS, TextConformance, corpus_files, mark, write
from hypothesis import strategies as st
from lxml import etree

from batch_translate.documents.document import DocumentSettings

if TYPE_CHECKING:
    from batch_translate.segments import Segment

FIRST = "urn:oasis:names:tc:xliff:document:1.2"
SECOND = "urn:oasis:names:tc:xliff:document:2.0"
# OASIS' schemas, as Debian's package php-symfony-translation installs them.
SCHEMAS = Path(os.environ.get("XLIFF_SCHEMAS") or "/usr/share/php/Symfony/Component/Translation/Resources/schemas")
LANGUAGES = ("target-language", "trgLang")
ELEMENTS_1 = ("source", "seg-source", "target")
STATES = {
    "1": {"new", "translated", "needs-translation", "final", "signed-off", None},
    "2": {"initial", "translated", "reviewed", "final", None},
}


def parsed(content: bytes) -> etree._Element:
    return etree.fromstring(
        content, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    )


def local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def child(unit: etree._Element, name: str) -> etree._Element | None:
    return next((it for it in unit if local(it) == name), None)


def units(root: etree._Element) -> list[etree._Element]:
    return [it for it in root.iter() if local(it) in ("trans-unit", "segment")]


def is_filled(target: etree._Element | None) -> bool:
    return target is not None and (len(target) > 0 or bool((target.text or "").strip()))


def translated_from(unit: etree._Element) -> etree._Element | None:
    segmented = child(unit, "seg-source")
    has_segments = segmented is not None and any(it.get("mtype") == "seg" for it in segmented.iter())
    return segmented if has_segments else child(unit, "source")


def inner(element: etree._Element | None) -> str:
    """What is inside an element, without marks and in one spelling."""
    assert element is not None
    copied = copy.deepcopy(element)
    copied.tag, copied.tail = "content", None
    copied.attrib.clear()
    return etree.tostring(copied, method="c14n").decode().translate({ord("〔"): None, ord("〕"): None})


def without_targets(content: bytes, original: bytes) -> bytes:
    """The document without the targets that `original` has not, and without what is said of them."""
    root, before = parsed(content), parsed(original)
    for element in root.iter():
        for name in (*LANGUAGES, "state", "subState"):
            if isinstance(element.tag, str):
                element.attrib.pop(name, None)
    for unit, was in zip(units(root), units(before), strict=True):
        target = child(unit, "target")
        if target is not None and not is_filled(child(was, "target")):
            target.text = None
            del target[:]
            tail, previous = target.tail or "", target.getprevious()
            if previous is not None:
                previous.tail = (previous.tail or "") + tail
            unit.remove(target)
    for element in root.iter():
        if local(element) in ("trans-unit", "segment"):
            element.text = "".join((element.text or "").split())
            for it in element:
                it.tail = "".join((it.tail or "").split())
    return etree.tostring(root, method="c14n")


def promoted(content: bytes, original: bytes) -> bytes:
    """The document with each written target in place of its source."""
    root, before = parsed(content), parsed(original)
    for unit, was in zip(units(root), units(before), strict=True):
        target, source = child(unit, "target"), translated_from(unit)
        if source is None or target is None or not is_filled(target) or is_filled(child(was, "target")):
            continue
        source.text = target.text
        source[:] = list(target)
        unit.remove(target)
    for element in root.iter():
        for name in LANGUAGES:
            if isinstance(element.tag, str):
                element.attrib.pop(name, None)
    return etree.tostring(root, encoding="utf-8")


def check_structure(content: bytes, original: bytes) -> None:
    """The order and the attributes which the specifications ask for, where a target is written."""
    root = parsed(content)
    version = root.get("version", "")[0]
    for unit, was in zip(units(root), units(parsed(original)), strict=True):
        names = [local(it) for it in unit if local(it) in ELEMENTS_1]
        assert names == [it for it in ELEMENTS_1 if it in names]
        target = child(unit, "target")
        if is_filled(child(was, "target")) or not is_filled(target):
            continue
        assert (target if version == "1" else unit).get("state") in STATES[version]
        holder = next(it for it in unit.iterancestors() if local(it) == ("file" if version == "1" else "xliff"))
        assert holder.get("target-language" if version == "1" else "trgLang")


class XliffConformance(TextConformance):
    def check_marked(self, content: bytes, segments: list[Segment], marked: bytes) -> None:
        assert self.read(marked)[0] == []
        assert self.write(marked, mark) == marked
        again = promoted(marked, content)
        assert [segment.text for segment in self.read(again)[0]] == [mark(segment) for segment in segments]
        assert without_targets(marked, content) == without_targets(content, content)
        check_structure(marked, content)
        for unit, was in zip(units(parsed(marked)), units(parsed(content)), strict=True):
            target, before = child(unit, "target"), child(was, "target")
            if is_filled(before):
                assert inner(target) == inner(before)
            elif is_filled(target):
                assert inner(target) == inner(translated_from(was))


def _inline(*codes: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """What may stand in a source: characters in all spellings, and these codes."""
    text = WORDS.map(escape)
    plain = st.one_of(
        text,
        text,
        WORDS.filter(lambda it: "]]>" not in it).map("<![CDATA[{}]]>".format),
        st.sampled_from(
            [
                "&#160;",
                "&#x3042;",
                "&#13;",
                "\n",
                " ",
                "<!-- 注 -->",
                "<?p あ?>",
                "&lt;1/&gt;",
                "https://example.com/a",
            ]
        ),
        text.map("&lt;b&gt;{}&lt;/b&gt;".format),
        st.sampled_from(["&lt;a title='", "'&gt;", "&lt;/a&gt;", "&lt;i&gt;", "\U000f0000", ""]),
    )
    return st.recursive(
        st.one_of(plain, *codes),
        lambda within: st.lists(within, max_size=4).map("".join).flatmap(_around),
        max_leaves=8,
    )


def _around(content: str) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [
            f'<g id="1">{content}</g>',
            f'<mrk mtype="protected">{content}</mrk>',
            f'<mrk id="m" mtype="seg" mid="1">{content}</mrk>',
            f'<ph id="5">{content}</ph>',
            f'<ph id="6">&lt;img alt="<sub>{content}</sub>"</ph>',
            f'<bpt id="1">&lt;b</bpt>{content}<ept id="1">/b</ept>',
            f'<pc id="1">{content}</pc>',
            f'<mrk id="m" translate="no">{content}</mrk>',
            f'<sc id="1"/>{content}<ec startRef="1"/>',
            content,
        ]
    )


INLINE = st.lists(
    _inline(
        st.sampled_from(['<x id="2"/>', '<bpt id="1"/>', '<ept id="1">/b</ept>', '<bx id="3"/>', '<ex rid="3"/>'])
        | st.sampled_from(['<it id="4" pos="open">あ</it>', '<sc id="1"/>', '<ec startRef="1"/>', '<cp hex="1"/>'])
    ),
    max_size=5,
).map("".join)
TARGETS = st.sampled_from(["", "", "<target/>", '<target state="new">\n</target>', "<target>有</target>"])
NOTES = st.sampled_from(["", "<note>注</note>", "<alt-trans><source>あ</source><target>い</target></alt-trans>"])
FLAGS = st.sampled_from(
    ["", "", ' translate="no"', ' translate="yes"', ' approved="yes"', ' xml:space="preserve"']
)


def first() -> st.SearchStrategy[str]:
    segmented = st.just("") | INLINE.map("<seg-source>{}</seg-source>".format)
    unit = st.tuples(FLAGS, INLINE, segmented, TARGETS, NOTES).map(
        lambda it: f'<trans-unit id="u"{it[0]}>\n  <source>{it[1]}</source>{it[2]}\n{it[3]}{it[4]}</trans-unit>\n'
    )
    group = st.tuples(FLAGS, unit).map(lambda it: f"<group{it[0]}>{it[1]}</group>")
    languages = st.sampled_from(
        ['source-language="ja"', "source-language='ja-JP' target-language='en-US'", 'source-language="fr"', ""]
    )
    file = st.tuples(languages, st.lists(unit | group, max_size=4).map("".join)).map(
        lambda it: f'<file original="a" {it[0]}><header/><body>{it[1]}</body></file>'
    )
    start = st.sampled_from(
        ['<?xml version="1.0"?>\n', "<?xml version='1.0' encoding='UTF-8'?>", "<!DOCTYPE xliff>", ""]
    )
    return st.tuples(start, st.lists(file, max_size=2).map("".join)).map(
        lambda it: f'{it[0]}<xliff version="1.2" xmlns="{FIRST}">{it[1]}</xliff>\n'
    )


def second() -> st.SearchStrategy[str]:
    targets = st.sampled_from(["", "", "<target/>", "<target>\n</target>", "<target>有</target>"])
    segment = st.tuples(st.sampled_from(["", ' state="initial" subState="a:b"']), INLINE, targets).map(
        lambda it: f"<segment{it[0]}>\n    <source>{it[1]}</source>{it[2]}\n</segment>"
    )
    ignorable = st.just("<ignorable><source> あ </source></ignorable>")
    unit = st.tuples(FLAGS, NOTES, st.lists(segment | ignorable, min_size=1, max_size=3).map("".join)).map(
        lambda it: f'<unit id="u"{it[0]}>{it[1]}{it[2]}</unit>'
    )
    file = st.tuples(FLAGS, st.lists(unit, max_size=3).map("\n".join)).map(
        lambda it: f'<file id="f"{it[0]}>{it[1]}</file>'
    )
    return st.tuples(st.sampled_from(["", ' trgLang="en"']), file).map(
        lambda it: f'<xliff version="2.0" srcLang="ja"{it[0]} xmlns="{SECOND}">\n{it[1]}</xliff>'
    )


class TestXliff12(XliffConformance):
    name = "a.xlf"
    sample = f"""<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="{FIRST}">
  <file source-language="ja" datatype="plaintext" original="a.txt">
    <body>
      <trans-unit id="a">
        <source>お知らせ &amp; 新着</source>
        <note>題名です</note>
      </trans-unit>
      <trans-unit id="b"><source>二行の
文です。</source><target state="new"></target></trans-unit>
    </body>
  </file>
</xliff>
"""
    markup_only = f"""<xliff version="1.2" xmlns="{FIRST}">
<file source-language="ja" datatype="plaintext" original="a"><body>
<trans-unit id="a" translate="no"><source>あ</source></trans-unit>
<trans-unit id="b" approved="yes"><source>い</source></trans-unit>
<trans-unit id="c"><source>う</source><target state="needs-translation">う</target></trans-unit>
<trans-unit id="d"><source> <x id="1"/> </source></trans-unit>
</body></file></xliff>
"""
    with_tag = f"""<xliff version="1.2" xmlns="{FIRST}">
<file source-language="ja" datatype="plaintext" original="a"><body>
<trans-unit id="a"><source><g id="1">題名</g>は<x id="2"/>です</source></trans-unit>
<trans-unit id="b"><source>新着</source></trans-unit>
</body></file></xliff>
"""
    documents = first()


class TestXliff20(XliffConformance):
    name = "a.xliff"
    sample = f"""<?xml version="1.0" encoding="UTF-8"?>
<xliff xmlns="{SECOND}" version="2.0" srcLang="ja">
  <file id="f">
    <notes><note>題名です</note></notes>
    <unit id="a">
      <segment id="s1">
        <source>お知らせ。</source>
      </segment>
      <ignorable><source> </source></ignorable>
      <segment id="s2" state="initial">
        <source>新着</source>
        <target/>
      </segment>
    </unit>
  </file>
</xliff>
"""
    markup_only = f"""<xliff xmlns="{SECOND}" version="2.0" srcLang="ja" trgLang="en"><file id="f">
<unit id="a" translate="no"><segment><source>あ</source></segment></unit>
<unit id="b"><ignorable><source>い</source></ignorable>
<segment><source>う</source><target>u</target></segment></unit>
<unit id="c"><segment><source><mrk id="m" translate="no">え</mrk></source></segment></unit>
</file></xliff>
"""
    with_tag = f"""<xliff xmlns="{SECOND}" version="2.0" srcLang="ja"><file id="f"><unit id="a">
<originalData><data id="d">&lt;b&gt;</data></originalData>
<segment><source><pc id="1" dataRefStart="d">題名</pc>は<ph id="2"/>です</source></segment>
<segment><source>新着</source></segment>
</unit></file></xliff>
"""
    documents = second()


def counted(root: etree._Element) -> Counter[tuple[str, str | None]]:
    """How often each element and id occurs outside of targets."""
    inside = {it for target in root.iter() if local(target) == "target" for it in target.iter()}
    return Counter((local(it), it.get("id")) for it in root.iter() if it not in inside)


class _LocalSchemas(etree.Resolver):
    def resolve(self, system_url: str, public_id: str, context: object) -> object:
        return self.resolve_filename(str(SCHEMAS / system_url.rpartition("/")[2]), context)


def schema(name: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_LocalSchemas())
    return etree.XMLSchema(etree.parse(str(SCHEMAS / name), parser))


FILES = corpus_files(".xlf", ".xliff")


def settings_of(content: bytes) -> DocumentSettings:
    """Those of a run which translates this document."""
    holder = next(it for it in parsed(content).iter() if it.get("source-language") or it.get("srcLang"))
    source = holder.get("source-language") or holder.get("srcLang") or ""
    target = holder.get("target-language") or holder.get("trgLang") or "en"
    return DocumentSettings(source_language=source, target_languages=(target,))


@pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="no XLIFF schemas: install php-symfony-translation or set XLIFF_SCHEMAS"
)
def test_what_was_written_is_valid_by_the_schemas_of_oasis() -> None:
    schemas = {"1": schema("xliff-core-1.2-strict.xsd"), "2": schema("xliff-core-2.0.xsd")}
    samples = [text.encode() for it in (TestXliff12, TestXliff20) for text in (it.sample, it.with_tag)]
    for content in [*samples, *(path.read_bytes() for path in FILES)]:
        setting = settings_of(content)
        written = write("a.xlf", content, mark, setting, language=setting.target_languages[0])
        assert written != content
        for document in (content, written):
            root = etree.fromstring(document)
            schemas[root.get("version", "")[0]].assertValid(root)


@pytest.mark.skipif(not FILES, reason="no XLIFF files: set BATCH_TRANSLATE_CORPUS to a folder of input documents")
def test_lxml_reads_what_was_written_from_the_corpus() -> None:
    for path in FILES:
        content = path.read_bytes()
        before = parsed(content)
        setting = settings_of(content)
        written = write(path.name, content, mark, setting, language=setting.target_languages[0])
        after = parsed(written)
        check_structure(written, content)
        assert counted(after) == counted(before)
        assert all(is_filled(child(unit, "target")) for unit in units(after))
        for unit, was in zip(units(after), units(before), strict=True):
            assert inner(child(unit, "source")) == inner(child(was, "source")) == inner(child(unit, "target"))
