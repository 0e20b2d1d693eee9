"""The running whole for tests: one Airflow with the project's DAGs, one local API, one data folder."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from airflow_stack import PROJECT, AirflowStack
from local_api import LocalApi
from processes import unwind_on_signals
from provider import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from airflow_api import AirflowApi, Run

DAG = "translate_nightly"
KEY = "sk-a-key-that-must-stand-in-no-file"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The running whole: `data` holds input/, output/, work/ and the ledger."""

    airflow: AirflowStack
    local_api: LocalApi
    data: Path
    dags: Path

    @property
    def api(self) -> AirflowApi:
        return self.airflow.api

    def trigger_and_wait(self, day: str, seconds: float = 180, **params: Any) -> Run:
        """Run the day by hand and wait for its end; a failed run's task logs are printed."""
        return self.wait(self.api.trigger(DAG, {"day": day, **params}), seconds)

    def wait(self, run_id: str, seconds: float = 180) -> Run:
        """Wait for the end of a run; a failed run's task logs are printed."""
        try:
            run = self.api.wait_for_run(DAG, run_id, seconds)
        except BaseException:
            print(self.api.failures(DAG, run_id), [str(task) for task in self.api.task_instances(DAG, run_id)])
            raise
        if run.state == "failed":
            print(self.api.failures(DAG, run_id))
        return run

    def log_of(self, run: Run, task_id: str) -> str:
        """The last try's log of a task of the run, of all its instances where it is mapped."""
        tasks = self.api.task_instances(run.dag_id, run.run_id)
        return "\n".join(
            line
            for task in tasks
            if task.task_id == task_id
            for line in self.api.log(run.dag_id, run.run_id, task)
        )

    def executions(self) -> list[dict[str, Any]]:
        """The local API's own account of what it was made to answer, oldest first: the judge."""
        url = self.local_api.base_url.removesuffix("/v1") + "/local/executions"
        found: list[dict[str, Any]] = []
        while page := httpx.get(url, params={"after": len(found), "limit": 1000}, trust_env=False).json()["data"]:
            found += page
        return found

    def batches(self) -> list[dict[str, Any]]:
        """All batches that the local API has, the newest first, whatever the ledger knows of them."""
        found: list[dict[str, Any]] = []
        while True:
            after = {"after": found[-1]["id"]} if found else {}
            page = httpx.get(
                f"{self.local_api.base_url}/batches",
                params={"limit": 100, **after},
                headers={"Authorization": f"Bearer {KEY}"},
                trust_env=False,
            ).json()
            found += page["data"]
            if not page["has_more"]:
                return found

    def put(self, day: str, documents: Mapping[str, str | bytes]) -> Path:
        """Lay a dated folder out; paths are relative to it."""
        folder = self.data / "input" / day
        for name, content in documents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder


@contextmanager
def running_pipeline(
    root: Path,
    local_api: LocalApi,
    env: Mapping[str, str] | None = None,
    more_plugins: Sequence[Path] = (),
) -> Iterator[Pipeline]:
    """The pipeline below `root`, healthy, its DAG parsed and unpaused; `local_api` runs while it does.

    `env` is added to what every component sees, `more_plugins` are files laid beside the project's plugins.
    """
    unwind_on_signals()
    data = root / "data"
    (data / "input").mkdir(parents=True)
    # Copies, so that a test may put another file beside them.
    dags = shutil.copytree(PROJECT / "dags", root / "dags")
    plugins = shutil.copytree(PROJECT / "plugins", root / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    for plugin in more_plugins:
        shutil.copy(plugin, plugins)
    with local_api:
        environment = local_api.environment() | {
            "OPENAI_API_KEY": KEY,
            # How soon a new DAG file is seen.
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
            "BATCH_TRANSLATE_DATA": str(data),
            "BATCH_TRANSLATE_LEDGER": f"sqlite:///{data / 'ledger.sqlite'}",
        }
        with AirflowStack(root / "airflow", dags, plugins, environment | dict(env or {})) as airflow:
            airflow.api.wait_for_dag(DAG)
            airflow.api.unpause(DAG)
            yield Pipeline(airflow, local_api, data, dags)


def examples_api(folder: Path, delay: float, port: int = 0, options: Sequence[str] = ()) -> LocalApi:
    """A local API, not started yet, that knows the examples' translations; `delay` seconds to each batch."""
    return LocalApi(folder, EXAMPLES / "phrasebook.tsv", delay, port, options)
