"""SubRip and WebVTT keep the promises of the suite, and other readers find the cues they had."""

from __future__ import annotations

import html
import re
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

import pysubs2
import pytest
import webvtt
from conformance.suite import TextConformance, corpus_files, mark, write
from hypothesis import strategies as st

from batch_translate.documents.subtitles.layout import LINE_WIDTH, lay_out
from batch_translate.documents.subtitles.markup import WEBVTT_MARKUP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batch_translate.segments import Segment

PROSE = st.text("あいう漢字。、！ abc-/1%{}()♪\u3000", min_size=1, max_size=30)
NUMBERS = st.sampled_from(["", "1\n", " 12 \n", "\ufeff3\n"])
END = st.sampled_from(["\n\n", "\n\n\n", "\n", " \n \n", ""])


def cues(
    text: st.SearchStrategy[str], timing: st.SearchStrategy[str], label: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    lines = st.lists(text, max_size=3).map("\n".join)
    cue = st.tuples(label, timing, lines, END).map(lambda it: f"{it[0]}{it[1]}\n{it[2]}{it[3]}")
    return st.lists(cue, max_size=5).map("".join)


def srt_documents() -> st.SearchStrategy[str]:
    inline = st.one_of(
        PROSE,
        PROSE.map("<i>{}</i>".format),
        PROSE.map('<font color="#ff0000">{}</font>'.format),
        PROSE.map("{{\\an8}}{}".format),
        PROSE.map("- {}".format),
        st.sampled_from(
            ["<b>", "</u>", "<1>", "</2>", "<br>", "&amp;", "https://example.com/a", "2025", "-->", "--", " "]
        ),
    )
    timing = st.sampled_from(
        [
            "00:00:01,000 --> 00:00:02,000",
            "00:00:01.5 --> 00:00:02.5  X1:40 X2:600 Y1:20 Y2:50",
            "00:01 --> 00:02",
            " 1:00:01, 500-->1:00:02,000",
            "00:00:01,000 --> ",
            "あ --> い",
        ]
    )
    return cues(st.lists(inline, max_size=4).map("".join), timing, NUMBERS | st.just("あ\n"))


def vtt_documents() -> st.SearchStrategy[str]:
    inline = st.one_of(
        PROSE,
        PROSE.map("<c.yellow.bg_blue>{}</c>".format),
        PROSE.map("<v Roger Bingham>{}</v>".format),
        PROSE.map("<v.loud 太郎>{}".format),
        PROSE.map("<lang en-GB>{}</lang>".format),
        st.tuples(PROSE, PROSE).map(lambda it: f"<ruby>{it[0]}<rt>{it[1]}</rt></ruby>"),
        st.tuples(PROSE, PROSE).map(lambda it: f"<ruby>{it[0]}<rt>{it[1]}</ruby>"),
        st.sampled_from(["<00:00:01.000>", "<b>", "</i>", "<1>", "<", ">", "<c\na>", "--&gt;", "-->", "2025"]),
        st.sampled_from(
            [
                "&amp;",
                "&lt;",
                "&gt;",
                "&nbsp;",
                "&lrm;",
                "&",
                "&#x3042;",
                "&#10;",
                "&#0;",
                "&lt;1&gt;",
                "&ensp;",
                "&lt1>",
                "&nvgt;",
            ]
        ),
    )
    timing = st.sampled_from(
        [
            "00:00:01.000 --> 00:00:02.000",
            "00:01.000 --> 00:02.000 align:start position:10%",
            "00:00:01,000 --> 00:00:02,000",
            "00:00:01.000 -->",
        ]
    )
    found = cues(st.lists(inline, max_size=4).map("".join), timing, NUMBERS | st.just("intro あ\n"))
    block = st.sampled_from(
        ["NOTE 注記\n二行\n\n", "NOTE\n\n", "STYLE\n::cue { color: red }\n\n", "REGION\nid:あ\n\n", ""]
    )
    header = st.sampled_from(
        [
            "WEBVTT\n\n",
            "WEBVTT - 題\nKind: captions\n\n",
            "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n",
            "",
        ]
    )
    return st.tuples(header, block, found, block, found).map("".join)


class TestSubRip(TextConformance):
    name = "a.srt"
    sample = (
        "1\n00:00:01,000 --> 00:00:02,500 X1:1 X2:2 Y1:3 Y2:4\n{\\an8}<i>お知らせ</i>です。\n二行目 \n\n"
        "2\n00:00:03,000 --> 00:00:04,000\n\n3\n00:00:05.000 --> 00:00:06.000\n- はい\n- いいえ\n"
    )
    markup_only = "1\n00:00:01,000 --> 00:00:02,500\n<i></i>\n\n2\n00:00:03,000 --> 00:00:04,000\n\n"
    with_tag = "1\n00:00:01,000 --> 00:00:02,500\n{\\an8}<i>お知らせ</i>です。\n"
    documents = srt_documents()


class TestWebVtt(TextConformance):
    name = "a.vtt"
    sample = (
        "WEBVTT 題\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\nNOTE 注\n\nSTYLE\n::cue { color: red }\n\n"
        "intro\n00:01.000 --> 00:02.500 align:start\n<v 太郎>お知らせ &amp; <00:00:02.000>新着\n二行目 \n\n"
        "00:00:03.000 --> 00:00:04.000\n\n00:00:05.000 --> 00:00:06.000\n<ruby>東京<rt>とうきょう</rt></ruby>へ\n"
    )
    markup_only = "WEBVTT\n\nNOTE 注\n\n00:01.000 --> 00:02.500\n<c>&nbsp;</c>\n\n00:03.000 --> 00:04.000\n"
    with_tag = "WEBVTT\n\n00:01.000 --> 00:02.500\n<c.a>お知らせ</c>です。\n"
    documents = vtt_documents()

    def meaning(self, content: bytes) -> object:
        """Some characters can be referred to or written, in the texts that were translated."""
        return html.unescape(content.decode("utf-8-sig"))


class Seen(NamedTuple):
    """What another reader sees of a cue."""

    start: str
    end: str
    tags: int
    lines: int


def seen_in_srt(content: bytes) -> list[Seen]:
    events = pysubs2.SSAFile.from_string(content.decode("utf-8-sig"), format_="srt", keep_html_tags=True).events
    return [
        Seen(
            str(it.start),
            str(it.end),
            len(re.findall(r"<[^>]*>|\{\\[^N}]*\}", it.text)),
            len(it.text.split("\\N")),
        )
        for it in events
    ]


def seen_in_vtt(content: bytes) -> list[Seen]:
    captions = webvtt.from_buffer(StringIO(content.decode("utf-8-sig"))).captions
    return [Seen(it.start, it.end, len(WEBVTT_MARKUP.findall(it.raw_text)), len(it.lines)) for it in captions]


READERS: dict[str, Callable[[bytes], list[Seen]]] = {".srt": seen_in_srt, ".vtt": seen_in_vtt}


def long_english(segment: Segment) -> str:
    tags = "".join(re.findall(r"</?[0-9]+/?>", segment.text))
    return f"A rather long translation which nobody would want to read on only one line, {tags} would they?"


def check_with_other_readers(ending: str, content: bytes) -> None:
    name, seen = f"a{ending}", READERS[ending]
    before = seen(content)
    assert before
    assert seen(write(name, content, mark)) == before
    after = seen(write(name, content, long_english))
    assert [it[:3] for it in after] == [it[:3] for it in before]


def subtitle_files() -> list[Path]:
    files = corpus_files(".srt", ".vtt")
    if not files:
        pytest.skip("no subtitles: set BATCH_TRANSLATE_CORPUS to a folder of input documents")
    return files


def test_other_readers_see_the_same_cues_in_the_corpus() -> None:
    for path in subtitle_files():
        check_with_other_readers(path.suffix, path.read_bytes())


@pytest.mark.parametrize("conformance", [TestSubRip, TestWebVtt])
def test_other_readers_see_the_same_cues_in_the_samples(conformance: type[TextConformance]) -> None:
    check_with_other_readers(conformance.name[1:], conformance.sample.encode())


def test_translations_of_people_are_laid_out_within_the_line_width() -> None:
    """The reference's cues, each joined into one line: none takes more lines than its translator gave it."""
    checked = 0
    for path in subtitle_files():
        reference = path.parents[1].parent / "reference" / "en" / path.parent.name / path.name
        if not reference.exists():
            pytest.skip(f"no reference translation of {path.name} beside the corpus")
        for block in re.split(r"\n{2,}", reference.read_text("utf-8-sig")):
            lines = [line.strip() for line in block.partition("-->")[2].splitlines()[1:] if line.strip()]
            if lines:
                laid_out = lay_out(" ".join(lines), "一行", "en", WEBVTT_MARKUP)
                assert " ".join(laid_out) == " ".join(lines)
                assert max(map(len, laid_out)) <= LINE_WIDTH
                assert len(laid_out) <= len(lines)
                checked += 1
    assert checked > 100
