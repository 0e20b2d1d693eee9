"""A whole Airflow on this machine, from nothing to healthy and back to nothing.

SQLite and LocalExecutor, on free loopback ports, with a home of its own. The components are processes of their
own (not `airflow standalone`) so that one of them can be killed and started again. Airflow settings of the
caller's environment are not passed on: the stack is the same wherever it is started.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self

import httpx

from airflow_api import AirflowApi
from processes import Service, StackError, end_recorded, last_lines, stop_services, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).resolve().parents[1]
USER = "admin"
_CONNECTION = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
_COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
_HEARTBEATS = {
    "scheduler": "latest_scheduler_heartbeat",
    "dag_processor": "latest_dag_processor_heartbeat",
    "triggerer": "latest_triggerer_heartbeat",
}


class AirflowStack:
    """Starts Airflow on entering, ends every process of it on leaving.

    `home` becomes AIRFLOW_HOME and keeps database, logs and passwords for the next start; `env` is added to
    what all components and tasks see.
    """

    def __init__(
        self,
        home: Path,
        dags: Path = PROJECT / "dags",
        plugins: Path = PROJECT / "plugins",
        env: Mapping[str, str] | None = None,
        port: int = 0,
    ) -> None:
        self.home = home.resolve()
        self.url = f"http://127.0.0.1:{port or free_port()}"
        self._secrets = _kept_secrets(self.home)
        self.password = self._secrets["password"]
        self.environment = self._environment(dags, plugins) | dict(env or {})
        self.api = AirflowApi(self.url, USER, self.password)
        folder = self.home / "processes"
        self.services = {
            name: Service(name, _command(name, self.url), self.environment | _patience(name, self.home), folder)
            for name in _COMPONENTS
        }

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Create or upgrade the database, start all components, wait until each is healthy."""
        end_recorded(self.home / "processes")
        self._migrate()
        started = datetime.now(UTC)
        for service in self.services.values():
            service.start()
        self.wait_healthy(started)

    def stop(self) -> None:
        """End exactly what was started; nothing of it survives."""
        self.api.close()
        stop_services(self.services.values())

    def restart(self, component: str) -> None:
        """Stop one component if it still runs, start it anew, wait until it is healthy."""
        service = self.services[component]
        service.stop()
        started = datetime.now(UTC)
        service.start()
        self.wait_healthy(started)

    def wait_healthy(self, since: datetime, seconds: float = 120) -> None:
        """Wait until every component has sent a heartbeat after `since`: an older one is a dead stack's."""

        def healthy() -> bool:
            for service in self.services.values():
                service.check()
            try:
                health = self.api.health()
            except httpx.HTTPError:
                return False
            beats = [health[component].get(beat) for component, beat in _HEARTBEATS.items()]
            return all(beat and datetime.fromisoformat(beat) >= since for beat in beats)

        try:
            wait_until(healthy, seconds, "Airflow is healthy")
        except StackError as error:
            logs = "\n".join(last_lines(service.log) for service in self.services.values())
            raise StackError(f"{error}\n{logs}") from None
        # The API that tasks talk to is built on its first call, for seconds in which the first tasks time out.
        self.api.request("GET", "/execution/health")

    def run_cli(self, *arguments: str, seconds: float = 120) -> str:
        """Output of one `airflow` command against this stack; StackError when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode:
            raise StackError(
                f"airflow {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    def _migrate(self) -> None:
        # The command costs seconds even when there is nothing to do: once per version is enough.
        done = self.home / f"migrated-{version('apache-airflow-core')}"
        if not done.exists():
            self.run_cli("db", "migrate")
            done.touch()

    def _environment(self, dags: Path, plugins: Path) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        local = ",".join(filter(None, [os.environ.get("NO_PROXY", ""), "127.0.0.1", "localhost"]))
        return inherited | {
            "AIRFLOW_HOME": str(self.home),
            "PYTHONPATH": str(PROJECT / "include"),
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": local,
            "no_proxy": local,
            _CONNECTION: _database(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__FERNET_KEY": self._secrets["fernet_key"],
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.home / "passwords.json"),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": self.url.rpartition(":")[2],
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__SECRET_KEY": self._secrets["api_secret_key"],
            "AIRFLOW__API_AUTH__JWT_SECRET": self._secrets["jwt_secret"],
            # Short waits: tasks of a few seconds follow each other.
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
            "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "2",
            "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "2",
            "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
            # A changed file is read at once all the same.
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        }


def _database(home: Path) -> str:
    return f"sqlite:///{home / 'airflow.db'}"


def _patience(component: str, home: Path) -> dict[str, str]:
    """How long a component waits for SQLite's lock.

    The API server now and then holds the lock in one transaction and waits for it in another. That fails after the
    default of five seconds, and its clients ask again; a scheduler that waits no longer than that ends with it.
    """
    return {} if component == "api-server" else {_CONNECTION: f"{_database(home)}?timeout=60"}


def _command(component: str, url: str) -> list[str]:
    command = [sys.executable, "-m", "airflow", component]
    if component == "api-server":
        return [*command, "--host", "127.0.0.1", "--port", url.rpartition(":")[2]]
    # All share one disk, so the API server reads the logs itself; the log servers would listen on every address.
    return [*command, "--skip-serve-logs"] if component in ("scheduler", "triggerer") else command


def _kept_secrets(home: Path) -> dict[str, str]:
    """The home's secrets, made on first use: a database outlives its stack, and so must its keys."""
    path = home / "secrets.json"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        made = {name: secrets.token_urlsafe(64) for name in ("api_secret_key", "jwt_secret")}
        made["password"] = secrets.token_urlsafe(9)
        made["fernet_key"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        path.touch(mode=0o600)
        path.write_text(json.dumps(made))
    kept: dict[str, str] = json.loads(path.read_text())
    passwords = home / "passwords.json"
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({USER: kept["password"]}))
    return kept


def free_port() -> int:
    """A port of this machine that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
