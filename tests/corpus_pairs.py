"""Real texts beside the translations that people made of them, for measuring what checks say about good ones.

A folder with `input` and `reference/<language>`, read by the project's own formats, so that the texts have the
placeholders which a request has. Pairs are found by what both documents declare (ids, keys, times), in Markdown by
sections whose blocks are of the same kinds. Nothing of it is copied into the project.
"""

from __future__ import annotations

import os
import re
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from batch_translate.checks.pair import Pair
from batch_translate.documents.document import DocumentSettings
from batch_translate.documents.gettext.formats import directive_spans
from batch_translate.documents.gettext.syntax import Entry, entries_of
from batch_translate.documents.registry import format_of
from batch_translate.languages import needs_translation
from batch_translate.markup.inline import inline_spans
from batch_translate.markup.tags import TAG, protect
from batch_translate.segments import Segment

if TYPE_CHECKING:
    from collections.abc import Iterator

CORPUS = Path(
    os.environ.get("BATCH_TRANSLATE_CORPUS") or Path(__file__).parents[2] / "shared" / "corpus" / "input"
)
"""As the other tests have it: the folder of inputs; the references are beside it."""
NO_CORPUS = "no corpus; BATCH_TRANSLATE_CORPUS names its folder of inputs"

_TIMES = re.compile(r"(\d+):(\d+):(\d+)[.,](\d+) --> (\d+):(\d+):(\d+)[.,](\d+)")
_LINE = re.compile(r"line (\d+)")
_KINDS = re.compile(r"\s*(#+|[-*+]|\d+\.|>|\||:::|\[\^)?")


class CorpusPair(NamedTuple):
    """One text with people's translation. `kind` is the format's ending, `file` the document's name."""

    kind: str
    file: str
    pair: Pair


def corpus_pairs() -> Iterator[CorpusPair]:
    """Every pair of the corpus, in the order of its files; none where there is no corpus."""
    for source in sorted(CORPUS.glob("*/*")):
        for reference in sorted((CORPUS.parent / "reference").glob(f"*/{source.parent.name}/{source.name}")):
            target_language = reference.parents[1].name
            source_language = {"en": "ja", "ja": "en"}[target_language]
            read = _READERS.get(source.suffix)
            if read is None:
                continue
            for text, target in read(source, reference, source_language, target_language):
                yield from _usable(source, text, target, source_language, target_language)
    yield from _symfony()


def _usable(
    file: Path, source: str, target: str, source_language: str, target_language: str
) -> Iterator[CorpusPair]:
    # An entry that people left as it was, or empty, is no translation.
    if target.strip() and target != source and needs_translation(source, source_language, target_language):
        target = _with_numbers_of(source, target)
        yield CorpusPair(file.suffix[1:], file.name, Pair(source, target, source_language, target_language))


def _with_numbers_of(source: str, target: str) -> str:
    """`target` with its tags numbered as those of `source` are, in the order of each kind."""

    def numbers(text: str, *, alone: bool) -> list[str]:
        return [match[2] for match in TAG.finditer(text) if not match[1] and bool(match[3]) is alone]

    spare = iter(range(100, 1000))
    renumbered = {
        number: wanted
        for alone in (True, False)
        for number, wanted in zip(
            numbers(target, alone=alone), [*numbers(source, alone=alone), *map(str, spare)], strict=False
        )
    }
    return TAG.sub(lambda match: f"<{match[1]}{renumbered.get(match[2], match[2])}{match[3]}>", target)


def _segments(path: Path, language: str) -> list[Segment]:
    found = format_of(path.name)
    assert found is not None
    settings = DocumentSettings(source_language=language, target_languages=("en" if language == "ja" else "ja",))
    read = found.read(BytesIO(path.read_bytes()), path.name, settings)
    return [it for it in read if isinstance(it, Segment)]


def _by_place(source: Path, reference: Path, language: str, target_language: str) -> Iterator[tuple[str, str]]:
    targets = {_LINE.sub("", it.place): it.text for it in _segments(reference, target_language)}
    for segment in _segments(source, language):
        target = targets.get(_LINE.sub("", segment.place))
        if target is not None:
            yield segment.text, target


def _by_row(source: Path, reference: Path, language: str, target_language: str) -> Iterator[tuple[str, str]]:
    targets = {it.row_id: it.text for it in _segments(reference, target_language) if it.place.endswith("/text")}
    for segment in _segments(source, language):
        if segment.row_id in targets and segment.place.endswith("/text"):
            yield segment.text, targets[segment.row_id]


def _by_message(source: Path, reference: Path, language: str, target_language: str) -> Iterator[tuple[str, str]]:
    def messages(path: Path) -> list[Entry]:
        return [entry for entry in entries_of(path.read_text(encoding="utf-8"), path.name) if not entry.is_header]

    known = {
        (entry.context, entry.text): protect(text, [*directive_spans(text, entry.flags), *inline_spans(text)]).text
        for entry in messages(reference)
        if not entry.is_fuzzy and entry.plural is None and (text := entry.forms[0].value.strip())
    }
    entries = messages(source)
    for segment in _segments(source, language):
        number = re.match(r"entry (\d+), line \d+$", segment.place)
        if number is not None:
            entry = entries[int(number[1]) - 1]
            if (entry.context, entry.text) in known:
                yield segment.text, known[entry.context, entry.text]


def _by_time(source: Path, reference: Path, language: str, target_language: str) -> Iterator[tuple[str, str]]:
    """Cues of which each is the only one of its document that is shown for most of the other's time."""
    targets, sources = _cues(reference, target_language), _cues(source, language)
    for start, end, text in sources:
        among = [it for it in targets if _overlap(it, (start, end))]
        back = [it for it in sources if len(among) == 1 and _overlap(it, among[0][:2])]
        if len(among) == len(back) == 1 and min(end, among[0][1]) - max(start, among[0][0]) > 0.6 * (end - start):
            yield text, among[0][2]


def _overlap(cue: tuple[float, float, str], times: tuple[float, float]) -> bool:
    return min(cue[1], times[1]) - max(cue[0], times[0]) > 0.25


def _cues(path: Path, language: str) -> list[tuple[float, float, str]]:
    times = []
    for match in _TIMES.finditer(path.read_text(encoding="utf-8")):
        numbers = [int(it) for it in match.groups()]
        start, end = numbers[:4], numbers[4:]
        times.append(tuple(h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (start, end)))
    return [(*times[int(it.place.split()[1]) - 1], it.text) for it in _segments(path, language)]


def _by_block(source: Path, reference: Path, language: str, target_language: str) -> Iterator[tuple[str, str]]:
    sections, others = _sections(source, language), _sections(reference, target_language)
    if [level for level, _ in sections] != [level for level, _ in others]:
        return
    for (_, blocks), (_, targets) in zip(sections, others, strict=True):
        if [kind for kind, _ in blocks] == [kind for kind, _ in targets]:
            yield from ((text, target) for (_, text), (_, target) in zip(blocks, targets, strict=True))


def _sections(path: Path, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """(heading's level, the kinds and texts of the section's blocks), the front matter's before all."""
    lines = path.read_text(encoding="utf-8").splitlines()
    sections: list[tuple[str, list[tuple[str, str]]]] = [("", [])]
    for segment in _segments(path, language):
        at = _LINE.search(segment.place)
        kind = "front matter" if at is None else (_KINDS.match(lines[int(at[1]) - 1]) or [""])[0].strip()
        if kind.startswith("#"):
            sections.append((kind, []))
        sections[-1][1].append((kind, segment.text))
    return sections


def _symfony() -> Iterator[CorpusPair]:
    """The one XLIFF file is there in both directions: each has the other's targets as its sources."""
    for path in sorted(CORPUS.glob("*/*.xlf")):
        _, _, direction = path.stem.rpartition(".")
        language, target_language = direction.split("-")
        other = path.with_name(path.name.replace(direction, f"{target_language}-{language}"))
        if other.is_file():
            for text, target in _by_place(path, other, language, target_language):
                yield from _usable(path, text, target, language, target_language)


_READERS = {
    ".jsonl": _by_row,
    ".json": _by_place,
    ".po": _by_message,
    ".srt": _by_time,
    ".vtt": _by_time,
    ".md": _by_block,
}


if __name__ == "__main__":
    for (kind, file), pairs in groupby(corpus_pairs(), lambda it: (it.kind, it.file)):
        print(kind, file, len(list(pairs)))
