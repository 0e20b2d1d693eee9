"""Formats through a whole night: plural forms by language, what does not fit, a reader's defect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from contract.local_server import LocalServer
from integration.steps.night import DAY, write_phrasebook

from batch_translate.documents import registry
from batch_translate.documents.plain import PlainText
from batch_translate.errors import IncompleteError, JobError
from batch_translate.ledger import days, jobs
from batch_translate.report import read_translations
from batch_translate.steps.build_requests import build_requests
from batch_translate.steps.status import describe_day
from batch_translate.steps.verify_complete import verify_complete
from batch_translate.steps.wait_for_claims import reason_to_skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO, TextIO

    from integration.steps.night import Night

    from batch_translate.documents.document import DocumentSettings
    from batch_translate.documents.text_format import Parts
    from batch_translate.segments import Targets

MESSAGES = '{"cart": "{n, plural, other {#件の商品}}", "hello": "こんにちは"}\n'


@pytest.fixture
def own_night(make_night: Callable[[LocalServer], Night], tmp_path: Path) -> Iterator[Night]:
    """Behind a server that loses the number of a plural form."""
    server = LocalServer(tmp_path / "server")
    pairs = {"#件の商品": "items", "こんにちは": "Hello"}
    server.start("--phrasebook", str(write_phrasebook(tmp_path / "own.tsv", pairs)))
    yield make_night(server)
    server.stop()


def users_of(night: Night, run_id: str = "run-1", **params: object) -> list[dict[str, dict[str, str]]]:
    """The user messages that the first pass would send."""
    plan = night.read(DAY, run_id, **params)
    files = [jobs.get(night.ledger, key).request_file for key in build_requests(night.ledger, plan.url, run_id, 1)]
    lines = [line for name in files for line in open(name, encoding="utf-8")]  # noqa: PTH123, SIM115
    return [json.loads(json.loads(line)["body"]["messages"][1]["content"]) for line in lines]


def test_each_language_is_asked_for_its_own_plural_forms(night: Night) -> None:
    night.put(DAY, {"messages.json": MESSAGES})
    users = users_of(night, target_langs=["en", "ru", "zh"])
    asked = {user["target_language"]: user for user in users}
    forms = {language: {said.split("'")[1] for said in user["about"].values()} for language, user in asked.items()}
    assert forms == {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}, "zh": {"other"}}
    assert "plural form 'few': for numbers such as 2, 3, 4, 22" in asked["ru"]["about"].values()


def test_translation_that_does_not_fit_needs_a_review_and_says_so(
    own_night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    own_night.put(DAY, {"messages.json": MESSAGES, "translate.toml": 'checks = { icu = "off" }\n'})
    report = own_night.run_day()
    assert report["languages"]["en"]["states"] == {"translated": 2, "needs_review": 1}
    assert report["languages"]["en"]["origins"] == {"batch": 2}
    assert json.loads(own_night.output()["messages.json"]) == {
        "cart": "{n, plural, one {items} other {#件の商品}}",
        "hello": "Hello",
    }
    table = read_translations(DAY, "en")
    (row,) = table[table["state"] == "needs_review"].to_dict("records")
    assert (row["source"], row["target"]) == ("#件の商品", "items")
    assert row["reason"] == "cannot stand in the document"
    assert "1 segments need a review" in caplog.text
    lines, complete = describe_day(own_night.ledger, DAY)
    assert complete
    assert "1 need a review" in "\n".join(lines)
    sent = own_night.batches()
    assert own_night.run_day(run_id="run-2")["languages"]["en"]["states"]["needs_review"] == 1
    assert own_night.batches() == sent


def test_document_with_what_does_not_fit_is_held_back_where_that_is_wanted(own_night: Night) -> None:
    own_night.put(
        DAY,
        {
            "messages.json": MESSAGES,
            "translate.toml": 'on_missing = "hold"\nchecks = { icu = "off" }\n',
            "a.txt": "こんにちは",
        },
    )
    with pytest.raises(
        IncompleteError, match=r"messages\.json \(1 × cannot stand in the document\)\. .*forget TEXT"
    ):
        own_night.run_day()
    assert set(own_night.output()) == {"a.txt"}


class Broken(PlainText):
    """A format with a defect."""

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        yield from super().parts(text, document, settings, target_language)
        if "reading" in document or ("writing" in document and target_language):
            raise ZeroDivisionError

    def write(
        self,
        source: BinaryIO,
        output: BinaryIO,
        document: str,
        settings: DocumentSettings,
        target_language: str,
        targets: Targets,
    ) -> None:
        if "at once" in document:
            raise ZeroDivisionError
        if "too few" in document:
            return
        super().write(source, output, document, settings, target_language, targets)
        if "at last" in document:
            raise ZeroDivisionError


@pytest.fixture
def broken_text(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Broken()
    monkeypatch.setattr(registry, "_load", lambda entry: broken)


@pytest.mark.usefixtures("broken_text")
def test_defect_of_a_reader_is_reported_and_the_others_go_on(night: Night) -> None:
    night.put(DAY, {"a reading.txt": "おはよう", "b.txt": "こんばんは"})
    with pytest.raises(IncompleteError, match=r"Not read: a reading\.txt: its reader failed \(ZeroDivisionError"):
        night.run_day()
    assert night.output()["b.txt"] == b"Good evening"


@pytest.mark.usefixtures("broken_text")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("b writing.txt", "ZeroDivisionError"),
        ("b at once.txt", "ZeroDivisionError"),
        ("b at last.txt", "ZeroDivisionError"),
        ("b too few.txt", "b too few.txt: its writer left out 2 segments"),
    ],
)
def test_defect_of_a_writer_is_reported_and_the_others_are_written(night: Night, name: str, said: str) -> None:
    source = "おはよう\n\nこんばんは"
    night.put(DAY, {"a.txt": "こんばんは", name: source, "c.txt": "こんばんは", "d.png": "copied"})
    (stale := night.data / "output" / DAY / "en" / name).parent.mkdir(parents=True)
    stale.write_text("of another source")
    with pytest.raises(JobError, match=rf"1 documents could not be written \({name}: {said}"):
        night.run_day()
    good = b"Good evening"
    assert night.output() == {"a.txt": good, name: source.encode(), "c.txt": good, "d.png": b"copied"}
    table = read_translations(DAY, "en")
    assert list(table["document"]) == ["a.txt", name, name, "c.txt"]
    assert set(table[table["document"] == "c.txt"]["state"]) == {"translated"}
    reading = days.latest_reading(night.ledger, DAY)
    assert reading is not None
    assert reason_to_skip(reading.plan_url, 2, "run-1") is None
    with pytest.raises(IncompleteError, match=f"1 documents could not be written.*{name}"):
        verify_complete(night.ledger, reading.plan_url, "run-1")
    assert not describe_day(night.ledger, DAY)[1]


def test_text_before_is_sent_where_it_is_wanted(night: Night) -> None:
    night.put(DAY, {"a.txt": "一つ目の段落。\n\n二つ目の段落。\n", "b.txt": "別の文書。\n"})
    night.put(DAY, {"translate.toml": "context_characters = 4\nsegments_per_request = 1\n"})
    assert [user.get("context") for user in users_of(night)] == [None, {"1": "の段落。"}, None]
