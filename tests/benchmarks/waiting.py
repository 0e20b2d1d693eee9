"""`make bench-waiting`: many batches that wait in one triggerer, and how late its event loop is meanwhile.

A real triggerer (supervisor and runner) over a database of its own, a real local_batch_api with 1,000 open
batches, and a probe that measures the loop from inside. First the probe is alone, so that this machine's own
noise is known; then all wait; then the batches end and every task is resumed. No scheduler runs: a task counts as
resumed when the triggerer has put it back to `scheduled`.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
from integration.steps.proxy import Exchange, proxy

from airflow_stack import PROJECT, AirflowStack
from local_api import LocalApi
from processes import unwind_on_signals, wait_until
from provider import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processes import Service

HERE = Path(__file__).parent
ALONE_SECONDS = 30.0
WARM_UP_SECONDS = 60.0
START_LIMIT = 180.0
END_LIMIT = 600.0
REQUEST = {
    "custom_id": "request_1",
    "method": "POST",
    "url": "/v1/chat/completions",
    "body": {"model": "gpt-6-luna", "messages": [{"role": "user", "content": "お知らせ"}]},
}


@dataclass(frozen=True, slots=True)
class Moments:
    """When what began, in epoch seconds: each phase lasts until the next one begins."""

    alone: float
    deferred: float
    running: float
    warm: float
    end_expected: float
    all_resumed: float


class Calls:
    """The calls that reached the API, in epoch seconds."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def note(self, exchange: Exchange) -> Exchange:
        """Pass `exchange` on unchanged."""
        self.times.append(time.time())
        return exchange

    def between(self, begin: float, end: float) -> int:
        """How many there were."""
        return sum(begin <= moment < end for moment in self.times)


@dataclass(frozen=True, slots=True)
class Observed:
    """What one run left: usage is CPU seconds and resident MB of each process, `ended` in the batches' order."""

    moments: Moments
    calls: Calls
    usage_warm: dict[str, tuple[float, float]]
    usage_end: dict[str, tuple[float, float]]
    load: float
    ended: list[float]


def create_batches(base_url: str, count: int) -> list[str]:
    """Open batches of one request each, over one file; their ids, oldest first."""
    headers = {"Authorization": "Bearer local"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=60, trust_env=False) as client:
        content = {"file": ("shard.jsonl", json.dumps(REQUEST).encode())}
        file = client.post("/files", data={"purpose": "batch"}, files=content).raise_for_status().json()
        order = {"input_file_id": file["id"], "endpoint": REQUEST["url"], "completion_window": "24h"}
        return [client.post("/batches", json=order).raise_for_status().json()["id"] for _ in range(count)]


def ends(base_url: str) -> dict[str, float]:
    """Batch id → when it completed, in epoch seconds; all have."""
    found: dict[str, float] = {}
    query: dict[str, str | int] = {"limit": 100}
    headers = {"Authorization": "Bearer local"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=60, trust_env=False) as client:
        while True:
            page = client.get("/batches", params=query).raise_for_status().json()
            found |= {batch["id"]: batch["completed_at"] for batch in page["data"]}
            if not page["has_more"]:
                return found
            query["after"] = page["last_id"]


@contextmanager
def triggerer(home: Path, api: dict[str, str], capacity: int) -> Iterator[tuple[AirflowStack, Service]]:
    """A triggerer over a fresh database in which the project's DAG is known; the stack's other parts stay off."""
    path = os.pathsep.join([str(PROJECT / "include"), str(HERE)])
    env = api | {"PYTHONPATH": path, "AIRFLOW__TRIGGERER__CAPACITY": str(capacity)}
    stack = AirflowStack(home, env=env)
    stack.run_cli("db", "migrate")
    stack.run_cli("dags", "reserialize")
    service = stack.services["triggerer"]
    try:
        yield stack, service
    finally:
        stack.stop()


def defer(stack: AirflowStack, what: str, file: Path) -> None:
    """Put deferred tasks into the stack's database."""
    paths = [stack.environment["PYTHONPATH"], str(PROJECT / "plugins")]
    env = stack.environment | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, str(HERE / "deferred_tasks.py"), what, str(file)]
    subprocess.run(command, env=env, cwd=stack.home, check=True, stdout=subprocess.DEVNULL, timeout=120)


def ask(home: Path, question: str) -> list[tuple[Any, ...]]:
    """The rows of a SELECT on Airflow's database."""
    with closing(sqlite3.connect(f"file:{home / 'airflow.db'}?mode=ro", uri=True, timeout=30)) as database:
        return database.execute(question).fetchall()


def trigger_logs(home: Path) -> list[Path]:
    """The logs of the triggers that have begun to run: each says so first."""
    return list((home / "logs").rglob("*.trigger.*.log"))


def deferred_tasks(home: Path) -> int:
    """How many tasks still wait for their batch."""
    question = "SELECT count(*) FROM task_instance WHERE map_index >= 0 AND state = 'deferred'"
    return int(ask(home, question)[0][0])


def resumed_at(home: Path) -> dict[int, float]:
    """Number of the batch → when the task that waited for it was put back to be run, in epoch seconds."""
    seconds = "unixepoch(scheduled_dttm) + CAST(substr(scheduled_dttm, 20) AS REAL)"
    return dict(ask(home, f"SELECT map_index, {seconds} FROM task_instance WHERE map_index >= 0"))


def usage(service: Service) -> dict[str, tuple[float, float]]:
    """CPU seconds so far and resident MB of the triggerer's two processes."""
    supervisor = psutil.Process(service.pid)
    runner = max(supervisor.children(), key=lambda child: sum(child.cpu_times()[:2]))
    return {
        name: (sum(process.cpu_times()[:2]), process.memory_info().rss / 1e6)
        for name, process in (("supervisor", supervisor), ("runner", runner))
    }


def distribution(values: list[float]) -> dict[str, float]:
    """Median, 99th percentile and maximum."""
    percentiles = statistics.quantiles(values, n=100, method="inclusive")
    found = {"p50": percentiles[49], "p99": percentiles[98], "max": max(values)}
    return {name: round(value, 1) for name, value in found.items()}


def lags(file: Path, begin: float, end: float) -> dict[str, Any]:
    """The probe's samples of a phase, in milliseconds; `not_queueing`: without its waiting for a CPU."""
    lines = [json.loads(line) for line in file.read_text("utf-8").split("\n")[:-1]]
    samples = [sample for moment, some in lines if begin <= moment < end for sample in some]
    whole = distribution([1_000 * lag for lag, _ in samples])
    return {**whole, "not_queueing": distribution([1_000 * max(lag - queued, 0.0) for lag, queued in samples])}


def observe(folder: Path, batches: int, delay: float) -> Observed:
    """One whole run, with everything it leaves in `folder`."""
    home, probe, calls = folder / "airflow", folder / "lag.jsonl", Calls()
    with (
        LocalApi(folder / "local_batch_api", EXAMPLES / "phrasebook.tsv", delay) as api,
        proxy(api.base_url, calls.note) as url,
        triggerer(home, api.environment() | {"OPENAI_BASE_URL": url}, batches + 1) as (stack, service),
    ):
        defer(stack, "probe", probe)
        service.start()
        wait_until(lambda: probe.exists() and probe.read_text("utf-8"), START_LIMIT, "the probe runs")
        alone = time.time()
        time.sleep(ALONE_SECONDS)

        end_expected = time.time() + delay
        batch_ids = create_batches(api.base_url, batches)
        (folder / "batches.json").write_text(json.dumps(batch_ids), encoding="utf-8")
        deferred = time.time()
        defer(stack, "batches", folder / "batches.json")
        wait_until(lambda: len(trigger_logs(home)) > batches, START_LIMIT, "all triggers run", interval=0.5)
        running = time.time()
        warm = running + WARM_UP_SECONDS
        _sleep_until(warm)
        usage_warm = usage(service)
        _sleep_until(end_expected)
        usage_end, load = usage(service), os.getloadavg()[1]

        wait_until(lambda: deferred_tasks(home) == 0, END_LIMIT, "all tasks are resumed", interval=0.5)
        all_resumed = time.time()
        ended = ends(api.base_url)
    moments = Moments(alone, deferred, running, warm, end_expected, all_resumed)
    return Observed(moments, calls, usage_warm, usage_end, load, [ended[batch_id] for batch_id in batch_ids])


def report(folder: Path, batches: int, delay: float) -> dict[str, Any]:
    """The figures of one run in `folder`."""
    seen = observe(folder, batches, delay)
    at, resumed = seen.moments, resumed_at(folder / "airflow")
    waited = at.end_expected - at.warm
    return {
        "batches": batches,
        "delay_seconds": delay,
        "load_average_5_min": round(seen.load, 2),
        "event_loop_lag_ms": _lag(folder / "lag.jsonl", at),
        "api_calls_a_minute": _calls(seen.calls, at),
        "cpu_percent_of_a_core_waiting": {
            name: round(100 * (seen.usage_end[name][0] - seen.usage_warm[name][0]) / waited, 1)
            for name in seen.usage_end
        },
        "resident_mb_waiting": {name: round(megabytes) for name, (_, megabytes) in seen.usage_end.items()},
        "seconds_until_all_run": round(at.running - at.deferred, 1),
        "seconds_from_last_end_until_all_resumed": round(at.all_resumed - max(seen.ended), 1),
        "seconds_from_a_batch_s_end_to_its_task": distribution(
            [resumed[number] - ended for number, ended in enumerate(seen.ended)]
        ),
    }


def _sleep_until(moment: float) -> None:
    if (left := moment - time.time()) < 0:
        raise SystemExit(
            f"the batches end before the measurement has begun: --delay has to be {-left:.0f} s longer"
        )
    time.sleep(left)


def _lag(probe: Path, at: Moments) -> dict[str, Any]:
    phases = {
        "probe_alone": (at.alone, at.deferred),
        "all_start_at_once": (at.deferred, at.running),
        "first_minute": (at.running, at.warm),
        "waiting": (at.warm, at.end_expected),
        "all_end_at_once": (at.end_expected, at.all_resumed),
    }
    return {name: lags(probe, *phase) for name, phase in phases.items()}


def _calls(calls: Calls, at: Moments) -> dict[str, Any]:
    def a_minute(begin: float, end: float) -> float:
        return round(60 * calls.between(begin, end) / (end - begin), 1)

    minutes = [at.running + 60 * minute for minute in range(int((at.end_expected - at.running) // 60))]
    return {
        "waiting": a_minute(at.warm, at.end_expected),
        "minute_by_minute": [calls.between(begin, begin + 60) for begin in minutes],
        "all_end_at_once": a_minute(at.end_expected, at.all_resumed),
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=1_000)
    parser.add_argument("--delay", type=float, default=600, help="seconds after which the batches end")
    parser.add_argument("--folder", type=Path, help="keep everything here instead of in a temporary folder")
    given = parser.parse_args()
    unwind_on_signals()
    with tempfile.TemporaryDirectory() as name:
        figures = report(given.folder or Path(name), given.batches, given.delay)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
