"""The demo needs no model: the phrasebook has every text of the example days, fit for its checks and glossary."""

from __future__ import annotations

import pytest

from batch_translate.checks.pair import Pair
from batch_translate.checks.registry import run_checks
from batch_translate.config import RunRequest, load_settings
from batch_translate.documents.document import DocumentSettings
from batch_translate.documents.registry import format_of
from batch_translate.findings import is_critical
from batch_translate.glossary.files import read_glossary
from batch_translate.glossary.matching import Glossary
from batch_translate.languages import needs_translation
from batch_translate.segments import Segment
from local_batch_api.contract import Term as AskedTerm
from local_batch_api.faults.engine import GoodAnswer, spoil_translation
from local_batch_api.faults.rules import read_file
from local_batch_api.phrasebook import Phrasebook
from provider import EXAMPLES

_INPUT = EXAMPLES / "input"
_DOCUMENTS = sorted(path for path in _INPUT.rglob("*") if path.is_file() and path.parent != _INPUT)


def _segments(document: str) -> list[Segment]:
    path = _INPUT / document
    reader = format_of(document)
    assert reader is not None
    with path.open("rb") as source:
        read = list(reader.read(source, document, DocumentSettings()))
    assert [part for part in read if not isinstance(part, Segment)] == []
    return [part for part in read if isinstance(part, Segment) and needs_translation(part.text, "ja", "en")]


def _known_sources() -> set[str]:
    """The sources of the phrasebook, as they stand in it."""
    lines = (EXAMPLES / "phrasebook.tsv").read_text("utf-8").splitlines()
    return {line.split("\t")[2].replace("\\n", "\n") for line in lines}


@pytest.mark.parametrize("document", [str(path.relative_to(_INPUT)) for path in _DOCUMENTS])
def test_phrasebook_covers_every_segment_with_a_translation_to_which_no_check_objects(document: str) -> None:
    phrasebook = Phrasebook([EXAMPLES / "phrasebook.tsv"])
    glossary = Glossary(read_glossary(str(_INPUT / "glossary.csv"), "ja", "en"), "ja", "en")
    segments = _segments(document)
    assert segments
    assert {segment.text for segment in segments} - _known_sources() == set()
    for segment in segments:
        terms = tuple(glossary.find(segment.text))
        asked = [AskedTerm(term.source, term.target, term.forbidden) for term in terms]
        answer = phrasebook.translate("ja", "en", segment.text, asked)
        assert answer == phrasebook.translate("ja", "en", segment.text), "the glossary says something else"
        assert run_checks(Pair(segment.text, answer, "ja", "en", segment.context, terms), {}) == ()


def test_settings_have_a_profile_for_messages_and_one_for_what_the_shop_publishes() -> None:
    request = RunRequest(day="2024-04-16", run_id="r", input=str(_INPUT), output="o", work="w")
    settings = load_settings(request)
    assert settings.glossary == ("glossary.csv",)
    said = [(rule.name, rule.files, rule.formality) for rule in settings.profiles]
    assert said == [("support", "support.jsonl", "informal"), ("shop", "**", "formal")]


def test_the_demos_fault_happens_to_one_text_of_the_first_day() -> None:
    (rule,) = read_file(EXAMPLES / "faults.toml")
    assert (rule.kind.place, rule.count) == ("text", 1)
    assert rule.text is not None
    first, *others = sorted(day.name for day in _INPUT.iterdir() if day.is_dir())
    texts = {
        day: {
            segment.text
            for path in _DOCUMENTS
            if path.is_relative_to(_INPUT / day)
            for segment in _segments(str(path.relative_to(_INPUT)))
            if rule.text in segment.text
        }
        for day in (first, *others)
    }
    (source,) = texts.pop(first)
    assert set().union(*texts.values()) == set()
    translation = Phrasebook([EXAMPLES / "phrasebook.tsv"]).translate("ja", "en", source)
    spoiled = spoil_translation(rule.name, GoodAnswer(source, "en", translation))
    assert is_critical(run_checks(Pair(source, spoiled, "ja", "en"), {}))


def test_days_repeat_texts_for_the_memory_to_save() -> None:
    texts = [segment.text for path in _DOCUMENTS for segment in _segments(str(path.relative_to(_INPUT)))]
    assert len(texts) > 2 * len(set(texts))
