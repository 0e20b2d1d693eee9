from __future__ import annotations

import pytest

from batch_translate.errors import SettingsError
from batch_translate.evaluation.comparison import compare
from batch_translate.evaluation.result import DocumentEvaluation, Evaluation
from batch_translate.evaluation.scores import Scorer
from batch_translate.evaluation.table import comparison_lines, evaluation_lines

REFERENCES = [f"The parcel number {number} leaves our warehouse on the next morning." for number in range(40)]
GOOD = [text.replace("leaves", "left") for text in REFERENCES]
BAD = [" ".join(reversed(text.split())) for text in REFERENCES]


def evaluation(*documents: DocumentEvaluation, language: str = "en") -> Evaluation:
    return Evaluation(
        folder="translations",
        references="references",
        source_language="ja",
        language=language,
        signatures=Scorer(language).signatures,
        documents=documents,
        not_scored=(),
        segments=None,
        texts=None,
    )


def document(name: str, translations: list[str], references: list[str] = REFERENCES) -> DocumentEvaluation:
    score = Scorer("en").score(translations, references)
    return DocumentEvaluation(
        document=name,
        scored="place",
        chrf=score.chrf,
        bleu=score.bleu,
        missing=0,
        without_reference=0,
        critical=0,
        warnings=0,
        findings={},
        translations=tuple(translations),
        references=tuple(references),
    )


@pytest.mark.parametrize(
    ("language", "tokenizer"), [("en", "13a"), ("pt-BR", "13a"), ("ja", "char"), ("ko", "char"), ("zh-Hant", "zh")]
)
def test_the_signature_says_how_words_are_found(language: str, tokenizer: str) -> None:
    assert f"|tok:{tokenizer}|" in Scorer(language).signatures["BLEU"]


def test_scores_are_whole_for_the_references_themselves_and_fall_with_the_damage() -> None:
    scorer = Scorer("en")
    same, good, bad = (scorer.score(texts, REFERENCES) for texts in (REFERENCES, GOOD, BAD))
    assert same == pytest.approx((100, 100))
    assert same.chrf > good.chrf > bad.chrf > 0
    assert same.bleu > good.bleu > bad.bleu


def test_japanese_is_scored_by_its_characters() -> None:
    score = Scorer("ja").score(["本日は晴天なり。"], ["本日は曇天なり。"])
    assert 0 < score.bleu < 100


def test_a_clear_difference_is_no_chance_and_two_equal_systems_have_none() -> None:
    scorer = Scorer("en")
    clear = scorer.chances(BAD, GOOD, REFERENCES)
    assert clear.chrf is not None
    assert clear.chrf < 0.01
    assert clear.bleu is not None
    assert clear.bleu < 0.01
    # Each is better in one half of the texts.
    swapped = scorer.chances([*GOOD[:20], *REFERENCES[20:]], [*REFERENCES[:20], *GOOD[20:]], REFERENCES)
    assert swapped.chrf is not None
    assert swapped.chrf > 0.3
    assert scorer.chances(GOOD, GOOD, REFERENCES) == (None, None)
    assert scorer.chances(GOOD[:1], BAD[:1], REFERENCES[:1]) == (None, None)


def test_documents_compare_where_they_were_scored_against_the_same_texts() -> None:
    before = evaluation(document("a.md", BAD), document("b.md", GOOD, GOOD), document("c.md", GOOD))
    after = evaluation(document("a.md", GOOD), document("b.md", GOOD), document("d.md", GOOD))
    found = compare(before, after)
    assert [it.document for it in found.differences] == ["a.md"]
    assert found.differences[0].after.chrf > found.differences[0].before.chrf
    assert found.total is not None
    assert found.total.after == found.differences[0].after
    assert {it.document: it.reason for it in found.not_compared} == {
        "b.md": "was scored against other texts",
        "c.md": "was scored in the other evaluation only",
        "d.md": "was not scored in the other evaluation",
    }
    lines = comparison_lines(found)
    assert lines[1].startswith("a.md")
    assert "+" in lines[1]
    assert any("b.md: was scored against other texts" in line for line in lines)


def test_scores_of_two_languages_do_not_compare() -> None:
    with pytest.raises(SettingsError, match="do not compare"):
        compare(evaluation(), evaluation(language="ja"))


def test_the_table_has_a_line_for_each_document_and_the_signatures() -> None:
    lines = evaluation_lines(evaluation(document("a.md", GOOD), document("longer.md", BAD)))
    head = next(line for line in lines if line.startswith("document"))
    rows = [line for line in lines if ".md" in line]
    assert [len(row) for row in rows] == [len(head)] * 2
    assert lines[-1].startswith("BLEU: nrefs:1|")


def test_an_evaluation_is_the_same_after_it_was_written() -> None:
    one = evaluation(document("a.md", GOOD))
    assert Evaluation.model_validate_json(one.model_dump_json()) == one
