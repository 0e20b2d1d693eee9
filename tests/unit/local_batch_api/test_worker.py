"""How batches are worked on, by a clock of the test's own."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from local_batch_api.batches import BatchStore
from local_batch_api.creation import BatchOrder
from local_batch_api.database import Database
from local_batch_api.files import FileStore
from local_batch_api.phrasebook import Phrasebook
from local_batch_api.results import ResultWriter
from local_batch_api.worker import Pace, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_batch_api.batches import Batch

OWNER = "owner"


class Bench:
    """A worker that only works when the test says so."""

    def __init__(self, folder: Path, pace: Pace) -> None:
        self.now = 1_000.25
        self.database = Database(folder / "db.sqlite")
        self.files = FileStore(self.database, folder / "files", self.clock)
        batches = BatchStore(self.database, self.clock)
        results = ResultWriter(self.database, self.files, self.clock)
        self.worker = Worker(self.database, self.files, batches, results, Phrasebook(), pace, None, self.clock)

    def clock(self) -> float:
        return self.now

    def create(self, lines: int) -> str:
        body = {"model": "m", "messages": [{"role": "user", "content": "text"}]}
        content = "".join(
            json.dumps({"custom_id": f"id-{n}", "method": "POST", "url": "/v1/chat/completions", "body": body})
            + "\n"
            for n in range(lines)
        )
        stored = self.files.upload(OWNER, "a.jsonl", "batch", io.BytesIO(content.encode()), None)
        order = BatchOrder(stored.id, "/v1/chat/completions", None, None)
        return self.worker.batches.create(OWNER, order).id

    def batch(self, batch_id: str) -> Batch:
        return self.worker.batches.get(OWNER, batch_id)

    def rounds(self, count: int) -> None:
        for _ in range(count):
            self.worker.work_round()

    def lines(self, file_id: str | None) -> list[dict[str, Any]]:
        assert file_id is not None
        return [json.loads(line) for line in self.files.path(file_id).read_text().splitlines()]


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Any]:
    benches: list[Bench] = []

    def make(**pace: float) -> Bench:
        benches.append(Bench(tmp_path, Pace(**pace)))
        return benches[-1]

    yield make
    for bench in benches:
        bench.database.close()


def test_batch_expires_with_what_was_executed_until_then(make_bench: Any) -> None:
    bench = make_bench(lines_per_second=1)
    batch_id = bench.create(5)
    bench.rounds(1)
    for _ in range(2):
        bench.now += 1
        bench.rounds(1)
    assert (bench.batch(batch_id).status, bench.batch(batch_id).executed) == ("in_progress", 2)
    bench.now += 86_400
    bench.rounds(1)
    ended = bench.batch(batch_id)
    assert (ended.status, ended.expired_at) == ("expired", bench.now)
    assert [line["response"]["status_code"] for line in bench.lines(ended.output_file_id)] == [200, 200]
    errors = bench.lines(ended.error_file_id)
    assert {line["error"]["code"] for line in errors} == {"batch_expired"}
    assert len(errors) == 3
    assert bench.database.rows("SELECT * FROM lines") == []


def test_no_line_runs_before_the_delay_is_over(make_bench: Any) -> None:
    bench = make_bench(delay=10)
    batch_id = bench.create(1)
    bench.now += 9.9
    bench.rounds(3)
    assert (bench.batch(batch_id).status, bench.batch(batch_id).executed) == ("in_progress", 0)
    bench.now += 0.2
    bench.rounds(1)
    assert bench.batch(batch_id).executed == 1


def test_batches_go_on_side_by_side_each_at_its_pace(make_bench: Any) -> None:
    bench = make_bench(lines_per_second=10)
    ids = [bench.create(50) for _ in range(3)]
    bench.rounds(2)
    bench.now += 2
    bench.rounds(2)
    assert [bench.batch(batch_id).executed for batch_id in ids] == [21, 21, 21]


def test_rest_after_a_restart_is_executed_at_the_same_pace(make_bench: Any) -> None:
    bench = make_bench(lines_per_second=10)
    batch_id = bench.create(50)
    bench.rounds(2)
    bench.now += 1
    bench.rounds(1)
    again = make_bench(lines_per_second=10)
    again.now = bench.now + 100
    again.rounds(1)
    assert again.batch(batch_id).executed == 12


def test_deleted_input_file_is_read_to_the_end_by_a_running_batch(make_bench: Any) -> None:
    bench = make_bench()
    batch_id = bench.create(3)
    bench.rounds(1)
    input_file_id = bench.batch(batch_id).input_file_id
    bench.files.delete(OWNER, input_file_id)
    bench.rounds(3)
    assert bench.batch(batch_id).status == "completed"
    bench.files.sweep()
    assert not bench.files.path(input_file_id).exists()


def test_end_that_was_never_committed_is_written_again(make_bench: Any) -> None:
    bench = make_bench()
    batch_id = bench.create(3)
    bench.rounds(3)
    assert bench.batch(batch_id).status == "finalizing"
    again = make_bench()
    again.rounds(1)
    assert len(again.lines(again.batch(batch_id).output_file_id)) == 3


def test_expired_file_is_gone(make_bench: Any) -> None:
    bench = make_bench()
    stored = bench.files.upload(OWNER, "a.jsonl", "batch", io.BytesIO(b"{}"), 3_600)
    bench.now += 3_599
    assert bench.files.find(OWNER, stored.id) == stored
    bench.now += 1
    assert bench.files.find(OWNER, stored.id) is None
    bench.files.sweep()
    assert not bench.files.path(stored.id).exists()
