"""Jobs and answers for texts that are named by a word each; every text is asked for in a request of its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa

from batch_translate import keys
from batch_translate.answers import Answer, Usage
from batch_translate.findings import Finding
from batch_translate.ledger import answers, jobs, planning
from batch_translate.ledger.planning import Asked, JobPlan
from batch_translate.ledger.wanted import wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batch_translate.answers import Verdict
    from batch_translate.ledger import Ledger
    from batch_translate.ledger.wanted import Missing, Outcome, WantedRow

FINDING = Finding("numbers", "critical", "a finding")
INSTRUCTION = keys.instruction_key("default", 1)
DAY = "2024-04-17"
Result = TypeVar("Result")


def key(name: str) -> str:
    return keys.segment_key("ja", "en", name)


def ask(name: str, attempt: int = 1) -> Asked:
    custom_id = keys.custom_id([(key(name), INSTRUCTION, attempt)])
    return Asked(custom_id, 1, key(name), INSTRUCTION, attempt, "ja", "en", name, "")


def job_for(asked: Iterable[Asked], run: str, now: float = 0.0) -> JobPlan:
    ids = [one.custom_id for one in asked]
    return JobPlan(
        keys.job_key(ids), run, DAY, "0" * 12, 1, "model", "requests.jsonl", len(ids), len(ids), 10, 20, 0.5, now
    )


def plan(ledger: Ledger, *names: str, run: str = "run_1", attempt: int = 1, now: float = 0.0) -> str | None:
    """Plan one job for the texts; its key, None when it was not planned."""
    asked = [ask(name, attempt) for name in names]
    job = job_for(asked, run, now)
    return job.job_key if planning.plan(ledger, job, asked) else None


def planned(ledger: Ledger, *names: str, run: str = "run_1", attempt: int = 1, now: float = 0.0) -> str:
    job_key = plan(ledger, *names, run=run, attempt=attempt, now=now)
    assert job_key is not None
    return job_key


def submitted(ledger: Ledger, *names: str, run: str = "run_1", attempt: int = 1) -> str:
    """Plan and submit; the batch's id is `batch of <job key>`."""
    job_key = planned(ledger, *names, run=run, attempt=attempt)
    jobs.begin_submission(ledger, job_key, 10**9, 1.0)
    jobs.record_batch(ledger, job_key, f"batch of {job_key}", 1.0, 2.0)
    return job_key


def answers_of(ledger: Ledger, job_key: str, verdict: Verdict = "accepted", said: str = "") -> list[Answer]:
    """An answer with this verdict for each of the job's texts, `<said><text>` where there is one."""
    slots = [slot for group in answers.slots_of(ledger, job_key).values() for slot in group]
    has_text = verdict in ("accepted", "rejected")
    return [
        Answer(
            slot,
            verdict,
            "" if verdict == "accepted" else verdict,
            f"{said}{slot.source}" if has_text else None,
            (FINDING,) if verdict == "rejected" else (),
            "model",
        )
        for slot in slots
    ]


def collect(ledger: Ledger, job_key: str, brought: list[Answer], now: float = 3.0) -> bool:
    usage = Usage(100, 10, 50)
    batch_id = str(jobs.get(ledger, job_key).batch_id)
    return answers.store(
        ledger, job_key, batch_id, brought, status="completed", usage=usage, cost_usd=0.25, now=now
    )


def answered(
    ledger: Ledger, name: str, verdict: Verdict, said: str = "", attempt: int = 1, run: str = "run_1"
) -> str:
    """Ask for one text and let its batch bring an answer; the job's key."""
    job_key = submitted(ledger, name, run=run, attempt=attempt)
    assert collect(ledger, job_key, answers_of(ledger, job_key, verdict, said))
    return job_key


def rows(*names: str) -> list[WantedRow]:
    return [(ordinal, key(name), INSTRUCTION) for ordinal, name in enumerate(names)]


def missing(ledger: Ledger, *names: str, max_attempts: int = 3) -> list[Missing]:
    with wanted(ledger, rows(*names)) as found:
        return list(found.missing(max_attempts))


def outcomes(ledger: Ledger, *names: str, run: str = "run_1") -> list[Outcome]:
    with wanted(ledger, rows(*names)) as found:
        return list(found.outcomes(run))


def claimed(ledger: Ledger) -> int:
    """How many texts open jobs ask for."""
    with ledger.read() as connection:
        return int(
            connection.execute(
                sa.text(
                    "SELECT count(*) FROM requests q JOIN jobs j ON j.job_key = q.job_key "
                    "WHERE j.state IN ('planned', 'submitted')"
                )
            ).scalar_one()
        )


def count(ledger: Ledger, table: str) -> int:
    with ledger.read() as connection:
        return int(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one())


def at_once(*calls: Callable[[], Result]) -> list[Result]:
    """What the calls return, each made in a thread of its own at the same moment."""
    start = threading.Barrier(len(calls), timeout=30)

    def run(call: Callable[[], Result]) -> Result:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]
