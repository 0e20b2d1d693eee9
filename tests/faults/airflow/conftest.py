"""One Airflow whose tasks can be killed at named places, and one local API, for all tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from faults.airflow import kill_points
from pipeline import Pipeline, examples_api, running_pipeline

from airflow_stack import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which kill points are armed."""
    return tmp_path_factory.mktemp("kill_points")


@pytest.fixture(scope="package")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of models and their limits, without any at first."""
    path = tmp_path_factory.mktemp("models") / "models.toml"
    path.touch()
    return path


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory, deaths: Path, models: Path) -> Iterator[Pipeline]:
    """The pipeline with kill points; the local API keeps its port when it is killed and started again."""
    root = tmp_path_factory.mktemp("faults")
    environment = {
        kill_points.FOLDER: str(deaths),
        "BATCH_TRANSLATE_MODELS": str(models),
        # Also in the triggerer, which has no use for plugins otherwise.
        "AIRFLOW__CORE__LAZY_LOAD_PLUGINS": "False",
        # A scheduler that died, and tasks that died with it, are noticed in a minute instead of five.
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "20",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    }
    local_api = examples_api(root / "local_batch_api", delay=15, port=free_port())
    with running_pipeline(root, local_api, environment, [Path(kill_points.__file__)]) as running:
        yield running
