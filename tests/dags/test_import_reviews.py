"""The DAG import_reviews, and the task that it shares with the nightly one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]

# A process of its own: Airflow keeps its home, and must not meet that of other tests.
_LOAD = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
dag = bag.dags["import_reviews"]
print(json.dumps({"errors": bag.import_errors, "tasks": [t.task_id for t in dag.tasks], "params": list(dag.params),
  "retries": [t.retries for t in dag.tasks], "scheduled": dag.timetable.can_be_scheduled, "doc": dag.doc_md}))
"""
_RUN = """
import json, sys
from datetime import UTC, datetime
from types import SimpleNamespace
from batch_translate_airflow import tasks
run = SimpleNamespace(start_date=datetime.now(UTC))
tasks.get_current_context = lambda: {"params": json.loads(sys.argv[1]), "dag_run": run}
try:
    print(json.dumps(tasks.import_reviews()))
except Exception as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


def run(home: Path, script: str, argument: str) -> object:
    environment = {
        "AIRFLOW_HOME": str(home / "airflow"),
        "PATH": "",
        "PYTHONPATH": f"{PROJECT / 'include'}:{PROJECT / 'plugins'}",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "BATCH_TRANSLATE_DATA": str(home / "data"),
    }
    command = [sys.executable, "-c", script, argument]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout.splitlines()[-1])


def corrected(home: Path, name: str, correction: str) -> Path:
    path = home / "data" / "input" / "_reviewed" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ("source,source_language,target_language,correction", f"在庫,ja,en,{correction}", "")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_dag_runs_by_hand_only_and_says_what_it_takes(tmp_path: Path) -> None:
    said = run(tmp_path, _LOAD, str(PROJECT / "dags"))
    assert said["errors"] == {}
    assert (said["tasks"], said["params"]) == (["import_reviews"], ["file", "input", "output"])
    assert min(said["retries"]) >= 2
    assert not said["scheduled"]
    assert "_reviewed/" in said["doc"]


def test_folder_is_imported_once_then_a_file_by_its_path(tmp_path: Path) -> None:
    corrected(tmp_path, "a.csv", "stock")
    assert run(tmp_path, _RUN, "{}") == {"reviews": 1, "refused": 0, "days": 0}
    assert run(tmp_path, _RUN, '{"file": null, "input": null}') == {"reviews": 0, "refused": 0, "days": 0}
    other = corrected(tmp_path, "b.csv", "inventory").rename(tmp_path / "b.csv")
    assert run(tmp_path, _RUN, json.dumps({"file": str(other)})) == {"reviews": 1, "refused": 0, "days": 0}


def test_broken_file_fails_for_good_after_the_others(tmp_path: Path) -> None:
    (corrected(tmp_path, "a.csv", "").with_name("0.xliff")).write_text("<xliff", encoding="utf-8")
    corrected(tmp_path, "a.csv", "stock")
    kind, said = run(tmp_path, _RUN, "{}")
    assert kind == "AirflowFailException"
    assert "0.xliff, line 1: is not well-formed XML" in said
    (tmp_path / "data" / "input" / "_reviewed" / "0.xliff").unlink()
    assert run(tmp_path, _RUN, "{}") == {"reviews": 0, "refused": 0, "days": 0}
