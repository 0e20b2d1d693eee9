"""A whole Airflow: it starts, runs, survives the loss of a component, and leaves nothing behind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]
import pytest

from airflow_stack import AirflowStack

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.airflow

_DAG = """
import os
from airflow.sdk import dag, task

@dag(schedule=None)
def tiny():
    @task
    def work(params=None, dag_run=None):
        print("told:", os.environ["TINY"])
        if dag_run.conf.get("fail"):
            raise ValueError("the day has no folder")
    work()

tiny()
"""


def _processes_of(home: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("AIRFLOW_HOME") == str(home):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def test_a_stack_from_start_to_stop(tmp_path: Path) -> None:
    home, dags, plugins = (tmp_path / name for name in ("home", "dags", "plugins"))
    dags.mkdir()
    plugins.mkdir()
    (dags / "tiny.py").write_text(_DAG)
    with AirflowStack(home, dags, plugins, env={"TINY": "hello"}) as stack:
        api = stack.api
        api.wait_for_dag("tiny")
        api.unpause("tiny")
        good = api.trigger("tiny", {})
        bad = api.trigger("tiny", {"fail": True})
        assert api.wait_for_run("tiny", good, 60).state == "success"
        assert api.wait_for_run("tiny", bad, 60).state == "failed"
        assert "told: hello" in api.log("tiny", good, api.task_instances("tiny", good)[0])
        assert "work failed" in api.failures("tiny", bad)
        assert "ValueError: the day has no folder" in api.failures("tiny", bad)

        lost = stack.services["triggerer"].pid
        stack.services["triggerer"].kill()
        assert not psutil.pid_exists(lost)
        stack.restart("triggerer")
        assert stack.services["triggerer"].pid in _processes_of(home)
    assert _processes_of(home) == []
    assert (home / "secrets.json").stat().st_mode & 0o077 == 0
    assert os.environ.get("AIRFLOW_HOME") != str(home)
