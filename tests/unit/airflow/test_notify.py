"""Messages that cannot be sent, and what configures them."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from batch_translate_airflow import notify

SECRET = "xoxb-a-token-that-is-told-to-nobody"


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (notify.EMAIL, notify.SLACK, notify.DEADLINE_HOURS):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("nobody")
def test_nobody_to_tell_means_no_callbacks_and_no_deadline() -> None:
    assert notify.arguments() == {}


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize(("hours", "interval"), [("", timedelta(hours=8)), ("1.5", timedelta(minutes=90))])
def test_somebody_to_tell_means_both(monkeypatch: pytest.MonkeyPatch, hours: str, interval: timedelta) -> None:
    monkeypatch.setenv(notify.SLACK, "#translations")
    monkeypatch.setenv(notify.DEADLINE_HOURS, hours)
    given = notify.arguments()
    assert set(given) == {"on_success_callback", "on_failure_callback", "deadline"}
    assert given["deadline"].interval == interval


@pytest.mark.usefixtures("nobody")
def test_deadline_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(notify.SLACK, "#translations")
    monkeypatch.setenv(notify.DEADLINE_HOURS, "eight")
    with pytest.raises(ValueError, match="BATCH_TRANSLATE_DEADLINE_HOURS is 'eight'"):
        notify.arguments()


@pytest.mark.usefixtures("nobody")
def test_servers_that_are_not_there_change_nothing_and_are_logged_without_secrets(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(notify.EMAIL, "one@example.org")
    monkeypatch.setenv(notify.SLACK, "#translations")
    # Port 9 of this machine: nobody listens.
    smtp = f"smtp://user:{SECRET}@127.0.0.1:9/?disable_ssl=true&disable_tls=true&from_email=a%40example.org"
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", smtp)
    slack = f"slack://:{SECRET}@/?base_url=http%3A%2F%2F127.0.0.1%3A9%2F"
    monkeypatch.setenv("AIRFLOW_CONN_SLACK_API_DEFAULT", slack)
    context: Any = {"run_id": "manual__1", "reason": "timed_out"}
    late = {"dag_run": {"dag_run_id": "manual__1"}, "deadline": {"deadline_time": "2024-04-18T08:00:00Z"}}
    with caplog.at_level(logging.ERROR, notify.__name__):
        notify.tell(context)
        asyncio.run(notify.tell_overdue(late))
    said = [record.getMessage() for record in caplog.records if record.name == notify.__name__]
    assert [line.split()[0] for line in said] == ["SmtpNotifier", "SlackNotifier"] * 2
    assert SECRET not in "".join(said)
