"""How create_batch waits. The step stands aside: what it answers is given, only the waiting is tested here."""

import asyncio
import json
import time
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk._shared.module_loading import import_string
from airflow.sdk.exceptions import AirflowException, AirflowFailException, TaskDeferred
from airflow.triggers.base import TriggerEvent

from batch_translate.errors import SettingsError
from batch_translate.money.models import find_model
from batch_translate.steps import create_batch as step
from batch_translate.steps.create_batch import Submission
from batch_translate_airflow import absence, operators, prices, room, stopping, tasks, variables
from batch_translate_airflow.operators import CreateBatchOperator
from batch_translate_airflow.room import RoomTrigger

JOB = SimpleNamespace(job_key="job_1", batch_id="batch_1", state="submitted", submitted_at=5.0)


@pytest.fixture
def answers(monkeypatch):
    """What the step answers, one after the other; each call's absent_since is kept."""
    given, calls = [], []

    def create_batch(ledger, api, job_key, absent_since, may_send):
        calls.append(absent_since)
        return given.pop(0)

    @contextmanager
    def open_api(conn_id):
        yield None

    monkeypatch.setattr(step, "create_batch", create_batch)
    monkeypatch.setattr(operators, "open_api", open_api)
    monkeypatch.setattr(operators, "open_ledger", lambda: None)
    return SimpleNamespace(given=given, calls=calls)


def operator(**arguments):
    return CreateBatchOperator(task_id="create_batch", job_key="job_1", **arguments)


def test_batch_that_runs_is_handed_to_the_sensor(answers):
    answers.given[:] = [Submission(JOB)]
    handed_on = {"job_key": "job_1", "batch_id": "batch_1", "state": "submitted", "submitted_at": 5.0}
    assert operator().execute({}) == handed_on


@pytest.mark.parametrize(("waits_for", "for_room"), [("room", True), ("pause", False), ("settling", False)])
def test_long_waits_are_deferred_and_go_on_where_they_were(answers, waits_for, for_room):
    look_at = time.time() + 120
    answers.given[:] = [Submission(JOB, waits_for, look_at, absent_since=7.0), Submission(JOB)]
    with pytest.raises(TaskDeferred) as caught:
        operator().execute({})
    deferred = caught.value
    assert (deferred.trigger.job_key, deferred.trigger.look_at) == ("job_1", look_at)
    assert deferred.trigger.for_room is for_room
    assert deferred.timeout > timedelta(seconds=120)
    resumed = getattr(operator(), deferred.method_name)({}, {"job_key": "job_1"}, **deferred.kwargs)
    assert resumed["batch_id"] == "batch_1"
    assert answers.calls == [None, 7.0]


def test_validation_is_waited_for_in_the_shared_stream(answers):
    answers.given[:] = [Submission(JOB, "validation", time.time() + 900)]
    with pytest.raises(TaskDeferred) as caught:
        operator().execute({})
    assert (caught.value.trigger.batch_id, caught.value.trigger.until_started) == ("batch_1", True)


def test_short_waits_stay_on_the_worker(answers):
    answers.given[:] = [Submission(JOB, "settling", time.time() + 0.2), Submission(JOB)]
    assert operator().execute({})["batch_id"] == "batch_1"


def test_who_has_waited_too_long_fails_at_once_and_says_for_what(answers):
    answers.given[:] = [Submission(JOB, "room", time.time() + 600)]
    with pytest.raises(AirflowFailException, match=r"enqueued tokens.*Clear this task"):
        operator(max_wait=timedelta(seconds=-1)).execute({})


def fire(trigger):
    async def collect():
        async with asyncio.timeout(20):
            return [event async for event in trigger.run()]

    return asyncio.run(collect())


def test_trigger_fires_when_there_is_room(monkeypatch):
    found = [False, OSError("locked"), True]

    def has_room(job_key):
        answer = found.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(room, "has_room", has_room)
    monkeypatch.setattr(room, "next_delay", lambda *_, **__: 0.01)
    trigger = RoomTrigger("job_1", time.time() + 60, True, silent_seconds=0)
    assert fire(trigger) == [TriggerEvent({"job_key": "job_1"})]
    assert found == []


def test_trigger_that_waits_for_a_time_is_not_ended_by_room(monkeypatch):
    seen = []
    monkeypatch.setattr(room, "has_room", lambda job_key: seen.append(job_key) or True)
    began = time.time()
    fire(RoomTrigger("job_1", began + 0.5, False, silent_seconds=0))
    assert time.time() >= began + 0.5
    assert seen  # to others its run is seen waiting all the same


def test_triggers_arguments_survive_the_database():
    path, arguments = RoomTrigger("job_1", 5.0, True).serialize()
    assert import_string(path)(**json.loads(json.dumps(arguments))).serialize() == (path, arguments)


class Backend:
    def __init__(self, answer):
        self.answer = answer

    def get_variable(self, key, team_name=None):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize("executor", ["CeleryExecutor", "LocalExecutor,KubernetesExecutor"])
def test_sqlite_is_refused_where_tasks_run_on_several_machines(monkeypatch, tmp_path, executor):
    monkeypatch.setenv("BATCH_TRANSLATE_LEDGER", f"sqlite:///{tmp_path}/ledger.sqlite")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", executor)
    with pytest.raises(SettingsError, match="PostgreSQL"):
        tasks.open_ledger()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "LocalExecutor")
    tasks.open_ledger().close()


def test_sending_goes_on_where_every_backend_says_that_nobody_stopped_it(monkeypatch):
    monkeypatch.setattr(variables.Variable, "get", lambda key, default: default)
    monkeypatch.setattr(absence, "ensure_secrets_backend_loaded", lambda: [Backend(None)])
    stopping.check_sending()


@pytest.mark.parametrize("answer", [ConnectionError("restarting"), "yes"])
def test_stop_that_cannot_be_read_stops(monkeypatch, answer):
    monkeypatch.setattr(variables.Variable, "get", lambda key, default: default)
    monkeypatch.setattr(absence, "ensure_secrets_backend_loaded", lambda: [Backend(answer)])
    with pytest.raises(AirflowException, match="try again"):
        stopping.check_sending()


def test_stop_fails_for_good_and_says_how_to_go_on(monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_BATCH_TRANSLATE_STOP", "prices went up")
    with pytest.raises(AirflowFailException, match="delete the Variable and clear"):
        stopping.check_sending()


def test_prices_of_the_variable_win_over_the_file_and_those_built_in(monkeypatch, tmp_path):
    file = tmp_path / "models.toml"
    file.write_text("[models.own]\ninput = 1\noutput = 1\n[models.gpt-6-luna]\ninput = 2\noutput = 2\n")
    monkeypatch.setenv("BATCH_TRANSLATE_MODELS", str(file))
    monkeypatch.setenv("AIRFLOW_VAR_BATCH_TRANSLATE_MODELS", "[models.gpt-6-luna]\ninput = 3\noutput = 4\n")
    prices.take_prices()
    assert find_model("gpt-6-luna").cost_usd(1_000_000, 0) == 3
    assert find_model("own").cost_usd(1_000_000, 0) == 1
    monkeypatch.setenv("AIRFLOW_VAR_BATCH_TRANSLATE_MODELS", "")
    prices.take_prices()
    assert find_model("gpt-6-luna").cost_usd(1_000_000, 0) == 2


def test_a_variable_of_another_form_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_BATCH_TRANSLATE_MODELS", "gpt-6-luna = 3")
    with pytest.raises(SettingsError, match="the Variable batch_translate_models: not a list of models"):
        prices.take_prices()
