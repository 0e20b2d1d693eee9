from __future__ import annotations

import unicodedata

import hypothesis.strategies as st
import pytest
from hypothesis import given

from batch_translate.keys import custom_id, instruction_key, job_key, plan_hash, segment_key

SEGMENT = "9d762ca0820eaf4428b0f7ad5d4ea213"
INSTRUCTION = "b9778044794c207f3d4fedbe531479ee"
TERMS = [("猫", "cat"), ("犬", "dog")]


# A memory is found by these: whoever changes one makes every memory worthless.
@pytest.mark.parametrize(
    ("made", "golden"),
    [
        (segment_key("ja", "en", "お知らせ"), SEGMENT),
        (segment_key("ja", "en", "お知らせ", "menu"), "1769a11d7d37857f526a58dc59ce4e7f"),
        (instruction_key("default", 1), INSTRUCTION),
        (instruction_key("default", 1, TERMS), "020f67d200ab7b043484600ed715cf89"),
        (custom_id([(SEGMENT, INSTRUCTION, 1)]), "3269f049e1893323907c19279eec283e9776aa01"),
        (job_key(["a", "b"]), "5e02a6a385993cb99d5e2e72978f3c77"),
        (plan_hash(["a", "b"]), "b82a7ed8df01"),
    ],
)
def test_keys_are_what_they_have_always_been(made: str, golden: str) -> None:
    assert made == golden


@pytest.mark.parametrize("text", ["ガ", "Ünï", "ﾊﾟ゛が", "각"])
def test_normal_forms_of_one_text_have_one_key(text: str) -> None:
    composed, apart = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert composed != apart
    assert segment_key("ja", "en", composed) == segment_key("ja", "en", apart)


def test_compatible_characters_are_other_texts() -> None:
    assert len({segment_key("ja", "en", text) for text in ("ガ", "ｶﾞ", "１", "1", "㌔")}) == 5


def test_languages_text_and_context_each_make_another_key() -> None:
    asked = [
        ("ja", "en", "a", ""),
        ("zh", "en", "a", ""),
        ("ja", "fr", "a", ""),
        ("ja", "en", "A", ""),
        ("ja", "en", "a ", ""),
        ("ja", "en", "a", "menu"),
        ("ja", "en", "", "a"),
    ]
    assert len({segment_key(*one) for one in asked}) == len(asked)


def test_parts_never_run_together() -> None:
    assert segment_key("ja", "en", "a", "b") != segment_key("ja", "en", "a\x1f1:b", "")
    assert instruction_key("p", 1, [("a", "bc")]) != instruction_key("p", 1, [("ab", "c")])
    assert instruction_key("p", 11) != instruction_key("p1", 1)
    assert custom_id([("a", "b", 1), ("c", "d", 1)]) != custom_id([("a", "b", 1)])
    assert job_key(["ab", "c"]) != job_key(["a", "bc"])
    assert plan_hash([]) != plan_hash([""])


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_only_the_same_parts_have_the_same_hash(one: list[str], other: list[str]) -> None:
    assert (plan_hash(one) == plan_hash(other)) == (one == other)


def test_order_of_terms_and_of_requests_is_irrelevant_and_of_slots_is_not() -> None:
    assert instruction_key("p", 1, TERMS) == instruction_key("p", 1, TERMS[::-1])
    assert job_key(["a", "b", "c"]) == job_key(["c", "a", "b"])
    assert custom_id([("a", "i", 1), ("b", "i", 1)]) != custom_id([("b", "i", 1), ("a", "i", 1)])


def test_another_attempt_is_another_request() -> None:
    assert custom_id([(SEGMENT, INSTRUCTION, 1)]) != custom_id([(SEGMENT, INSTRUCTION, 2)])


def test_profile_version_and_terms_each_make_another_instruction() -> None:
    made = {
        instruction_key("a", 1),
        instruction_key("a", 2),
        instruction_key("b", 1),
        instruction_key("a", 1, TERMS),
    }
    assert len(made) == 4


def test_a_lone_surrogate_has_a_key_too() -> None:
    assert segment_key("ja", "en", "\ud83d") != segment_key("ja", "en", "\ufffd")


def test_custom_ids_fit_into_sixty_four_characters() -> None:
    assert len(custom_id(("s" * 32, "i" * 32, number) for number in range(100))) == 40
