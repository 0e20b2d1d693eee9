"""Over a cap, a person decides: a task that asks in Airflow's UI, where it is needed, and otherwise ends at once.

While it waits it holds no worker, no slot in the triggerer and no claim. Nothing is sent without an approval, and
an approval is worth what the person was shown.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.exceptions import HITLRejectException
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from airflow.sdk.execution_time.context import NEVER_EXPIRE

from batch_translate_airflow.errors import as_airflow
from batch_translate_airflow.tasks import open_ledger

if TYPE_CHECKING:
    from datetime import timedelta

    from airflow.sdk import Context

    from batch_translate.ledger.approvals import Approval, Decision

log = logging.getLogger(__name__)

_SHOWN = "shown_usd"


class ApproveBudgetOperator(ApprovalOperator):
    """Ask whether the run may go over its caps; fails for good when it may not.

    :param estimate: what `check_budget` returns; its `over` is what is asked, None: nothing (templated)
    :param response_timeout: how long is waited for an answer; none is as good as a rejection
    """

    template_fields = ("estimate",)

    def __init__(self, *, estimate: dict[str, Any], response_timeout: timedelta, **kwargs: Any) -> None:
        super().__init__(
            subject="The estimate is over a cap",  # execute() says more
            defaults=self.REJECT,
            fail_on_reject=True,
            response_timeout=response_timeout,
            **kwargs,
        )
        self.estimate = estimate

    def execute(self, context: Context) -> Any:
        """Go on where nothing is over a cap or what is has been approved; else ask, and wait for the answer."""
        from batch_translate.ledger import approvals

        over, run_id = self.estimate["over"], str(context["run_id"])
        with as_airflow():
            ledger = open_ledger()
            if over is None:
                approvals.forget_refusal(ledger, run_id)
                return None
            approved = approvals.approved_usd(ledger, run_id)
        if approved is not None and approved >= over["needed_usd"]:
            log.info("up to %.4f USD have been approved for this run, which is enough", approved)
            return None
        self._show(context, over)
        log.info("%s\n%s", self.subject, self.body)
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Keep what was decided, by whom and when; fails the task unless it was approved."""
        from batch_translate.ledger import approvals
        from batch_translate.steps.check_budget import approval_sentences

        answer = self._answer(context, event)
        run_id = str(context["run_id"])
        with as_airflow():
            ledger = open_ledger()
            approvals.record(ledger, run_id, answer)
            refusal = approval_sentences(ledger, run_id)
        if refusal:
            # Not the provider's own exception, which is tried again.
            raise AirflowFailException(" ".join(refusal))
        log.info("up to %.4f USD approved by %s", answer.usd, answer.decided_by)
        return answer._asdict()

    def _show(self, context: Context, over: dict[str, Any]) -> None:
        # Airflow keeps a task's first question through every clear, so that one is what will be answered.
        store = context["task_state_store"]
        shown: Any = store.get(_SHOWN)
        if shown is None:
            store.set(_SHOWN, over["usd"], retention=NEVER_EXPIRE)
        elif shown < over["needed_usd"]:
            raise AirflowFailException(
                f"{self.estimate['day']}: this run needs {over['needed_usd']:.4f} USD by now, and was asked about "
                f"{shown:.4f} USD before; Airflow would show that question again. Trigger a new run for the day: "
                "what this one has brought is not paid again."
            )
        self.subject, self.body = over["subject"], over["body"]

    def _answer(self, context: Context, event: dict[str, Any]) -> Approval:
        from batch_translate.ledger.approvals import Approval

        shown: Any = context["task_state_store"].get(_SHOWN)
        if shown is None:
            # Seen where the answer came within 5 s of the question: this process belongs to a try that is over.
            raise AirflowException(
                "the answer came while the process that asked was still ending, and is lost. Nothing was sent. "
                "The next try asks again: answer there."
            )
        decision: Decision
        try:
            super().execute_complete(context, event)
        except HITLRejectException:
            decision = "timed out" if event["timedout"] else "rejected"
        else:
            decision = "approved"
        user = event["responded_by_user"] or {"name": ""}
        return Approval(decision, float(shown), user["name"], event["responded_at"].timestamp())
