"""Who executes the batches: one thread that takes every unfinished batch one step further, round after round.

All it knows is in the database, so after a kill it goes on where the last transaction left off. Time, the engine,
the batches and who writes their files are given to it: tests bring their own, and so do faults.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from local_batch_api.batches import Batch, ExecutedLine
from local_batch_api.chat_completions import answer
from local_batch_api.executions import Execution
from local_batch_api.results import output_line, request_id
from local_batch_api.validation import CheckedInput, check_input, error_entry

if TYPE_CHECKING:
    from local_batch_api.batches import BatchStore
    from local_batch_api.database import Database
    from local_batch_api.files import Clock, FileStore
    from local_batch_api.phrasebook import Engine
    from local_batch_api.results import ResultWriter

_LINES_PER_STEP = 250
_REST = 0.02
_REST_AFTER_FAILURE = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast batches go: `delay` seconds from creation to the first line, lines a second for each batch."""

    delay: float = 0.0
    lines_per_second: float | None = None


class Worker:
    """Takes batches from `validating` to their end."""

    def __init__(
        self,
        database: Database,
        files: FileStore,
        batches: BatchStore,
        results: ResultWriter,
        engine: Engine,
        pace: Pace,
        token_limit: int | None,
        now: Clock,
    ) -> None:
        self.batches = batches
        self._database = database
        self._files = files
        self._results = results
        self._engine = engine
        self._pace = pace
        self._token_limit = token_limit
        self._now = now
        # Since when, and from which line on, this process has been executing a batch.
        self._begun: dict[str, tuple[float, int]] = {}
        self._wake = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="batch worker")

    def start(self) -> None:
        """Begin to work in the background."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something new to do."""
        self._wake.set()

    def stop(self) -> None:
        """Stop after the step under way; the rest waits for the next start."""
        self._stopped = True
        self.wake()
        self._thread.join()

    def work_round(self) -> bool:
        """Take every unfinished batch one step further; whether there was one."""
        unfinished = self.batches.unfinished()
        for batch in unfinished:
            if self._stopped:
                break
            try:
                self._step(batch)
            except Exception:
                # One broken batch must not stop the others; it is tried again in the next round.
                _log.exception("%s, %s: the step failed and will be repeated", batch.id, batch.status)
                self._wake.wait(_REST_AFTER_FAILURE)
        return bool(unfinished)

    def _run(self) -> None:
        while True:
            # Cleared first: what comes from here on wakes the rest below, a stop included.
            self._wake.clear()
            if self._stopped:
                return
            # Between rounds HTTP calls get their turn; without work there is nothing to look for.
            self._wake.wait(_REST if self.work_round() else None)

    def _step(self, batch: Batch) -> None:
        if batch.status == "cancelling":
            self._end(batch, "cancelled")
        elif self._now() >= batch.expires_at:
            self._end(batch, "expired")
        elif batch.status == "validating":
            self.batches.start(batch, self._check(batch), self._token_limit)
        elif batch.status == "finalizing":
            self._end(batch, "completed")
        elif batch.executed == batch.total:
            self.batches.finalize(batch)
        elif count := self._due(batch):
            self._execute(batch, count)

    def _check(self, batch: Batch) -> CheckedInput:
        stored = self._files.find(batch.owner, batch.input_file_id)
        if stored is None or stored.purpose != "batch":
            message = f"Cannot find file {batch.input_file_id}"
            return CheckedInput(errors=[error_entry("invalid_request", message, "input_file_id")])
        with self._files.path(stored.id).open("rb") as content:
            return check_input(content, batch.endpoint)

    def _due(self, batch: Batch) -> int:
        """How many lines may run now."""
        now = self._now()
        if now < batch.created_at + self._pace.delay:
            return 0
        if self._pace.lines_per_second is None:
            return _LINES_PER_STEP
        begun, executed_then = self._begun.setdefault(batch.id, (now, batch.executed))
        allowed = 1 + int((now - begun) * self._pace.lines_per_second) - (batch.executed - executed_then)
        return min(_LINES_PER_STEP, max(0, allowed))

    def _execute(self, batch: Batch, count: int) -> None:
        query = "SELECT * FROM lines WHERE batch_id = ? AND position >= ? ORDER BY position LIMIT ?"
        rows = self._database.rows(query, [batch.id, batch.executed, count])
        with self._files.path(batch.input_file_id).open("rb") as content:
            executed = [
                self._execute_line(batch, content, row["position"], row["line"], row["start"], row["length"])
                for row in rows
            ]
        self.batches.record(batch, executed)

    def _execute_line(
        self, batch: Batch, content: BinaryIO, position: int, line: int, start: int, length: int
    ) -> ExecutedLine:
        started_at = self._now()
        content.seek(start)
        request = json.loads(content.read(length))
        custom_id = request["custom_id"]
        one_id = request_id(batch.id, line)
        answered = answer(self._engine, request["body"], one_id, started_at)
        response = {"status_code": answered.status_code, "request_id": one_id, "body": answered.body}
        finished_at = self._now()
        return ExecutedLine(
            position,
            answered.status_code,
            output_line(batch.id, line, custom_id, response, None),
            answered.input_tokens,
            answered.output_tokens,
            [
                Execution(
                    custom_id,
                    line,
                    text.slot,
                    text.source_language,
                    text.target_language,
                    text.text,
                    answered.status_code,
                    started_at,
                    finished_at,
                )
                for text in answered.texts
            ],
            answered.glossary,
        )

    def _end(self, batch: Batch, status: str) -> None:
        output, errors = self._results.write(batch, status)
        self.batches.finish(batch, status, output, errors)
        self._begun.pop(batch.id, None)
