"""The sensor's execute(), as a worker calls it, against a real server on a socket."""

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk import DAG, BaseSensorOperator
from airflow.sdk.exceptions import AirflowRescheduleException, TaskDeferred

from batch_translate_airflow import sensor as sensor_module
from batch_translate_airflow.hook import MissingConnectionError
from batch_translate_airflow.sensor import DEFER_MARGIN, BatchSensor
from batch_translate_airflow.trigger import BatchTrigger

# What another test left open is found whenever memory is collected: that is not this test's.
pytestmark = [
    pytest.mark.filterwarnings("error", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("connection"),
]

BATCH = {"job_key": "j1", "batch_id": "batch_1"}


def context(rescheduled_since=None):
    return {"ti": SimpleNamespace(get_first_reschedule_date=lambda context: rescheduled_since), "run_id": "r1"}


def sensor(batch=BATCH, **arguments):
    return BatchSensor(task_id="wait_for_batch", batch=batch, **arguments)


def result(status, reason):
    return {"job_key": "j1", "batch_id": "batch_1", "status": status, "reason": reason}


def deferral(operator):
    with pytest.raises(TaskDeferred) as caught:
        operator.execute(context())
    return caught.value


@pytest.mark.parametrize("status", ["completed", "failed", "expired", "cancelled"])
@pytest.mark.parametrize("mode", [{}, {"deferrable": False}, {"deferrable": False, "mode": "reschedule"}])
def test_finished_batch_is_a_result_at_the_first_look(server, status, mode):
    server.batches = {"batch_1": status}
    assert sensor(**mode).execute(context()) == result(status, "finished")
    assert server.retrieves == 1


@pytest.mark.parametrize("batch", [{"job_key": "j1", "batch_id": None}, {**BATCH, "state": "collected"}])
def test_job_without_an_open_batch_is_not_waited_for(server, batch):
    found = sensor(batch).execute(context())
    assert found == {"job_key": "j1", "batch_id": batch["batch_id"], "status": None, "reason": "nothing"}
    assert server.requests == []


def test_open_batch_defers_until_after_the_triggers_deadline(server):
    server.batches = {"batch_1": "in_progress"}
    submitted_at = time.time() - 3600
    deferred = deferral(sensor({**BATCH, "submitted_at": submitted_at}, max_wait=timedelta(hours=26)))
    assert isinstance(deferred.trigger, BatchTrigger)
    assert deferred.trigger.deadline == submitted_at + 26 * 3600
    assert deferred.timeout.total_seconds() == pytest.approx(25 * 3600 + DEFER_MARGIN.total_seconds(), abs=60)
    resumed = getattr(sensor(), deferred.method_name)
    event = {"batch_id": "batch_1", "status": "expired", "reason": "finished"}
    assert resumed(context(), event=event, **deferred.kwargs) == result("expired", "finished")


def test_plain_batch_id_is_enough(server):
    server.batches = {"batch_1": "in_progress"}
    assert deferral(sensor("batch_1")).kwargs == {"job_key": None, "batch_id": "batch_1"}


@pytest.mark.parametrize("fault", ["hang up", 401, 429, 503])
def test_failed_first_look_defers_anyway(server, fault, caplog):
    server.batches = {"batch_1": "completed"}
    server.faults.extend([fault] * 9)
    deferral(sensor())
    assert "sk-secret" not in caplog.text


def test_batch_that_is_not_found_yet_defers(server):
    deferral(sensor())
    assert server.retrieves == 1


def test_deadline_in_the_past_is_a_result_but_the_batch_counts_first(server):
    batch = {**BATCH, "submitted_at": time.time() - 3600}
    server.batches = {"batch_1": "in_progress"}
    assert sensor(batch, max_wait=timedelta(minutes=5)).execute(context()) == result("in_progress", "deadline")
    server.batches = {"batch_1": "completed"}
    assert sensor(batch, max_wait=timedelta(minutes=5)).execute(context()) == result("completed", "finished")


def test_missing_connection_fails_at_once(monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_OPENAI_DEFAULT")
    with pytest.raises(MissingConnectionError, match="OPENAI_API_KEY"):
        sensor().execute(context())


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        {"batch_id": "batch_1", "status": "completed", "reason": "success"},
        {"batch_id": "batch_2", "status": "completed", "reason": "finished"},
    ],
)
def test_event_that_is_not_this_batchs_is_refused(event):
    with pytest.raises(ValueError, match=r"validation error|batch_2"):
        sensor().execute_complete(context(), event, job_key="j1", batch_id="batch_1")


def test_poke_mode_looks_again_until_the_batch_has_ended(server, monkeypatch):
    monkeypatch.setattr(sensor_module, "next_delay", lambda age, chance: 0.01)
    server.batches = {"batch_1": "in_progress"}
    server.faults.extend([404, 404, 404])
    operator = sensor({**BATCH, "submitted_at": time.time()}, deferrable=False, max_wait=timedelta(seconds=1))
    assert operator.execute(context()) == result("in_progress", "deadline")
    assert server.retrieves > 4


def test_reschedule_mode_gives_the_worker_back_and_keeps_its_first_start(server):
    server.batches = {"batch_1": "in_progress"}
    operator = sensor(deferrable=False, mode="reschedule", max_wait=timedelta(hours=1))
    with pytest.raises(AirflowRescheduleException) as caught:
        operator.execute(context())
    seconds = (caught.value.reschedule_date - datetime.now(UTC)).total_seconds()
    assert 0 < seconds < 4
    began = datetime.now(UTC) - timedelta(hours=2)
    assert operator.execute(context(began)) == result("in_progress", "deadline")


def test_sensor_maps_over_the_batches_of_its_upstream():
    with DAG("wait", schedule=None):
        mapped = BatchSensor.partial(task_id="wait_for_batch").expand(batch=[BATCH, BATCH])
    assert mapped.operator_class is BatchSensor
    assert issubclass(BatchSensor, BaseSensorOperator)
    assert not sensor().soft_fail
