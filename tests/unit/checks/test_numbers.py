from __future__ import annotations

import pytest
from corpus_pairs import NO_CORPUS, corpus_pairs

from batch_translate.checks.addresses import check_addresses
from batch_translate.checks.numbers import check_number_words, check_numbers
from batch_translate.checks.pair import Pair


def said(source: str, target: str, languages: str = "ja-en") -> tuple[list[str], list[str]]:
    """What the critical check says, and what the one that warns says."""
    pair = Pair(source, target, *languages.split("-"))
    return list(check_numbers(pair)), list(check_number_words(pair))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        # digits and their separators
        ("１，２３４件", "1,234 items"),
        ("100％", "100 percent"),
        ("①と②", "(1) and (2)"),
        ("007は二度死ぬ", "007 lives twice"),
        ("4.0以上", "4 or later"),
        ("10㎡", "10 square meters"),
        # 万, 億, 兆 and English magnitudes
        ("売上は1万2千円です", "Sales were 12,000 yen."),
        ("3.5億円の赤字", "a loss of 350 million yen"),
        ("3.5億円の赤字", "a loss of ¥350,000,000"),
        ("12万円", "120,000 yen"),
        ("12万円", "120 thousand yen"),
        ("12万円", "0.12 million yen"),
        ("12万円", "¥120k"),
        ("1億2,000万人", "120 million people"),
        ("2兆円", "two trillion yen"),
        ("2兆円", "¥2tn"),
        ("100万ドル", "$1 million"),
        ("3 万 5,000 円", "35,000 yen"),
        ("1500人", "fifteen hundred people"),
        ("2〜3万円", "20,000 to 30,000 yen"),
        ("5千から1万", "five to ten thousand"),
        ("5〜6人", "five or six people"),
        ("2、3、4番", "two, three, four"),
        ("数十人", "dozens of people"),
        ("数10人", "dozens of people"),
        ("何千もの人", "thousands of people"),
        # kanji numerals, and kanji that are none
        ("十二人が参加", "Twelve people took part"),
        ("二十三の国", "23 countries"),
        ("三千円", "3,000 yen"),
        ("二〇二四年", "2024"),
        ("三つの方法", "three ways"),
        ("一般的な設定", "General settings"),
        ("一部の第一人者", "some of the leading experts"),
        ("三角形の面積", "area of a triangle"),
        ("十分な大きさ", "large enough"),
        ("これで十分です", "That is enough"),
        ("千葉県と三重県", "Chiba and Mie"),
        ("二人三脚で百人一首", "hand in hand for Hyakunin Isshu"),
        ("二酸化炭素", "CO2"),
        ("五七五", "5-7-5"),
        # words for numbers
        ("第1章", "Chapter One"),
        ("第30回", "the thirtieth"),
        ("21世紀", "the twenty-first century"),
        ("2回", "twice"),
        ("1日3回", "three times a day"),
        ("毎日1回", "once a day"),
        ("12個", "a dozen"),
        ("1ダース", "12 pieces"),
        ("2倍になる", "doubles"),
        ("2人とも", "both of them"),
        ("50%", "half"),
        ("3分の1", "a third"),
        ("3分の2", "two-thirds"),
        ("4分の3", "three quarters"),
        ("3割の人", "30 percent of people"),
        ("3割引", "30% off"),
        ("1年半", "a year and a half"),
        ("1年半", "18 months"),
        ("1時間半", "90 minutes"),
        ("半年", "six months"),
        ("1週間", "a week"),
        ("1 つのファイル", "a file"),
        ("0件", "No results"),
        ("4日を1スプリントとする", "four days per sprint"),
        ("12.50ユーロ", "twelve fifty"),
        ("第2四半期", "the second quarter"),
        ("第Ⅲ部", "Part 3"),
        ("第2部", "Part II"),
        ("24時間365日対応", "24/7 support"),
        ("B2Bサービス", "services between businesses, B2B"),
        # times
        ("午後3時", "3 p.m."),
        ("午後3時", "15:00"),
        ("15時30分", "3:30 PM"),
        ("9:00〜18:00", "9 a.m. to 6 p.m."),
        ("午後5時半", "5:30 p.m."),
        ("10時30分", "half past ten"),
        ("0時", "midnight"),
        # dates
        ("4月から", "from April"),
        ("4月17日", "17 Apr."),
        ("2024年4月17日", "April 17th, 2024"),
        ("2024年4月17日", "17 April 2024"),
        ("2024年4月17日", "4/17/2024"),
        ("2024 年 4 月 17 日", "April 17, 2024"),
        ("2024-04-16", "April 16, 2024"),
        ("2024/4/17", "Apr 17, 2024"),
        ("2024.4.17", "April 17, 2024"),
        ("12月31日〜1月3日", "December 31 to January 3"),
        ("七月七日", "July 7"),
        ("24年4月", "April 2024"),
        ("90年代", "the nineties"),
        ("2024年", "'24"),
        ("2024年の夏", "Summer ’24"),
        ("1990年代後半～2000年代初頭", "late 1990s to early 2000s"),
        ("1984年", "nineteen eighty-four"),
        ("令和6年4月", "April 2024"),
        ("令和6年", "Reiwa 6"),
        ("令和6年", "the sixth year of Reiwa"),
        ("平成元年", "1989"),
        ("昭和五十年", "1975"),
        ("明治10年", "1877"),
        ("大正12年9月1日", "September 1, 1923"),
        ("H30.4.1", "April 1, 2018"),
        # what is no prose
        ("{0}件中{1}件", "{1} of {0}"),
        ("<1>新着</1>5件<2/>", "<2/>5 <1>new</1>"),
        ("%1$sを%2$05dに", "%2$05d for %1$s"),
        ("<span class='h1'>題</span>&#39;", "<b>Title</b>'"),
        ("https://example.com/2024/ を参照", "See https://example.com/2025/"),
        # names
        ("バージョン1.2.3", "version 1.2.3"),
        ("ISO8601形式、UTF-8、MP3、v2", "ISO 8601, UTF-8, MP three, V2"),
        ("電話03-1234-5678", "Phone: +81 3-1234-5678"),
    ],
)
def test_the_same_number_said_otherwise_has_no_finding(source: str, target: str) -> None:
    assert said(source, target) == ([], [])


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("three files", "3つのファイル"),
        ("Up to 10 items", "最大10件"),
        ("April 17, 2024", "2024年4月17日"),
        ("April 17, 2024", "令和6年4月17日"),
        ("in March 2020", "2020年3月に"),
        ("You may delete 5 files", "5個のファイルを削除できます"),
        ("$1.5 million", "150万ドル"),
        ("$50 bn", "500億ドル"),
        ("twenty-five minutes", "25分"),
        ("twelve", "12"),
        ("a hundred", "100"),
        ("100", "百"),
        ("7 days", "七日間"),
        ("once", "1回"),
        ("Once upon a time", "昔々"),
        ("the first", "最初の"),
        ("1st", "第1"),
        ("1 item per page", "各ページに1件"),
        ("3 p.m.", "午後3時"),
        ("3:30 PM", "15時30分"),
        ("1/3", "3分の1"),
        ("1/2", "半分"),
        ("World War II", "第二次世界大戦"),
        ("Louis XIV", "ルイ14世"),
        ("24/7", "年中無休"),
    ],
)
def test_into_japanese_it_has_none_either(source: str, target: str) -> None:
    assert said(source, target, "en-ja") == ([], [])


@pytest.mark.parametrize(
    ("source", "target", "number", "other"),
    [
        ("3千円", "30,000 yen", "number 3,000 (3千)", "number 30,000"),
        ("12万円", "12 thousand yen", "number 120,000 (12万)", "number 12,000 (12 thousand)"),
        ("60文字以内", "within 50 characters", "number 60", "number 50"),
        ("12時間", "21 hours", "number 12", "number 21"),
        ("1.5倍", "5.1 times", "number 1.5", "number 5.1"),
        ("3つの目標", "five goals", "number 3", "number 5 (five)"),
        ("二十三人", "32 people", "number 23 (二十三)", "number 32"),
        ("二人", "three people", "number 2 (二)", "number 3 (three)"),
        ("バージョン1.2.3", "version 1.3.2", "number 1.2.3", "number 1.3.2"),
        ("MP3形式", "MP4 format", "number 3", "number 4"),
        ("4月17日", "May 17", "month April (4月)", "month May"),
        ("4月4日", "May 4", "month April (4月)", "month May"),
        ("令和6年", "2025", "number 2024 (令和6年)", "number 2025"),
        ("令和6年", "Reiwa 7", "number 2024 (令和6年)", "number 7"),
        ("03-1234-5678", "03-1234-5687", "number 5678", "number 5687"),
    ],
)
def test_a_changed_number_is_critical(source: str, target: str, number: str, other: str) -> None:
    finding = f"The source has the {number}, the translation has the {other} instead."
    assert said(source, target) == ([finding], [])


@pytest.mark.parametrize(
    ("source", "target", "finding"),
    [
        ("3千円", "yen", "The source has the number 3,000 (3千), which the translation lacks."),
        ("第1章", "Introduction", "The source has the number 1, which the translation lacks."),
        ("第1ステップ", "Step", "The source has the number 1, which the translation lacks."),
        ("0以上の整数", "an integer", "The source has the number 0, which the translation lacks."),
        ("3時<1/>", "<1/>", "The source has the number 3, which the translation lacks."),
        (
            "URLを入力",
            "within 255 characters",
            "The translation has the number 255, which the source does not have.",
        ),
        ("25個と25本", "25 pieces", "The source has the number 25 more often than the translation."),
    ],
)
def test_a_number_too_few_or_too_many_is_critical(source: str, target: str, finding: str) -> None:
    assert said(source, target) == ([finding], [])


@pytest.mark.parametrize(
    ("source", "target", "finding"),
    [
        ("1つ前の版と比較", "Compare versions", "The source has the number 1, which the translation lacks."),
        ("先の2つとは違い", "Here", "The source has the number 2, which the translation lacks."),
        ("二人の男", "The men", "The source has the number 2 (二), which the translation lacks."),
        ("v2の話。v2は速い", "v2 is fast", "The source has the number 2 more often than the translation."),
        ("30分", "thirty or four", "The translation has the number 4 (four), which the source does not have."),
    ],
)
def test_what_may_be_in_the_wording_is_a_warning(source: str, target: str, finding: str) -> None:
    assert said(source, target) == ([], [finding])


@pytest.mark.parametrize(
    ("source", "target", "numbers"),
    [
        ("3秒以内に16文字を覚える", "Learn 3 characters within 16 seconds", "3 and 16"),
        ("3秒以内に16文字を覚える", "Within 16 seconds, learn 3 letters", "3 and 16"),
        ("最大20MB、10件まで", "Up to 10 MB, 20 items", "20 and 10"),
        ("25歳が40%", "40 years: 25%", "25 and 40"),
    ],
)
def test_numbers_that_count_what_they_must_not_are_critical(source: str, target: str, numbers: str) -> None:
    assert said(source, target) == ([f"The numbers {numbers} have changed places."], [])


def test_numbers_in_another_order_are_a_warning() -> None:
    assert said("AはZの5、BはYの8", "A is 8 of Z, B is 5 of Y") == (
        [],
        ["The numbers 5 and 8 stand the other way round in the translation."],
    )


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("3秒以内に16文字を覚える", "Learn 16 characters within 3 seconds"),
        ("2024年4月17日", "17 April 2024"),
        ("2024-04-17", "17-04-2024"),
        ("10ページ中の3ページ", "3 of 10 pages"),
        ("3と5と3", "5, 3 and 3"),
        ("v2の10件", "10 items of v2"),
        ("2-11-25", "25-11-2"),
    ],
)
def test_another_order_of_words_has_no_finding(source: str, target: str) -> None:
    assert said(source, target) == ([], [])


def test_two_numbers_in_place_of_one_are_each_named() -> None:
    assert said("5個", "6 or 7") == (
        [
            "The source has the number 5, which the translation lacks.",
            "The translation has the number 6, which the source does not have.",
            "The translation has the number 7, which the source does not have.",
        ],
        [],
    )


def test_a_translation_without_any_number_has_five_findings_at_most() -> None:
    found, _ = said("、".join(f"{number}番" for number in range(20, 40)), "numbers")
    assert len(found) == 5


@pytest.mark.parametrize(
    ("source", "target", "languages"),
    [
        ("1,234.5", "1.234,5", "en-de"),
        ("12,345", "12 345", "en-fr"),
        ("1.234.567 Stück", "1,234,567 pieces", "de-en"),
        ("zwanzig", "20", "de-en"),
        ("3つの方法", "drei Wege", "ja-de"),
        ("2024年4月17日", "17. April 2024", "ja-de"),
        ("2024年4月17日", "17 avril 2024", "ja-fr"),
        ("3万人", "3만 명", "ja-ko"),
        ("3万人", "30.000 Personen", "ja-de"),
        ("令和6年", "2024", "ja-fr"),
        ("十二人", "zwölf", "ja-de"),
        ("午後3時", "下午3点", "ja-zh"),
        ("1億2,000万人", "1亿2000万人", "ja-zh"),
        ("12 files", "١٢ ملف", "en-ar"),
    ],
)
def test_other_languages_are_compared_by_their_digits(source: str, target: str, languages: str) -> None:
    assert said(source, target, languages) == ([], [])


@pytest.mark.parametrize(
    ("source", "target", "languages"),
    [
        ("1,234.5", "1.243,5", "en-de"),
        ("60文字以内", "50 Zeichen", "ja-de"),
        ("2024年", "2025", "ja-fr"),
        ("3つの方法と25人", "3 Wege", "ja-de"),
        ("25 Stück", "52 pieces", "de-en"),
        ("3万人", "300000 Personen", "ja-de"),
    ],
)
def test_other_digits_are_critical_in_every_language(source: str, target: str, languages: str) -> None:
    assert said(source, target, languages)[0]


@pytest.mark.parametrize(
    "text",
    [
        "9" * 100_000,
        "1." * 50_000,
        "1,000" * 20_000,
        "<a" * 50_000,
        "a" * 100_000 + "@",
        "1 " * 50_000,
        "万1" * 50_000,
    ],
)
@pytest.mark.timeout(20)
def test_no_text_takes_long(text: str) -> None:
    for pair in (Pair(text, "5", "ja", "en"), Pair("5", text, "en", "ja"), Pair(text, "5", "en", "de")):
        list(check_numbers(pair))
        list(check_addresses(pair))


def test_peoples_translations_hardly_have_a_critical_finding() -> None:
    pairs = [it.pair for it in corpus_pairs()]
    if not pairs:
        pytest.skip(NO_CORPUS)
    found = [pair for pair in pairs if [*check_numbers(pair), *check_addresses(pair)]]
    assert len(found) < 0.003 * len(pairs)
