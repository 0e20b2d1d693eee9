"""One Airflow with the project's DAGs and one local API, started once for all integration tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pipeline import Pipeline, examples_api, running_pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """The pipeline; its batches take long enough for their sensors to be deferred."""
    root = tmp_path_factory.mktemp("pipeline")
    with running_pipeline(root, examples_api(root / "local_batch_api", delay=6)) as running:
        yield running
