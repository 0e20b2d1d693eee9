"""What each run under a fault came to: one JSON line in the file that $FAULTS_REPORT names, nothing without it."""

from __future__ import annotations

import json
import os


def record(
    fault: str, where: str, injected: int, lost: int, executed_twice: int, left_running: int, note: str = ""
) -> None:
    """Append one run. `where` is "steps" or "airflow"; the counts are of segments, requests and batches."""
    path = os.environ.get("FAULTS_REPORT")
    if path:
        line = {
            "fault": fault, "where": where, "runs": 1, "injected": injected, "lost": lost,
            "executed_twice": executed_twice, "left_running": left_running, "note": note,
        }  # fmt: skip
        with open(path, "a", encoding="utf-8") as report:  # noqa: PTH123  one write, so that lines do not mix
            report.write(json.dumps(line, ensure_ascii=False) + "\n")
