"""Everything docker-compose.yaml names exists: files, variables, services, commands, settings."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

_PROJECT = Path(__file__).parents[2]
_TEXT = (_PROJECT / "docker-compose.yaml").read_text("utf-8")
_COMPOSE: dict[str, Any] = yaml.safe_load(_TEXT)
_SERVICES: dict[str, dict[str, Any]] = _COMPOSE["services"]
_AIRFLOW = {name: service for name, service in _SERVICES.items() if "build" in service}
_IN_CONTAINER = "/opt/airflow/"

# Parses command lines with Airflow's own parser and looks settings up in its own configuration.
_ASK_AIRFLOW = """
import json, sys
from airflow.cli.cli_parser import get_parser
from airflow.configuration import conf
from airflow.providers_manager import ProvidersManager
asked = json.load(sys.stdin)
parser = get_parser()
for command in asked["commands"]:
    parser.parse_args(command)
ProvidersManager().initialize_providers_configuration()
known = conf.configuration_description
unknown = [
    [section, option] for section, option in asked["settings"]
    if option not in known.get(section, {}).get("options", {})
]
print("unknown settings:", json.dumps(unknown))
"""


def _argv(service: dict[str, Any]) -> list[str]:
    """The words of the command, those after `exec` where a shell comes first."""
    command = service["command"]
    if isinstance(command, list):
        command = command[-1].rpartition("exec ")[2]
    return shlex.split(command)


def _airflow_commands() -> list[list[str]]:
    commands = []
    for service in _AIRFLOW.values():
        argv = _argv(service)
        if argv[0] != "python":
            commands.append(argv[1:] if argv[0] == "airflow" else argv)
        test = service.get("healthcheck", {}).get("test", [""])[-1]
        if test.startswith("airflow "):
            commands.append(shlex.split(test)[1:])
    return commands


def test_every_airflow_command_and_setting_is_known_to_airflow(tmp_path: Path) -> None:
    names = {name for service in _AIRFLOW.values() for name in service["environment"]}
    matches = [re.fullmatch(r"AIRFLOW__(.+?)__(.+)", name) for name in sorted(names)]
    settings = [(match[1].lower(), match[2].lower()) for match in matches if match]
    done = subprocess.run(
        [sys.executable, "-c", _ASK_AIRFLOW],
        input=json.dumps({"commands": _airflow_commands(), "settings": settings}),
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "unknown settings: []" in done.stdout


def test_every_component_is_there() -> None:
    argvs = [_argv(service) for service in _AIRFLOW.values()]
    for component in ("api-server", "scheduler", "dag-processor", "triggerer", "worker", "migrate"):
        assert sum(argv[-1] == component for argv in argvs) == 1


def test_mounted_paths_exist() -> None:
    mounts = [volume.split(":") for volume in _COMPOSE["x-airflow"]["volumes"]]
    folders = {source: target for source, target, *_ in mounts if source.startswith("./")}
    assert set(folders) == {"./dags", "./plugins", "./include", "./data"}
    for source, target in folders.items():
        assert target == _IN_CONTAINER + source.removeprefix("./")
        assert source == "./data" or (_PROJECT / source).is_dir()
    assert {source for source, *_ in mounts if not source.startswith("./")} <= set(_COMPOSE["volumes"])


def test_paths_in_commands_and_environment_exist() -> None:
    for path in re.findall(rf"{_IN_CONTAINER}(include/[\w./-]+|dags/[\w./-]+)", _TEXT):
        if not path.endswith(":ro"):
            assert (_PROJECT / path).exists()
    assert _COMPOSE["x-airflow"]["environment"]["PYTHONPATH"] == f"{_IN_CONTAINER}include"


def test_every_variable_is_in_the_example() -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", _TEXT))
    example = (_PROJECT / ".env.example").read_text("utf-8")
    assert used <= set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_no_secret_has_a_value_in_the_files() -> None:
    example = (_PROJECT / ".env.example").read_text("utf-8")
    for name, value in re.findall(r"^(\w*(?:PASSWORD|SECRET|KEY)\w*)=(.*)$", example, re.MULTILINE):
        assert value == "", name
    for name, default in re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|FERNET)\w*)(:.)", _TEXT):
        assert default == ":?", name


def test_all_components_share_one_environment() -> None:
    shared = _COMPOSE["x-airflow"]["environment"]
    for service in _AIRFLOW.values():
        assert service["environment"].items() >= shared.items()


def test_what_a_service_depends_on_can_be_waited_for() -> None:
    for service in _SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            assert other in _SERVICES
            if how["condition"] == "service_healthy":
                assert "healthcheck" in _SERVICES[other]


def test_hosts_in_urls_are_services() -> None:
    hosts = set(re.findall(r"(?:@|://)([a-z][a-z-]*)[:/](?!/)", _TEXT)) - {"airflow", "localhost"}
    assert hosts <= set(_SERVICES)
    assert {"postgres", "redis", "api-server", "local-batch-api"} <= hosts


def test_images_are_pinned_to_a_version() -> None:
    images = [service["image"] for service in _SERVICES.values()]
    images += re.findall(r"FROM (\S+)", _COMPOSE["x-airflow"]["build"]["dockerfile_inline"])
    for image in images:
        assert re.search(r":\d+\.\d+", image), image


def test_the_local_api_runs_only_when_asked_for_and_takes_its_flags() -> None:
    service = _SERVICES["local-batch-api"]
    assert service["profiles"] == ["offline"]
    argv = _argv(service)
    done = subprocess.run(
        [sys.executable, *argv[1:], "--help"],
        env={**os.environ, "PYTHONPATH": str(_PROJECT / "include")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert {word for word in argv if word.startswith("--")} <= set(re.findall(r"--[\w-]+", done.stdout))


@pytest.mark.parametrize("name", sorted(_SERVICES))
def test_every_lasting_service_has_a_health_check(name: str) -> None:
    assert name == "init" or "healthcheck" in _SERVICES[name]
