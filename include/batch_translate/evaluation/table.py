"""Evaluations as text, for the person who chooses a prompt or a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_translate.evaluation.scores import TRIALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batch_translate.evaluation.comparison import Comparison, Difference
    from batch_translate.evaluation.result import DocumentEvaluation, Evaluation, NotScored

_ALIGNED = {"key": "by key", "place": "by place", "order": "by order", "text": "no"}


def evaluation_lines(evaluation: Evaluation) -> list[str]:
    """The evaluation as a table, what was not scored, and by what signatures."""
    rows = [_row(document) for document in evaluation.documents]
    aligned = [document for document in evaluation.documents if document.scored != "text"]
    whole = [document for document in evaluation.documents if document.scored == "text"]
    for name, score, documents in (
        ("all aligned", evaluation.segments, aligned),
        ("all not aligned", evaluation.texts, whole),
    ):
        if score is not None:
            rows.append(
                [
                    name,
                    "",
                    str(sum(len(it.references) for it in documents)),
                    str(sum(it.missing for it in documents)),
                    str(sum(it.without_reference for it in documents)),
                    *map(_number, score),
                    _sum(it.critical for it in documents),
                    _sum(it.warnings for it in documents),
                ]
            )
    head = ["document", "aligned", "texts", "missing", "no ref.", "chrF", "BLEU", "critical", "warnings"]
    lines = [
        f"{evaluation.folder}, {evaluation.source_language} → {evaluation.language}, "
        f"against {evaluation.references}",
        "",
        *_table([head, *rows]),
    ]
    found = evaluation.findings()
    if found:
        lines += ["", "Findings: " + ", ".join(f"{count} × {check}" for check, count in found.most_common()) + "."]
    if whole:
        lines += ["", "Not aligned: the documents differ in structure and were scored as one text each."]
    return [*lines, *_left_out("Not scored", evaluation.not_scored), "", *_signatures(evaluation)]


def comparison_lines(comparison: Comparison) -> list[str]:
    """The differences as a table, with p where there is one."""
    head = ["document", "chrF", "before", "change", "p", "BLEU", "before", "change", "p"]
    rows = [_change(difference) for difference in comparison.differences]
    if comparison.total is not None:
        rows.append(_change(comparison.total))
    return [
        *_table([head, *rows]),
        "",
        f"p: paired approximate randomisation, {TRIALS:,} trials, two-sided; below 0.05 the difference is hardly "
        "chance.",
        *_left_out("Not compared", comparison.not_compared),
    ]


def _row(document: DocumentEvaluation) -> list[str]:
    return [
        document.document,
        _ALIGNED[document.scored],
        str(len(document.references)),
        str(document.missing),
        str(document.without_reference),
        _number(document.chrf),
        _number(document.bleu),
        _sum([document.critical]),
        _sum([document.warnings]),
    ]


def _change(difference: Difference) -> list[str]:
    cells = [difference.document]
    for before, after, chance in zip(difference.before, difference.after, difference.chances, strict=True):
        cells += [
            _number(after),
            _number(before),
            f"{after - before:+.1f}",
            "–" if chance is None else f"{chance:.3f}",
        ]
    return cells


def _number(score: float | None) -> str:
    return "–" if score is None else f"{score:.1f}"


def _sum(counts: Iterable[int | None]) -> str:
    known = [count for count in counts if count is not None]
    return str(sum(known)) if known else "–"


def _left_out(title: str, documents: Iterable[NotScored]) -> list[str]:
    lines = [f"  {it.document}: {it.reason}" for it in documents]
    return ["", f"{title}:", *lines] if lines else []


def _signatures(evaluation: Evaluation) -> list[str]:
    return [f"{name}: {signature}" for name, signature in evaluation.signatures.items()]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
