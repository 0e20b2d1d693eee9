"""A night without Airflow: the steps in the DAG's order, over real folders, a real ledger and a real server."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import openai
import sqlalchemy as sa
from contract.local_server import TERMINAL, LocalServer, wait_until

from batch_translate.config import RunRequest
from batch_translate.ledger import Ledger, jobs
from batch_translate.provider.api import BatchApi
from batch_translate.steps.build_requests import build_requests
from batch_translate.steps.check_budget import check_budget
from batch_translate.steps.collect_results import collect_results
from batch_translate.steps.create_batch import create_batch
from batch_translate.steps.read_documents import read_documents
from batch_translate.steps.recover_jobs import recover_jobs
from batch_translate.steps.upload_file import upload_file
from batch_translate.steps.verify_complete import verify_complete
from batch_translate.steps.wait_for_claims import open_claims, reason_to_skip
from batch_translate.steps.write_translations import write_translations
from local_batch_api.filler import fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from batch_translate.steps.plan import Plan

DAY = "2024-04-17"


@dataclass
class Night:
    """One installation: `data` has input/, output/ and work/; by its own key it sees only its own batches."""

    data: Path
    ledger: Ledger
    server: LocalServer
    key: str
    through: str = ""

    def client(self, url: str = "", key: str = "") -> openai.OpenAI:
        """The official client; `url` for one that goes elsewhere than this night does."""
        base_url = url or self.through or self.server.base_url
        return openai.OpenAI(base_url=base_url, api_key=key or self.key, max_retries=0)

    @property
    def api(self) -> BatchApi:
        return BatchApi(self.client())

    def put(self, day: str, documents: Mapping[str, str | bytes]) -> Path:
        """Lay a dated folder out; paths are relative to it."""
        folder = self.data / "input" / day
        for name, content in documents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    def read(self, day: str = DAY, run_id: str = "run-1", **params: Any) -> Plan:
        roots = {name: str(self.data / name) for name in ("input", "output", "work")}
        return read_documents(self.ledger, RunRequest(day=day, run_id=run_id, params=params, **roots))

    def run_day(self, day: str = DAY, run_id: str = "run-1", **params: Any) -> dict[str, Any]:
        """A whole run; its report. Raises IncompleteError where the DAG's run would be red."""
        recover_jobs(self.ledger, self.api, run_id)
        plan = self.read(day, run_id, **params)
        check_budget(self.ledger, plan.url, run_id)
        for number in (1, 2, 3):
            self.run_pass(plan, number, run_id)
        return verify_complete(self.ledger, plan.url, run_id)

    def run_pass(self, plan: Plan, number: int, run_id: str = "run-1") -> list[str]:
        """One pass of the DAG; the keys of its jobs."""
        if number > 1:
            if reason_to_skip(plan.url, number, run_id) is not None:
                return []
            wait_until(lambda: open_claims(plan.url, run_id), lambda count: count == 0)
        built = build_requests(self.ledger, plan.url, run_id, number)
        for job_key in built:
            self.send(job_key)
            self.collect(job_key)
        self.write(plan, run_id)
        return built

    def send(self, job_key: str) -> str:
        """Upload and create; the batch's id."""
        upload_file(self.ledger, self.api, job_key)
        return str(self.submit(job_key).batch_id)

    def submit(self, job_key: str, api: BatchApi | None = None, seconds: float = 30, **waits: float) -> jobs.Job:
        """Create the job's batch as the DAG's task does, but without its pauses."""
        waits = {"arrival_seconds": 0.1, "settle_seconds": 0.1, **waits}
        absent_since = None
        until = time.time() + seconds
        while time.time() < until:
            submission = create_batch(self.ledger, api or self.api, job_key, absent_since, **waits)
            if submission.waits_for == "nothing":
                return submission.job
            absent_since = submission.absent_since
            time.sleep(min(0.1, max(0.0, submission.look_at - time.time())))
        raise TimeoutError(f"job {job_key} still waits for {submission.waits_for} after {seconds} s")

    def collect(self, job_key: str) -> dict[str, int]:
        """Wait for the job's batch and collect it."""
        self.wait_for_batch(str(jobs.get(self.ledger, job_key).batch_id))
        return collect_results(self.ledger, self.api, job_key)

    def wait_for_batch(self, batch_id: str) -> None:
        client = self.client(self.server.base_url)
        wait_until(lambda: client.batches.retrieve(batch_id).status, lambda status: status in TERMINAL)

    def write(self, plan: Plan, run_id: str = "run-1") -> None:
        for language in plan.settings.languages():
            write_translations(self.ledger, plan.url, run_id, language)

    def batches(self) -> list[str]:
        """The batches that the provider has, whatever the ledger knows."""
        return [batch.id for batch in self.client(self.server.base_url).batches.list(limit=100)]

    def executed(self) -> list[str]:
        """Every text that was executed, as often as it was, by the provider's own account."""
        return sorted(row["text"] for batch in self.batches() for row in self.server.executions(batch_id=batch))

    def output(self, day: str = DAY, language: str = "en") -> dict[str, bytes]:
        """The translated documents by name."""
        return files_below(self.data / "output" / day / language)

    def put_back(self, column: str, job_keys: Iterable[str], seconds: float) -> None:
        """Let a job's time lie in the past."""
        with self.ledger.write() as connection:
            for job_key in job_keys:
                statement = f"UPDATE jobs SET {column} = :time WHERE job_key = :job_key"
                connection.execute(sa.text(statement), {"time": time.time() - seconds, "job_key": job_key})


def filled(text: str, language: str = "en") -> str:
    """What the server answers for a Japanese text that its phrasebook does not have."""
    return fill("ja", language, text)


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write_phrasebook(path: Path, pairs: Mapping[str, str]) -> Path:
    """A phrasebook from Japanese to English."""
    escapes = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n"})
    lines = ["source_language\ttarget_language\tsource\ttarget"]
    lines += [
        f"ja\ten\t{source.translate(escapes)}\t{target.translate(escapes)}" for source, target in pairs.items()
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path
