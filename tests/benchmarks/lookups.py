"""`make bench-lookups`: a million wanted texts against ledgers of 0.1, 1 and 10 million answers, both databases.

Most of the wanted texts are spread at random over the whole ledger, so that every look-up lands elsewhere; the
rest are new. What is measured is what a run does: put the wanted texts beside the ledger, ask what is missing, ask
what came of each. Seconds are wall clock, for the database works in processes of its own. A ledger of 10 million
answers takes about 5 GB on disk and some minutes to make, which are not measured. PostgreSQL is the one at
TEST_POSTGRES_URL; each ledger has a schema of its own there, dropped at the end.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DATABASES = ["sqlite", "postgresql"]
INCLUDE = Path(__file__).parents[2] / "include"
POSTGRES = os.environ.get("TEST_POSTGRES_URL") or "postgresql://root@127.0.0.1:5432/test"
INSTRUCTION = "1" * 32
PER_JOB, PER_REQUEST = 20_000, 10
KNOWN_SHARE = 0.9
RUN = "bench"


def key_of(number: int) -> str:
    """The key of a text by its number: 32 hex digits in no order, as keys are."""
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def make(url: str, size: int) -> dict[str, float]:
    """A ledger in which `size` texts were asked for and answered."""
    import sqlalchemy as sa

    from batch_translate.ledger import Ledger, schema

    ledger = Ledger(url)
    with ledger.write() as connection:
        connection.execute(sa.text("CREATE TEMPORARY TABLE asked AS SELECT * FROM requests WHERE 1 = 0"))
        for first in range(0, size, PER_JOB):
            numbers = range(first, min(first + PER_JOB, size))
            job_key = key_of(-1 - first)
            connection.execute(sa.insert(schema.jobs), _job(job_key, len(numbers)))
            _load(connection, "asked", 6, (_request(job_key, number) for number in numbers))
            _load(connection, "answers", 9, (_answer(job_key, number) for number in numbers))
        # In the order of their keys, as the ledger takes them in.
        connection.execute(sa.text("INSERT INTO requests SELECT * FROM asked ORDER BY segment_key"))
    if ledger.on_postgresql:  # what autovacuum does within a minute
        with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE answers, requests, jobs"))
    ledger.close()
    return {}


def _job(job_key: str, segments: int) -> dict[str, Any]:
    return {
        "job_key": job_key,
        "run_id": RUN,
        "day": "2024-04-17",
        "plan_hash": "0" * 12,
        "pass_number": 1,
        "model": "m",
        "state": "collected",
        "request_file": "",
        "batch_id": f"batch_{job_key}",
        "requests": segments // PER_REQUEST,
        "segments": segments,
        "estimated_input_tokens": 0,
        "estimated_output_tokens": 0,
        "planned_at": 0.0,
    }


def _place(number: int) -> tuple[str, int]:
    return f"{number // PER_REQUEST:040d}", number % PER_REQUEST + 1


def _request(job_key: str, number: int) -> tuple[Any, ...]:
    return (key_of(number), INSTRUCTION, 1, job_key, *_place(number))


def _answer(job_key: str, number: int) -> tuple[Any, ...]:
    text = f"Notice of {number} new items in the shop"
    return (job_key, *_place(number), "accepted", "", text, "[]", "gpt-6-luna-2026-09-22", 0.0)


def _load(connection: Any, table: str, width: int, rows: Iterable[tuple[Any, ...]]) -> None:
    driver = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        with driver.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        driver.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)


def ask(url: str, size: int, wanted_count: int) -> dict[str, float]:
    """Seconds of each question, in a process that opens the ledger anew."""
    from batch_translate.ledger import Ledger
    from batch_translate.ledger.wanted import wanted

    chance = random.Random(3)
    known = min(size, int(wanted_count * KNOWN_SHARE))
    numbers = [*chance.sample(range(size), known), *range(size, size + wanted_count - known)]
    chance.shuffle(numbers)
    ledger = Ledger(url)
    began = time.monotonic()
    took: dict[str, float] = {}

    def lap(name: str) -> None:
        took[name] = round(time.monotonic() - began - sum(took.values()), 2)

    rows = ((ordinal, key_of(number), INSTRUCTION) for ordinal, number in enumerate(numbers))
    with wanted(ledger, rows) as questions:
        lap("wanted")
        missing = questions.count_missing(3)
        lap("missing")
        translated = sum(outcome.state == "translated" for outcome in questions.outcomes(RUN))
        lap("outcomes")
    if (missing, translated) != (wanted_count - known, known):
        raise SystemExit(f"wrong answers: {missing} missing, {translated} translated")
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return {**took, "seconds": round(sum(took.values()), 2), "cpu_seconds": round(cpu, 2), "peak_mb": round(peak)}


@contextmanager
def empty_ledger(database: str) -> Iterator[str]:
    """The URL of a place for a ledger; all of it is removed at the end."""
    if database == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/ledger.sqlite"
        return
    import sqlalchemy as sa

    schema = f"bench_{secrets.token_hex(6)}"
    url = sa.make_url(POSTGRES).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})
    with engine.connect() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    try:
        yield url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.schema.DropSchema(schema, cascade=True))
        engine.dispose()


def run_phase(phase: str, url: str, size: int, wanted_count: int) -> dict[str, float]:
    """What a phase says, in a process of its own."""
    command = [sys.executable, __file__, "--phase", phase, "--answers", str(size), "--wanted", str(wanted_count)]
    # By the environment, for the URL may hold a password.
    environment = {**os.environ, "BENCH_LEDGER": url}
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=3_600, env=environment)
    found: dict[str, float] = json.loads(said.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print a line per database and size, then all of it as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--answers", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--wanted", type=int, default=1_000_000)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--phase", choices=["make", "ask"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    sys.path.insert(0, str(INCLUDE))
    if given.phase:
        url, (size,) = os.environ["BENCH_LEDGER"], given.answers
        print(json.dumps(make(url, size) if given.phase == "make" else ask(url, size, given.wanted)))
        return
    figures: list[dict[str, Any]] = []
    for database in given.databases:
        for size in given.answers:
            with empty_ledger(database) as url:
                run_phase("make", url, size, given.wanted)
                asked = run_phase("ask", url, size, given.wanted)
                figures.append({"database": database, "answers": size, **asked})
            said = " ".join(f"{name} {value}" for name, value in figures[-1].items())
            print(said, flush=True)
    print(json.dumps({"wanted": given.wanted, "look_ups": figures}))


if __name__ == "__main__":
    main()
