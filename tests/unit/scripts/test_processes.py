"""A stop ends everything a service started, and nothing else."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]
import pytest

from processes import Service, StackError, end_recorded, recorded_pid, sole_user, stop_services, wait_until

if TYPE_CHECKING:
    from pathlib import Path

# A leader with two children, one of them in a process group of its own, as Airflow's tasks are; all three
# write their ids and wait. Arguments: the folder, and whether the leader ignores SIGTERM.
_FAMILY = """
import os, pathlib, signal, sys
folder = pathlib.Path(sys.argv[1])
if sys.argv[2] == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
for name in ("child", "own-group"):
    if os.fork() == 0:
        if name == "own-group":
            os.setpgid(0, 0)
        break
else:
    name = "leader"
folder.joinpath(name + ".tmp").write_text(str(os.getpid()))
folder.joinpath(name + ".tmp").rename(folder / name)
while True:
    signal.pause()
"""
_NAMES = ("leader", "child", "own-group")


def _start(folder: Path, temper: str = "mild") -> tuple[Service, list[psutil.Process]]:
    service = Service("family", [sys.executable, "-c", _FAMILY, str(folder), temper], os.environ, folder / "run")
    service.start()
    wait_until(lambda: all((folder / name).exists() for name in _NAMES), 10, "the family is up", interval=0.02)
    return service, [psutil.Process(int((folder / name).read_text())) for name in _NAMES]


def _alive(family: list[psutil.Process]) -> list[int]:
    return [member.pid for member in family if member.is_running() and member.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("temper", ["mild", "stubborn"])
def test_stop_ends_every_process_of_the_session(tmp_path: Path, temper: str) -> None:
    service, family = _start(tmp_path, temper)
    service.stop(grace=0.5)
    assert _alive(family) == []
    assert list((tmp_path / "run").glob("*.pid")) == []


def test_kill_ends_children_too(tmp_path: Path) -> None:
    service, family = _start(tmp_path)
    service.kill()
    assert _alive(family) == []


def test_children_of_a_crashed_leader_are_ended(tmp_path: Path) -> None:
    service, family = _start(tmp_path)
    family[0].kill()
    wait_until(lambda: len(_alive(family)) == 2, 10, "the leader is gone", interval=0.02)
    service.stop()
    assert _alive(family) == []


def test_other_services_stay(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, first = _start(tmp_path / "one")
    two, second = _start(tmp_path / "two")
    try:
        one.kill()
        assert _alive(first) == []
        assert len(_alive(second)) == 3
    finally:
        stop_services([one, two], grace=0)


def test_what_a_killed_stack_left_is_ended_by_its_record(tmp_path: Path) -> None:
    service, family = _start(tmp_path)
    family[0].kill()  # with its starter's knowledge of it lost
    assert end_recorded(tmp_path / "run") == ["family"]
    assert _alive(family) == []
    service.stop()


def test_a_record_whose_id_belongs_to_another_process_is_not_used(tmp_path: Path) -> None:
    record = tmp_path / "other.pid"
    record.write_text(json.dumps({"pid": os.getpid(), "created": 1.0}))
    assert recorded_pid(record) is None
    assert end_recorded(tmp_path) == []
    assert not record.exists()


def test_a_service_that_ends_by_itself_is_reported_with_its_log(tmp_path: Path) -> None:
    service = Service(
        "short", [sys.executable, "-c", "raise SystemExit('no such database')"], os.environ, tmp_path
    )
    service.start()

    def check() -> None:
        service.check()

    with pytest.raises(
        StackError, match=r"short ended with code 1; last lines of .*short\.log:\n.*no such database"
    ):
        wait_until(check, 10, "the service ends", interval=0.02)
    service.stop()


def test_a_wait_ends_and_says_for_what(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"the moon is blue: not within 0\.05 s"):
        wait_until(lambda: False, 0.05, "the moon is blue", interval=0.01)


def test_a_folder_has_one_user_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "running.pid"
    with sole_user(path):
        with pytest.raises(StackError, match=rf"process {os.getpid()} uses .*make down"), sole_user(path):
            pass
        assert path.exists()
    with sole_user(path):
        pass
    assert not path.exists()
