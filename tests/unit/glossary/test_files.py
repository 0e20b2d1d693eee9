from __future__ import annotations

from typing import TYPE_CHECKING

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_translate.errors import SettingsError
from batch_translate.glossary.files import merge_glossaries, read_glossary
from batch_translate.glossary.terms import Term

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "glossary"


def read(path: Path, content: str | bytes, ending: str = ".csv", pair: str = "ja en") -> tuple[Term, ...]:
    file = path.with_suffix(ending)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_glossary(str(file), *pair.split())


def test_every_column_has_its_meaning(written: Path) -> None:
    content = (
        "source,target,source_language,target_language,forbidden,case_sensitive,inflected,do_not_translate,note\n"
        "設定,settings,ja,en, preferences |options|,TRUE,no,0,for people\n"
    )
    expected = Term("設定", "settings", ("options", "preferences"), True, False, "for people")
    assert read(written, content) == (expected,)


def test_a_toml_term_has_the_same_names(written: Path) -> None:
    content = """
        [[terms]]
        source = "設定"
        target = { EN = "settings", de = "Einstellungen" }
        forbidden = ["preferences", "options"]
        case_sensitive = true
        inflected = false
        note = "for people"
    """
    expected = Term("設定", "settings", ("options", "preferences"), True, False, "for people")
    assert read(written, content, ".toml") == (expected,)


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        ("\ufeffsource,target\n検索,search\n", ".csv"),
        ("source,target\r\n\r\n検索,search\r\n,\r\n", ".csv"),
        ("\nsource;target;\n検索;search;\n", ".CSV"),
        ("source,target,,\n検索,search,,,,\n", ".csv"),
        ('Source, TARGET \n"検索",search ', ".csv"),
        ("source\ttarget\n検索\tsearch\n", ".tsv"),
        ("target,source\n search ,　検索 \n", ".csv"),
        ("source,target\n検索,search\n検索,search\n", ".csv"),
        ("source,target,note\n検索,search,one\n検索,search,another\n", ".csv"),
        ("ja,en,note\n検索,search\n", ".csv"),
        ("JA,en-us,en\n検索,look-up,search\n", ".csv"),
        ("source,target,target_language\n検索,search,EN\n検索,Suche,de\n検索,chercher,fr\n", ".csv"),
        ("source,target,target_language\n検索,search,en\n検索,find,\n", ".csv"),
        ("source,target,source_language\n検索,search,\n検索,sou suo,zh\n", ".csv"),
        ("source,target,forbidden\n検索,search,|\n", ".csv"),
        ("ja,en,de\n検索,search,\n設定,,Einstellungen\n", ".csv"),
        ("en,ja,de\nsearch,検索,\nsettings,,Einstellungen\n", ".csv"),
        ("ja,en,de,forbidden\n検索,search,,\n設定,,Einstellung,Setting\n", ".csv"),
        ('terms = [{source = "検索", target = "search", forbidden = [], note = ""}]', ".toml"),
        ('[[terms]]\nja = "検索"\nen = "search"\n[[terms]]\nsource = "設定"\ntarget = {de = "x"}', ".toml"),
    ],
)
def test_one_term_in_many_forms(written: Path, content: str, ending: str) -> None:
    terms = read(written, content, ending)
    assert [term._replace(note="") for term in terms] == [Term("検索", "search")]


def test_the_exact_language_goes_before_its_base(written: Path) -> None:
    columns = "ja,pt,pt-BR\nファイル,ficheiro,arquivo\n検索,pesquisa,\n"
    header = "source,target,target_language\n"
    rows = f"{header}ファイル,arquivo,pt-BR\nファイル,ficheiro,pt\nファイル,x,\n検索,pesquisa,pt\n"
    toml = '[[terms]]\nsource = "ファイル"\ntarget = {pt = "ficheiro", pt-BR = "arquivo"}'
    assert read(written, columns, pair="ja pt-BR") == (Term("ファイル", "arquivo"), Term("検索", "pesquisa"))
    assert read(written, columns, pair="ja pt-PT") == (Term("ファイル", "ficheiro"), Term("検索", "pesquisa"))
    assert read(written, rows, pair="ja pt-BR") == (Term("ファイル", "arquivo"), Term("検索", "pesquisa"))
    assert read(written, rows, pair="ja pt") == (Term("ファイル", "ficheiro"), Term("検索", "pesquisa"))
    assert read(written, toml, ".toml", "ja pt-BR") == (Term("ファイル", "arquivo"),)
    assert read(written, toml, ".toml", "ja pt-PT") == (Term("ファイル", "ficheiro"),)


def test_texts_are_in_normal_form_c(written: Path) -> None:
    (term,) = read(written, "source,target,forbidden\nカ\u3099イド,Fu\u0308hrer,a\u0308\n")
    assert term == Term("ガイド", "Führer", ("ä",))


def test_do_not_translate_makes_the_source_the_target(written: Path) -> None:
    content = "source,target,do_not_translate\nAirflow,,yes\nOpenAI,OpenAI,1\n"
    assert read(written, content) == (Term("Airflow", "Airflow"), Term("OpenAI", "OpenAI"))
    assert read(written, "ja,de,do_not_translate\nAirflow,,yes\n") == (Term("Airflow", "Airflow"),)


def test_a_term_may_only_forbid(written: Path) -> None:
    assert read(written, "source,forbidden\n様,Mr.|Ms.\n") == (Term("様", "", ("Mr.", "Ms.")),)


def test_what_is_forbidden_in_a_table_is_for_its_language(written: Path) -> None:
    content = '[[terms]]\nsource = "様"\nforbidden = {en = ["Mr."], de = ["Herr"]}'
    assert read(written, content, ".toml") == (Term("様", "", ("Mr.",)),)
    assert read(written, content, ".toml", "ja de") == (Term("様", "", ("Herr",)),)


def test_case_tells_two_terms_apart(written: Path) -> None:
    content = "source,target,case_sensitive\nApple,Apple,yes\napple,Apfel,\n"
    assert len(read(written, content, pair="en de")) == 2


def test_a_file_without_rows_has_no_terms(written: Path) -> None:
    assert read(written, "") == ()
    assert read(written, "source,target\n") == ()
    assert read(written, "", ".toml") == ()


def test_a_glossary_may_lie_in_any_storage() -> None:
    with fsspec.open("memory://glossaries/shop.csv", "wb") as file:
        file.write("ja,en\n検索,search\n".encode())
    assert read_glossary("memory://glossaries/shop.csv", "ja", "en") == (Term("検索", "search"),)


@pytest.mark.parametrize(
    ("content", "ending", "says"),
    [
        ("source,target,comment\n", ".csv", "line 1: there is no column 'comment' in a glossary; the columns are"),
        ("\n検索,search\n", ".csv", "line 2: there is no column '検索'"),
        ("source,,target\n", ".csv", "line 1: there is no column ''"),
        ("source,target,Source\n", ".csv", "line 1: there are two columns source: take one away"),
        ("ja,JA,en\n", ".csv", "line 1: there are two columns ja"),
        ("source,target\n検索,search\n,find\n", ".csv", "line 3: the source is empty: write the term there"),
        ("ja,en\n,find\n", ".csv", "line 2: the source is empty"),
        ("source,target\n<1>,find\n", ".csv", "line 2: the source '<1>' has nothing that could be found"),
        ("source,target\n\n検索,\n", ".csv", "line 3: '検索' has no target: write its translation"),
        ("source,target,do_not_translate\n検索,,no\n", ".csv", "line 2: '検索' has no target"),
        ("ja,en,de\n検索,,\n", ".csv", "line 2: '検索' has no target"),
        ("source,target\n検索,search\n設定,set\n検索,find\n", ".csv", "line 4: '検索' stands in line 2 as well"),
        ("source,target\nｻｰﾊﾞ,a\nサーバ,b\n", ".csv", "line 3: 'サーバ' stands in line 2 as well"),
        ("source,target\nAPI,a\nApi,b\n", ".csv", "say yes under case_sensitive"),
        ("source,target,forbidden\n検索,a,b\n検索,a,c\n", ".csv", "line 3: '検索' stands in line 2 as well"),
        ("source,target,case_sensitive\nA,a,yes\nA,b,no\n", ".csv", "line 3: 'A' stands in line 2 as well"),
        ("source,target\n検索,search, find\n", ".csv", "line 2: there are 3 cells under 2 columns"),
        ('source,target\n検索,"search\n', ".csv", "line 2: is not readable as CSV"),
        ('source,target\n"a\nb",x\n検索,\n', ".csv", "line 4: '検索' has no target"),
        ("source,target,inflected\n検索,search,maybe\n", ".csv", "line 2: inflected is 'maybe'; it is yes or no"),
        ("source,target,do_not_translate\nA,b,yes\n", ".csv", "line 2: do_not_translate is said of 'A'"),
        ("source,target,forbidden\nA,b,c|B\n", ".csv", "line 2: 'B' is forbidden and is the target 'b'"),
        ("source,target,target_language\nA,b,english\n", ".csv", "line 2: 'english' is not a language tag"),
        ("source,ja,en\nA,検索,b\n", ".csv", "line 2: source and ja both say the source"),
        ("ja,target,en\nA,検索,b\n", ".csv", "line 2: target and en both say the target"),
        ("source,target\n検索,search\n設定,".encode() + "設".encode("cp932"), ".csv", "line 3: is not UTF-8"),
        ("source\ttarget\n検索\tsearch\n".encode("utf-16"), ".tsv", "line 1: is not UTF-8: save the file as"),
        ("[[terms]\n", ".toml", "is not readable as TOML"),
        ("[[term]]\nsource = 'A'\n", ".toml", "a glossary has [[terms]] and nothing else, and here is term"),
        ("terms = 1\n", ".toml", "and here is terms of another kind"),
        ("[[terms]]\nsource = 'A'\ntarget = 'b'\nremark = 'x'\n", ".toml", "term 1: there is no column 'remark'"),
        ("[[terms]]\nsource = 1\n", ".toml", "term 1: source is 1, which is no text"),
        ("[[terms]]\nsource = 'A'\ntarget = {en = 1}\n", ".toml", "term 1: target is 1, which is no text"),
        (
            "[[terms]]\nsource = 'A'\ntarget = {english = 'b'}\n",
            ".toml",
            "term 1: 'english' is not a language tag",
        ),
        ("[[terms]]\nsource = 'A'\nforbidden = 1\n", ".toml", "term 1: forbidden is 1, which is no list of words"),
        ("[[terms]]\nsource = 'A'\nforbidden = [1]\n", ".toml", "term 1: forbidden is 1, which is no text"),
        ("[[terms]]\nsource = 'A'\ntarget = 'b'\ninflected = 2\n", ".toml", "inflected is 2; it is yes or no"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(
    written: Path, content: str | bytes, ending: str, says: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        read(written, content, ending)
    assert str(refusal.value).startswith(str(written.with_suffix(ending)))
    assert says in str(refusal.value)


def test_what_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"there is no glossary .*none\.csv: correct `glossary`"):
        read_glossary(str(tmp_path / "none.csv"), "ja", "en")


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"terms\.xlsx is no glossary: they end in \.csv, \.tsv, \.toml"):
        read_glossary("terms.xlsx", "ja", "en")


def test_the_later_glossary_is_right() -> None:
    first = (Term("検索", "search"), Term("ｻｰﾊﾞ", "server"))
    later = (Term("設定", "settings"), Term("サーバ", "host"), Term("検索", "find"))
    assert merge_glossaries([first, later]) == (
        Term("検索", "find"),
        Term("サーバ", "host"),
        Term("設定", "settings"),
    )


def test_a_later_term_that_minds_case_takes_away_its_own_spelling_only() -> None:
    fruit, loud = Term("apple", "Apfel"), Term("Apple", "Frucht")
    company = Term("Apple", "Apple", case_sensitive=True)
    assert merge_glossaries([(fruit,), (company,)]) == (fruit, company)
    assert merge_glossaries([(loud,), (company,)]) == (company,)
    assert merge_glossaries([(company,), (fruit,)]) == (fruit,)
    assert merge_glossaries([(company, fruit)]) == (company, fruit)


TERMS = st.lists(
    st.builds(Term, st.sampled_from(["a", "A", "b", "ｂ", "c"]), st.sampled_from("xy")),
    unique_by=lambda t: t.source,
).map(tuple)


@given(st.lists(TERMS, max_size=4))
def test_merged_terms_are_from_the_last_glossary_that_has_their_source(parts: list[tuple[Term, ...]]) -> None:
    merged = merge_glossaries(parts)
    assert merge_glossaries([merged, merged]) == merged
    assert set(parts[-1] if parts else ()) <= set(merged)
    assert {term for part in parts for term in part} >= set(merged)
