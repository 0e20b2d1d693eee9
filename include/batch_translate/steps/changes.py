"""What changed since a day was last published completely? Its aligned table is compared with a snapshot of that.

A row is found again by its place and its text; one whose text stands elsewhere in its document has moved, which is
no change. Of what is left, a place that both have has another source; the rest was added or removed.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq

from batch_translate import storage
from batch_translate.steps.row_hashes import STATES, documents_of, mixed, paired, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from batch_translate.steps.plan import Plan
    from batch_translate.steps.row_hashes import DocumentRows

_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class ChangeExample:
    """One changed segment: its translation `before` and `after`, None where there was or is none."""

    document: str
    place: str
    source: str
    before: str | None
    after: str | None


@dataclass(slots=True)
class Changes:
    """Counts of segments that differ; `first` where nothing was published before, and there is nothing to count.

    `other_source`: another text in the same place. `other_translation`: the same text, published with another
    translation than before, of which `by_review` had a person's. `states` counts those whose state changed, by
    `before → after`. `examples` are some of each, other translations first.
    """

    first: bool = False
    added: int = 0
    removed: int = 0
    other_source: int = 0
    other_translation: int = 0
    by_review: int = 0
    states: Counter[str] = field(default_factory=Counter)
    documents_added: list[str] = field(default_factory=list)
    documents_removed: list[str] = field(default_factory=list)
    examples: list[ChangeExample] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """As the report has it."""
        return {**asdict(self), "states": dict(self.states)}


def snapshot_url(plan: Plan, language: str) -> str:
    """Where the aligned table of the last complete publication is kept."""
    return storage.join(plan.folder.rpartition("/")[0], "published", f"{language}.parquet")


def keep_snapshot(plan: Plan, language: str) -> None:
    """Keep the aligned table as what the next publication is compared with."""
    with storage.opened(plan.aligned_url(language)) as file:
        storage.copy_into(snapshot_url(plan, language), file)


def changes_since(plan: Plan, language: str) -> Changes:
    """Compare what is published with the snapshot. Both have their documents in the order of their paths."""
    snapshot = snapshot_url(plan, language)
    if not storage.exists(snapshot):
        return Changes(first=True)
    with ExitStack() as stack:
        before, after = (
            stack.enter_context(pq.ParquetFile(stack.enter_context(storage.opened(url))))
            for url in (snapshot, plan.aligned_url(language))
        )
        comparison = _Comparison()
        for old, new in _side_by_side(documents_of(before), documents_of(after)):
            comparison.compare(old, new)
        comparison.changes.examples = _examples(comparison.chosen(), before, after)
    return comparison.changes


class _Row(NamedTuple):
    """A changed segment: the numbers of its rows, -1 where it has none."""

    before: int
    after: int


class _Comparison:
    def __init__(self) -> None:
        self.changes = Changes()
        self._chosen: dict[str, list[_Row]] = {"translation": [], "source": [], "added": [], "removed": []}

    def chosen(self) -> list[_Row]:
        """The rows to show."""
        return [row for rows in self._chosen.values() for row in rows][:_EXAMPLES]

    def compare(self, old: DocumentRows | None, new: DocumentRows | None) -> None:
        """Count what differs between one document before and after."""
        if old is None:
            if new is not None:
                self.changes.documents_added.append(new.path)
                self._added(new.first + np.arange(len(new.places)))
        elif new is None:
            self.changes.documents_removed.append(old.path)
            self._removed(old.first + np.arange(len(old.places)))
        else:
            self._compare_rows(old, new)

    def _compare_rows(self, old: DocumentRows, new: DocumentRows) -> None:
        if np.array_equal(old.places, new.places) and np.array_equal(old.keys, new.keys):
            rows = np.arange(len(new.places))
            self._same_text(old, new, rows, rows)
            return
        left, right = np.arange(len(old.places)), np.arange(len(new.places))
        for before, after in ((mixed(old.places, old.keys), mixed(new.places, new.keys)), (old.keys, new.keys)):
            were, are = paired(before[left], after[right])
            self._same_text(old, new, left[were], right[are])
            left, right = np.delete(left, were), np.delete(right, are)
        were, are = paired(old.places[left], new.places[right])
        self.changes.other_source += len(were)
        self._choose("source", old.first + left[were], new.first + right[are])
        self._removed(old.first + np.delete(left, were))
        self._added(new.first + np.delete(right, are))

    def _same_text(self, old: DocumentRows, new: DocumentRows, left: NDArray[Any], right: NDArray[Any]) -> None:
        """Count what became of texts that are in both, as rows of the one and the other."""
        differ = old.published[left] != new.published[right]
        self.changes.other_translation += int(differ.sum())
        self.changes.by_review += int(new.reviewed[right][differ].sum())
        self._choose("translation", old.first + left[differ], new.first + right[differ])
        before, after = old.states[left], new.states[right]
        other = before != after
        pairs = zip(before[other].tolist(), after[other].tolist(), strict=True)
        self.changes.states.update(f"{STATES[old_state]} → {STATES[new_state]}" for old_state, new_state in pairs)

    def _added(self, rows: NDArray[Any]) -> None:
        self.changes.added += len(rows)
        self._choose("added", np.full(len(rows), -1), rows)

    def _removed(self, rows: NDArray[Any]) -> None:
        self.changes.removed += len(rows)
        self._choose("removed", rows, np.full(len(rows), -1))

    def _choose(self, kind: str, before: NDArray[Any], after: NDArray[Any]) -> None:
        wanted = _EXAMPLES - len(self._chosen[kind])
        self._chosen[kind] += map(_Row, before[:wanted].tolist(), after[:wanted].tolist())


def _side_by_side(
    before: Iterable[DocumentRows], after: Iterable[DocumentRows]
) -> Iterator[tuple[DocumentRows | None, DocumentRows | None]]:
    """The documents of both in the order of their paths, None where one of them has no such document."""
    olds, news = iter(before), iter(after)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old.path < new.path):
            yield old, None
            old = next(olds, None)
        elif old is None or new.path < old.path:
            yield None, new
            new = next(news, None)
        else:
            yield old, new
            old, new = next(olds, None), next(news, None)


def _examples(rows: list[_Row], before: pq.ParquetFile, after: pq.ParquetFile) -> list[ChangeExample]:
    olds = texts_of(before, {row.before for row in rows} - {-1})
    news = texts_of(after, {row.after for row in rows} - {-1})
    examples = []
    for row in rows:
        old, new = olds.get(row.before), news.get(row.after)
        document, place, source, _ = new or old or ("", "", "", None)
        examples.append(ChangeExample(document, place, source, old[3] if old else None, new[3] if new else None))
    return examples
