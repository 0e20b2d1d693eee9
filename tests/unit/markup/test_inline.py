from __future__ import annotations

import pytest

from batch_translate.markup.inline import inline_spans, protect_inline, with_inline_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("お知らせ", "お知らせ"),
        ("<b>新着</b>です", "<1>新着</1>です"),
        ("改行<br>と<br/>と<img src='a>b.png'>", "改行<1/>と<2/>と<img src='a>b.png'>"),
        ('<a href="/a?b=1" class=x>詳細</a>', "<1>詳細</1>"),
        ("<p>閉じない<b>太字</b>", "<1/>閉じない<2>太字</2>"),
        ("<b><i>交差</b>する</i>", "<1><2/>交差</1>する<3/>"),
        ("</b>だけ", "<1/>だけ"),
        ("<B>大文字</b>", "<1>大文字</1>"),
        ("<!-- 注 -->本文", "<1/>本文"),
        ("詳細は https://example.com/a?b=1#c 。", "詳細は <1/> 。"),
        ("https://example.com/日本語", "<1/>日本語"),
        ("見よ(https://example.com/a).", "見よ(<1/>)."),
        ("窓口 info@example.co.jp まで", "窓口 <1/> まで"),
        ("Enter <your name here> and <Insert the title>", "Enter <your name here> and <Insert the title>"),
        ("if a <b and c> d, Alles für <Kunde>", "if a <b and c> d, Alles für <Kunde>"),
        ("<my-icon name=x></my-icon><input type=checkbox checked>", "<1></1><2/>"),
        ("<H2 CLASS='a'>題</H2><details open>中</details>", "<1>題</1><2>中</2>"),
        ("3 < 5 かつ a<b", "3 < 5 かつ a<b"),
        ("<1>に見える", "<1/>に見える"),
        ("矢印 <- と <= と <日本>", "矢印 <- と <= と <日本>"),
    ],
)
def test_what_is_no_prose_becomes_a_tag(text: str, expected: str) -> None:
    protected = protect_inline(text)
    assert protected.text == expected
    assert with_inline_of(text, protected.text) == text


@pytest.mark.parametrize("target", ["新着", "<1>a", "<1>a</1><1>b</1>", "</1>a<1>", "<1>a</1><2/>"])
def test_lost_doubled_crossed_and_invented_tags_do_not_fit(target: str) -> None:
    assert with_inline_of("<b>新着</b>", target) is None


def test_tag_of_the_target_alone_does_not_fit_a_source_without_markup() -> None:
    assert with_inline_of("新着", "<1>new</1>") is None
    assert with_inline_of("新着", "new < old") == "new < old"


@pytest.mark.parametrize("piece", ["<a ", "<a b='", "<!--", "https://", "a@", "<b>", "</b>", "<a =", '<a "'])
def test_long_nonsense_takes_linear_time(piece: str) -> None:
    inline_spans(piece * 20_000)
