from __future__ import annotations

from batch_translate.checks.pair import Pair
from batch_translate.checks.registry import run_checks
from batch_translate.checks.terms import check_forbidden, check_terms
from batch_translate.glossary.matching import Glossary
from batch_translate.glossary.terms import Term

SETTINGS = Term("設定", "settings", ("options", "preferences"))
AIRFLOW = Term("Airflow", "Airflow")
HONORIFIC = Term("様", "", ("Mr.",))


def pair(source: str, target: str, *terms: Term) -> Pair:
    return Pair(source, target, "ja", "en", terms=terms)


def test_a_missing_term_is_one_sentence() -> None:
    assert list(check_terms(pair("設定の設定", "Options", SETTINGS))) == [
        'The glossary term "設定" must be translated as "settings", which the translation lacks.'
    ]


def test_a_term_that_is_not_translated_has_its_own_sentence() -> None:
    assert list(check_terms(pair("Airflowの設定", "Settings of the air current", SETTINGS, AIRFLOW))) == [
        'The glossary term "Airflow" must not be translated, and the translation lacks it.'
    ]


def test_once_is_enough_for_a_term_that_occurs_twice() -> None:
    assert list(check_terms(pair("設定から設定へ", "From one <1>setting</1>s page", SETTINGS))) == []


def test_a_forbidden_word_says_what_to_use() -> None:
    assert list(check_forbidden(pair("設定", "Preferences and options", SETTINGS))) == [
        'The translation has "options", which is forbidden for the glossary term "設定": use "settings".',
        'The translation has "preferences", which is forbidden for the glossary term "設定": use "settings".',
    ]
    assert list(check_forbidden(pair("佐藤様", "Mr. Sato", HONORIFIC))) == [
        'The translation has "Mr.", which is forbidden for the glossary term "様".'
    ]


def test_nothing_is_said_of_texts_without_terms() -> None:
    without = pair("設定", "Options")
    assert [*check_terms(without), *check_forbidden(without)] == []


def test_terms_that_are_found_are_checked_as_critical() -> None:
    source = "Airflowの設定を変更します。"
    terms = Glossary([SETTINGS, AIRFLOW, HONORIFIC], "ja", "en").find(source)
    found = run_checks(pair(source, "You change the options of Airflow.", *terms), {})
    assert [(finding.check, finding.severity) for finding in found] == [
        ("terms", "critical"),
        ("forbidden_terms", "critical"),
    ]
    assert run_checks(pair(source, "You change the settings of Airflow.", *terms), {}) == ()
