from __future__ import annotations

import time

import pytest
from conformance.suite import mark, read, same, write

from batch_translate.documents.subtitles.layout import lay_out
from batch_translate.documents.subtitles.markup import SUBRIP_MARKUP, WEBVTT_MARKUP

TIMING = "00:00:01,000 --> 00:00:02,000"
LATER = "00:00:03,000 --> 00:00:04,000"


def srt(text: str) -> str:
    return f"1\n{TIMING}\n{text}\n\n2\n{LATER}\n次\n"


def vtt(text: str) -> str:
    return f"WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n{text}\n\n00:03.000 --> 00:04.000\n次\n"


def first_text(document: str) -> str:
    return read("a.vtt" if document.startswith("WEBVTT") else "a.srt", document.encode())[0][0].text


def written(document: str, target: str, language: str = "en") -> str:
    """The document with its first segment translated."""
    name = "a.vtt" if document.startswith("WEBVTT") else "a.srt"
    first = read(name, document.encode())[0][0]
    content = document.encode()
    return write(name, content, lambda it: target if it == first else None, language=language).decode()


def first_written(text: str, target: str, language: str = "en") -> str:
    """What stands in place of `text`, in WebVTT."""
    document = written(vtt(text), target, language)
    start, end = vtt("\0").split("\0")
    assert document.startswith(start)
    assert document.endswith(end)
    return document.removeprefix(start).removesuffix(end)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (f"1\n{TIMING}\nあ\nい\n\n2\n{LATER}\nう", [("cue 1", "あ\nい"), ("cue 2", "う")]),
        (f"1\n{TIMING}\n\n2\n{LATER}\nう", [("cue 2", "う")]),
        (f"1\n{TIMING}\n2\n{LATER}\nう", [("cue 2", "う")]),
        (f"1\n{TIMING}\nあ\n2\n{LATER}\nう", [("cue 1", "あ"), ("cue 2", "う")]),
        (f"{TIMING}\nあ\n{LATER}\nう", [("cue 1", "あ"), ("cue 2", "う")]),
        (f"1\n{TIMING}\nあ\n \n2\n{LATER}\nう", [("cue 1", "あ"), ("cue 2", "う")]),
        (f"1\n{TIMING}\nあ\n \nい\n", [("cue 1", "あ\n \nい")]),
        (f"\n\n 1 \n {TIMING} X1:1 X2:2\n あ \n\n", [("cue 1", "あ")]),
        (f"1\n{TIMING}\n2025\n", [("cue 1", "2025")]),
        ("0:01 --> 0:02\nあ\n", [("cue 1", "あ")]),
        ("00:00:01.5 --> 00:00:02.25\nあ\n", [("cue 1", "あ")]),
        ("1:00:00, 500-->1:00:01, 000\nあ\n", [("cue 1", "あ")]),
        ("100:00:01,000 --> 100:00:02,000\nあ\n", [("cue 1", "あ")]),
        (f"\ufeff\ufeff1\n{TIMING}\nあ\n\n\ufeff2\n{LATER}\nい\n", [("cue 1", "あ"), ("cue 2", "い")]),
    ],
)
def test_subrip_is_read_as_players_do(document: str, expected: list[tuple[str, str]]) -> None:
    segments, problems = read("a.srt", document.encode())
    assert [(segment.place, segment.text) for segment in segments] == expected
    assert problems == []
    assert write("a.srt", document.encode(), same) == document.encode()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("WEBVTT 題\n題二\n\n00:01.000 --> 00:02.000\nあ\n", ["あ"]),
        ("WEBVTT\n00:01.000 --> 00:02.000\nあ\n", ["あ"]),
        ("WEBVTT\n\nNOTE\n注\n\nNOTE 注\n\nSTYLE\n::cue(あ) {}\n\nREGION\nid:あ\n", []),
        ("WEBVTT\n\n題\n00:01.000 --> 00:02.000 line:0\nあ\n\n00:03.000 --> 00:04.000\nい\n", ["あ", "い"]),
        ("WEBVTT\n\nNOTE 注\n00:01.000 --> 00:02.000\nあ\n", ["あ"]),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nNOTE あ\n", ["NOTE あ"]),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\nあ\n\nWEBVTT\nX-TIMESTAMP-MAP=あ\n\n00:01.000 --> 00:02.000\nい",
            ["あ", "い"],
        ),
    ],
)
def test_webvtt_is_read_block_by_block(document: str, expected: list[str]) -> None:
    segments, problems = read("a.vtt", document.encode())
    assert [segment.text for segment in segments] == expected
    assert problems == []
    assert write("a.vtt", document.encode(), same) == document.encode()


@pytest.mark.parametrize(
    ("document", "places", "texts"),
    [
        (f"1\n00:00:01,000 --> \nあ\n\n2\n{LATER}\nい\n", ["line 2"], ["い"]),
        (f"1\n{TIMING}\nあ --> い\nう\n\n2\n{LATER}\nえ\n", ["line 3"], ["え"]),
        (f"1\n00:00:01,000 -> 00:00:02,000\nあ\n\n2\n{LATER}\nい\n", ["line 2"], ["い"]),
        (f"1\n{TIMING}\nあ\n\nい\nう\n\n2\n{LATER}\nえ\n", ["line 5"], ["あ", "え"]),
        (f"題\n{TIMING}\nあ\n", ["line 1"], ["あ"]),
        (f"1\n2\n{TIMING}\nあ\n\n3\n\n", [], ["あ"]),
    ],
)
def test_what_is_no_cue_is_reported_with_its_line_and_stays(
    document: str, places: list[str], texts: list[str]
) -> None:
    segments, problems = read("a.srt", document.encode())
    assert [problem.place for problem in problems] == places
    assert all(problem.level == "error" for problem in problems)
    assert [segment.text for segment in segments] == texts
    marked = write("a.srt", document.encode(), mark).decode()
    assert marked.replace("〔", "").replace("〕", "") == document


def test_missing_header_is_noted() -> None:
    _, problems = read("a.vtt", b"\n00:01.000 --> 00:02.000\na\n")
    assert [(problem.place, problem.level) for problem in problems] == [("line 2", "note")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{\\an8}<i>あ</i>い", "<1/><2>あ</2>い"),
        ('<font color="#ffff00">あ\nい</font>', "<1>あ\nい</1>"),
        ("<b>あ", "<1/>あ"),
        ("<b><i>あ</b></i>", "<1><2/>あ</1><3/>"),
        ("♪ あ ♪", "♪ あ ♪"),
        ("あ < い & う &amp; {name}", "あ < い & う &amp; {name}"),
        ("<1>あ", "<1/>あ"),
    ],
)
def test_markup_of_subrip_becomes_tags(text: str, expected: str) -> None:
    assert first_text(srt(text)) == expected
    assert written(srt(text), f"〔{expected}〕") == srt(f"〔{text}〕")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<c.yellow.bg_blue>あ</c>い", "<1>あ</1>い"),
        ("<v Roger Bingham>あ", "<1/>あ"),
        ("<v.loud 太郎>あ</v>\n<v 花子>い</v>", "<1>あ</1>\n<2>い</2>"),
        ("<v A>あ\n<v B>い</v>", "<1/>あ\n<2>い</2>"),
        ("あ<00:00:01.000>い<00:00:02.000><c>う</c>", "あ<1/>い<2/><3>う</3>"),
        ("<lang en>OK</lang>と", "<1>OK</1>と"),
        ("<ruby>東京<rt>とうきょう</rt></ruby>へ", "<1>東京<2/></1>へ"),
        ("<ruby>東<rt>とう</rt>京<rt>きょう</ruby>へ", "<1>東<2/>京<3/></1>へ"),
        ("あ &amp; い &lt;う&gt;", "あ & い <う>"),
        ("あ &lt;1&gt; い", "あ <1/> い"),
        ("https://example.com/a?b=1&amp;c=2&nbsp;を見る", "<1/>\xa0を見る"),
        ("&lt;https://example.com/&gt;", "<<1/>>"),
        ("&lt;&#47;1> &amp; い", "<1/> & い"),
        ("あ&nbsp;い&lrm;う", "あ\xa0い\u200eう"),
        ("&nbsp;&nbsp;あ&nbsp;", "あ"),
        ("あ&#10;い&ensp;う&#0;え&#99999999999999999999;", "あ<1/>い<2/>う<3/>え<4/>"),
        ("あ --&gt; い", "あ --> い"),
        ("あ<b", "あ"),
        ("あ<c\nx>い</c>", "あ<1>い</1>"),
    ],
)
def test_markup_of_webvtt_becomes_tags(text: str, expected: str) -> None:
    assert first_text(vtt(text)) == expected
    marked = written(vtt(text), f"〔{expected}〕")
    assert marked.replace("〔", "").replace("〕", "") == vtt(text)


@pytest.mark.parametrize("text", ["", " ", "<i></i>", "{\\an8}"])
def test_empty_cue_is_no_segment_and_stays(text: str) -> None:
    assert [segment.place for segment in read("a.srt", srt(text).encode())[0]] == ["cue 2"]
    assert write("a.srt", srt(text).encode(), lambda _: "next").decode() == srt(text).replace("次", "next")


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("あ", "R&D <b> a > b --> c", "R&amp;D &lt;b&gt; a &gt; b --&gt; c"),
        ("あ > い", "a > b --> c", "a > b --&gt; c"),
        ("あ&quot;い&nbsp;う", 'a "b"\xa0c', "a &quot;b&quot;&nbsp;c"),
        ("あ", "a\n\n\nb\n \nc\n", "a\nb\nc"),
        ("あ\nい", "a b", "a b"),
        ("<i>あ</i>", "a", "<i>あ</i>"),
        ("<i>あ</i>", "</1>a<1>", "<i>あ</i>"),
        ("あ", "\n", "あ"),
    ],
)
def test_no_translation_breaks_a_webvtt_file(text: str, target: str, expected: str) -> None:
    assert first_written(text, target) == expected


def test_arrow_in_a_subrip_translation_begins_no_cue() -> None:
    assert written(srt("あ"), "a --> b ---> c") == srt("a -- > b --- > c")


def test_number_before_a_timing_is_not_written() -> None:
    document = f"{TIMING}\n二千二十五\n{LATER}\nい\n"
    assert written(document, "2025") == document
    assert written(document, "In 2025") == document.replace("二千二十五", "In 2025")
    assert written(srt("二千二十五"), "2025") == srt("2025")


def test_new_lines_end_as_the_timing_does() -> None:
    document = srt("あ").replace("\n", "\r\n")
    assert written(document, "a\nb") == srt("a\nb").replace("\n", "\r\n")


def test_mixed_line_ends_stay_when_their_number_does() -> None:
    document = f"1\n{TIMING}\nあ\r\nい\nう\n"
    assert write("a.srt", document.encode(), mark).decode() == f"1\n{TIMING}\n〔あ\r\nい\nう〕\n"


@pytest.mark.parametrize(
    ("language", "target", "expected"),
    [
        ("en", "a" * 42, ["a" * 42]),
        (
            "en",
            "Forty-three characters are one too many, sir",
            ["Forty-three characters", "are one too many, sir"],
        ),
        (
            "en",
            "At the right side you can see... ...well guess what...",
            ["At the right side you can see...", "...well guess what..."],
        ),
        ("en", "short\n" + "word " * 9 + "end", ["short", "word word word word word", "word word word word end"]),
        ("en", "x" * 60, ["x" * 60]),
        (
            "de",
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk ist lang",
            ["Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", "ist lang"],
        ),
        (
            "en",
            '<font color="a b c d e f g h i j k l">short words, many of them,</font> and then some more',
            ['<font color="a b c d e f g h i j k l">short words, many of them,</font>', "and then some more"],
        ),
        (
            "ja",
            "もっと早くこのことを全部話してくれるべきだった",
            ["もっと早くこのことを", "全部話してくれるべきだった"],
        ),
        (
            "ja",
            "危ないから、そこを動かないで、じっとしていて",
            ["危ないから、そこを動かないで、", "じっとしていて"],
        ),
        ("ja", "「" * 8 + "あ" * 12 + "」" * 8, ["「" * 8 + "あ" * 6, "あ" * 6 + "」" * 8]),
        (
            "ko",
            "우리가 기계 속으로 나가기 전에 모든 것을 말해 주었어야 했어요",
            ["우리가 기계 속으로 나가기 전에", "모든 것을 말해 주었어야 했어요"],
        ),
        ("th", "ก" * 50, ["ก" * 50]),
    ],
)
def test_too_long_a_line_is_broken_into_even_ones(language: str, target: str, expected: list[str]) -> None:
    assert lay_out(target, "一", language, SUBRIP_MARKUP) == expected


def test_marked_source_is_not_laid_out_and_a_translation_of_its_length_is() -> None:
    source = "あ" * 30
    assert lay_out(f"〔{source}〕", source, "en", SUBRIP_MARKUP) == [f"〔{source}〕"]
    assert lay_out("two words " * 6, source, "en", SUBRIP_MARKUP) == [
        "two words two words two words",
        "two words two words two words ",
    ]


def test_reference_is_as_wide_as_what_it_says() -> None:
    target = "&amp;" * 20 + " " + "&lt;" * 21
    assert lay_out(target, "一", "en", WEBVTT_MARKUP) == [target]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("- Yes.\n- No.", ["- Yes.", "- No."]),
        ("- Yes. - No.", ["- Yes.", "- No."]),
        ("<i>- Yes.</i> - No, well-made.", ["<i>- Yes.</i>", "- No, well-made."]),
        ("Yes - no.", ["Yes - no."]),
        (
            "- Yes.\n- I would never have done such a thing, believe me",
            ["- Yes.", "- I would never have done", "such a thing, believe me"],
        ),
    ],
)
def test_speakers_of_a_dialogue_keep_their_lines(target: str, expected: list[str]) -> None:
    assert lay_out(target, "- はい\n- いいえ", "en", SUBRIP_MARKUP) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<" * 100_000,
        "<a" * 50_000 + ">",
        "<rt>" * 30_000,
        "&" * 100_000,
        "&nbsp;" * 30_000,
        "{\\" * 50_000,
        "<i>" * 30_000,
        " " * 100_000 + "あ",
        "あ" + "- " * 50_000 + "い",
        "あ<b>" * 20_000,
        "&#" + "1" * 100_000 + ";",
    ],
)
@pytest.mark.parametrize("name", ["a.srt", "a.vtt"])
def test_long_texts_take_linear_time(name: str, text: str) -> None:
    document = vtt(text) if name == "a.vtt" else srt(text)
    began = time.process_time()
    assert write(name, document.encode(), same) == document.encode()
    write(name, document.encode(), mark)
    assert time.process_time() - began < 5


def test_many_cues_take_linear_time() -> None:
    content = "\n".join(srt("あ<i>い</i>") for _ in range(10_000)).encode()
    began = time.process_time()
    assert len(read("a.srt", content)[0]) == 20_000
    assert time.process_time() - began < 5
