"""`make bench`: the core's CPU time and peak memory against a plain streaming floor, in one run on one machine.

Two halves of a night over one CSV of short Japanese rows: documents to shards (read, keys, ledger, request files)
and result files to the aligned table (parse, reconcile, ledger, output). The floor does the least that can be
called the same: read, format, write lines; parse, join by id, write. Each measurement is a process of its own;
quote the ratios, not the seconds.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

INCLUDE = Path(__file__).parents[2] / "include"
DAY, RUN = "2024-04-17", "bench"
WORDS = {
    "商品": "goods",
    "配送": "deliveries",
    "返品": "returns",
    "在庫": "stock",
    "京都": "city of Kyoto",
    "茶葉": "tea leaves",
    "手帳": "notebooks",
    "新着": "new arrivals",
    "限定": "limited editions",
    "送料": "postage",
    "お知らせ": "news",
    "ご注文": "orders",
    "確認": "confirmation",
    "変更": "changes",
}


class FilesOnDisk:
    """A provider whose one batch is complete: its output file is made from the request file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def retrieve(self, batch_id: str) -> Any:
        from openai.types import Batch

        return Batch.model_construct(
            id=batch_id, status="completed", output_file_id=f"{batch_id}.output", error_file_id=None, errors=None
        )

    def download(self, file_id: str, output: IO[bytes]) -> int:
        return sum(output.write(block) for block in (self.folder / file_id).open("rb"))


def make_input(folder: Path, rows: int) -> None:
    """A CSV of `rows` distinct short rows."""
    chance = random.Random(1)
    path = folder / "input" / DAY / "texts.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text"])
        for number in range(rows):
            writer.writerow([number, f"{''.join(chance.choices(list(WORDS), k=5))}のご案内 {number} 件です。"])


def translated(text: str) -> str:
    """A translation with which the checks are content."""
    words, number = text.removesuffix(" 件です。").split("のご案内 ")
    chosen = ", ".join([english for japanese, english in WORDS.items() if japanese in words][:3])
    return f"There are {number} notices of {chosen}."


def floor_build(folder: Path) -> int:
    """Read rows, format one request each with its system and user message, write lines."""
    system = {
        "role": "system",
        "content": "You are an English translator. Please output only the English translation of the given text.",
    }
    with (folder / "input" / DAY / "texts.csv").open(encoding="utf-8", newline="") as source:
        rows = csv.reader(source)
        next(rows)
        with (folder / "floor.jsonl").open("w", encoding="utf-8") as output:
            for number, text in rows:
                body = {"model": "m", "messages": [system, {"role": "user", "content": text}]}
                custom_id, url = f"request-{number}", "/v1/chat/completions"
                line = {"custom_id": custom_id, "method": "POST", "url": url, "body": body}
                output.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


def build(folder: Path) -> int:
    """The project: the folder's documents to claimed shards."""
    from batch_translate.config import RunRequest
    from batch_translate.ledger import Ledger
    from batch_translate.steps.build_requests import build_requests
    from batch_translate.steps.read_documents import read_documents

    ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
    roots = {name: str(folder / name) for name in ("input", "output", "work")}
    plan = read_documents(ledger, RunRequest(day=DAY, run_id=RUN, **roots))
    (folder / "plan.txt").write_text(plan.url)
    return len(build_requests(ledger, plan.url, RUN, 1))


def answer_all(folder: Path) -> int:
    """Not measured: an output file for every shard, one for the floor, in another order than the input."""
    from batch_translate.ledger import Ledger, jobs

    chance = random.Random(2)
    ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
    for job in jobs.open_jobs(ledger):
        lines = []
        for line in Path(job.request_file).read_text(encoding="utf-8").split("\n")[:-1]:
            request = json.loads(line)
            user = json.loads(request["body"]["messages"][1]["content"])
            content = {slot: translated(text) for slot, text in user["segments"].items()}
            lines.append(_answer(request["custom_id"], json.dumps(content, ensure_ascii=False)))
        chance.shuffle(lines)
        (folder / f"{job.job_key}.output").write_text("".join(lines), encoding="utf-8")
        jobs.begin_submission(ledger, job.job_key, token_limit=10**12, now=0.0)
        jobs.record_batch(ledger, job.job_key, job.job_key, begun_at=0.0, now=0.0)
    lines = [
        _answer(str(number), translated(text))
        for number, text in csv.reader((folder / "input" / DAY / "texts.csv").read_text().splitlines()[1:])
    ]
    chance.shuffle(lines)
    (folder / "floor.output").write_text("".join(lines), encoding="utf-8")
    return 0


def _answer(custom_id: str, content: str) -> str:
    message = {"role": "assistant", "content": content, "refusal": None}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 20, "total_tokens": 60},
    }
    response = {"status_code": 200, "request_id": "r", "body": body}
    line = {"id": "batch_req_1", "custom_id": custom_id, "response": response, "error": None}
    return json.dumps(line, ensure_ascii=False) + "\n"


def floor_align(folder: Path) -> int:
    """Parse the output, join by id, write source and target."""
    answers = {}
    with (folder / "floor.output").open(encoding="utf-8") as file:
        for raw in file:
            line = json.loads(raw)
            answers[line["custom_id"]] = line["response"]["body"]["choices"][0]["message"]["content"]
    with (folder / "input" / DAY / "texts.csv").open(encoding="utf-8", newline="") as source:
        rows = csv.reader(source)
        next(rows)
        with (folder / "floor.csv").open("w", encoding="utf-8", newline="") as output:
            csv.writer(output).writerows((number, text, answers[number]) for number, text in rows)
    return len(answers)


def collect(folder: Path) -> int:
    """The project: result files into the ledger."""
    from batch_translate.ledger import Ledger, jobs
    from batch_translate.steps.collect_results import collect_results

    ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
    api: Any = FilesOnDisk(folder)
    return sum(collect_results(ledger, api, job.job_key)["accepted"] for job in jobs.open_jobs(ledger))


def write(folder: Path) -> int:
    """The project: the ledger to documents and the aligned table."""
    from batch_translate.ledger import Ledger
    from batch_translate.steps.write_translations import write_translations

    ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
    return write_translations(ledger, (folder / "plan.txt").read_text(), RUN, "en")["translated"]


PHASES: dict[str, Callable[[Path], int]] = {
    phase.__name__: phase for phase in (floor_build, build, answer_all, floor_align, collect, write)
}


def measure(phase: str, folder: Path) -> dict[str, float]:
    """CPU seconds, peak MB and the phase's count, of a process of its own."""
    command = [sys.executable, __file__, "--phase", phase, "--folder", str(folder)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=3_600).stdout
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


def turn_checks_off(folder: Path) -> None:
    from batch_translate.checks.documents import DOCUMENT_CHECKS
    from batch_translate.checks.registry import CHECKS

    lines = [f'{name} = "off"' for name in (*CHECKS, *DOCUMENT_CHECKS)]
    (folder / "input" / "translate.toml").write_text("\n".join(["[checks]", *lines]))


def measure_all(rows: int, checks: bool) -> dict[str, Any]:
    """All phases over `rows` rows, with a line printed for each; ratios are to the floor of the same half."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_input(folder, rows)
        if not checks:
            turn_checks_off(folder)
        figures = {phase: measure(phase, folder) for phase in PHASES}
    del figures["answer_all"]
    for phase, floor in (("build", "floor_build"), ("collect", "floor_align"), ("write", "floor_align")):
        figures[phase]["times_floor"] = round(figures[phase]["cpu_seconds"] / figures[floor]["cpu_seconds"], 1)
    print(f"{rows:,} rows, checks {'on' if checks else 'off'}")
    for phase, figure in figures.items():
        ratio = f"{figure['times_floor']:5.1f} × floor" if "times_floor" in figure else ""
        print(f"{phase:12} {figure['cpu_seconds']:8.2f} s CPU {figure['peak_mb']:6.0f} MB peak {ratio}")
    return {"rows": rows, "checks": checks, **figures}


def main() -> None:
    """Print a line per phase for each number of rows, then all of it as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--checks", choices=["on", "off"], nargs="+", default=["on", "off"])
    parser.add_argument("--phase", choices=PHASES)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    sys.path.insert(0, str(INCLUDE))
    if given.phase:
        count = PHASES[given.phase](given.folder)
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = used.ru_utime + used.ru_stime
        print(json.dumps({"cpu_seconds": round(cpu, 2), "peak_mb": round(used.ru_maxrss / 1024), "count": count}))
        return
    print(json.dumps([measure_all(rows, checks == "on") for rows in given.rows for checks in given.checks]))


if __name__ == "__main__":
    main()
