"""The pinned requirements hang together without asking the network (`make check` compiles them as well)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_PROJECT = Path(__file__).parents[2]
_PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; .+)?")


def _name(requirement: str) -> str:
    return re.sub(r"[._-]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower())


def _lines(file: str) -> list[str]:
    lines = (_PROJECT / file).read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith(("#", "-c"))]


def _pins(file: str) -> dict[str, set[str]]:
    """Name → versions; more than one where the version depends on the Python."""
    pins: dict[str, set[str]] = {}
    for line in _lines(file):
        match = _PIN.fullmatch(line)
        assert match, f"{file} does not pin {line!r}"
        pins.setdefault(match["name"], set()).add(match["version"])
    return pins


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_requirement_is_pinned(name: str) -> None:
    assert {_name(line) for line in _lines(f"{name}.in")} <= set(_pins(f"{name}.txt"))


def test_development_tools_pin_nothing_differently() -> None:
    runtime, development = _pins("requirements.txt"), _pins("requirements-dev.txt")
    shared = runtime.keys() & development.keys()
    assert {name: development[name] for name in shared} == {name: runtime[name] for name in shared}


def test_containers_run_the_pinned_airflow() -> None:
    (version,) = _pins("requirements.txt")["apache-airflow"]
    compose = (_PROJECT / "docker-compose.yaml").read_text("utf-8")
    assert f"FROM apache/airflow:{version}-python3.12\n" in compose
    assert f"image: batch-translate:{version}\n" in compose
