"""What is sent when a day is run again, whole or changed: only what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.steps.night import DAY, filled

if TYPE_CHECKING:
    from integration.steps.night import Night

DOCUMENTS = {
    "greetings.csv": "id,text\n1,おはよう\n2,雨です\n",
    "notes/weather.txt": "雨です\n\n雪です\n",
    "talk.jsonl": '{"id": "a", "text": "雨です"}\n{"id": "b", "text": "晴れです"}\n',
}


def test_text_that_stands_in_many_documents_is_executed_once(night: Night) -> None:
    night.put(DAY, DOCUMENTS)
    night.run_day()
    assert night.executed() == ["おはよう", "晴れです", "雨です", "雪です"]


def test_second_run_sends_nothing_and_writes_the_same_bytes(night: Night) -> None:
    night.put(DAY, DOCUMENTS)
    night.run_day()
    batches, executed, output = night.batches(), night.executed(), night.output()
    report = night.run_day(run_id="run-2")
    assert (night.batches(), night.executed(), night.output()) == (batches, executed, output)
    assert report["sent"]["batches"] == report["sent"]["segments"] == 0
    assert not report["sent"]["cost_usd"]
    assert report["languages"]["en"]["origins"] == {"memory": 6}


def test_changed_row_sends_only_that_row(night: Night) -> None:
    night.put(DAY, DOCUMENTS)
    night.run_day()
    before = night.executed()
    night.put(DAY, {"greetings.csv": "id,text\n1,こんばんは\n2,雨です\n"})
    night.run_day(run_id="run-2")
    assert night.executed() == sorted([*before, "こんばんは"])
    assert night.output()["greetings.csv"].decode() == (
        f"id,text,text_en\n1,こんばんは,Good evening\n2,雨です,{filled('雨です')}\n"
    )


def test_another_day_takes_known_texts_from_memory(night: Night) -> None:
    night.put(DAY, DOCUMENTS)
    night.run_day()
    before = night.executed()
    night.put("2024-04-18", {"again.txt": "雪です\n"})
    report = night.run_day("2024-04-18", "run-2")
    assert night.executed() == before
    assert report["languages"]["en"]["origins"] == {"memory": 1}
    assert night.output("2024-04-18") == {"again.txt": f"{filled('雪です')}\n".encode()}


def test_every_step_can_be_repeated_without_sending_again(night: Night) -> None:
    night.put(DAY, DOCUMENTS)
    plan = night.read()
    (job_key,) = night.run_pass(plan, 1)
    batches, output = night.batches(), night.output()
    night.send(job_key)
    assert night.collect(job_key) == {}
    assert night.run_pass(plan, 1) == []
    assert (night.batches(), night.output()) == (batches, output)
