"""One document's texts for an evaluation: each source with its translation and its reference.

All three versions are read by the document's own format, so texts have placeholders as a request has them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from batch_translate import storage
from batch_translate.documents.bilingual import is_bilingual, read_translations_in
from batch_translate.documents.registry import format_of
from batch_translate.errors import DocumentError
from batch_translate.evaluation.alignment import align, with_tags_of
from batch_translate.languages import translatable
from batch_translate.segments import Segment
from batch_translate.steps.plan import document_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batch_translate.config import Settings
    from batch_translate.documents.document import DocumentSettings
    from batch_translate.evaluation.result import Scored


class ComparedText(NamedTuple):
    """A text which had to be translated; None where it has no translation, or the reference has none."""

    source: str
    context: str
    translation: str | None
    reference: str | None


class _Key(NamedTuple):
    """One text of a document with two languages; `number` counts those that are the same in all else."""

    name: str
    source: str
    number: int


@dataclass(frozen=True, slots=True)
class ComparedDocument:
    """A document's texts. Where `scored` is `text`, `whole` are all translations and all references as one text;
    `texts` then have no references, and there are none where the translation cannot be put beside its source.
    """

    scored: Scored
    texts: list[ComparedText]
    whole: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """The folders with the three versions of each document."""

    input: str
    translations: str
    references: str
    settings: Settings
    language: str

    def read(self, path: str, published: Mapping[tuple[str, str], str] | None) -> ComparedDocument:
        """The texts of one document.

        `published` is (place, source) → translation of its aligned table, where there is one. Raises DocumentError
        and OSError when one of the versions cannot be read.
        """
        if is_bilingual(path):
            return self._read_bilingual(path, published or {})
        settings = document_settings(self.settings, path)
        sources = _segments(self.input, path, settings)
        theirs = self._of_target(settings)
        references = _segments(self.references, path, theirs)
        if published is None:
            found = _segments(self.translations, path, theirs)
            aligned = align(path, self.language, sources, found)
            translations = [it.text for it in found]
            own = None if aligned is None else aligned.texts
        else:
            own = [published.get((it.place, it.text)) for it in sources]
            translations = [it or "" for it in own]
        whole = "\n".join(translations), "\n".join(it.text for it in references)
        if own is None:
            return ComparedDocument("text", [], whole)
        found_references = align(path, self.language, sources, references)
        by_place = found_references.texts if found_references else [None] * len(sources)
        if published is None:
            own = [text and with_tags_of(it.text, text) for it, text in zip(sources, own, strict=True)]
        texts = [
            ComparedText(segment.text, segment.context, translation, reference)
            for segment, translation, reference in zip(sources, own, by_place, strict=True)
            if self._is_wanted(segment)
        ]
        if found_references is None:
            return ComparedDocument("text", texts, whole)
        return ComparedDocument(found_references.way, texts)

    def _read_bilingual(self, path: str, published: Mapping[tuple[str, str], str]) -> ComparedDocument:
        """By each text's own name. What was translated in the input already is no work of ours."""
        known = self._translations(self.input, path)
        translations = self._translations(self.translations, path)
        references = self._translations(self.references, path)
        # A rejected answer stands in the aligned table only.
        best = {source: target for (_, source), target in published.items()}
        wanted = translatable(self.settings.source_lang, self.language)
        texts = []
        # A text which the translation has lost is missing; a plural form may have been added.
        for key in {**known, **translations}:
            if not known.get(key) and wanted(key.source):
                target = translations.get(key)
                translation = with_tags_of(key.source, target) if target else best.get(key.source)
                texts.append(ComparedText(key.source, "", translation, references.get(key) or None))
        return ComparedDocument("key", texts)

    def _translations(self, folder: str, path: str) -> dict[_Key, str]:
        found: dict[_Key, str] = {}
        seen: Counter[tuple[str, str]] = Counter()
        with storage.local_copy(storage.join(folder, path)) as (file, _):
            for it in read_translations_in(file, path, self.settings.source_lang):
                found[_Key(it.name, it.source, seen[it.name, it.source])] = it.target
                seen[it.name, it.source] += 1
        return found

    def _is_wanted(self, segment: Segment) -> bool:
        if segment.only_for and self.language not in segment.only_for.split():
            return False
        return translatable(self.settings.source_lang, self.language)(segment.text)

    def _of_target(self, settings: DocumentSettings) -> DocumentSettings:
        """How a translated version is read: as a document in the target language."""
        columns = settings.columns
        if columns is not None:
            columns = (*columns, *(f"{column}_{self.language}" for column in columns))
        return replace(settings, source_language=self.language, target_languages=(self.language,), columns=columns)


def _segments(folder: str, path: str, settings: DocumentSettings) -> list[Segment]:
    chosen = format_of(path)
    if chosen is None:
        raise DocumentError(path, "", "is of no format that is read")
    with storage.local_copy(storage.join(folder, path)) as (file, _):
        return [it for it in chosen.read(file, path, settings) if isinstance(it, Segment)]
