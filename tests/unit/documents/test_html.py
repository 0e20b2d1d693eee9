from __future__ import annotations

import time

import pytest
from conformance.suite import mark, read, same, write

from batch_translate.documents.html.references import collapsed
from batch_translate.documents.html.tokens import tokens


def texts(document: str) -> list[str]:
    return [segment.text for segment in read("a.html", document.encode())[0]]


def written(document: str, target: str, language: str = "en") -> str:
    return write("a.html", document.encode(), lambda _: target, language=language).decode()


def marked(document: str) -> str:
    return write("a.html", document.encode(), mark).decode()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("<p>あ<p>い<ul><li>う<li>え</ul>お", ["あ", "い", "う", "え", "お"]),
        ("<table><tr><td>あ<td>い<tr><th>う</table>", ["あ", "い", "う"]),
        ("<dl><dt>あ<dd>い<p>う</dl>", ["あ", "い", "う"]),
        ("<select><option>あ<option>い</select>", ["あ", "い"]),
        ("<button>保存</button> <button>取消</button>", ["保存", "取消"]),
        ("<div>あ<p>い</p>う</div>", ["あ", "い", "う"]),
        ("<my-card><p>あ</p></my-card>", ["あ"]),
        ("<noscript>あ</noscript>", ["あ"]),
        ("<template><p>あ</p></template>", ["あ"]),
        ("<TITLE>あ</TITLE><P>い</P>", ["あ", "い"]),
        ("あ", ["あ"]),
    ],
)
def test_tags_of_blocks_are_borders_closed_or_not(document: str, expected: list[str]) -> None:
    assert texts(document) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("あ<b>い<i>う</i></b>", ["あ<1>い<2>う</2></1>"]),
        ("あ<br>い<br><br>う", ["あ<1/>い<2/>う"]),
        ("あ<img src=x>い<!-- 注 -->う<wbr>え", ["あ<1/>い<2/>う<3/>え"]),
        ("あ<code>x <b>y</b></code>い", ["あ<1/>い"]),
        ("あ<script>'<p>'</script>い", ["あ<1/>い"]),
        ("あ<i class=icon></i>い", ["あ<1/>い"]),
        ("<ruby>東京<rp>(</rp><rt>とう</rt><rp>)</rp></ruby>へ", ["<1>東京<2/></1>へ"]),
        ("<ruby>東<rt>とう<rb>京<rt>きょう</ruby>へ", ["<1>東<2/>京<3/></1>へ"]),
        ("あ<svg><path d=x /></svg>い", ["あ<1/>い"]),
        ("あ<math><mi>x</mi><mtext>い</mtext></math>う", ["あ<1/>う"]),
        ("あ<b>い</i>う", ["あ<1/>い<2/>う"]),
        ("あ<b>い<p>う</b>え", ["あ<1/>い", "う<1/>え"]),
        ("{{ a }}さん{% if x < y %}は{% endif %}い", ["<1/>さん<2/>は<3/>い"]),
        ("<?php echo '<p>'; ?>さん <%= x %>", ["<1/>さん <2/>"]),
        ("見よ https://example.com/?a=1&amp;b=2。", ["見よ <1/>。"]),
        ("問合せは a@example.com へ", ["問合せは <1/> へ"]),
        ("<![if IE]>あ<![endif]-->", ["あ"]),
    ],
)
def test_inline_markup_becomes_numbered_tags(document: str, expected: list[str]) -> None:
    assert texts(f"<p>{document}</p>") == expected


@pytest.mark.parametrize(
    ("document", "written"),
    [
        ('<li><a href="/">あ</a></li>', '<li><a href="/">〔あ〕</a></li>'),
        ("<p><b><i>あ</i></b></p>", "<p><b><i>〔あ〕</i></b></p>"),
        ("<p><img src=x> あ<br></p>", "<p><img src=x> 〔あ〕<br></p>"),
        ("<p><i class=icon></i> あ</p>", "<p><i class=icon></i> 〔あ〕</p>"),
        ("<p>&nbsp;あ　&#12288;\n</p>", "<p>&nbsp;〔あ〕　&#12288;\n</p>"),
        ("<p><code>x</code>は</p>", "<p>〔<code>x</code>は〕</p>"),
        ("<p>{% if x %}あ{% endif %}</p>", "<p>{% if x %}〔あ〕{% endif %}</p>"),
        ("<p>{{ x }}さん</p>", "<p>〔{{ x }}さん〕</p>"),
        ("<p><b>あ</b><b>い</b></p>", "<p>〔<b>あ</b><b>い</b>〕</p>"),
    ],
)
def test_markup_around_a_whole_paragraph_stays_outside(document: str, written: str) -> None:
    assert marked(document) == written


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("<div translate=no>あ<p title=題>い</p></div>う", ["う"]),
        ('<div class="a notranslate b">あ<div>い</div>う</div>え', ["え"]),
        ("<ul><li translate=no>あ<li>い</ul>", ["い"]),
        ("<p translate=no>あ<p>い", ["い"]),
        ("<p translate=no>あ<table><tr><td>い</table>", ["い"]),
        ("<table><tr translate=no><td>あ<tr><td>い</table>", ["い"]),
        ("<div translate=no>あ<p translate=yes>い</p>う</div>", ["い"]),
        ("<p>あ<b translate=NO title=題>い</b>う", ["あ<1/>う"]),
        ("<p>あ<span translate=no>X <b translate>は</b> Y</span>い", ["あ<1/><2>は</2><3/>い"]),
        ("<p translate=maybe>あ", ["あ"]),
        ("<pre>あ<b>い</b></pre>う", ["う"]),
        ("<pre translate=yes>あ  い\nう</pre>", ["あ  い\nう"]),
        ("<p>あ<code translate=yes>い</code>う", ["あ<1>い</1>う"]),
        ("<div translate=no><svg><p>あ</p></div>い", ["い"]),
        ("<textarea>あ</textarea><xmp>い</xmp><iframe>う</iframe>え", ["え"]),
        ("<html translate=no><p>あ", []),
    ],
)
def test_what_is_not_to_be_translated_stays(document: str, expected: list[str]) -> None:
    assert texts(document) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ('<img alt="絵" title=\'題\' src="あ">', ["絵", "題"]),
        ("<p title=題 lang=ja data-x=あ>", ["題"]),
        (
            "<input placeholder=入力 value=値><input type=SUBMIT value=送信><input type=reset value=消>",
            ["入力", "送信", "消"],
        ),
        ("<select><optgroup label=群><option label=印 value=値></select>", ["群", "印"]),
        ("<table summary=要約></table><track label=字幕><a label=あ summary=い>", ["要約", "字幕"]),
        ("<b aria-label=名 aria-description=説明 aria-labelledby=x>", ["名", "説明"]),
        ("<meta name=Description content=説明><meta name=viewport content=あ>", ["説明"]),
        ('<meta property="og:title" content="題"><meta property="og:url" content="あ">', ["題"]),
        ('<meta name="twitter:description" content="説明"><meta name="twitter:card" content="summary">', ["説明"]),
        ('<link rel=stylesheet title="既定">', []),
        ('<p title="">い</p><p title="{{ x }}"><p title=" https://example.com ">', ["い"]),
        ('<a title="{{ t("あ") }}さん">', ["<1/>さん"]),
        ('<a title="一&#10;二 &copy=x &lt;1&gt;">', ["一<1/>二 &copy=x <2/>"]),
        ('<a title="先" title="後">', ["先"]),
        ("<code title=題>x</code>", ["題"]),
    ],
)
def test_attributes_for_people_are_segments(document: str, expected: list[str]) -> None:
    assert texts(document) == expected


def test_paragraph_carries_the_attributes_of_its_tags() -> None:
    document = '<p>あ<a title="題" href=x>い</a><img alt=絵>う'
    segments, _ = read("a.html", document.encode())
    assert [(segment.place, segment.text) for segment in segments] == [
        ("block 1, line 1", "あ<1>い</1><2/>う"),
        ("attribute 1, line 1, a title", "題"),
        ("attribute 2, line 1, img alt", "絵"),
    ]
    answers = {"あ<1>い</1><2/>う": "<2/> <1>B</1> A", "題": 'a "title"', "絵": "A picture"}
    both = write("a.html", document.encode(), lambda segment: answers[segment.text]).decode()
    assert both == '<p><img alt="A picture"> <a title="a &quot;title&quot;" href=x>B</a> A'
    attributes = write("a.html", document.encode(), lambda it: None if "<" in it.text else answers[it.text])
    assert attributes.decode() == '<p>あ<a title="a &quot;title&quot;" href=x>い</a><img alt="A picture">う'
    paragraph = write("a.html", document.encode(), lambda it: answers[it.text] if "<" in it.text else None)
    assert paragraph.decode() == '<p><img alt=絵> <a title="題" href=x>B</a> A'


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("<p>あ", "a < b & c > d", "<p>a &lt; b &amp; c &gt; d"),
        ("<p>あ & い > う", "a & b > c &amp d", "<p>a & b > c &amp;amp d"),
        ("<p>あ &amp; い&nbsp;う", "a & b\u00a0c\u00a0d", "<p>a &amp; b&nbsp;c&nbsp;d"),
        ("<p>あ&copy い", "© a", "<p>&copy; a"),
        ("<p>あ&#8212;い&hellip;", "a—b…", "<p>a&#8212;b&hellip;"),
        ("<p>あ", "<b>x</b> <!-- </p>", "<p>&lt;b&gt;x&lt;/b&gt; &lt;!-- &lt;/p&gt;"),
        ("<p>あ", "{{ x }} {% y %} {z}", "<p>&#123;{ x }} &#123;% y %} {z}"),
        ("<p title='あ'>", 'it\'s "x"', "<p title='it&#39;s \"x\"'>"),
        ('<p title="あ">', 'it\'s "x" <', '<p title="it\'s &quot;x&quot; &lt;">'),
        ("<p title=あ>", "a b", '<p title="a b">'),
        ("<img alt=&nbsp;あ>", "a", '<img alt="&nbsp;a">'),
        ("<img alt='&nbsp;n'>", "x", "<img alt='&nbsp;x'>"),
        ("<img alt=&nbsp;n>", "x", '<img alt="&nbsp;x">'),
        ("<img alt='あ\n い'>", "a\n b", "<img alt='a\n b'>"),
        ("<title>あ</title>", "</title>x", "<title>&lt;/title&gt;x</title>"),
        ("<p>あ\r\nい", "a\nb", "<p>a\r\nb"),
    ],
)
def test_targets_are_spelled_as_the_document_is(source: str, target: str, expected: str) -> None:
    assert written(source, target) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n   b", "a b"),
        ("日本\n   語", "日本語"),
        ("日本  語", "日本 語"),
        ("日本\nABC", "日本 ABC"),
        ("한국\n어", "한국 어"),
        ("日本\u3000語\u00a0x", "日本\u3000語\u00a0x"),
    ],
)
def test_white_space_is_read_as_it_is_shown(text: str, expected: str) -> None:
    assert collapsed(text) == expected


@pytest.mark.parametrize("document", ["<p>あ\n   い <b>う\n え</b>", "<p>a &AMP; b &notit; &#x41; &#0;x"])
def test_same_text_keeps_its_bytes(document: str) -> None:
    assert write("a.html", document.encode(), same).decode() == document


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ("<p>あ</p>\n<script>い", "line 2"),
        ("<title>あ", "line 1"),
        ("あ\n\n<!-- い", "line 3"),
        ('あ\n<a href="い>う', "line 2"),
    ],
)
def test_what_is_never_closed_is_reported_and_stays(document: str, place: str) -> None:
    _, problems = read("a.html", document.encode())
    assert [(it.place, it.level) for it in problems] == [(place, "error")]
    assert "never closed" in problems[0].reason
    assert write("a.html", document.encode(), same).decode() == document


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta charset="Shift_JIS">', '<meta charset="utf-8">'),
        ("<meta charset=shift_jis>", "<meta charset=utf-8>"),
        (
            '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=x-sjis">',
            '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=utf-8">',
        ),
        ('<?xml version="1.0" encoding="Shift_JIS"?>', '<?xml version="1.0" encoding="utf-8"?>'),
    ],
)
def test_charset_says_utf8_where_the_file_was_in_another_encoding(head: str, expected: str) -> None:
    document = head + "<p>これはテストです。</p>"
    assert [problem.level for problem in read("a.html", document.encode())[1]] == ["note"]
    written = write("a.html", document.encode("cp932"), same).decode()
    assert written == expected + "<p>これはテストです。</p>"
    assert write("a.html", document.encode(), same).decode() == document


def test_long_paragraph_is_cut_at_sentences_with_a_space_where_the_target_needs_one() -> None:
    document = "<p>" + "これはとても長い段落の中の一つの文です。" * 120 + "</p>"
    segments, _ = read("a.html", document.encode())
    assert [segment.place for segment in segments] == ["block 1, line 1, part 1", "block 1, line 1, part 2"]
    assert written(document, "One.") == "<p>One. One.</p>"
    assert written(document, "一。", "zh-Hans") == "<p>一。一。</p>"


@pytest.mark.parametrize(
    ("document", "kinds"),
    [
        ("<!-->あ", ["other", "text"]),
        ("<!--->あ", ["other", "text"]),
        ("<!--a--!>あ", ["other", "text"]),
        ("<!-- > -- -->あ", ["other", "text"]),
        ("</>あ</ b>い", ["other", "text", "other", "text"]),
        ("a < b <1> <", ["text"]),
        ("<a title='>'>", ["start"]),
        ("<a title=/>", ["start"]),
        ("<script></scripty></SCRIPT >", ["start", "raw", "end"]),
        ("<script><!--<script></script>--></script>", ["start", "raw", "end"]),
        ("<script><!--></script>", ["start", "raw", "end"]),
        ("<title><b></title>", ["start", "text", "end"]),
        ("<plaintext></plaintext>", ["start", "raw"]),
        ("{{ '<p>' }}{{", ["template", "text"]),
        ("<ſcript>あ<p>", ["text", "start"]),
    ],
)
def test_tokens_are_those_of_the_standard(document: str, kinds: list[str]) -> None:
    found = list(tokens(document, lambda: False))
    assert [token.kind for token in found] == kinds
    assert "".join(document[token.start : token.end] for token in found) == document


@pytest.mark.parametrize(
    "stretch",
    [
        "<", "</", "<a ", "<a b='", "<!--", "<b>", "<a></b>", "{{", "{% ", "<%", "<?php ", "&", "&#", "&a",
        "<svg>", "<svg><desc>", "<li><b>", "<ul><li>", "<p title='{{'>", "<script>", "<script><!--",
        "<x a='{{}}{{}}", "&lt;!--", "あ<b>い</b>", "あ<i title=あ>い", "a@", "http://",
        "<b translate=no>あ<i translate>", "<td><tr>", "&nbsp;", " ", "\n", "<option>あ", "<1>", "<b></b>",
        "あ。<code>",
    ],
)  # fmt: skip
def test_time_grows_with_the_length_alone(stretch: str) -> None:
    def seconds(count: int) -> float:
        document = (stretch * count).encode()
        began = time.process_time()
        write("a.html", document, mark)
        return time.process_time() - began

    seconds(10)
    short, long = seconds(400), seconds(3_200)
    assert long < max(0.5, 25 * short)


@pytest.mark.parametrize("digits", [1, 7, 8, 20, 5_000, 100_000])
def test_a_number_that_is_no_characters_is_kept_as_it_is(digits: int) -> None:
    content = f"<p>前&#{'9' * digits};後</p>".encode()
    assert (
        write("a.html", content, lambda segment: f"〔{segment.text}〕")
        == b"<p>" + "〔".encode() + content[3:-4] + "〕</p>".encode()
    )


def test_white_space_behind_markup_and_a_kept_reference_stays_outside() -> None:
    (segment,), _ = read("a.html", "あ</>&#0;\n".encode())
    assert segment.text == "あ<1/>"
    assert write("a.html", "あ</>&#0;\n".encode(), mark) == "〔あ</>〕&#0;\n".encode()
