"""Profiles and glossaries on their way through a night: what is sent, by what it is judged, what is paid again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from integration.steps.night import DAY

from batch_translate.errors import JobError, SettingsError
from batch_translate.findings import read_findings
from batch_translate.report import read_translations
from batch_translate.steps.build_requests import build_requests

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from integration.steps.night import Night

TOML = """
glossary = ["terms.csv"]

[[profiles]]
name = "support"
files = "support/**"
languages = ["en"]
model = "gpt-6-sol"
formality = "informal"
tone = "warm"
audience = "tea drinkers"
instructions = "Say we."
segments_per_request = 1
version = {version}
"""
HEAD = "source,target,forbidden\n"


def write_input(night: Night, name: str, text: str) -> Path:
    path = night.data / "input" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def requests(night: Night) -> list[dict[str, Any]]:
    """The bodies of all requests ever made, with the user message read."""
    found = []
    for path in sorted((night.data / "work").glob("*/*/*.jsonl")):
        if path.name.count(".") == 1:
            bodies = [json.loads(line)["body"] for line in path.read_text("utf-8").splitlines()]
            found += [{**body, "user": json.loads(body["messages"][1]["content"])} for body in bodies]
    return found


def test_each_document_is_asked_by_its_profile(night: Night) -> None:
    write_input(night, "translate.toml", TOML.format(version=1))
    write_input(night, "terms.csv", HEAD)
    night.put(DAY, {"a.txt": "おはよう\n\nこんばんは\n", "support/b.txt": "さようなら\n\nおやすみ\n"})
    report = night.run_day()
    asked = {
        body["model"]: [b for b in requests(night) if b["model"] == body["model"]] for body in requests(night)
    }
    assert {model: len(bodies) for model, bodies in asked.items()} == {"gpt-6-luna": 1, "gpt-6-sol": 2}
    said = asked["gpt-6-sol"][0]["messages"][0]["content"]
    for sentence in ("Tone: warm.", "informally", "The readers are tea drinkers.", "Say we."):
        assert sentence in said
    assert "tea drinkers" not in asked["gpt-6-luna"][0]["messages"][0]["content"]
    assert report["models"] == ["gpt-6-luna", "gpt-6-sol"]


def test_a_higher_version_asks_anew_for_the_profiles_texts_and_the_report_says_why(night: Night) -> None:
    write_input(night, "translate.toml", TOML.format(version=1))
    write_input(night, "terms.csv", HEAD)
    night.put(DAY, {"a.txt": "おはよう\n\nこんばんは\n", "support/b.txt": "さようなら\n\nおやすみ\n"})
    night.run_day()
    write_input(night, "translate.toml", TOML.format(version=2))
    report = night.run_day(run_id="run-2")
    assert sorted(night.executed())[:] == sorted([*["おはよう", "こんばんは"], *["さようなら", "おやすみ"] * 2])
    assert report["sent"]["reasons"] == {"instructions changed": 2}


def test_one_term_edited_over_a_thousand_segments_sends_those_that_hold_it(night: Night) -> None:
    texts = [f"{number}番の荷物です" for number in range(993)] + [
        f"ほうじ茶は{number}番です" for number in range(7)
    ]
    night.put(DAY, {"a.txt": "\n\n".join(texts) + "\n"})
    write_input(night, "translate.toml", 'glossary = ["terms.csv"]\n')
    write_input(night, "terms.csv", f"{HEAD}ほうじ茶,hojicha,\n荷物,parcel,\n")
    night.run_day()
    assert len(night.executed()) == 1_000
    glossaries = [body["user"].get("glossary") for body in requests(night)]
    assert all(len(terms) == 1 for terms in glossaries[:90])  # only terms that occur are sent
    write_input(night, "terms.csv", f"{HEAD}ほうじ茶,roasted tea,hojicha\n荷物,parcel,\n新茶,shincha,\n")
    report = night.run_day(run_id="run-2")
    again = sorted(night.executed())
    assert [text for text in again if again.count(text) == 2][::2] == sorted(texts[993:])
    assert len(again) == 1_007
    assert report["sent"]["reasons"] == {"instructions changed": 7}
    assert requests(night)[0]["user"].get("glossary") is not None


def test_a_term_that_the_answer_lacks_is_a_finding_and_costs_nothing_the_next_night(
    night: Night, inject: Callable[..., None]
) -> None:
    inject({"name": "engine_forgets_term"})
    write_input(night, "translate.toml", 'glossary = ["terms.csv"]\n')
    write_input(night, "terms.csv", f"{HEAD}おはよう,Hi there,\n")
    night.put(DAY, {"a.txt": "おはよう\n\nこんばんは\n"})
    report = night.run_day()
    assert report["languages"]["en"]["states"] == {"translated": 1, "needs_review": 1}
    assert report["languages"]["en"]["findings"] == {"terms": {"critical": 1}}
    row = read_translations(DAY, "en").iloc[0]
    (finding,) = read_findings(row["findings"])
    assert (finding.check, finding.severity) == ("terms", "critical")
    assert "Hi there" in finding.message
    (rejected,) = [body["user"]["rejected"]["1"] for body in requests(night) if "rejected" in body["user"]]
    assert rejected == {"answer": "something", "finding": finding.message}
    executed = night.executed()
    report = night.run_day(run_id="run-2")
    assert night.executed() == executed
    assert report["sent"]["batches"] == 0


def test_a_check_that_is_no_more_critical_lets_the_answer_pass_and_notes_it(
    night: Night, inject: Callable[..., None]
) -> None:
    inject({"name": "engine_forgets_term"})
    write_input(night, "translate.toml", 'glossary = ["terms.csv"]\nchecks = { terms = "warning" }\n')
    write_input(night, "terms.csv", f"{HEAD}おはよう,Hi there,\n")
    night.put(DAY, {"a.txt": "おはよう\n"})
    report = night.run_day()
    assert report["languages"]["en"]["states"] == {"translated": 1}
    assert report["languages"]["en"]["findings"] == {"terms": {"warning": 1}}
    assert night.output()["a.txt"] == b"something\n"


def test_a_job_is_judged_by_the_profile_it_was_asked_under_even_without_its_plan(
    night: Night, inject: Callable[..., None]
) -> None:
    inject({"name": "engine_forgets_term"})
    write_input(night, "translate.toml", 'glossary = ["terms.csv"]\n')
    write_input(night, "terms.csv", f"{HEAD}おはよう,Hi there,\n")
    night.put(DAY, {"a.txt": "おはよう\n"})
    plan = night.read()
    (job_key,) = build_requests(night.ledger, plan.url, "run-1", 1)
    night.send(job_key)
    (night.data / "input" / "terms.csv").unlink()
    for path in (night.data / "work" / DAY).glob("*/plan.json"):
        path.unlink()
    assert night.collect(job_key) == {"rejected": 1}


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ('glossary = ["nowhere.csv"]', "nowhere.csv"),
        ("[[profiles]]\nfiles = '*'", "profiles.0.name"),
        ("[[profiles]]\nname = 'a'\nstyle = 'b'", "there is no setting 'profiles.0.style'"),
        ("checks = { numbers = 'maybe' }", "checks.numbers"),
        ("[[profiles]]\nname = 'default'\ntone = 'warm'", "two profiles 'default' of version 1"),
        ("checks = { no_such_check = 'off' }", "no_such_check"),
        ("checks = { reading_speed = 'critical' }", "reading_speed cannot be critical"),
    ],
)
def test_a_wrong_profile_is_refused_before_anything_is_sent(night: Night, toml: str, problem: str) -> None:
    write_input(night, "translate.toml", toml)
    night.put(DAY, {"a.txt": "おはよう\n"})
    with pytest.raises(SettingsError, match=problem):
        night.read()


def test_a_plan_of_another_version_is_refused_with_what_to_do(night: Night) -> None:
    night.put(DAY, {"a.txt": "おはよう\n"})
    plan = night.read()
    (path,) = (night.data / "work" / DAY).glob("*/plan.json")
    path.write_text(
        path.read_text("utf-8").replace('"schema_version": 2', '"schema_version": 1'), encoding="utf-8"
    )
    with pytest.raises(JobError, match="clear read_documents"):
        night.run_pass(plan, 1)


def test_a_profile_is_kept_once_however_many_jobs_it_has(night: Night) -> None:
    night.put(DAY, {"a.txt": "おはよう\n\nこんばんは\n"})
    night.run_day(requests_per_shard=1, segments_per_request=1)
    with night.ledger.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM jobs")).scalar_one() == 2
        assert connection.execute(sa.text("SELECT count(*) FROM profiles")).scalar_one() == 1


def test_what_is_seen_in_the_document_alone_is_noted(night: Night) -> None:
    subtitle = "1\n00:00:01,000 --> 00:00:01,200\nおはよう\n"
    night.put(DAY, {"a.srt": subtitle})
    report = night.run_day()
    assert report["languages"]["en"]["states"] == {"translated": 1}
    assert report["languages"]["en"]["findings"] == {"reading_speed": {"warning": 1}}
    assert "Good morning" in night.output()["a.srt"].decode()
    assert "characters a second" in (night.data / "output" / DAY / "_review.csv").read_text("utf-8-sig")
