"""Where task processes die: an Airflow plugin of these tests, laid beside the project's own.

The product has no hooks for this. When one of its modules is imported, the functions named below are wrapped; a
wrapped function kills its own process with SIGKILL when a file of the kill point's name lies in the day's folder.
The file is taken away first, so that each kill happens once and what is left over never happened.

The same file is imported by the tests, which arm the points and ask what fired.
"""

from __future__ import annotations

import functools
import importlib.machinery
import importlib.util
import os
import signal
import sys
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

FOLDER = "KILL_POINTS_FOLDER"
"""The environment variable that names the folder; without it nothing is wrapped."""
_STEPS = "batch_translate.steps"
_LEDGER = "batch_translate.ledger"
_COMMIT = f"{_LEDGER}.planning:Draft.commit"
_STORAGE = "batch_translate.storage"
_API = "batch_translate.provider.api:BatchApi"
_OPERATOR = "batch_translate_airflow.operators:CreateBatchOperator"
_SENSOR = "batch_translate_airflow.sensor:BatchSensor"
_CLAIMS = "batch_translate_airflow.claims:ClaimsSensor"


@dataclass(frozen=True, slots=True)
class KillPoint:
    """Before, after or during which call of `function` ("module:name" or "module:Class.name") a process dies.

    `task` is the task's id without its groups. During: a second after the call began.
    """

    task: str
    when: str
    function: str
    call: int = 1


POINTS = {
    "recover_jobs begins": KillPoint("recover_jobs", "before", f"{_STEPS}.recover_jobs:recover_jobs"),
    "recover_jobs is done, the task is not": KillPoint(
        "recover_jobs", "after", f"{_STEPS}.recover_jobs:recover_jobs"
    ),
    "recovering, answers about to be stored": KillPoint("recover_jobs", "before", f"{_LEDGER}.answers:store"),
    "recovering, answers stored": KillPoint("recover_jobs", "after", f"{_LEDGER}.answers:store"),
    "segments written, no plan": KillPoint("read_documents", "before", f"{_STEPS}.plan:save"),
    "plan written, reading not noted": KillPoint("read_documents", "before", f"{_LEDGER}.days:record_reading"),
    "reading noted, the task not ended": KillPoint("read_documents", "after", f"{_LEDGER}.days:record_reading"),
    "budget estimated, the task not ended": KillPoint(
        "check_budget", "after", f"{_STEPS}.check_budget:check_budget"
    ),
    "request file written, job not planned": KillPoint("build_requests", "before", _COMMIT),
    "job planned, the task not ended": KillPoint("build_requests", "after", _COMMIT),
    "file about to be uploaded": KillPoint("upload_file", "before", f"{_API}.upload"),
    "file uploaded, not noted": KillPoint("upload_file", "after", f"{_API}.upload"),
    "file noted, the task not ended": KillPoint("upload_file", "after", f"{_LEDGER}.jobs:record_file"),
    "create_batch begins": KillPoint("create_batch", "before", f"{_STEPS}.create_batch:create_batch"),
    "intent to send noted, nothing sent": KillPoint("create_batch", "before", f"{_API}.create"),
    "create_batch about to wait": KillPoint("create_batch", "before", f"{_OPERATOR}._defer"),
    "create_batch resumes": KillPoint("create_batch", "before", f"{_OPERATOR}.execute_complete"),
    "request to create under way": KillPoint("create_batch", "during", f"{_API}.create"),
    "batch created, row not updated": KillPoint("create_batch", "after", f"{_API}.create"),
    "batch noted, the task not ended": KillPoint("create_batch", "after", f"{_LEDGER}.jobs:record_batch"),
    "batch looked at, not deferred": KillPoint("wait_for_batch", "before", f"{_SENSOR}._defer"),
    "wait_for_batch begins": KillPoint("wait_for_batch", "before", f"{_SENSOR}._look"),
    "wait_for_batch resumes": KillPoint("wait_for_batch", "before", f"{_SENSOR}.execute_complete"),
    "collect_results begins": KillPoint("collect_results", "before", f"{_STEPS}.collect_results:collect_results"),
    "results downloaded, not stored": KillPoint("collect_results", "after", f"{_API}.download"),
    "answers about to be stored": KillPoint("collect_results", "before", f"{_LEDGER}.answers:store"),
    "answers stored, the task not ended": KillPoint("collect_results", "after", f"{_LEDGER}.answers:store"),
    "languages_to_write": KillPoint("languages_to_write", "before", f"{_STEPS}.plan:load"),
    "nothing published yet": KillPoint("write_translations", "before", f"{_STORAGE}:copy_into"),
    "one of two documents published": KillPoint("write_translations", "before", f"{_STORAGE}:copy_into", call=2),
    "documents published, the task not ended": KillPoint(
        "write_translations", "after", f"{_STEPS}.write_translations:write_translations"
    ),
    "report not written": KillPoint("verify_complete", "before", f"{_STORAGE}:write_json"),
    "report written, the task not ended": KillPoint("verify_complete", "after", f"{_STORAGE}:write_json"),
    "wait_for_claims begins": KillPoint("wait_for_claims", "before", f"{_STEPS}.wait_for_claims:reason_to_skip"),
    "claims counted, not deferred": KillPoint("wait_for_claims", "before", f"{_CLAIMS}._defer"),
    "wait_for_claims resumes": KillPoint("wait_for_claims", "before", f"{_CLAIMS}.execute_complete"),
}
"""The worst moments of each task, by what has happened and what has not."""

RECOVERING = tuple(name for name in POINTS if name.startswith("recovering"))
COLLECTING = tuple(name for name, point in POINTS.items() if point.task == "collect_results")
ALONE = (*RECOVERING, *COLLECTING)
"""The first need another run's batch, the others no later run that recovers theirs."""

TRIGGERS = {
    "batch_translate_airflow.trigger:BatchTrigger.filter_shared_stream",
    "batch_translate_airflow.claims:ClaimsTrigger.run",
    "batch_translate_airflow.room:RoomTrigger.run",
}
"""These send each of their events twice; how often is counted in the folder, too."""


def arm(folder: Path, day: str, point: str) -> None:
    """Let the run of `day` die at `point`, once."""
    assert point in POINTS
    armed = folder / day / point
    armed.parent.mkdir(parents=True, exist_ok=True)
    armed.touch()


def fired(folder: Path, day: str, point: str) -> bool:
    """Whether a process has died there."""
    return (folder / "fired" / f"{day} {point}").exists()


def events_sent_twice(folder: Path) -> int:
    """How many events have come twice so far."""
    return len(list((folder / "twice").glob("*")))


def _day() -> str:
    from airflow.sdk import get_current_context

    context = get_current_context()
    return str(context["dag_run"].partition_key or context["params"]["day"])


def _die_if_armed(name: str, point: KillPoint, call: int) -> None:
    # A resumed task has the variables too; triggerer and scheduler have not, and live.
    if os.environ.get("AIRFLOW_CTX_TASK_ID", "").rpartition(".")[2] != point.task or call != point.call:
        return
    folder, day = Path(os.environ[FOLDER]), _day()
    try:
        (folder / day / name).unlink()
    except FileNotFoundError:
        return
    (folder / "fired").mkdir(exist_ok=True)
    (folder / "fired" / f"{day} {name}").touch()
    if point.when == "during":
        threading.Timer(1, _die).start()
    else:
        _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _deadly(function: Callable[..., Any], points: dict[str, KillPoint]) -> Callable[..., Any]:
    calls = 0

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        call = calls
        for name, point in points.items():
            if point.when != "after":
                _die_if_armed(name, point, call)
        result = function(*args, **kwargs)
        for name, point in points.items():
            if point.when == "after":
                _die_if_armed(name, point, call)
        return result

    return wrapped


def _twice(function: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    @functools.wraps(function)
    async def wrapped(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        async for event in function(*args, **kwargs):
            yield event
            (Path(os.environ[FOLDER]) / "twice").mkdir(exist_ok=True)
            (Path(os.environ[FOLDER]) / "twice" / uuid.uuid4().hex).touch()
            yield event

    return wrapped


def _wrap(module: ModuleType) -> None:
    by_function: dict[str, dict[str, KillPoint]] = {}
    for name, point in POINTS.items():
        by_function.setdefault(point.function, {})[name] = point
    for function in [*by_function, *TRIGGERS]:
        where, _, path = function.partition(":")
        if where == module.__name__:
            *owners, attribute = path.split(".")
            owner = functools.reduce(getattr, owners, module)
            original = getattr(owner, attribute)
            wrapped = _twice(original) if function in TRIGGERS else _deadly(original, by_function[function])
            setattr(owner, attribute, wrapped)


class _WrappingLoader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        _wrap(module)


class _WrappingFinder:
    """Finds the modules with kill points, and nothing else."""

    names = frozenset(
        name.partition(":")[0] for name in [*(point.function for point in POINTS.values()), *TRIGGERS]
    )

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in self.names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _WrappingLoader(name, spec.origin)
        return spec


def _install() -> None:
    for name in _WrappingFinder.names:
        if name in sys.modules:
            _wrap(sys.modules[name])
    sys.meta_path.insert(0, _WrappingFinder())  # type: ignore[arg-type]  # finders are told by their methods


if FOLDER in os.environ and not any(type(finder).__name__ == _WrappingFinder.__name__ for finder in sys.meta_path):
    _install()
