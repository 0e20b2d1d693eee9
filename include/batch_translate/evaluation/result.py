"""What an evaluation found, as it is shown, written and compared."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from batch_translate.evaluation.scores import Score, Scorer

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA_VERSION = 1
Scored = Literal["key", "place", "order", "text"]
"""How a document's texts stand beside their references (alignment.Way); `text`: not at all, it counts as one."""


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True)


class DocumentEvaluation(_Written):
    """One document. `translations` and `references` are what was scored, side by side.

    `missing`: of those, how many have no translation and count as empty ones. `without_reference`: segments which
    the reference has not. `findings`: check → how many; None where the translation could not be put beside its
    source.
    """

    document: str
    scored: Scored
    chrf: float | None
    bleu: float | None
    missing: int
    without_reference: int
    critical: int | None
    warnings: int | None
    findings: dict[str, int] | None
    translations: tuple[str, ...]
    references: tuple[str, ...]


class NotScored(_Written):
    """A document that has no score, and why."""

    document: str
    reason: str


class Evaluation(_Written):
    """One folder of translations. `signatures` are sacrebleu's: only equal ones compare.

    `segments` are the scores of all aligned segments together, `texts` those of the documents scored as one text.
    """

    schema_version: int = SCHEMA_VERSION
    folder: str
    references: str
    source_language: str
    language: str
    signatures: dict[str, str]
    documents: tuple[DocumentEvaluation, ...]
    not_scored: tuple[NotScored, ...]
    segments: Score | None
    texts: Score | None

    def findings(self) -> Counter[str]:
        """Check → how many in all documents."""
        total: Counter[str] = Counter()
        for document in self.documents:
            total.update(document.findings or {})
        return total


def total(scorer: Scorer, documents: Iterable[DocumentEvaluation]) -> Score | None:
    """The scores of documents taken together, as of one corpus."""
    translations, references = together(documents)
    return scorer.score(translations, references) if references else None


def together(documents: Iterable[DocumentEvaluation]) -> tuple[list[str], list[str]]:
    """(translations, references) of all documents."""
    translations: list[str] = []
    references: list[str] = []
    for document in documents:
        translations += document.translations
        references += document.references
    return translations, references
