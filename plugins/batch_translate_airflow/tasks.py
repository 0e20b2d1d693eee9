"""The pipeline's steps as Airflow tasks: the run's context in, plain arguments to `batch_translate.steps`.

Heavy modules are imported inside: the DAG file imports this one in every task's process.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk import conf, get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from batch_translate_airflow.errors import as_airflow
from batch_translate_airflow.metrics import count_batch
from batch_translate_airflow.notify import run_summarised
from batch_translate_airflow.prices import take_prices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from airflow.sdk import Context

    from batch_translate.ledger import Ledger
    from batch_translate.provider.api import BatchApi

log = logging.getLogger(__name__)

CONN_ID = "openai_default"
SETTINGS = ("source_lang", "target_langs", "model", "files")


def open_ledger() -> Ledger:
    """The ledger that the environment names.

    Raises SettingsError for SQLite where tasks run on several machines.
    """
    from batch_translate.config import Environment
    from batch_translate.errors import SettingsError
    from batch_translate.ledger import Ledger

    url, executor = Environment.read().ledger, conf.get("core", "executor")
    if url.startswith("sqlite") and ("Celery" in executor or "Kubernetes" in executor):
        raise SettingsError(
            f"the ledger is {url} and the executor {executor}: SQLite locks within one machine only, so two "
            "workers could send the same text. Set BATCH_TRANSLATE_LEDGER to a PostgreSQL database."
        )
    return Ledger(url)


@contextmanager
def open_api(conn_id: str) -> Iterator[BatchApi]:
    """The provider behind an Airflow connection."""
    from batch_translate.provider.api import BatchApi
    from batch_translate_airflow.hook import OpenAIBatchHook

    with OpenAIBatchHook(conn_id).get_conn() as client:
        yield BatchApi(client)


def recover_jobs(conn_id: str = CONN_ID) -> dict[str, int]:
    """Collect the finished batches of runs that died: paid is paid."""
    from batch_translate.steps.recover_jobs import recover_jobs

    with as_airflow(), open_api(conn_id) as api:
        take_prices()
        return recover_jobs(open_ledger(), api, _run_id())


def recover_claimed(plan: str, conn_id: str = CONN_ID) -> None:
    """Collect what other runs' jobs have brought that hold texts of the plan, in case those runs are dead."""
    from batch_translate.steps.wait_for_claims import recover_claimed

    with as_airflow(), open_api(conn_id) as api:
        take_prices()
        recover_claimed(open_ledger(), api, plan, _run_id())


def read_documents(zone: tzinfo) -> str:
    """Read the day's folder into a plan; the plan's URL."""
    from batch_translate.config import Environment, RunRequest
    from batch_translate.steps.read_documents import read_documents
    from batch_translate.storage import join

    context = get_current_context()
    params = context["params"]
    with as_airflow():
        data = Environment.read().data
        request = RunRequest(
            day=_day(context, zone),
            run_id=context["run_id"],
            input=params["input"] or join(data, "input"),
            output=params["output"] or join(data, "output"),
            work=params["work"] or join(data, "work"),
            params={name: params[name] for name in SETTINGS},
        )
        return read_documents(open_ledger(), request).url


def import_reviews() -> dict[str, int]:
    """Import the `file` of the run's params, or everything in `_reviewed/`; the log says which days to clear.

    A broken file fails the task when all others are imported.
    """
    from batch_translate.config import Environment
    from batch_translate.errors import SettingsError
    from batch_translate.ledger.reviews import decided_since
    from batch_translate.steps.affected_days import days_with, rewriting_advice
    from batch_translate.steps.import_reviews import import_reviews, reviewed_files
    from batch_translate.storage import join

    context = get_current_context()
    params = context["params"]
    with as_airflow():
        ledger, data = open_ledger(), Environment.read().data
        file = params.get("file")
        urls = [file] if file else reviewed_files(params.get("input") or join(data, "input"))
        report = import_reviews(ledger, urls)
        # With what an earlier try has imported before it failed: its files are known to this one.
        since = context["dag_run"].start_date
        changed = report.segment_keys | (decided_since(ledger, since.timestamp()) if since else set())
        affected = days_with(params.get("output") or join(data, "output"), changed)
        for line in rewriting_advice(ledger, affected):
            log.info("%s", line)
        if report.broken:
            raise SettingsError("; ".join(str(error) for error in report.broken))
    return {"reviews": len(report.segment_keys), "refused": report.refused, "days": len(affected)}


def check_budget(plan: str) -> dict[str, object]:
    """Estimate what is missing and hold it against the caps; a dry run ends here.

    The estimate's sums, and under `over` what ApproveBudgetOperator asks.
    """
    from batch_translate.steps.check_budget import check_budget

    dry = get_current_context()["params"].get("dry_run", False)
    with as_airflow():
        take_prices()
        estimate = check_budget(open_ledger(), plan, _run_id(), stop=not dry)
    if dry:
        raise AirflowSkipException("a dry run ends with the estimate above: nothing was sent")
    return {name: value for name, value in estimate.items() if name != "lines"}


def build_requests(plan: str, pass_number: int) -> list[str]:
    """Plan and claim what is missing, as shards; the keys of their jobs."""
    from batch_translate.steps.build_requests import build_requests

    with as_airflow():
        take_prices()
        return build_requests(open_ledger(), plan, _run_id(), pass_number)


def collect_results(waited: dict[str, Any], conn_id: str = CONN_ID) -> dict[str, int]:
    """Bring what the batch brought into the ledger; how many answers have each verdict."""
    from batch_translate.steps.collect_results import collect_results

    with as_airflow(), open_api(conn_id) as api:
        take_prices()
        ledger, job_key = open_ledger(), waited["job_key"]
        verdicts = collect_results(ledger, api, job_key, waited["reason"], waited["batch_id"])
    count_batch(ledger, job_key, verdicts)
    return verdicts


def languages_to_write(plan: str | None, job_keys: list[str] | None, pass_number: int) -> list[str]:
    """The target languages, once all shards of the pass have ended, well or badly.

    The first pass writes what the ledger knows, even where nothing could be asked for, over a cap for example;
    the others skip where none were built.
    """
    from batch_translate.steps.plan import load

    dry = get_current_context()["params"].get("dry_run", False)
    if plan is None or dry or (job_keys is None and pass_number > 1):
        raise AirflowSkipException("this pass built no requests: there is nothing new to write")
    return list(load(plan).settings.languages())


def write_translations(plan: str, language: str) -> dict[str, int]:
    """Publish what there is for one language."""
    from batch_translate.steps.write_translations import write_translations

    with as_airflow():
        return write_translations(open_ledger(), plan, _run_id(), language)


def verify_complete(plan: str | None, reviews: dict[str, int] | None) -> dict[str, Any]:
    """Write the report; red if anything is missing, be it people's corrections."""
    from batch_translate.steps.verify_complete import verify_complete

    with run_summarised(plan), as_airflow():
        if plan is None:
            _explain_missing_plan()
        if get_current_context()["params"].get("dry_run", False):
            raise AirflowSkipException("a dry run: nothing was sent, and what is published stays as it is")
        take_prices()
        report = verify_complete(open_ledger(), str(plan), _run_id(), reviews is not None)
    return {name: report[name] for name in ("day", "complete", "sent")}


def _explain_missing_plan() -> None:
    context = get_current_context()
    states = context["ti"].get_task_states(
        dag_id=context["dag"].dag_id, task_ids=["read_documents"], run_ids=[context["run_id"]]
    )
    if states.get(context["run_id"], {}).get("read_documents") == "skipped":
        raise AirflowSkipException("there was no folder to translate; read_documents says which")
    raise AirflowFailException("the day was not read, so nothing was translated: see the log of the failed task")


def _run_id() -> str:
    return str(get_current_context()["run_id"])


def _day(context: Context, zone: tzinfo) -> str:
    from batch_translate.steps.day import resolve_day

    run = context["dag_run"]
    return resolve_day(
        context["params"]["day"], run.partition_key, context.get("logical_date"), run.run_after, zone
    )
