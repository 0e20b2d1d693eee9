"""One Airflow with the project's DAGs and one local API, started once for all integration tests."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from airflow_stack import PROJECT, AirflowStack
from local_api import LocalApi
from processes import unwind_on_signals
from provider import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from airflow_api import AirflowApi, Run

DAG = "translate_nightly"
KEY = "sk-a-key-that-must-stand-in-no-file"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The running whole: `data` holds input/, output/ and work/."""

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

    def executions(self) -> list[dict[str, Any]]:
        """The local API's own account of what it was made to answer, oldest first: the judge."""
        url = self.local_api.base_url.removesuffix("/v1") + "/local/executions"
        found: list[dict[str, Any]] = []
        while page := httpx.get(url, params={"after": len(found), "limit": 1000}, trust_env=False).json()["data"]:
            found += page
        return found

    def put(self, day: str, documents: Mapping[str, str | bytes]) -> Path:
        """Lay a dated folder out; paths are relative to it."""
        folder = self.data / "input" / day
        for name, content in documents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """The pipeline, healthy, its DAG parsed and unpaused."""
    unwind_on_signals()
    root = tmp_path_factory.mktemp("pipeline")
    data = root / "data"
    (data / "input").mkdir(parents=True)
    # A copy, so that a test may put another DAG file beside it.
    dags = shutil.copytree(PROJECT / "dags", root / "dags")
    # Batches take long enough for their sensors to be deferred.
    with LocalApi(root / "local_batch_api", EXAMPLES / "phrasebook.tsv", delay=6) as local_api:
        env = local_api.environment() | {
            "OPENAI_API_KEY": KEY,
            # How soon a new DAG file is seen.
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
            "BATCH_TRANSLATE_DATA": str(data),
            "BATCH_TRANSLATE_LEDGER": f"sqlite:///{data / 'ledger.sqlite'}",
        }
        with AirflowStack(root / "airflow", dags, env=env) as airflow:
            airflow.api.wait_for_dag(DAG)
            airflow.api.unpause(DAG)
            yield Pipeline(airflow, local_api, data, dags)
