"""Faults of a batch: how it is created, shown and listed, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from local_batch_api.batches import Batch, BatchStore, ExecutedLine
from local_batch_api.errors import ApiError
from local_batch_api.executions import record_spoiled_requests
from local_batch_api.faults.answers import spoil_answer, suits
from local_batch_api.faults.engine import can_happen, read_answers, spoil_translation, write_answers
from local_batch_api.faults.result_files import FaultyResultWriter
from local_batch_api.limits import token_limit_error
from local_batch_api.validation import CheckedInput, error_entry
from local_batch_api.worker import Worker

if TYPE_CHECKING:
    from local_batch_api.creation import BatchOrder
    from local_batch_api.database import Database
    from local_batch_api.faults.rules import Faults
    from local_batch_api.files import Clock, FileStore, StoredFile
    from local_batch_api.pages import Page
    from local_batch_api.phrasebook import Engine
    from local_batch_api.worker import Pace


class FaultyBatchStore(BatchStore):
    """Batches that come late, fail, vanish, or are not shown as they are."""

    def __init__(
        self, database: Database, now: Clock, faults: Faults, batches_per_hour: int | None = None
    ) -> None:
        super().__init__(database, now, batches_per_hour)
        self._faults = faults
        # Batch id → until when it is missing: from lists, and from everything.
        self._unlisted: dict[str, float] = {}
        self._hidden: dict[str, float] = {}

    def create(self, owner: str, order: BatchOrder) -> Batch:
        """As ever, but it may be refused, or be there later than anybody is told."""
        faults = {fault.name: fault.parameters for fault in self._faults.at_creation()}
        if "file_not_found" in faults:
            raise ApiError(
                400,
                f"Cannot find file {order.input_file_id}, or project proj_local does not have access to it.",
                param="file_id",
            )
        batch = super().create(owner, order)
        self._faults.meet(batch.id)
        if "list_lag" in faults:
            self._unlisted[batch.id] = self._now() + faults["list_lag"]["seconds"]
        if "late_batch" in faults:
            self._hidden[batch.id] = self._now() + faults["late_batch"]["seconds"]
            raise ApiError(500, "The server had an error while processing your request.", kind="server_error")
        return batch

    def get(self, owner: str, batch_id: str) -> Batch:
        """As ever, but it may say that there is no such batch."""
        batch = super().get(owner, batch_id)
        if self._is_missing(batch):
            raise ApiError(404, f"No batch found with id '{batch_id}'.")
        return batch

    def list_page(self, owner: str, page: Page) -> dict[str, Any]:
        """As ever, without the batches that are missing now; a page may have fewer than it could."""
        listed = super().list_page(owner, page)
        kept = [shown for shown in listed["data"] if self._is_listed(self._read(owner, shown["id"]))]
        ends = {"first_id": kept[0]["id"], "last_id": kept[-1]["id"]} if kept else {}
        return {**listed, "data": kept, **ends}

    def show(self, batch: Batch) -> dict[str, Any]:
        """As ever, but for the members that a fault concerns."""
        shown = super().show(batch)
        early = self._faults.of_batch(batch.id, "unknown_status")
        if early is not None and self._now() < batch.created_at + early.parameters["seconds"]:
            shown["status"] = "scheduling"
        for name in ("output_file_id", "error_file_id"):
            if shown[name] is None and self._faults.of_batch(batch.id, "empty_file_ids"):
                shown[name] = ""
            elif shown[name] is None and self._faults.of_batch(batch.id, "absent_file_ids"):
                del shown[name]
        if self._faults.of_batch(batch.id, "wrong_counts"):
            shown["request_counts"] = {"total": batch.total, "completed": batch.total, "failed": 0}
        return shown

    def start(self, batch: Batch, checked: CheckedInput, token_limit: int | None) -> None:
        """As ever, but the validation may fail."""
        error = self._validation_error(batch, checked, token_limit)
        super().start(batch, checked if error is None else CheckedInput(errors=[error]), token_limit)

    def finish(self, batch: Batch, status: str, output: StoredFile | None, errors: StoredFile | None) -> None:
        """As ever; what a batch brought that nobody will see is accounted for as lost."""
        super().finish(batch, status, output, errors)
        if self._faults.of_batch(batch.id, "gone"):
            with self._database.transaction() as connection:
                record_spoiled_requests(connection, batch.id, "gone")

    def _validation_error(
        self, batch: Batch, checked: CheckedInput, token_limit: int | None
    ) -> dict[str, Any] | None:
        self._faults.meet(batch.id)
        if self._faults.of_batch(batch.id, "file_lost_later"):
            return error_entry("invalid_request", f"Cannot find file {batch.input_file_id}", "input_file_id")
        if self._faults.of_batch(batch.id, "token_limit_exceeded"):
            return token_limit_error(checked.model, token_limit or 0)
        if self._faults.of_batch(batch.id, "invalid_line"):
            return error_entry("invalid_json_line", "This line is not parseable as valid JSON.", line=1)
        return None

    def _is_missing(self, batch: Batch) -> bool:
        if self._now() < self._hidden.get(batch.id, 0):
            return True
        age = self._now() - batch.created_at
        gone = self._faults.of_batch(batch.id, "gone")
        vanished = self._faults.of_batch(batch.id, "vanished")
        return (gone is not None and age >= gone.parameters["after"]) or (
            vanished is not None and 0 <= age - vanished.parameters["after"] < vanished.parameters["seconds"]
        )

    def _is_listed(self, batch: Batch) -> bool:
        return not self._is_missing(batch) and self._now() >= self._unlisted.get(batch.id, 0)


class FaultyWorker(Worker):
    """A worker whose batches may end early, late or never, and whose lines may come out spoiled."""

    def __init__(
        self,
        database: Database,
        files: FileStore,
        engine: Engine,
        pace: Pace,
        token_limit: int | None,
        now: Clock,
        faults: Faults,
        batches_per_hour: int | None = None,
    ) -> None:
        batches = FaultyBatchStore(database, now, faults, batches_per_hour)
        results = FaultyResultWriter(database, files, now, faults)
        super().__init__(database, files, batches, results, engine, pace, token_limit, now)
        self._faults = faults

    def _step(self, batch: Batch) -> None:
        self._faults.meet(batch.id)
        for status, since, name in (
            ("finalizing", batch.finalizing_at, "slow_finalizing"),
            ("cancelling", batch.cancelling_at, "slow_cancel"),
        ):
            slow = self._faults.of_batch(batch.id, name)
            if batch.status == status and slow and self._now() < (since or 0) + slow.parameters["seconds"]:
                return
        share = self._share(batch)
        if batch.status == "in_progress" and share is not None and batch.executed >= share:
            if self._faults.of_batch(batch.id, "expires"):
                self._end(batch, "expired")
            elif self._faults.of_batch(batch.id, "cancelled"):
                self.batches.begin_cancel(batch.owner, batch.id)
            return
        super()._step(batch)

    def _due(self, batch: Batch) -> int:
        share = self._share(batch)
        due = super()._due(batch)
        return due if share is None else min(due, share - batch.executed)

    def _share(self, batch: Batch) -> int | None:
        """How many lines are executed before the batch stops, None: all of them."""
        for name in ("stuck", "expires", "cancelled"):
            fault = self._faults.of_batch(batch.id, name)
            if fault is not None:
                return int(batch.total * fault.parameters["share"])
        return None

    def _execute_line(
        self, batch: Batch, content: BinaryIO, position: int, line: int, start: int, length: int
    ) -> ExecutedLine:
        executed = super()._execute_line(batch, content, position, line, start, length)
        if executed.status_code != 200:
            return executed
        texts = {one.slot: one.text for one in executed.executions}
        fault = self._faults.decide(
            "answer", f"{batch.id}:{line}", lambda name: suits(name, list(texts)), list(texts.values())
        )
        if fault is not None:
            spoiled = spoil_answer(fault.name, executed.output, list(texts))
            return replace(
                executed,
                output=spoiled.output,
                status_code=spoiled.status_code,
                spoiled=dict.fromkeys(spoiled.slots, fault.name),
            )
        return self._spoil_translations(batch, line, executed) if self._faults.concern("text") else executed

    def _spoil_translations(self, batch: Batch, line: int, executed: ExecutedLine) -> ExecutedLine:
        """The line after the faults of its single texts."""
        spoiled, translations = {}, {}
        for slot, good in read_answers(executed).items():
            fits = partial(can_happen, good)
            fault = self._faults.decide("text", f"{batch.id}:{line}:{slot}", fits, [good.source])
            if fault is not None:
                spoiled[slot], translations[slot] = fault.name, spoil_translation(fault.name, good)
        return replace(executed, output=write_answers(executed.output, translations), spoiled=spoiled)
