"""Runs that plan, send, collect and give up in any order: nothing is asked twice while claimed or accepted."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, ClassVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from unit.ledger import samples

from batch_translate.answers import Answer
from batch_translate.ledger import answers, jobs, planning

if TYPE_CHECKING:
    from batch_translate.answers import Verdict
    from batch_translate.ledger import Ledger
    from batch_translate.ledger.wanted import Missing

TEXTS = 3
ATTEMPTS = 2
VERDICTS: list[Verdict] = ["accepted", "rejected", "failed", "suspect", "unanswered"]


class Runs(RuleBasedStateMachine):
    """A ledger beside a model of it: what came for each text, and which job claims it."""

    ledger: ClassVar[Ledger]
    examples: ClassVar[count[int]] = count()

    @initialize()
    def begin(self) -> None:
        example = next(self.examples)
        self.names = [
            f"{example}.{number}" for number in range(TEXTS)
        ]  # texts that no other example has asked for
        self.came: dict[str, list[tuple[Verdict, str]]] = {name: [] for name in self.names}
        self.claims: dict[str, str] = {}
        self.asked = dict.fromkeys(self.names, 0)
        self.open: dict[str, str] = {}
        self.views: list[list[Missing]] = []

    def accepted(self, name: str) -> bool:
        return any(verdict == "accepted" for verdict, _ in self.came[name])

    def may_be_asked(self, name: str) -> bool:
        came = [verdict for verdict, _ in self.came[name]]
        return came.count("rejected") + came.count("failed") < ATTEMPTS + ("rejected" not in came)

    @rule()
    def look(self) -> None:
        """A run takes its view of what is missing, to plan by it now or much later."""
        view = samples.missing(self.ledger, *self.names, max_attempts=ATTEMPTS)
        expected = [
            (ordinal, self.asked[name] + 1)
            for ordinal, name in enumerate(self.names)
            if name not in self.claims and not self.accepted(name) and self.may_be_asked(name)
        ]
        assert [(one.ordinal, one.attempt) for one in view] == expected
        self.views.append(view)

    @precondition(lambda self: any(self.views))
    @rule(data=st.data())
    def plan(self, data: st.DataObject) -> None:
        view = data.draw(st.sampled_from([view for view in self.views if view]))
        chosen = data.draw(st.lists(st.sampled_from(view), min_size=1, unique_by=lambda one: one.ordinal))
        asked = [samples.ask(self.names[one.ordinal], one.attempt) for one in chosen]
        job = samples.job_for(asked, data.draw(st.sampled_from(["run_1", "run_2"])))
        names = [one.source for one in asked]
        free = not any(name in self.claims or self.accepted(name) for name in names)
        won = planning.plan(self.ledger, job, asked)
        assert not won or free, "asked twice"
        # A view so old that this very job has been in the ledger is the only other reason to lose.
        assert (
            won
            or not free
            or any(self.asked[name] >= one.attempt for name, one in zip(names, chosen, strict=True))
        )
        if won:
            self.open[job.job_key] = "planned"
            for name in names:
                self.claims[name] = job.job_key
                self.asked[name] += 1
            if data.draw(st.integers(0, 3), "its run lives on if not 0"):
                self.submit(job.job_key)

    def submit(self, job_key: str) -> None:
        assert jobs.begin_submission(self.ledger, job_key, 10**9, 1.0) == "begun"
        jobs.record_batch(self.ledger, job_key, f"batch of {job_key}", 1.0, 2.0)
        self.open[job_key] = "submitted"

    @precondition(lambda self: "submitted" in self.open.values())
    @rule(data=st.data())
    def collect(self, data: st.DataObject) -> None:
        job_key = data.draw(st.sampled_from([key for key, state in self.open.items() if state == "submitted"]))
        brought = []
        slots = [slot for (slot,) in answers.slots_of(self.ledger, job_key).values()]
        # Their own order is that of hashes, which another example does not share.
        for slot in sorted(slots, key=lambda slot: slot.source):
            verdict = data.draw(st.sampled_from(VERDICTS))
            text = f"{slot.source} from {job_key}"
            brought.append(Answer(slot, verdict, "", text if verdict in ("accepted", "rejected") else None))
            self.came[slot.source].append((verdict, text))
        assert samples.collect(self.ledger, job_key, brought)
        assert not samples.collect(self.ledger, job_key, brought)
        self.close(job_key)

    @precondition(lambda self: "planned" in self.open.values())
    @rule()
    def release(self) -> None:
        released = jobs.release_unsent(self.ledger, 1.0, except_run="nobody")
        assert set(released) == {key for key, state in self.open.items() if state == "planned"}
        for job_key in released:
            self.close(job_key)

    def close(self, job_key: str) -> None:
        del self.open[job_key]
        self.claims = {name: key for name, key in self.claims.items() if key != job_key}

    @invariant()
    def outcomes_say_what_came(self) -> None:
        if not hasattr(self, "names"):
            return
        for outcome, name in zip(samples.outcomes(self.ledger, *self.names), self.names, strict=True):
            texts = dict(self.came[name])
            if "accepted" in texts:
                assert (outcome.state, outcome.text) == ("translated", texts["accepted"])
            elif "rejected" in texts:
                assert (outcome.state, outcome.text) == ("needs_review", texts["rejected"])
            else:
                assert outcome.state == "failed"

    def teardown(self) -> None:
        # An open job of this example would be released in the next.
        for job_key in getattr(self, "open", {}):
            with self.ledger.write() as connection:
                connection.exec_driver_sql(f"UPDATE jobs SET state = 'cancelled' WHERE job_key = '{job_key}'")


def test_no_text_is_asked_twice_while_it_is_claimed_or_accepted(ledger: Ledger) -> None:
    Runs.ledger = ledger
    run_state_machine_as_test(
        Runs,
        settings=settings(
            max_examples=15 if ledger.on_postgresql else 80,
            stateful_step_count=20,
            deadline=None,
            # To shrink what fails takes minutes over a network; SQLite fails on the same.
            phases=[Phase.generate] if ledger.on_postgresql else list(Phase),
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
