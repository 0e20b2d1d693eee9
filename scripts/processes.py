"""Which processes did we start, and how does every one of them end?

Each service leads a session of its own. Airflow's tasks leave their process group but never their session, so
the session is what a service owns: a stop ends all of it and nothing else, also the children of a leader that
was killed. What runs is recorded beside the logs, so that another shell, or the next start after a crash, can
end what was left; a record carries the start time, because process ids come round again.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

_GRACE_SECONDS = 10.0


class StackError(Exception):
    """Something that had to run does not; the message ends with its last log lines."""


def last_lines(log: Path, count: int = 20) -> str:
    """The end of a log file, indented, to stand below a message."""
    lines = log.read_text("utf-8", "replace").splitlines()[-count:] if log.exists() else []
    return "\n".join([f"last lines of {log}:", *(f"    {line}" for line in lines)])


def wait_until(ready: Callable[[], Any], seconds: float, what: str, interval: float = 0.2) -> Any:
    """The first true value of `ready()`; StackError naming `what` when there is none within `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        if value := ready():
            return value
        if time.monotonic() > deadline:
            raise StackError(f"{what}: not within {seconds:g} s")
        time.sleep(interval)


def unwind_on_signals() -> None:
    """Let SIGTERM unwind the program as Ctrl-C does, so that everything it started is stopped.

    Only the first of both counts: a second Ctrl-C must not break the stopping off.
    """

    def leave(_signum: int, _frame: FrameType | None) -> NoReturn:
        for ignored in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ignored, signal.SIG_IGN)
        raise KeyboardInterrupt

    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, leave)


class Service:
    """One process in its own session, with a log file and a record of its id in `folder`."""

    def __init__(self, name: str, argv: Sequence[str], env: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._argv = list(argv)
        self._env = dict(env)
        self._record = folder / f"{name}.pid"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The leader's process id."""
        if self._process is None:
            raise StackError(f"{self.name} was not started")
        return self._process.pid

    def start(self) -> None:
        """Start the process; its output is added to the log file."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv, env=self._env, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        record(self._record, self._process.pid)

    def check(self) -> None:
        """Raise StackError with the end of the log when the process has ended by itself."""
        if self._process is not None and (code := self._process.poll()) is not None:
            raise StackError(f"{self.name} ended with code {code}; {last_lines(self.log)}")

    def stop(self, grace: float = _GRACE_SECONDS) -> None:
        """End the whole session: SIGTERM to the leader, after `grace` seconds SIGKILL to what is left."""
        stop_services([self], grace)

    def kill(self) -> None:
        """End the whole session as a crash does: SIGKILL, nothing is tidied up."""
        stop_services([self], grace=0)

    def _forget(self) -> None:
        if self._process is not None:
            self._process.wait(timeout=_GRACE_SECONDS)
        self._process = None
        self._record.unlink(missing_ok=True)


def stop_services(services: Iterable[Service], grace: float = _GRACE_SECONDS) -> None:
    """End several services at once; those that do not run are left alone."""
    running = [service for service in services if service._process is not None]
    _end_sessions({service.pid for service in running}, grace)
    for service in running:
        service._forget()


def record(path: Path, pid: int) -> None:
    """Write down a process with its start time."""
    path.write_text(json.dumps({"pid": pid, "created": psutil.Process(pid).create_time()}))


def recorded_pid(path: Path) -> int | None:
    """The process of a record, None where there is no record or its id belongs to another process by now."""
    try:
        entry = json.loads(path.read_text())
        same = abs(psutil.Process(entry["pid"]).create_time() - entry["created"]) < 1
    except psutil.NoSuchProcess:
        same = True  # the leader is gone, its session may live on
    except (OSError, ValueError, KeyError):
        return None
    return int(entry["pid"]) if same else None


@contextmanager
def sole_user(path: Path) -> Iterator[None]:
    """Be the one program that uses a folder, recorded in `path`; StackError when another one does."""
    other = recorded_pid(path)
    if other is not None and psutil.pid_exists(other):
        raise StackError(f"process {other} uses {path.parent} already: wait for it or end it with `make down`")
    path.parent.mkdir(parents=True, exist_ok=True)
    record(path, os.getpid())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def end_recorded(folder: Path) -> list[str]:
    """End what a stack that was killed left running; the names of what was found."""
    records = {path: recorded_pid(path) for path in sorted(folder.glob("*.pid"))}
    leaders = {pid for pid in records.values() if pid is not None}
    alive = {pid for pid in leaders if _members({pid})}
    _end_sessions(alive, _GRACE_SECONDS)
    for path in records:
        path.unlink(missing_ok=True)
    return [path.stem for path, pid in records.items() if pid in alive]


def _end_sessions(leaders: set[int], grace: float) -> None:
    """End every process of the sessions: the leaders are asked first, what remains is killed."""
    members = _members(leaders)
    asked = [process for process in members if process.pid in leaders] if grace > 0 else []
    for process in asked:
        _send(process, signal.SIGTERM)
    if asked:
        psutil.wait_procs(asked, timeout=grace)
        psutil.wait_procs(members, timeout=1)
    deadline = time.monotonic() + _GRACE_SECONDS
    while members := _members(leaders):
        for process in members:
            _send(process, signal.SIGKILL)
        psutil.wait_procs(members, timeout=1)
        if time.monotonic() > deadline:
            raise StackError(f"these processes did not end: {[process.pid for process in members]}")


def _members(leaders: set[int]) -> list[psutil.Process]:
    """The living processes of the sessions that `leaders` lead or led."""
    members = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) in leaders and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
        except (OSError, psutil.NoSuchProcess):
            continue
    return members


def _send(process: psutil.Process, signum: int) -> None:
    try:
        process.send_signal(signum)
    except psutil.NoSuchProcess:
        return
