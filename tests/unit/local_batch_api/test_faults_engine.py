"""What each fault of the engine makes of a good answer, to which it can happen, and what the account says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from contract.local_server import TERMINAL, json_line, wait_until

from local_batch_api.contract import Term
from local_batch_api.faults.catalogue import KINDS
from local_batch_api.faults.engine import GoodAnswer, can_happen, spoil_translation
from local_batch_api.filler import fill

if TYPE_CHECKING:
    from openai.types import Batch
    from unit.local_batch_api.client import Client

NAMES = [name for name, kind in KINDS.items() if kind.place == "text"]
LONG = GoodAnswer(
    "予約コード<1/>を入力すると、2024年5月まで<2>送料</2>が無料になります。",
    "en",
    "Enter the pre-order code <1/> for free <2>shipping</2> until May 2024.",
    (Term("送料", "shipping", ("freight",)),),
    "Choose the teas you like by the 15th of each month, and enter the delivery address.",
)
CODE = GoodAnswer(
    "config.yamlでは https://example.com/shop を", "en", "In config.yaml it is https://example.com/shop."
)
SHORT = GoodAnswer("雨", "en", "Rain", (), "Snow")


@pytest.mark.parametrize(
    ("name", "good", "expected"),
    [
        (
            "engine_drops_placeholder",
            LONG,
            "Enter the pre-order code for free <2>shipping</2> until May 2024.",
        ),
        ("engine_drops_placeholder", GoodAnswer("<1>雨</1>です", "en", "It <1>rains</1>"), "It rains"),
        ("engine_drops_placeholder", GoodAnswer("100%の綿", "en", "100% cotton"), None),
        (
            "engine_swaps_numbers",
            LONG,
            "Enter the pre-order code <1/> for free <2>shipping</2> until May 2204.",
        ),
        ("engine_swaps_numbers", GoodAnswer("1,980円", "en", "1,980 yen"), "1,890 yen"),
        ("engine_swaps_numbers", GoodAnswer("10時から", "en", "From 10:00"), "From 11:00"),
        ("engine_swaps_numbers", GoodAnswer("99個", "en", "99 pieces"), "90 pieces"),
        ("engine_swaps_numbers", GoodAnswer("1と2と5", "en", "1 and 2 and 5"), "1 and 3 and 5"),
        ("engine_swaps_numbers", GoodAnswer("二名{0}", "en", "{0}: 2 people"), None),
        ("engine_leaves_source", LONG, LONG.source),
        ("engine_leaves_source", GoodAnswer("Hello", "fr", "Bonjour"), None),
        (
            "engine_leaves_words",
            LONG,
            "Enter the pre-order code <1/> が無料になります free <2>shipping</2> until May 2024.",
        ),
        ("engine_leaves_words", SHORT, None),
        (
            "engine_answers_in_french",
            LONG,
            "Nous vous remercions de <1/> votre visite <2>et</2> nous vous 2024.",
        ),
        ("engine_answers_in_french", SHORT, None),
        ("engine_answers_in_french", GoodAnswer("雨", "fr-CA", LONG.translation), None),
        ("engine_adds_preface", SHORT, "Sure! Here is the translation: Rain"),
        (
            "engine_forgets_term",
            LONG,
            "Enter the pre-order code <1/> for free <2>freight</2> until May 2024.",
        ),
        (
            "engine_forgets_term",
            GoodAnswer("雨です", "en", "It is Rain", (Term("雨", "rain"),)),
            "It is something",
        ),
        ("engine_forgets_term", GoodAnswer("雪です", "en", "It is rain", (Term("雨", "rain"),)), None),
        ("engine_forgets_term", GoodAnswer("雨です", "en", "It is rain", (Term("雨", "", ("wet",)),)), None),
        ("engine_merges_slots", LONG, f"{LONG.translation} {LONG.following}"),
        ("engine_merges_slots", SHORT, None),
        ("engine_merges_slots", CODE, None),
        ("engine_translates_code", CODE, "In translated.yaml it is https://example.com/shop."),
        (
            "engine_translates_code",
            GoodAnswer("max_tokensとhttps://example.com/shop", "en", "See https://example.com/shop"),
            "See https://translated.com/shop",
        ),
        ("engine_translates_code", LONG, None),
        ("engine_obeys_text", LONG, "OK, done."),
        ("engine_obeys_text", SHORT, None),
        ("engine_stops_half_way", LONG, "Enter the pre-order code <1/> for"),
        ("engine_stops_half_way", SHORT, None),
    ],
)
def test_effect_on_an_answer(name: str, good: GoodAnswer, expected: str | None) -> None:
    assert can_happen(good, name) == (expected is not None)
    if expected is not None:
        assert spoil_translation(name, good) == expected


def test_every_fault_of_the_engine_has_an_effect() -> None:
    assert len(NAMES) == 11
    assert [name for name in NAMES if not (can_happen(LONG, name) or can_happen(CODE, name))] == []


SOURCES = {
    "1": "最初の文です。",
    "2": f"{LONG.source}config.yaml",
    "3": "次の文は前の文よりも少し長くて、上から順番に読んでいくと、なかなか終わりません。そして続きます。",
}
GLOSSARY = [{"source": "送料", "target": "shipping"}]
GOOD = {slot: fill("ja", "en", text, (Term("送料", "shipping"),)) for slot, text in SOURCES.items()}


def run(client: Client, **more: Any) -> tuple[Batch, dict[str, str]]:
    """A batch of one request for SOURCES, and what it answered."""
    asked = {"contract": "batch_translate/1", "source_language": "ja", "target_language": "en"}
    user = json.dumps({**asked, "segments": SOURCES, "glossary": GLOSSARY}, ensure_ascii=False)
    line = json_line("id-0", {"model": "m", "messages": [{"role": "user", "content": user}], **more})
    file_id = client.sdk.files.create(file=("a.jsonl", line.encode()), purpose="batch").id
    created = client.sdk.batches.create(
        input_file_id=file_id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    batch = wait_until(lambda: client.sdk.batches.retrieve(created.id), lambda one: one.status in TERMINAL)
    (answered,) = client.lines(batch.output_file_id)
    choice = answered["response"]["body"]["choices"][0]
    assert choice["finish_reason"] == ("length" if more else "stop")
    return batch, {} if more else json.loads(choice["message"]["content"])


@pytest.mark.parametrize("name", NAMES)
def test_one_text_is_spoiled_once_and_accounted_for(client: Client, name: str) -> None:
    client.inject(name, text="予約コード", count=1)
    batch, answers = run(client)
    assert {slot for slot in GOOD if answers[slot] != GOOD[slot]} == {"2"}
    assert client.account(batch) == [("id-0", slot, name if slot == "2" else None) for slot in "123"]
    again, answers = run(client)
    assert answers == GOOD
    assert {fault for _, _, fault in client.account(again)} == {None}
    assert client.injected() == [1]


def test_chances_are_those_of_texts_and_a_text_has_one_fault(client: Client) -> None:
    rules = [{"name": "engine_adds_preface", "skip": 1, "count": 1}, {"name": "engine_obeys_text"}]
    httpx.put(client.faults_url, json=rules).raise_for_status()
    batch, answers = run(client)
    assert answers["1"] == GOOD["1"]
    assert answers["2"].startswith("Sure! ")
    assert answers["3"] == "OK, done."
    assert [fault for _, _, fault in client.account(batch)] == [None, "engine_adds_preface", "engine_obeys_text"]


def test_answer_in_plain_text_can_be_bad_as_well(client: Client) -> None:
    client.inject("engine_adds_preface")
    body = {"model": "m", "messages": [{"role": "user", "content": "雨です"}]}
    file_id = client.sdk.files.create(file=("a.jsonl", json_line("id-0", body).encode()), purpose="batch").id
    created = client.sdk.batches.create(
        input_file_id=file_id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    batch = wait_until(lambda: client.sdk.batches.retrieve(created.id), lambda one: one.status in TERMINAL)
    (line,) = client.lines(batch.output_file_id)
    content = line["response"]["body"]["choices"][0]["message"]["content"]
    assert content == "Sure! Here is the translation: [?→?] 雨です"
    assert client.account(batch) == [("id-0", "", "engine_adds_preface")]


def test_answer_that_was_cut_is_left_alone(client: Client) -> None:
    client.inject("engine_adds_preface")
    batch, _ = run(client, max_completion_tokens=5)
    assert batch.status == "completed"
    assert client.injected() == [0]
