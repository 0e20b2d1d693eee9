"""Tasks that wait in the triggerer, put into Airflow's database as if workers had deferred them.

Run in the environment of a stack (AIRFLOW_HOME, migrated database, DAG serialized): `probe FILE` makes the run
with one task that waits on the lag probe, `batches FILE` defers one mapped `wait_for_batch` on each batch id in
FILE (JSON). The triggerer drops triggers that no deferred task of a known DAG version waits for, so the rows are
those of the project's own DAG.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow._shared.timezones import timezone
from airflow.models.dagrun import DagRun
from airflow.models.serialized_dag import SerializedDagModel
from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import Trigger
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState, TaskInstanceState
from airflow.utils.types import DagRunTriggeredByType, DagRunType
from loop_lag import LoopLagTrigger
from sqlalchemy import select

from batch_translate_airflow.trigger import BatchTrigger

if TYPE_CHECKING:
    from airflow.triggers.base import BaseTrigger
    from sqlalchemy.orm import Session

DAG = "translate_nightly"
RUN = "bench_waiting"
PROBED = "read_documents"
WAITING = "pass_1.shard.wait_for_batch"
CONN_ID = "openai_default"
_WAIT = timedelta(hours=26)


def defer_probe(session: Session, file: str) -> None:
    """Make the run; its first task waits on the probe, before all others."""
    stored = _dag(session)
    stored.dag.create_dagrun(
        run_id=RUN,
        run_after=timezone.utcnow(),
        run_type=DagRunType.MANUAL,
        triggered_by=DagRunTriggeredByType.TEST,
        state=DagRunState.RUNNING,
        session=session,
    )
    chosen = select(TaskInstance).where(TaskInstance.run_id == RUN, TaskInstance.task_id == PROBED)
    _defer(session, session.scalars(chosen).one(), LoopLagTrigger(file), {})


def defer_batches(session: Session, batch_ids: list[str]) -> None:
    """One mapped task instance for each batch, deferred as BatchSensor does it."""
    stored = _dag(session)
    task = stored.dag.get_task(WAITING)
    run = session.scalars(select(DagRun).where(DagRun.run_id == RUN)).one()
    deadline = time.time() + _WAIT.total_seconds()
    for number, batch_id in enumerate(batch_ids):
        # The row that stands for the task before it is mapped has map_index -1.
        instance = TaskInstance(task, stored.dag_version_id, run_id=RUN, map_index=number)
        instance.dag_run = run
        session.add(instance)
        trigger = BatchTrigger(CONN_ID, batch_id, deadline)
        _defer(session, instance, trigger, {"job_key": batch_id, "batch_id": batch_id})


def _dag(session: Session) -> SerializedDagModel:
    stored = SerializedDagModel.get(DAG, session=session)
    if stored is None:
        raise LookupError(f"{DAG} is not serialized in this database: run `airflow dags reserialize`")
    return stored


def _defer(session: Session, instance: TaskInstance, trigger: BaseTrigger, kwargs: dict[str, Any]) -> None:
    row = Trigger.from_object(trigger)
    session.add(row)
    session.flush()
    instance.trigger_id = row.id
    instance.trigger_timeout = timezone.utcnow() + _WAIT
    instance.next_method = "execute_complete"
    instance.next_kwargs = kwargs
    instance.try_number = 1
    instance.start_date = timezone.utcnow()
    instance.state = TaskInstanceState.DEFERRED


def main() -> None:
    """Defer what the command line says, in one transaction."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["probe", "batches"])
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    with create_session() as session:
        if given.what == "probe":
            defer_probe(session, str(given.file))
        else:
            defer_batches(session, json.loads(given.file.read_text("utf-8")))


if __name__ == "__main__":
    main()
