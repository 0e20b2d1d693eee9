"""A run without Airflow that goes on as the DAG would: tasks are tried again, a shard that fails stops alone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import httpx
import openai
from faults.steps.cases import Waits
from integration.steps.night import DAY, Night

from batch_translate.errors import IncompleteError, InputError, ReconciliationError
from batch_translate.provider.polling import Outcome, Wait
from batch_translate.steps.build_requests import build_requests
from batch_translate.steps.check_budget import check_budget
from batch_translate.steps.collect_results import collect_results
from batch_translate.steps.recover_jobs import recover_jobs
from batch_translate.steps.upload_file import upload_file
from batch_translate.steps.verify_complete import verify_complete
from batch_translate.steps.wait_for_claims import reason_to_skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from faults.steps.cases import Rule

    from batch_translate.ledger.jobs import Job
    from batch_translate.steps.plan import Plan

_TRIES = 5
_RETRY_SECONDS = 0.1
_LOOK_SECONDS = 0.05
_SUBMIT_LIMIT = 8.0
"""In place of the 26 hours for which a job waits until it may be sent."""
Value = TypeVar("Value")


class FailedTaskError(Exception):
    """A task that failed for good; what depends on it does not run."""


@dataclass
class FaultyNight(Night):
    """A night in front of a server whose faults it sets."""

    waits: Waits = field(default_factory=Waits)

    @property
    def _switch(self) -> str:
        return self.server.base_url.removesuffix("/v1") + "/local/faults"

    def inject(self, rules: list[Rule]) -> None:
        """These faults and no others."""
        answer = httpx.put(self._switch, json=rules)
        assert answer.status_code == 200, answer.text

    def injected(self) -> list[int]:
        """How often each fault in force was injected that is not left to chance."""
        rules = httpx.get(self._switch).json()["data"]
        return [rule["injected"] for rule in rules if rule["probability"] == 1]

    def run(self, run_id: str) -> str | None:
        """A whole run; None where it is green, otherwise the last word of the task that made it red."""
        plan = None
        try:
            self._task(partial(recover_jobs, self.ledger, self.api, run_id, settle_seconds=self.waits.settle))
            plan = self._task(partial(self.read, DAY, run_id))
            self._task(partial(check_budget, self.ledger, plan.url, run_id))
            self._passes(plan, run_id)
        except FailedTaskError as error:
            if plan is None:
                return str(error)
        try:  # it runs whatever came before it
            verify_complete(self.ledger, plan.url, run_id)
        except (IncompleteError, ReconciliationError) as error:
            return str(error)
        return None

    def _passes(self, plan: Plan, run_id: str) -> None:
        for number in (1, 2, 3):
            if number > 1 and reason_to_skip(plan.url, number, run_id) is not None:
                continue
            built = self._task(partial(build_requests, self.ledger, plan.url, run_id, number))
            sent = [job for key in built if (job := self._try(partial(self._send_shard, key))) is not None]
            for job in sent:
                self._try(partial(self._collect_shard, job))
            self._task(partial(self.write, plan, run_id))

    def _send_shard(self, job_key: str) -> Job:
        self._task(partial(upload_file, self.ledger, self.api, job_key))
        submit = partial(self.submit, job_key, seconds=_SUBMIT_LIMIT)
        return self._task(partial(submit, arrival_seconds=self.waits.arrival, settle_seconds=self.waits.settle))

    def _collect_shard(self, job: Job) -> None:
        if job.batch_id is None or job.state == "collected":
            return
        outcome = self._task(partial(self._wait_for_batch, job))
        self._task(partial(collect_results, self.ledger, self.api, job.job_key, outcome.reason))

    def _wait_for_batch(self, job: Job) -> Outcome:
        """As the sensor does: a look that brings no answer is no news."""
        wait = Wait(deadline=(job.submitted_at or time.time()) + self.waits.batch)
        while True:
            try:
                batch = self.api.retrieve(str(job.batch_id))
            except openai.APIError:
                batch = None
            else:
                wait = wait.after(None if batch is None else batch.status, time.time())
            if outcome := wait.outcome(time.time()):
                return outcome
            time.sleep(_LOOK_SECONDS)

    def _task(self, step: Callable[[], Value]) -> Value:
        """A task with its retries; errors that another try cannot mend fail at once, as in Airflow.

        A time-out is the night's end: it is not tried again either.
        """
        for _ in range(_TRIES):
            try:
                return step()
            except (InputError, IncompleteError, ReconciliationError, TimeoutError) as error:
                raise FailedTaskError(str(error)) from error
            except Exception as error:
                failure = error
                time.sleep(_RETRY_SECONDS)
        raise FailedTaskError(repr(failure)) from failure

    def _try(self, shard: Callable[[], Value]) -> Value | None:
        """One shard's way; where it fails the others go on."""
        try:
            return shard()
        except FailedTaskError:
            return None
