"""What survives where no phrasebook has the text, and that another text has another answer."""

from __future__ import annotations

import re
from itertools import product

import pytest

from local_batch_api.contract import Term
from local_batch_api.filler import fill, terms_in
from local_batch_api.placeholders import CODE, PLACEHOLDER

_JAPANESE = re.compile(r"[぀-ヿ㐀-鿿。、「」（）]")
LONG = "いつもご利用いただき、ありがとうございます。ご不明な点は、お問い合わせフォームからお知らせください。"


def shape(text: str) -> str:
    """The text with each run of words as one `w`."""
    kept = rf"(?x:{PLACEHOLDER.pattern})|(?xa:{CODE.pattern})"
    words = r"(?P<words>[^\W\d_]+(?:[ ][^\W\d_]+)*(?!\w))"
    return re.sub(rf"{kept}|{words}", lambda match: "w" if match["words"] else match[0], text)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("雨です。", "w."),
        ("{name}さん、おかえりなさい！", "{name} w, w!"),
        ("{count}件の<1>新着</1>があります<2/>", "{count} w <1>w</1> w <2/>"),
        ("%1$sは%(n)sと%sに${a}と{{b}}と{n, number}", "%1$s w %(n)s w %s w ${a} w {{b}} w {n, number}"),
        ("綿100%のふきん、50%です", "w 100% w, 50% w"),
        ("config.yamlのmax_tokensは`x y`（F5）", "config.yaml w max_tokens w `x y` (F5)"),
        ("https://example.com/aを見て、a@example.comへ", "https://example.com/a w, a@example.com w"),
        ("一行目です。\n\n  二行目は\tここ", "w.\n\n  w\tw"),
        ("「お茶」と（紅茶）", "“w” w (w)"),
        ("１，０００円と３：００", "1,000 w 3:00"),
        ("3万5,000円、1.5億人、5千個", "35,000 w, 150,000,000 w, 5,000 w"),
        ("令和6年4月1日と平成元年", "2024 4 w 1 w 1989"),
        ("4/18 01:00", "4/18 01:00"),
        ("", ""),
    ],
)
def test_what_is_not_language_survives(source: str, expected: str) -> None:
    answer = fill("ja", "en", source)
    assert shape(answer) == expected
    assert not _JAPANESE.search(answer)


@pytest.mark.parametrize(("language", "most"), [("en", 3.2), ("fr", 3.2), ("ru", 3.2), ("ko", 2.0), ("zh", 1.3)])
def test_length_is_that_of_a_translation(language: str, most: float) -> None:
    for text in (LONG, LONG * 20):
        assert most / 2 < len(fill("ja", language, text)) / len(text) < most


def test_latin_words_are_names_in_another_script_and_prose_in_their_own() -> None:
    assert "Airflow" in fill("ja", "en", "Airflowの設定")
    german = fill("en", "de", "Open the settings of Airflow, then set maxTokens to 5.")
    assert re.fullmatch(r"\w+( \w+)*, \w+( \w+)* maxTokens \w+ 5\.", german)
    assert "Open" not in german
    assert not re.search("[A-Za-z]", fill("en", "ja", "Open the settings"))


def test_another_text_or_language_has_another_answer_and_the_same_one_the_same() -> None:
    letters = "雨雪風花山川石田林森村町人子女男犬猫鳥魚"
    texts = ["".join(pair) for pair in product(letters, letters)]
    answers = {fill("ja", "en", text) for text in texts}
    assert len(answers) == len(texts)
    assert answers == {fill("ja", "en", text) for text in texts}
    assert fill("ja", "pt-BR", "雨です") != fill("ja", "pt", "雨です")


@pytest.mark.parametrize(
    ("text", "occurring"),
    [
        ("猫と犬", ["猫", "犬"]),
        ("子猫は猫", ["子猫", "猫"]),
        ("子猫", ["子猫"]),
        ("{猫}は%(猫)sと`猫`", []),
        ("猫猫", ["猫"]),
    ],
)
def test_terms_occur_outside_of_placeholders_and_their_targets_stand_in_the_answer(
    text: str, occurring: list[str]
) -> None:
    terms = [Term("猫", "CAT"), Term("犬", "DOG"), Term("子猫", "KITTEN"), Term("CAT", "never")]
    targets = {term.source: term.target for term in terms}
    assert [term.source for term in terms_in(text, terms)] == occurring
    found = re.findall(r"CAT|DOG|KITTEN|never", fill("ja", "en", text, terms))
    assert list(dict.fromkeys(found)) == [targets[source] for source in occurring]


def test_term_in_latin_letters_begins_at_a_word_in_whatever_case() -> None:
    terms = [Term("cat", "CHAT")]
    assert fill("en", "fr", "Cats and concatenation", terms).count("CHAT") == 1
