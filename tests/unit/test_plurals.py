from __future__ import annotations

import pytest

from batch_translate.plurals import plural_context, plural_examples


@pytest.mark.parametrize(
    ("language", "categories"),
    [
        ("ja", ["other"]),
        ("zh-Hant", ["other"]),
        ("en", ["one", "other"]),
        ("fr", ["one", "other"]),
        ("pt-BR", ["one", "other"]),
        ("ru", ["one", "few", "many"]),
        ("ar", ["zero", "one", "two", "few", "many", "other"]),
        ("xx", ["other"]),
        ("not a tag", ["other"]),
    ],
)
def test_categories_are_those_of_whole_numbers(language: str, categories: list[str]) -> None:
    assert list(plural_examples(language)) == categories


def test_context_says_for_which_numbers_a_form_is() -> None:
    assert plural_context("ru", "few") == "plural form 'few': for numbers such as 2, 3, 4, 22"
    assert plural_context("en", "few") == "plural form 'few'"
