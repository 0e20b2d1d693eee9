from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from batch_translate.glossary.matching import Glossary
from batch_translate.glossary.terms import Term


def stands(translation: str, language: str, term: Term) -> bool:
    return Glossary([term], "ja", language).missing([term], translation) == ()


@pytest.mark.parametrize(
    ("language", "target", "translation"),
    [
        ("en", "setting", "Your Settings"),
        ("en", "settings", "Your settings"),
        ("en", "search engine", "Search <1>engines</1>"),
        ("en", "terms of service", "the Terms-of-Service"),
        ("en", "sign in", "having signed\nin"),
        ("en", "cancel", "It was cancelled"),
        ("en", "cancel", "It was canceled"),
        ("en", "policy", "our policies’ wording"),
        ("en", "API", "two APIs"),
        ("en", "email", "ＥＭＡＩＬ"),
        ("en", "C++", "in C++."),
        ("en-GB", "file", "files"),
        ("de", "Datei", "der Dateiname"),
        ("de", "Haus", "viele Häuser"),
        ("de", "aktive Datei", "in der aktiven Datei"),
        ("de", "Einstellung", "Servereinstellungen"),
        ("fr", "base de données", "les bases de données"),
        ("es", "configuración", "configuraciones"),
        ("pt", "configuração", "as configurações"),
        ("it", "utente", "gli utenti"),
        ("pl", "użytkownik", "użytkownikami"),
        ("ru", "пользователь", "для пользователей"),
        ("fi", "tiedosto", "tiedostoissa"),
        ("tr", "sunucu", "sunucularımızda"),
        ("ja", "サーバー", "メールサーバー"),
        ("ja", "検索エンジン", "<1>検索</1>エンジン"),
        ("ja", "API", "APIを"),
        ("ja", "設定する", "設定しました"),
        ("ja", "インストールする", "インストールします"),
        ("ja", "書き込む", "書き込みます"),
        ("ja", "閉じる", "閉じた"),
        ("ja", "速い", "速くなる"),
        ("ko", "서버", "메일서버를"),
        ("ar", "خادم", "الخادم"),
        ("th", "ค้นหา", "การค้นหา"),
        ("zh", "搜索", "搜索引擎"),
    ],
)
def test_a_target_stands_in_its_forms(language: str, target: str, translation: str) -> None:
    assert stands(translation, language, Term("元", target))


@pytest.mark.parametrize(
    ("language", "target", "translation"),
    [
        ("en", "setting", "Your preferences"),
        ("en", "file", "Your profile"),
        ("en", "API", "rapid"),
        ("en", "name", "{name} and %(name)s"),
        ("en", "example", "https://example.com"),
        ("en", "search engine", "engine search"),
        ("de", "Datei", "der Ordner"),
        ("de", "Name", "{Name}"),
        ("ja", "API", "RAPIDを"),
        ("ja", "サーバー", "サーバ"),
        ("ja", "設定", "設置"),
        ("ru", "сервер", "сервис"),
        ("en", "setting", ""),
    ],
)
def test_a_target_that_does_not_stand_is_missing(language: str, target: str, translation: str) -> None:
    assert not stands(translation, language, Term("元", target))


def test_case_and_forms_count_where_the_term_says_so() -> None:
    assert not stands("apples", "en", Term("林檎", "Apple", case_sensitive=True))
    assert stands("Apples", "en", Term("林檎", "Apple", case_sensitive=True))
    assert not stands("Einstellungen", "de", Term("設定", "einstellung", case_sensitive=True))
    assert not stands("two files", "en", Term("書類", "file", inflected=False))
    assert not stands("Dateien", "de", Term("書類", "Datei", inflected=False))
    assert stands("die Datei", "de", Term("書類", "Datei", inflected=False))


@pytest.mark.parametrize(
    ("language", "translation", "expected"),
    [
        ("en", "with Airflow's help", True),
        ("de", "Airflows Hilfe", True),
        ("ja", "Airflowを使う", True),
        ("fi", "Airflow’ssa", True),
        ("en", "with MyAirflow", False),
        ("de", "Airflo", False),
        ("ja", "エアフロー", False),
    ],
)
def test_what_is_not_translated_stands_as_it_is(language: str, translation: str, expected: bool) -> None:
    assert stands(translation, language, Term("Airflow", "Airflow")) == expected


def test_what_is_not_translated_stands_in_no_other_spelling() -> None:
    assert not stands("our policies", "en", Term("Policy", "Policy"))


def test_only_the_missing_terms_come_back_in_their_order() -> None:
    terms = [Term("検索", "search"), Term("様", "", ("Mr.",)), Term("設定", "settings"), Term("茶", "tea")]
    assert Glossary(terms, "ja", "en").missing(terms, "Search for coffee") == (terms[2], terms[3])


@pytest.mark.parametrize(
    ("language", "target", "word", "translation", "expected"),
    [
        ("en", "settings", "preference", "Your preferences", True),
        ("en", "settings", "preference", "{preference}", False),
        ("en", "GitHub", "Github", "on Github", False),
        ("en", "user account", "account", "one user account", False),
        ("en", "user account", "account", "one account, one user account", True),
        ("en", "", "Mr.", "Mr. Sato", True),
        ("en", "", "Mr.", "Mrs. Sato", False),
        ("ja", "サーバー", "サーバ", "サーバーとサーバ", True),
        ("ja", "ソフトウェア", "ソフト", "マイクロソフトのソフトウェア", False),
        ("ja", "保存", "格納", "格納する", True),
        ("de", "Datei", "File", "zwei Files", True),
        ("de", "Datei", "File", "Profile", False),
        ("fi", "tiedosto", "faili", "faileja", False),
    ],
)
def test_forbidden_words(language: str, target: str, word: str, translation: str, expected: bool) -> None:
    term = Term("元", target, (word,))
    found = Glossary([term], "ja", language).forbidden([term], translation)
    assert found == (((term, word),) if expected else ())


def test_case_tells_a_forbidden_spelling_from_the_target() -> None:
    term = Term("GitHub", "GitHub", ("Github",), case_sensitive=True)
    glossary = Glossary([term], "ja", "en")
    assert glossary.forbidden([term], "on Github") == ((term, "Github"),)
    assert glossary.forbidden([term], "on GitHub") == ()


def test_a_word_may_stand_inside_the_target_of_another_term() -> None:
    terms = [Term("口座", "deposit", ("account",)), Term("利用者", "user account")]
    assert Glossary(terms, "ja", "en").forbidden(terms, "a deposit of the user account") == ()
    assert Glossary(terms, "ja", "en").forbidden(terms[:1], "a deposit of the user account") != ()


WORDS = st.text("abcdefgé", min_size=1, max_size=9)


@given(st.lists(WORDS, min_size=1, max_size=3), st.sampled_from(["en", "de", "ru", "ja", "ko"]), st.booleans())
def test_a_target_as_it_is_written_always_stands(words: list[str], language: str, inflected: bool) -> None:
    term = Term("元", " ".join(words), inflected=inflected)
    assert stands(f"– {' '.join(words)}.", language, term)
    assert stands(f"<1>{words[0]}</1>{''.join(f'-{word}' for word in words[1:])}", language, term)


@given(st.lists(WORDS, max_size=4), WORDS, WORDS, st.sampled_from(["en", "de", "ja"]))
def test_a_forbidden_word_is_found_where_it_stands_beside_the_target(
    others: list[str], target: str, word: str, language: str
) -> None:
    term = Term("元", target, (word,), inflected=False)
    words = [*others, target]
    found = Glossary([term], "ja", language).forbidden([term], " ".join(words))
    assert found == (((term, word),) if word in others and word != target else ())
