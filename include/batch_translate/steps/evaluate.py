"""Translations scored against references, with the findings on them: what a prompt or a model is chosen by.

It looks at what stands in the folders, and changes nothing; what could not be scored is named with its reason.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from batch_translate import storage
from batch_translate.config import RunRequest, Settings, load_settings
from batch_translate.documents.registry import format_of
from batch_translate.errors import DocumentError, MissingFolderError
from batch_translate.evaluation.result import DocumentEvaluation, Evaluation, NotScored, total
from batch_translate.evaluation.scores import Scorer
from batch_translate.markup.tags import TAG
from batch_translate.profiles import load_profiles
from batch_translate.report import read_translations
from batch_translate.steps.compared_texts import Versions
from batch_translate.steps.judging import Judge
from batch_translate.steps.plan import profile_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batch_translate.steps.compared_texts import ComparedDocument, ComparedText

Published = dict[str, dict[tuple[str, str], str]]
"""document → (place, source) → translation"""


def evaluate_day(
    folder: str, references: str, input_folder: str, language: str, source_language: str | None = None
) -> Evaluation:
    """Score the documents of `folder`, translations of those in `input_folder`, against those of `references`.

    All three have the same file names and formats. `input_folder` is a dated folder, by whose settings documents
    are read and profiles are chosen. Where `folder` is `<output>/<day>/<language>` and was published, translations
    are those of its aligned table. Raises MissingFolderError when one of them is not there.
    """
    for url in (folder, references, input_folder):
        if not storage.exists(url):
            raise MissingFolderError(f"there is no folder {url}: name one that holds the documents")
    root, _, day = str(storage.local_path(input_folder) or input_folder.rstrip("/")).rpartition("/")
    request = RunRequest(day=day, run_id="evaluation", input=root, output="", work="")
    settings = _for_language(load_settings(request), language, source_language)
    judges = [Judge(profile) for profile in load_profiles(request, settings)[language]]
    versions = Versions(input_folder, folder, references, settings, language)
    scorer = Scorer(language)
    documents, not_scored = _scored(versions, scorer, judges)
    return Evaluation(
        folder=folder,
        references=references,
        source_language=settings.source_lang,
        language=language,
        signatures=scorer.signatures,
        documents=tuple(documents),
        not_scored=tuple(not_scored),
        segments=total(scorer, (it for it in documents if it.scored != "text")),
        texts=total(scorer, (it for it in documents if it.scored == "text")),
    )


def _scored(
    versions: Versions, scorer: Scorer, judges: Sequence[Judge]
) -> tuple[list[DocumentEvaluation], list[NotScored]]:
    """Every document of both folders, in the one list or the other."""
    published = _published(versions.translations, versions.language)
    translated, wanted = (set(storage.list_files(url)[0]) for url in (versions.translations, versions.references))
    documents: list[DocumentEvaluation] = []
    not_scored: list[NotScored] = []
    for path in sorted(wanted | translated):
        reason = _why_not(path, path in wanted, path in translated)
        try:
            if not reason:
                read = versions.read(path, None if published is None else published.get(path, {}))
                judge = judges[profile_number(versions.settings, path, versions.language)]
                documents.append(_evaluated(path, read, scorer, judge))
        except (DocumentError, OSError) as error:
            reason = str(error)
        if reason:
            not_scored.append(NotScored(document=path, reason=reason))
    return documents, not_scored


def _for_language(settings: Settings, language: str, source_language: str | None) -> Settings:
    said: dict[str, Any] = {"target_langs": (language,), "source_lang": source_language or settings.source_lang}
    return settings.model_copy(update=said)


def _why_not(path: str, has_reference: bool, is_translated: bool) -> str:
    if format_of(path) is None:
        return "is of no format that is read"
    if not has_reference:
        return "has no reference"
    return "" if is_translated else "has a reference and no translation"


def _published(folder: str, language: str) -> Published | None:
    """What the aligned table beside a published folder says; None where there is no such table."""
    parts = str(storage.local_path(folder) or folder.rstrip("/")).rsplit("/", 2)
    if len(parts) < 3 or parts[2] != language:
        return None
    output, day, _ = parts
    try:
        table = read_translations(day, language, output)
    except MissingFolderError:
        return None
    found: Published = {}
    columns = (table[name] for name in ("document", "place", "source", "target"))
    for document, place, source, target in zip(*columns, strict=True):
        translations = found.setdefault(document, {})
        if isinstance(target, str):  # else there is none
            translations[place, source] = target
    return found


def _evaluated(path: str, read: ComparedDocument, scorer: Scorer, judge: Judge) -> DocumentEvaluation:
    findings = _findings(read.texts, judge) if read.texts else None
    with_reference = [it for it in read.texts if it.reference is not None]
    pairs = (
        [(it.translation or "", it.reference or "") for it in with_reference]
        if read.whole is None
        else [read.whole]
    )
    translations = tuple(TAG.sub("", translation) for translation, _ in pairs)
    references = tuple(TAG.sub("", reference) for _, reference in pairs)
    score = scorer.score(translations, references) if references else None
    missing = sum(it.translation is None for it in (with_reference if read.whole is None else read.texts))
    return DocumentEvaluation(
        document=path,
        scored=read.scored,
        chrf=score.chrf if score else None,
        bleu=score.bleu if score else None,
        missing=missing,
        without_reference=0 if read.whole else len(read.texts) - len(with_reference),
        critical=None if findings is None else _count(findings, "critical"),
        warnings=None if findings is None else _count(findings, "warning"),
        findings=None if findings is None else _by_check(findings),
        translations=translations,
        references=references,
    )


def _findings(texts: list[ComparedText], judge: Judge) -> Counter[tuple[str, str]]:
    """(check, severity) → how many."""
    return Counter(
        (finding.check, finding.severity)
        for text in texts
        if text.translation is not None
        for finding in judge.findings(text.source, text.translation, text.context)
    )


def _count(findings: Mapping[tuple[str, str], int], severity: str) -> int:
    return sum(count for (_, its), count in findings.items() if its == severity)


def _by_check(findings: Mapping[tuple[str, str], int]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for (check, _), count in findings.items():
        total[check] += count
    return dict(total)
