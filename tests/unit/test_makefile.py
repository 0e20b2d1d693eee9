"""What the Makefile offers is what `make help` lists, and every recipe stands on files that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

_PROJECT = Path(__file__).parents[2]
_TARGETS = [
    "demo",
    "up",
    "down",
    "test",
    "test-faults",
    "check",
    "bench",
    "bench-lookups",
    "bench-waiting",
    "fuzz",
    "evaluate",
    "requirements",
]


def _make(*arguments: str) -> str:
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=_PROJECT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout


def test_help_is_the_default_and_lists_every_target() -> None:
    assert _make() == _make("help")
    assert set(re.findall(r"^  make (\S+)", _make(), re.MULTILINE)) == {"help", *_TARGETS}


@pytest.mark.parametrize("target", _TARGETS)
def test_scripts_named_in_a_recipe_exist(target: str) -> None:
    for script in re.findall(r"(?:scripts|tests/benchmarks|tests/faults)/\w+\.py", _make("--dry-run", target)):
        assert (_PROJECT / script).is_file()


@pytest.mark.parametrize("target", ["demo", "up", "down"])
def test_running_needs_no_development_tools(target: str) -> None:
    recipe = _make("--dry-run", "--always-make", target)
    assert "-r requirements.txt" in recipe
    assert "requirements-dev" not in recipe


def test_ci_runs_targets_that_exist() -> None:
    called = re.findall(r"make --no-print-directory (\S+)", (_PROJECT / ".ci" / "run").read_text("utf-8"))
    assert called == ["check", "test"]
    assert set(called) <= set(_TARGETS)
