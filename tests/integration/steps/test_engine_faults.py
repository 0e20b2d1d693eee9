"""A model that answers badly: its answer is caught by the check for it, asked again with what was wrong, repaired.

The local API's engine faults make the bad answers of good ones; where the engine never gets better, the text needs
a review and the document keeps its source.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from contract.local_server import LocalServer
from integration.steps.night import DAY, write_phrasebook

from batch_translate.findings import read_findings
from batch_translate.report import read_translations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from integration.steps.night import Night

PLACEHOLDER, NUMBERS, TERM, LONG, CODE, LAST = (
    "{name}さん、ご注文の品を発送いたしました。",
    "会議室は24名まで、利用料は1時間3500円です。",
    "ほうじ茶は香ばしいお茶です。",
    "当店では毎週水曜日に新しい茶葉を仕入れ、その日のうちに袋詰めしてお届けしています。",
    "設定は config.toml の retry_limit で変えられます。",
    "ご不明な点がありましたら、いつでもお気軽に当店までお問い合わせください。",
)
PHRASES = {
    PLACEHOLDER: "Dear {name}, we have shipped your order.",
    NUMBERS: "The meeting room seats up to 24 people and costs 3,500 yen per hour.",
    TERM: "Hojicha is a tea with a toasty aroma.",
    LONG: "Every Wednesday we buy fresh tea leaves, pack them on the same day and deliver them to you.",
    CODE: "You can change the setting with retry_limit in config.toml.",
    LAST: "If you have any questions, please feel free to contact our shop at any time.",
}
TERMS = "source,target,forbidden\nほうじ茶,hojicha,roasted tea\n"
# fault → the text it happens to, and the checks of which one at least has to catch it
FAULTS = {
    "engine_drops_placeholder": (PLACEHOLDER, {"placeholders"}),
    "engine_swaps_numbers": (NUMBERS, {"numbers"}),
    "engine_leaves_source": (LONG, {"untranslated", "script"}),
    "engine_leaves_words": (LONG, {"script"}),
    "engine_answers_in_french": (LONG, {"language"}),
    "engine_adds_preface": (LONG, {"additions"}),
    "engine_forgets_term": (TERM, {"terms", "forbidden_terms"}),
    "engine_translates_code": (CODE, {"code"}),
    "engine_obeys_text": (LONG, {"obeyed", "length", "cut"}),
    "engine_stops_half_way": (LONG, {"cut", "length"}),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    folder = tmp_path_factory.mktemp("engine_faults")
    one = LocalServer(folder / "data")
    one.start("--phrasebook", str(write_phrasebook(folder / "phrases.tsv", PHRASES)))
    yield one
    one.stop()


@pytest.fixture
def folder(night: Night) -> Night:
    night.put(DAY, {"a.txt": "\n\n".join(PHRASES) + "\n"})
    (night.data / "input" / "terms.csv").write_text(TERMS, "utf-8")
    (night.data / "input" / "translate.toml").write_text('glossary = ["terms.csv"]\n', "utf-8")
    return night


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_answer_is_caught_and_repaired_in_the_next_pass(
    folder: Night, inject: Callable[..., None], fault: str
) -> None:
    text, checks = FAULTS[fault]
    inject({"name": fault, "text": text, "count": 1})
    report = folder.run_day()
    assert report["languages"]["en"]["states"] == {"translated": len(PHRASES)}
    assert report["sent"]["reasons"] == {"new": len(PHRASES), "findings": 1}
    assert folder.output()["a.txt"].decode() == "\n\n".join(PHRASES.values()) + "\n"
    (repair,) = [user for user in users(folder) if "rejected" in user]
    assert repair["segments"] == {"1": text}
    rejected = repair["rejected"]["1"]
    assert rejected["answer"] != PHRASES[text]
    assert rejected["finding"]
    assert caught_by(folder) & checks, rejected


def test_two_slots_in_one_put_the_whole_request_in_doubt_and_each_text_is_asked_alone(
    folder: Night, inject: Callable[..., None]
) -> None:
    inject({"name": "engine_merges_slots", "text": CODE, "count": 1})
    report = folder.run_day()
    assert report["languages"]["en"]["states"] == {"translated": len(PHRASES)}
    assert report["sent"]["reasons"] == {"new": len(PHRASES), "no answer": len(PHRASES)}
    assert folder.output()["a.txt"].decode() == "\n\n".join(PHRASES.values()) + "\n"


@pytest.mark.parametrize("fault", FAULTS)
def test_what_the_engine_never_gets_right_needs_a_review_and_costs_nothing_the_next_night(
    folder: Night, inject: Callable[..., None], fault: str
) -> None:
    text, checks = FAULTS[fault]
    inject({"name": fault, "text": text})
    report = folder.run_day()
    assert report["languages"]["en"]["states"] == {"translated": len(PHRASES) - 1, "needs_review": 1}
    table = read_translations(DAY, "en")
    (row,) = table[table["state"] == "needs_review"].to_dict("records")
    assert row["source"] == text
    assert {one.check for one in read_findings(row["findings"]) if one.severity == "critical"} & checks
    assert text in folder.output()["a.txt"].decode()
    executed = folder.executed()
    assert executed.count(text) == 2
    report = folder.run_day(run_id="run-2")
    assert (folder.executed(), report["sent"]["batches"]) == (executed, 0)
    assert report["languages"]["en"]["states"]["needs_review"] == 1


def users(night: Night) -> list[dict[str, dict[str, dict[str, str]]]]:
    paths = [path for path in (night.data / "work" / DAY).glob("*/*.jsonl") if path.name.count(".") == 1]
    lines = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line["body"]["messages"][1]["content"]) for line in lines]


def caught_by(night: Night) -> set[str]:
    """The checks that rejected something."""
    with night.ledger.read() as connection:
        rows = connection.exec_driver_sql("SELECT findings FROM answers WHERE verdict = 'rejected'").scalars()
        return {one.check for row in rows for one in read_findings(row) if one.severity == "critical"}
