"""The demo needs no model: the phrasebook has every text of the example days, with its placeholders."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from batch_translate.documents.document import DocumentSettings
from batch_translate.documents.registry import format_of
from batch_translate.languages import needs_translation
from batch_translate.segments import Segment
from local_batch_api.phrasebook import Phrasebook
from provider import EXAMPLES

_INPUT = EXAMPLES / "input"
_DOCUMENTS = sorted(path for path in _INPUT.rglob("*") if path.is_file())
_TAG = re.compile(r"</?\d+/?>")


def _segments(document: str) -> list[Segment]:
    path = _INPUT / document
    reader = format_of(document)
    assert reader is not None
    with path.open("rb") as source:
        read = list(reader.read(source, document, DocumentSettings()))
    assert [part for part in read if not isinstance(part, Segment)] == []
    return [part for part in read if isinstance(part, Segment) and needs_translation(part.text, "ja", "en")]


@pytest.mark.parametrize("document", [str(path.relative_to(_INPUT)) for path in _DOCUMENTS])
def test_phrasebook_covers_every_segment(document: str) -> None:
    phrasebook = Phrasebook([EXAMPLES / "phrasebook.tsv"])
    segments = _segments(document)
    assert segments
    answers = {segment.text: phrasebook.translate("ja", "en", segment.text) for segment in segments}
    assert [source for source, target in answers.items() if target.startswith("[ja→en]")] == []
    assert [s for s, t in answers.items() if Counter(_TAG.findall(s)) != Counter(_TAG.findall(t))] == []


def test_days_repeat_texts_for_the_memory_to_save() -> None:
    texts = [segment.text for path in _DOCUMENTS for segment in _segments(str(path.relative_to(_INPUT)))]
    assert len(texts) > 2 * len(set(texts))
