"""Who is told of a run, and how: five lines by mail and Slack after its end, an alert when it is late.

`verify_complete` keeps the lines as an XCom; the callbacks run in the DAG processor, the alert in the triggerer.
What may never happen here: a message that cannot be sent changes a run, or keeps the other one from being sent; a
text of a document is rendered as a template; the triggerer's loop waits.
"""

from __future__ import annotations

import asyncio
import html
import logging
import os
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflow.sdk import Context
    from airflow.sdk.bases.notifier import BaseNotifier

log = logging.getLogger(__name__)

EMAIL = "BATCH_TRANSLATE_NOTIFY_EMAIL"
SLACK = "BATCH_TRANSLATE_NOTIFY_SLACK"
DEADLINE_HOURS = "BATCH_TRANSLATE_DEADLINE_HOURS"
HOURS = 8.0
"""A run that is queued at midnight is to be published at eight."""
_KEY = "summary"
_SECONDS = 30


def arguments() -> dict[str, Any]:
    """The DAG's arguments: callbacks and a deadline where somebody is to be told, else none.

    Raises ValueError where BATCH_TRANSLATE_DEADLINE_HOURS is no number.
    """
    if not (os.environ.get(EMAIL) or os.environ.get(SLACK)):
        return {}
    from airflow.sdk.definitions.callback import AsyncCallback
    from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

    hours = os.environ.get(DEADLINE_HOURS) or HOURS
    try:
        interval = timedelta(hours=float(hours))
    except ValueError:
        raise ValueError(f"{DEADLINE_HOURS} is {hours!r}: give a number of hours, for example 8") from None
    deadline = DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=interval,
        callback=AsyncCallback(f"{__name__}.tell_overdue"),
    )
    return {"on_success_callback": tell, "on_failure_callback": tell, "deadline": deadline}


@contextmanager
def run_summarised(plan: str | None) -> Iterator[None]:
    """Keep the run's five lines for the callbacks, however what is inside ends, and show its metrics."""
    began, said = time.time(), ""
    try:
        yield
    except Exception as error:
        # Only these are sentences of this project; others may quote what is secret.
        ours = isinstance(error, (AirflowFailException, AirflowSkipException))
        said = str(error) if ours else f"{type(error).__name__}, see the log of verify_complete"
        raise
    finally:
        try:
            _keep(plan, began, said)
        except Exception:
            log.exception("the run's five lines could not be kept; the task goes on")


def _keep(plan: str | None, began: float, said: str) -> None:
    from batch_translate.steps import summary
    from batch_translate_airflow.metrics import gauge_report

    context = get_current_context()
    ti, run_id = context["ti"], str(context["run_id"])
    found = summary.read_report(plan, run_id, began) if plan else None
    if found is None:
        states = ti.get_task_states(dag_id=context["dag"].dag_id, run_ids=[run_id]).get(run_id, {})
        failed = sorted(name for name, state in states.items() if state == "failed")
        lines = summary.unreported_lines(run_id, said, failed)
    else:
        gauge_report(found[0])
        lines = summary.report_lines(*found, said)
    ti.xcom_push(key=_KEY, value=lines)


def tell(context: Context) -> None:
    """Send the lines that the run has kept: a DAG's callback."""
    from batch_translate.steps.summary import unreported_lines

    run_id, ti = str(context["run_id"]), context.get("ti")
    lines = None
    try:
        lines = ti and ti.xcom_pull(task_ids="verify_complete", key=_KEY, map_indexes=-1)
    except Exception as error:
        log.warning("the lines of %s could not be read: %s", run_id, type(error).__name__)
    lines = lines or unreported_lines(run_id, str(context.get("reason") or ""), ["see the run in Airflow"])
    for notifier in _notifiers(lines):
        try:
            # Not called as a function, which would render the lines as templates.
            notifier.notify(context)
        except Exception as error:
            _unsent(notifier, error)


async def tell_overdue(context: dict[str, Any]) -> None:
    """Send that a run is late: the deadline's callback, in the triggerer."""
    # The providers and the steps take seconds to import.
    for notifier in await asyncio.to_thread(_overdue_notifiers, context):
        try:
            await asyncio.wait_for(notifier.async_notify({}), _SECONDS)
        except Exception as error:
            _unsent(notifier, error)


def _overdue_notifiers(context: dict[str, Any]) -> list[BaseNotifier]:
    from batch_translate.steps.summary import overdue_lines

    run: Mapping[str, Any] = context["dag_run"]
    day = run.get("partition_key") or (run.get("conf") or {}).get("day") or "DAY"
    return _notifiers(overdue_lines(run["dag_run_id"], day, str(context["deadline"]["deadline_time"])))


def _notifiers(lines: Sequence[str]) -> list[BaseNotifier]:
    found: list[BaseNotifier] = []
    # Slack reads <, > and & as its own marks, as HTML does.
    text = html.escape("\n".join(lines), quote=False)
    if addresses := [one.strip() for one in os.environ.get(EMAIL, "").split(",") if one.strip()]:
        from airflow.providers.smtp.notifications.smtp import SmtpNotifier

        found.append(SmtpNotifier(to=addresses, subject=lines[0], html_content=f"<pre>{text}</pre>"))
    if channel := os.environ.get(SLACK):
        from airflow.providers.slack.notifications.slack import SlackNotifier

        found.append(SlackNotifier(channel=channel, text=text, unfurl_links=False, timeout=_SECONDS))
    return found


def _unsent(notifier: BaseNotifier, error: Exception) -> None:
    # Without its text, which may quote the connection.
    log.error("%s could not send: %s; is its connection right?", type(notifier).__name__, type(error).__name__)
