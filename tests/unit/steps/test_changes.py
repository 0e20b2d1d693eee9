"""What changed between two publications, from nothing but their aligned tables."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch_translate import keys, storage
from batch_translate.steps.aligned import SCHEMA
from batch_translate.steps.changes import ChangeExample, Changes, changes_since, keep_snapshot
from batch_translate.steps.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Row(NamedTuple):
    source: str
    target: str | None
    state: str = "translated"
    origin: str = "memory"
    document: str = "a.csv"


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    folder = tmp_path / "work" / "2024-04-17" / "0123456789ab"
    return Plan.model_construct(day="2024-04-17", output=str(tmp_path / "output"), folder=str(folder))


def publish(plan: Plan, *rows: Row, block: int = 2) -> None:
    """Write an aligned table; places are row numbers of each document, as in a CSV."""
    numbers: Counter[str] = Counter()
    written: list[tuple[str | None, ...]] = []
    for source, target, state, origin, document in rows:
        numbers[document] += 1
        key = None if state == "skipped" else keys.segment_key("ja", "en", source)
        place = f"row {numbers[document]}, text"
        written.append(
            (plan.day, document, place, "", "ja", "en", source, target, state, origin, "", "[]", "model", key)
        )
    url = plan.aligned_url("en")
    with storage.written_whole(url) as file, pq.ParquetWriter(file, SCHEMA) as table:
        for start in range(0, len(written), block):
            columns = [
                pa.array(column, pa.string()) for column in zip(*written[start : start + block], strict=True)
            ]
            table.write_batch(pa.RecordBatch.from_arrays(columns, schema=SCHEMA))


def changes(plan: Plan, before: Sequence[Row], after: Sequence[Row]) -> Changes:
    publish(plan, *before)
    keep_snapshot(plan, "en")
    publish(plan, *after)
    return changes_since(plan, "en")


A, B, C = Row("朝", "morning"), Row("昼", "noon"), Row("夜", "night")


def test_the_first_publication_has_nothing_to_be_compared_with(plan: Plan) -> None:
    publish(plan, A, B)
    assert changes_since(plan, "en") == Changes(first=True)
    keep_snapshot(plan, "en")
    assert changes_since(plan, "en") == Changes()


def test_the_snapshot_is_the_last_one_that_was_kept(plan: Plan) -> None:
    assert changes(plan, [A], [A, B]).added == 1
    keep_snapshot(plan, "en")
    assert changes_since(plan, "en") == Changes()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([A, B], [A, B, C], Changes(added=1)),
        ([A, B, C], [A, B], Changes(removed=1)),
        ([A, C], [A, B, C], Changes(added=1)),
        ([A, B, C], [B, C], Changes(removed=1)),
        ([A, B], [B, A], Changes()),
        ([A, A, B], [B, A, A, A], Changes(added=1)),
        ([A, B], [A, C], Changes(other_source=1)),
        ([A, B], [A, B._replace(target="midday")], Changes(other_translation=1)),
        ([A, B], [C, A, B._replace(target="midday")], Changes(added=1, other_translation=1)),
        ([A], [A._replace(target="dawn", origin="review")], Changes(other_translation=1, by_review=1)),
        ([A], [A._replace(origin="review")], Changes()),
        ([A, A], [A, A._replace(target="dawn")], Changes(other_translation=1)),
        (
            [A._replace(state="needs_review", target="mourning")],
            [A._replace(origin="review")],
            Changes(other_translation=1, by_review=1, states=Counter({"needs_review → translated": 1})),
        ),
        # Neither answer was published: the source text stands there before and after.
        (
            [A._replace(state="needs_review", target="mourning"), B._replace(state="failed", target=None)],
            [A._replace(state="needs_review", target="more"), B._replace(state="needs_review", target="moon")],
            Changes(states=Counter({"failed → needs_review": 1})),
        ),
        ([Row("12", "12", "skipped")], [Row("13", "13", "skipped")], Changes(other_source=1)),
        ([Row("12", "12", "skipped"), A], [A, Row("12", "12", "skipped")], Changes()),
    ],
)
def test_each_segment_is_counted_for_what_became_of_it(
    plan: Plan, before: list[Row], after: list[Row], expected: Changes
) -> None:
    found = changes(plan, before, after)
    found.examples = []
    assert found == expected


def test_documents_come_and_go_with_their_segments(plan: Plan) -> None:
    before = [row._replace(document=name) for name in ("b.csv", "d.csv", "é.csv") for row in (A, B, C)]
    after = [row._replace(document=name) for name in ("a.csv", "d.csv", "z.csv") for row in (A, B)]
    found = changes(plan, before, after)
    assert (found.documents_added, found.documents_removed) == (["a.csv", "z.csv"], ["b.csv", "é.csv"])
    assert (found.added, found.removed, found.other_source) == (4, 7, 0)


def test_the_same_text_in_another_document_is_not_the_same_segment(plan: Plan) -> None:
    found = changes(plan, [A, B._replace(document="b.csv")], [B, A._replace(document="b.csv")])
    assert found.other_source == 2


def test_examples_show_what_stands_in_the_document_other_translations_first(plan: Plan) -> None:
    before = [A, B._replace(state="needs_review", target="moon"), C]
    after = [Row("朝食", "breakfast"), B._replace(origin="review"), C, Row("夕方", "evening")]
    assert changes(plan, before, after).examples == [
        ChangeExample("a.csv", "row 2, text", "昼", None, "noon"),
        ChangeExample("a.csv", "row 1, text", "朝食", "morning", "breakfast"),
        ChangeExample("a.csv", "row 4, text", "夕方", None, "evening"),
    ]


def test_examples_are_twenty_at_most_and_counts_are_whole(plan: Plan) -> None:
    before = [Row(f"文{number}", f"text {number}") for number in range(50)]
    found = changes(plan, before, [row._replace(target=f"{row.target}!") for row in before])
    assert found.other_translation == 50
    assert [example.after for example in found.examples] == [f"text {number}!" for number in range(20)]


def test_the_report_has_plain_values(plan: Plan) -> None:
    found = changes(plan, [A], [A._replace(state="failed", target=None)]).as_dict()
    assert found["states"] == {"translated → failed": 1}
    assert found["examples"] == [
        {"document": "a.csv", "place": "row 1, text", "source": "朝", "before": "morning", "after": None}
    ]
    assert found["first"] is False
