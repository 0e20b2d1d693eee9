from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from batch_translate.glossary.folding import fold
from batch_translate.glossary.matching import Glossary
from batch_translate.glossary.terms import Term


def found(text: str, *sources: str, language: str = "ja") -> list[str]:
    terms = [Term(source, f"target of {source}") for source in sources]
    return [term.source for term in Glossary(terms, language, "de").find(text)]


@pytest.mark.parametrize(
    ("text", "sources", "expected"),
    [
        ("検索エンジンの設定", ["設定", "検索"], ["検索", "設定"]),
        ("設定を設定する", ["設定"], ["設定"]),
        ("茶を飲む", ["茶", "酒"], ["茶"]),
        ("東京都庁", ["京都", "東京", "東京都"], ["東京都"]),
        ("東京都庁舎前", ["東京都", "都庁舎前"], ["都庁舎前"]),
        ("東京都と京都", ["京都", "東京都"], ["東京都", "京都"]),
        ("メールアドレス", ["メール", "アドレス"], []),
        ("メールアドレスとメール", ["メール", "メールアドレス"], ["メールアドレス", "メール"]),
        ("電子メールを送る", ["メール"], ["メール"]),
        ("メール・アドレス", ["メール"], ["メール"]),
        ("検索サーバーを", ["検索サーバ"], []),
        ("ＡＰＩキー", ["API"], ["API"]),
        ("ﾌﾟﾛｸﾞﾗﾑを", ["プログラム"], ["プログラム"]),
        ("プログラムを", ["ﾌﾟﾛｸﾞﾗﾑ"], ["ﾌﾟﾛｸﾞﾗﾑ"]),
        ("カ\u3099イド", ["ガイド"], ["ガイド"]),
        ("㈱山田", ["（株）"], ["（株）"]),
        ("RAPIDのAPIとapi2", ["API"], ["API"]),
        ("RAPID", ["API"], []),
        ("iPhone15と5GBとH2O", ["iPhone", "GB", "H2"], ["iPhone", "GB"]),
        ("user_nameの", ["user"], []),
        ("<1>検索</1>エンジン", ["検索エンジン"], ["検索エンジン"]),
        ("検索<1/>エンジン", ["検索エンジン", "検索"], ["検索"]),
        ("{検索}と{name}と%(name)sと${name}", ["name"], []),
        ("https://example.com/search と info@search.example", ["search"], []),
        ("連絡先はinfo@example.comまで", ["info@example.com", "example"], ["info@example.com"]),
        ("{count}件の検索", ["件の検索"], ["件の検索"]),
        ("Machine　Learning と machine-learning", ["Machine Learning"], ["Machine Learning"]),
        ("検索", ["<1>"], []),
        ("", ["検索"], []),
    ],
)
def test_terms_of_japanese_texts(text: str, sources: list[str], expected: list[str]) -> None:
    assert found(text, *sources) == expected


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("All files.", "file"),
        ("the FILE's name", "file"),
        ("users' rights", "user"),
        ("user’s rights", "user"),
        ("Two boxes", "box"),
        ("Categories", "category"),
        ("It was logged", "log"),
        ("by logging", "log"),
        ("configured", "configure"),
        ("configuring", "configure"),
        ("retried", "retry"),
        ("some APIs", "API"),
        ("Search\nengines", "search engine"),
        ("search-engine", "search engine"),
        ("a log in", "log-in"),
        ("logged in", "log in"),
        ("Terms of Service", "term of service"),
        ("C++ and .NET", ".NET"),
        ("C++ and .NET", "C++"),
        ("the 東京タワー", "東京タワー"),
        ("Python3", "Python"),
        ("Airflow™ is", "Airflow"),
        ("<1>Search</1> engine", "search engine"),
        ("click<1/>here", "click"),
        ("<1>Save</1><2>Cancel</2>", "Save"),
        ("ﬁle", "file"),
    ],
)
def test_terms_of_english_texts_are_found_in_their_forms(text: str, source: str) -> None:
    assert found(text, source, language="en") == [source]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("filesystem", "file"),
        ("profile", "file"),
        ("the filer", "file"),
        ("searches engine", "search engine"),
        ("searchengine", "search engine"),
        ("logging", "blog"),
        ("{file}", "file"),
        ("UIed", "UI"),
        ("APIed", "API"),
    ],
)
def test_other_words_are_no_forms(text: str, source: str) -> None:
    assert found(text, source, language="en") == []


@pytest.mark.parametrize(
    ("language", "text", "source", "expected"),
    [
        ("de", "in den Dateien", "Datei", True),
        ("de", "Dateiname", "Datei", False),
        ("de", "Druckers", "Druck", False),
        ("fr", "les journaux", "journal", True),
        ("es", "configuraciones", "configuración", True),
        ("pt-BR", "configurações", "configuração", True),
        ("it", "utenti", "utente", True),
        ("nl", "bestanden", "bestand", True),
        ("sv", "filerna", "fil", True),
        ("da", "filerne", "fil", True),
        ("fi", "palvelimen", "palvelin", False),
        ("ko", "서버에서", "서버", True),
        ("ko", "서버리스", "서버", False),
        ("th", "การค้นหาข้อมูล", "ค้นหา", True),
        ("zh-Hant", "搜尋引擎設定", "引擎", True),
        ("ru", "сервер работает", "Сервер", True),
        ("ru", "серверный", "сервер", False),
        ("th", "กินข้าว", "ก", False),
        ("hi", "किताबें", "किताब", False),
        ("hi", "कीमत", "की", False),
        ("hi", "किताब", "ताब", False),
        ("hi", "यह किताब है", "किताब", True),
        ("el", "Ο ΧΡΉΣΤΗΣ", "χρήστης", True),
        ("tr", "İstanbul", "istanbul", True),
    ],
)
def test_terms_of_other_languages(language: str, text: str, source: str, expected: bool) -> None:
    assert found(text, source, language=language) == [source] * expected


def test_case_counts_where_the_term_says_so() -> None:
    company, fruit = Term("Apple", "Apple", case_sensitive=True), Term("apple", "Apfel")
    glossary = Glossary([fruit, company], "en", "de")
    assert glossary.find("Apple sells apples") == (company, fruit)
    assert glossary.find("APPLES") == (fruit,)
    assert Glossary([company], "en", "de").find("apple") == ()


def test_case_is_looked_at_where_lower_case_has_more_letters() -> None:
    term = Term("Go", "Go", case_sensitive=True)
    assert Glossary([term], "tr", "en").find("İİİ Go") == (term,)
    assert Glossary([term], "tr", "en").find("İİİ go") == ()


def test_lower_case_is_as_long_for_every_character() -> None:
    for code in range(0x110000):
        text = fold(chr(code))
        assert len(text.cased) == len(text.lowered)


def test_forms_count_unless_the_term_says_no() -> None:
    term = Term("file", "Datei", inflected=False)
    assert Glossary([term], "en", "de").find("two files") == ()
    assert Glossary([term], "en", "de").find("one file") == (term,)


def test_a_glossary_without_terms_finds_none() -> None:
    assert Glossary((), "ja", "en").find("検索") == ()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_large_glossary_finds_what_a_small_one_does(language: str) -> None:
    texts = {"ja": "検索エンジンの設定をメールで送る", "en": "Mail the settings of the search engines"}
    small = {"ja": ["設定", "検索エンジン"], "en": ["setting", "search engine"]}[language]
    others = [f"{chr(0x4E00 + number % 5000)}設{chr(0x5E00 + number % 4999)}" for number in range(5000)]
    words = [f"search the {chr(97 + number % 26)}{number}x" for number in range(5000)]
    sources = sorted({*others, *words, *small})
    assert set(found(texts[language], *sources, language=language)) == set(small)


SOURCES = st.lists(st.text("東京都庁の", min_size=1, max_size=4), max_size=8, unique=True)
TEXTS = st.text("東京都庁の、", max_size=20)


def longest_first(text: str, sources: list[str]) -> list[str]:
    """What find says it does, for terms without borders and forms, place by place."""
    places = [
        (-len(source), start, source)
        for source in sources
        for start in range(len(text))
        if text.startswith(source, start)
    ]
    taken: set[int] = set()
    first: dict[str, int] = {}
    for shortness, start, source in sorted(places):
        stretch = range(start, start - shortness)
        if taken.isdisjoint(stretch):
            taken.update(stretch)
            first[source] = min(first.get(source, start), start)
    return sorted(first, key=lambda source: first[source])


@given(TEXTS, SOURCES)
def test_the_longest_come_first_and_none_overlap(text: str, sources: list[str]) -> None:
    assert found(text, *sources) == longest_first(text, sources)


@given(st.lists(st.sampled_from(["a", "b", "ab", "ba", "bb"]), max_size=12), st.data())
def test_words_are_found_as_in_a_list_of_words(words: list[str], data: st.DataObject) -> None:
    phrase = st.lists(st.sampled_from(["a", "b", "ab", "ba"]), min_size=1, max_size=3)
    phrases = data.draw(st.lists(phrase, max_size=5, unique_by=" ".join))
    terms = [Term(" ".join(one), "x", inflected=False) for one in phrases]
    expected = {
        " ".join(one)
        for one in phrases
        if any(words[start : start + len(one)] == one for start in range(len(words)))
    }
    text = " ".join(words)
    assert {term.source for one in terms for term in Glossary([one], "en", "de").find(text)} == expected
    together = {term.source for term in Glossary(terms, "en", "de").find(text)}
    assert together <= expected
    assert bool(together) == bool(expected)


@given(TEXTS, SOURCES, st.text("東京都庁のア", min_size=1, max_size=5))
def test_a_term_that_does_not_occur_changes_nothing(text: str, sources: list[str], other: str) -> None:
    if other not in text:
        assert found(text, *sources, other) == found(text, *sources)


@given(
    st.text(max_size=40),
    st.lists(st.text(min_size=1, max_size=4), max_size=4),
    st.sampled_from(["ja", "en", "ko"]),
)
def test_every_term_that_is_found_stands_in_the_text(text: str, sources: list[str], language: str) -> None:
    found_terms = Glossary([Term(source, "x", inflected=False) for source in sources], language, "de").find(text)
    assert len(set(found_terms)) == len(found_terms)
    for term in found_terms:
        for word in fold(term.source).lowered.replace("-", " ").split():
            assert word in fold(text).lowered


@given(st.text("検索エンジン設定api {}<1>/", max_size=12), st.text("、。「」 ", min_size=1, max_size=1))
def test_a_term_stands_between_punctuation(source: str, mark: str) -> None:
    terms = [Term("検索エンジン", "x"), Term("API", "y")]
    text = f"{source}{mark}検索エンジン{mark}"
    assert terms[0] in Glossary(terms, "ja", "en").find(text)
