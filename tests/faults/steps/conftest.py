"""One server for all runs of a module; after them it is said by which seed they can be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contract.local_server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """One server for all runs: each has a key of its own and sees only its own batches."""
    one = LocalServer(tmp_path_factory.mktemp("faults") / "local_batch_api")
    one.start()
    yield one
    one.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for the log: what was sampled."""
    from faults.steps.test_cases import FIRST_SEED, RUNS

    terminalreporter.write_line(f"Faults against the steps: FAULT_RUNS={RUNS} FAULT_SEED={FIRST_SEED}")
