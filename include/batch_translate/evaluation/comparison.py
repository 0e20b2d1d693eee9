"""Which of two evaluations against the same references is better, and may the difference be chance?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_translate.errors import SettingsError
from batch_translate.evaluation.result import NotScored, together
from batch_translate.evaluation.scores import Chances, Score, Scorer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.evaluation.result import DocumentEvaluation, Evaluation

TOTAL = "all aligned"


@dataclass(frozen=True, slots=True)
class Difference:
    """A document's scores `before` and `after`, and the chances that they differ by chance alone."""

    document: str
    before: Score
    after: Score
    chances: Chances


@dataclass(frozen=True, slots=True)
class Comparison:
    """`total` is that of all segments that both evaluations aligned."""

    differences: tuple[Difference, ...]
    total: Difference | None
    not_compared: tuple[NotScored, ...]


def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """Compare document by document those that were scored in the same way against the same texts.

    Raises SettingsError where the scores mean different things.
    """
    if before.signatures != after.signatures or before.language != after.language:
        raise SettingsError(
            f"scores of {before.language} by {before.signatures} and of {after.language} by {after.signatures} do "
            "not compare: evaluate both with the same version and for the same language"
        )
    scorer = Scorer(after.language)
    earlier = {document.document: document for document in before.documents}
    pairs: list[tuple[DocumentEvaluation, DocumentEvaluation]] = []
    not_compared: list[NotScored] = []
    for document in after.documents:
        other = earlier.pop(document.document, None)
        reason = _why_not(other, document)
        if other is None or reason:
            not_compared.append(NotScored(document=document.document, reason=reason))
        else:
            pairs.append((other, document))
    not_compared += [
        NotScored(document=name, reason="was scored in the other evaluation only") for name in earlier
    ]
    aligned = [pair for pair in pairs if pair[1].scored != "text"]
    return Comparison(
        tuple(_difference(scorer, new.document, [old], [new]) for old, new in pairs),
        _difference(scorer, TOTAL, *map(list, zip(*aligned, strict=True))) if aligned else None,
        tuple(not_compared),
    )


def _why_not(before: DocumentEvaluation | None, after: DocumentEvaluation) -> str:
    if before is None:
        return "was not scored in the other evaluation"
    if before.references != after.references:
        return "was scored against other texts"
    return "" if after.references else "has no reference"


def _difference(
    scorer: Scorer, name: str, before: Sequence[DocumentEvaluation], after: Sequence[DocumentEvaluation]
) -> Difference:
    (old, references), (new, _) = together(before), together(after)
    scores = scorer.score(old, references), scorer.score(new, references)
    return Difference(name, *scores, scorer.chances(old, new, references))
