"""What happens to answers that cannot be used: asked again, alone and within bounds, and never passed over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from integration.steps.night import DAY, filled
from integration.steps.proxy import Exchange, proxy

from batch_translate.errors import IncompleteError
from batch_translate.findings import read_findings
from batch_translate.ledger import jobs
from batch_translate.report import read_translations

if TYPE_CHECKING:
    from collections.abc import Callable

    from integration.steps.night import Night

BROKEN, ENDLESS = "{count}件", "長い話"


def user_messages(night: Night, job_key: str) -> list[dict[str, Any]]:
    """What each request of a job says, by its file in the work folder."""
    (path,) = (night.data / "work" / DAY).glob(f"*/{job_key}.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [json.loads(line["body"]["messages"][1]["content"]) for line in lines]


def first_result_file(change: Callable[[dict[str, Any]], None]) -> Callable[[Exchange], Exchange]:
    """Changes the first line of the first result file that is downloaded."""
    changed: list[str] = []

    def between(exchange: Exchange) -> Exchange:
        if exchange.call.startswith("GET /v1/files/") and not exchange.call.endswith("/content"):
            # The size would not be that of the changed content; 0 says that it is not known.
            return exchange.answered(
                exchange.status, json.dumps(json.loads(exchange.content) | {"bytes": 0}).encode()
            )
        if changed or not exchange.call.endswith("/content"):
            return exchange
        changed.append(exchange.call)
        first, _, rest = exchange.content.partition(b"\n")
        line = json.loads(first)
        change(line)
        return exchange.answered(exchange.status, json.dumps(line).encode() + b"\n" + rest)

    return between


def test_answer_without_its_placeholder_is_asked_again_alone_with_what_was_wrong(night: Night) -> None:
    def lose_placeholder(line: dict[str, Any]) -> None:
        message = line["response"]["body"]["choices"][0]["message"]
        message["content"] = message["content"].replace("{name}", "")

    night.put(DAY, {"talk.txt": "おはよう\n\n{name}さん\n\n雨です\n"})
    plan = night.read()
    with proxy(night.server.base_url, first_result_file(lose_placeholder)) as night.through:
        night.run_pass(plan, 1)
        assert night.output()["talk.txt"].decode() == f"Good morning\n\n{{name}}さん\n\n{filled('雨です')}\n"
        (repair,) = night.run_pass(plan, 2)
    finding = "The placeholder {name} occurs once in the source text and not at all in the translation."
    (message,) = user_messages(night, repair)
    assert message["segments"] == {"1": "{name}さん"}
    assert message["rejected"] == {
        "1": {"answer": filled("{name}さん").replace("{name}", "").strip(), "finding": finding}
    }
    assert night.output()["talk.txt"].decode() == f"Good morning\n\n{filled('{name}さん')}\n\n{filled('雨です')}\n"


def test_texts_whose_request_met_a_fault_of_the_service_are_asked_again_together(night: Night) -> None:
    def fail(line: dict[str, Any]) -> None:
        line["response"] = {"status_code": 500, "request_id": "r", "body": {"error": {"message": "try again"}}}

    night.put(DAY, {"talk.txt": "おはよう\n\n雨です\n\n雪です\n"})
    plan = night.read()
    with proxy(night.server.base_url, first_result_file(fail)) as night.through:
        night.run_pass(plan, 1)
        (repair,) = night.run_pass(plan, 2)
    (message,) = user_messages(night, repair)
    assert list(message["segments"].values()) == ["おはよう", "雨です", "雪です"]


def test_texts_of_a_refused_packed_request_are_asked_again_one_by_one(night: Night) -> None:
    def refuse(line: dict[str, Any]) -> None:
        error = {"message": "filtered", "code": "content_policy_violation", "type": "invalid_request_error"}
        line["response"] = {"status_code": 400, "request_id": "r", "body": {"error": error}}

    night.put(DAY, {"talk.txt": "おはよう\n\n雨です\n\n雪です\n"})
    plan = night.read()
    with proxy(night.server.base_url, first_result_file(refuse)) as night.through:
        night.run_pass(plan, 1)
        (repair,) = night.run_pass(plan, 2)
    assert [list(message["segments"].values()) for message in user_messages(night, repair)] == [
        ["おはよう"],
        ["雨です"],
        ["雪です"],
    ]
    assert night.output()["talk.txt"].decode() == f"Good morning\n\n{filled('雨です')}\n\n{filled('雪です')}\n"


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (lambda line: line.update(custom_id=line["custom_id"][:-1]), 0),  # a prefix is another id
        (lambda line: line.update(custom_id="0" * 40), 0),
        (lambda line: line["response"]["body"]["choices"][0]["message"].update(content="no JSON"), 0),
        (
            lambda line: line["response"]["body"]["choices"][0]["message"].update(content='{"1": "A"}'),
            0,
        ),  # of two texts one
        (lambda line: line["response"]["body"]["choices"][0]["message"].update(content='{"2": "B", "9": "C"}'), 1),
        (lambda line: line["response"].update(body=json.dumps(line["response"]["body"])), 2),
    ],
    ids=["prefix of an id", "foreign id", "not JSON", "slots merged", "foreign slot", "body as a string"],
)
def test_answers_that_do_not_match_are_asked_again(
    night: Night, change: Callable[[dict[str, Any]], None], kept: int
) -> None:
    night.put(DAY, {"talk.txt": "おはよう\n\nこんばんは\n"})
    plan = night.read()
    with proxy(night.server.base_url, first_result_file(change)) as night.through:
        night.run_pass(plan, 1)
        repairs = night.run_pass(plan, 2)
    assert sum(jobs.get(night.ledger, key).segments for key in repairs) == 2 - kept
    assert night.output()["talk.txt"].decode().count("\n\n") == 1
    assert set(read_translations(DAY, "en")["state"]) == {"translated"}


def test_lasting_bad_answer_needs_a_review_within_bounded_attempts(night: Night) -> None:
    night.put(DAY, {"talk.txt": f"おはよう\n\n{BROKEN}\n"})
    for number in range(4):
        report = night.run_day(run_id=f"run-{number}")
    assert report["complete"]
    assert report["languages"]["en"]["states"] == {"translated": 1, "needs_review": 1}
    assert night.executed().count(BROKEN) == 2
    assert night.output()["talk.txt"].decode() == f"Good morning\n\n{BROKEN}\n"
    row = read_translations(DAY, "en").iloc[1]
    assert (row["state"], row["source"], row["target"]) == ("needs_review", BROKEN, "items")
    assert [finding.check for finding in read_findings(row["findings"])] == ["placeholders"]


def test_failed_text_makes_the_run_red_and_says_what_helps_and_what_it_costs(night: Night) -> None:
    night.put(DAY, {"talk.txt": f"おはよう\n\n{ENDLESS}\n"})
    with pytest.raises(IncompleteError) as failed:
        night.run_day()
    assert str(failed.value).startswith(
        f"{DAY} is not complete. en: 1 of 2 segments have no translation (1 × the answer was cut at its length"
    )
    assert "Clearing the whole run asks again for 1 texts for about 0.0" in str(failed.value)
    assert night.output()["talk.txt"].decode() == f"Good morning\n\n{ENDLESS}\n"
    with pytest.raises(IncompleteError):
        night.run_day()
    with pytest.raises(IncompleteError, match="A clear does not help: each missing text was asked 3 times"):
        night.run_day()
    assert night.executed().count(ENDLESS) == 4  # once packed, three times alone


def test_escalation_model_is_asked_in_the_third_pass_alone(night: Night) -> None:
    night.put(DAY, {"talk.txt": f"{BROKEN}\n", "translate.toml": 'escalation_model = "gpt-6-large"\n'})
    night.run_day()
    models = [job.model for job in jobs.jobs_of_day(night.ledger, DAY)]
    assert models == ["gpt-6-luna", "gpt-6-luna", "gpt-6-large"]
