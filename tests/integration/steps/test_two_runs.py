"""Runs that overlap, and runs that died: each text has one asker, and what was paid for is collected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from integration.steps.night import DAY, filled
from integration.steps.proxy import Exchange, proxy

from batch_translate.errors import IncompleteError, JobError
from batch_translate.ledger import jobs
from batch_translate.provider.polling import GONE_SECONDS
from batch_translate.steps.build_requests import build_requests
from batch_translate.steps.collect_results import collect_results
from batch_translate.steps.recover_jobs import recover_jobs
from batch_translate.steps.verify_complete import verify_complete
from batch_translate.steps.wait_for_claims import open_claims, reason_to_skip

if TYPE_CHECKING:
    from integration.steps.night import Night

    from batch_translate.steps.plan import Plan

NEXT_DAY = "2024-04-18"
SHARED = {"shared.txt": "雨です\n\n雪です\n"}


def two_days(night: Night) -> tuple[Plan, Plan]:
    night.put(DAY, SHARED)
    night.put(NEXT_DAY, {**SHARED, "own.txt": "晴れです\n"})
    return night.read(DAY, "first"), night.read(NEXT_DAY, "second")


def test_second_run_asks_only_for_what_the_first_does_not_hold(night: Night) -> None:
    first, second = two_days(night)
    (held,) = build_requests(night.ledger, first.url, "first", 1)
    night.run_pass(second, 1, "second")
    assert night.executed() == ["晴れです"]
    assert reason_to_skip(second.url, 2, "second") is None
    assert open_claims(second.url, "second") == 2

    night.send(held)
    night.collect(held)
    assert open_claims(second.url, "second") == 0
    assert night.run_pass(second, 2, "second") == []
    assert verify_complete(night.ledger, second.url, "second")["complete"]
    assert night.output(NEXT_DAY)["shared.txt"].decode() == f"{filled('雨です')}\n\n{filled('雪です')}\n"
    night.write(first, "first")
    assert verify_complete(night.ledger, first.url, "first")["complete"]
    assert night.executed() == ["晴れです", "雨です", "雪です"]


def test_run_that_ends_while_another_holds_its_texts_says_that_a_clear_is_free(night: Night) -> None:
    first, second = two_days(night)
    build_requests(night.ledger, first.url, "first", 1)
    night.run_pass(second, 1, "second")
    with pytest.raises(IncompleteError, match=r"2 texts are under way: .* at no cost\.$"):
        verify_complete(night.ledger, second.url, "second")


def test_batch_of_a_dead_run_is_collected_and_not_asked_again(night: Night) -> None:
    first, _ = two_days(night)
    (job_key,) = build_requests(night.ledger, first.url, "first", 1)
    night.wait_for_batch(night.send(job_key))
    report = night.run_day(NEXT_DAY, "second")
    assert report["complete"]
    assert report["languages"]["en"]["origins"] == {"memory": 2, "batch": 1}
    assert night.executed() == ["晴れです", "雨です", "雪です"]


def test_batch_that_a_dead_run_never_noted_is_found_and_collected(night: Night) -> None:
    first, _ = two_days(night)
    (job_key,) = build_requests(night.ledger, first.url, "first", 1)
    batch_id = night.send(job_key)
    night.wait_for_batch(batch_id)
    with night.ledger.write() as connection:
        connection.exec_driver_sql("UPDATE jobs SET state = 'planned', batch_id = NULL")
    assert recover_jobs(night.ledger, night.api, "second")["collected"] == 1
    assert night.run_day(NEXT_DAY, "second")["complete"]
    assert night.executed() == ["晴れです", "雨です", "雪です"]


def test_job_that_a_dead_run_never_sent_is_free_after_an_hour(night: Night) -> None:
    first, second = two_days(night)
    (unsent,) = build_requests(night.ledger, first.url, "first", 1)
    assert recover_jobs(night.ledger, night.api, "second")["released"] == 0
    assert open_claims(second.url, "second") == 2

    night.put_back("planned_at", [unsent], seconds=3601)
    assert night.run_day(NEXT_DAY, "second")["complete"]
    assert jobs.get(night.ledger, unsent).state == "absent"
    assert night.send(unsent) == "None"  # its run wakes up, and finds it closed
    assert night.executed() == ["晴れです", "雨です", "雪です"]


def deny(exchange: Exchange) -> Exchange:
    is_look = exchange.call.startswith("GET /v1/batches/")
    return exchange.answered(404, b'{"error": {"message": "no such batch"}}') if is_look else exchange


def test_batch_that_the_provider_denies_for_a_moment_is_not_given_up(night: Night) -> None:
    first, second = two_days(night)
    (job_key,) = build_requests(night.ledger, first.url, "first", 1)
    night.send(job_key)
    with proxy(night.server.base_url, deny) as night.through:
        assert recover_jobs(night.ledger, night.api, "second")["unclear"] == 1
    night.through = ""
    assert open_claims(second.url, "second") == 2
    night.collect(job_key)
    assert night.run_day(NEXT_DAY, "second")["complete"]
    assert night.executed() == ["晴れです", "雨です", "雪です"]


def test_batch_that_the_provider_denies_for_long_is_asked_for_again(night: Night) -> None:
    first, second = two_days(night)
    (job_key,) = build_requests(night.ledger, first.url, "first", 1)
    night.send(job_key)
    night.put_back("submitted_at", [job_key], seconds=GONE_SECONDS + 1)
    with proxy(night.server.base_url, deny) as night.through:
        with pytest.raises(JobError, match="does not show batch"):
            collect_results(night.ledger, night.api, job_key)  # one look proves nothing
        assert collect_results(night.ledger, night.api, job_key, "gone") == {"unanswered": 2}
    night.through = ""
    assert open_claims(second.url, "second") == 0


def test_one_batch_whose_file_is_refused_does_not_stop_the_night(night: Night) -> None:
    two_days(night)
    night.put("2024-04-19", {"other.txt": "曇りです\n"})
    other = night.read("2024-04-19", "third")
    (job_key,) = build_requests(night.ledger, other.url, "third", 1)
    batch_id = night.send(job_key)
    night.wait_for_batch(batch_id)
    night.client().files.delete(str(night.client().batches.retrieve(batch_id).output_file_id))
    assert recover_jobs(night.ledger, night.api, "second")["unclear"] == 1
    assert night.run_day(NEXT_DAY, "second")["complete"]
    assert jobs.get(night.ledger, job_key).state == "submitted"
