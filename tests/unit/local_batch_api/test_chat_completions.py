"""What one request is answered with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_batch_api.chat_completions import Answer, answer
from local_batch_api.contract import Term
from local_batch_api.filler import fill
from local_batch_api.phrasebook import Phrasebook
from local_batch_api.tokens import count_prompt_tokens, count_tokens

SEGMENTS = {"1": "お知らせ", "2": "{count}件の<1>新着</1>があります"}


def schema(*slots: str) -> dict[str, Any]:
    properties = {slot: {"type": "string"} for slot in slots}
    shape = {"type": "object", "properties": properties, "required": list(slots), "additionalProperties": False}
    return {"type": "json_schema", "json_schema": {"name": "translations", "strict": True, "schema": shape}}


def ask(user: object, **more: Any) -> Answer:
    content = user if isinstance(user, str) else json.dumps(user, ensure_ascii=False)
    messages = [{"role": "system", "content": "Translate."}, {"role": "user", "content": content}]
    return answer(Phrasebook(), {"model": "m", "messages": messages, **more}, "0f", 7.5)


def contract(**more: Any) -> dict[str, Any]:
    request = {"contract": "batch_translate/1", "source_language": "ja", "target_language": "en"}
    return {**request, "segments": SEGMENTS, **more}


def content_of(answered: Answer) -> str:
    text = answered.body["choices"][0]["message"]["content"]
    assert isinstance(text, str)
    return text


def test_packed_request_is_answered_slot_by_slot() -> None:
    answered = ask(contract(), response_format=schema("1", "2"))
    assert json.loads(content_of(answered)) == {slot: fill("ja", "en", text) for slot, text in SEGMENTS.items()}
    assert [(one.slot, one.source_language, one.target_language, one.text) for one in answered.texts] == [
        (slot, "ja", "en", text) for slot, text in SEGMENTS.items()
    ]


def test_schema_decides_which_slots_are_answered() -> None:
    answered = ask(contract(), response_format=schema("2", "3"))
    assert json.loads(content_of(answered)) == {"2": fill("ja", "en", SEGMENTS["2"]), "3": ""}


def test_glossary_of_the_request_is_used() -> None:
    glossary = [
        {"source": "新着", "target": "new items", "forbidden": ["news"]},
        {"source": "件", "forbidden": ["x"]},
    ]
    answered = ask(contract(glossary=glossary))
    assert "<1>new items</1>" in json.loads(content_of(answered))["2"]
    assert answered.glossary == (Term("新着", "new items", ("news",)), Term("件", "", ("x",)))


def test_what_is_said_about_a_text_changes_no_answer() -> None:
    said = {
        "about": {"1": "menu"},
        "context": {"2": "before"},
        "rejected": {"2": {"answer": "items", "finding": "The placeholder {count} is missing."}},
    }
    assert content_of(ask(contract(**said))) == content_of(ask(contract()))


@pytest.mark.parametrize("text", ["お知らせ", '{"contract": 1}', '{"contract"', '["contract"]'])
def test_request_outside_the_contract_is_answered_as_plain_text(text: str) -> None:
    answered = ask(text)
    assert content_of(answered) == f"[?→?] {text}"
    assert answered.texts[0].slot == ""


@pytest.mark.parametrize(
    "broken",
    [
        {"contract": "batch_translate/2"},
        {"segments": {}},
        {"segments": {"1": 2}},
        {"segments": {"0": "a"}},
        {"target_language": ""},
        {"glossary": {"a": "b"}},
        {"glossary": ["a"]},
        {"glossary": [{"source": "a"}]},
        {"glossary": [{"source": "a", "forbidden": "b"}]},
        {"about": ["menu"]},
        {"about": {"3": "menu"}},
        {"context": {"1": 2}},
        {"rejected": {"1": "items"}},
        {"rejected": {"1": {"answer": "items"}}},
    ],
)
def test_broken_contract_is_refused(broken: dict[str, Any]) -> None:
    answered = ask(contract(**broken))
    assert (answered.status_code, answered.body["error"]["code"]) == (400, "invalid_contract")


@pytest.mark.parametrize("parameter", ["max_completion_tokens", "max_tokens"])
def test_answer_over_the_token_limit_is_cut(parameter: str) -> None:
    answered = ask("お知らせ", **{parameter: 3})
    assert answered.body["choices"][0]["finish_reason"] == "length"
    assert content_of(answered) == "[?→?] お"
    assert answered.body["usage"]["completion_tokens"] == answered.output_tokens == 3


def test_usage_counts_prompt_and_answer() -> None:
    answered = ask("abcdefgh")
    assert answered.input_tokens == 3 + (3 + 3) + (3 + 2)
    assert answered.output_tokens == count_tokens("[?→?] abcdefgh") == 4
    assert answered.body["usage"]["total_tokens"] == answered.input_tokens + answered.output_tokens


def test_text_parts_count_as_one_text() -> None:
    parts = [{"role": "user", "content": [{"type": "text", "text": "abcd"}, {"type": "text", "text": "efgh"}]}]
    assert count_prompt_tokens(parts) == 3 + 3 + 2
    assert content_of(answer(Phrasebook(), {"model": "m", "messages": parts}, "0f", 0)) == "[?→?] abcdefgh"


def strict(**change: Any) -> dict[str, Any]:
    one = schema("1")
    one["json_schema"]["schema"].update(change)
    return one


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": "text"}, "messages"),
        ({"messages": [{"content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages"),
        ({"stream": True}, "stream"),
        ({"n": 2}, "n"),
        ({"max_tokens": 1, "max_completion_tokens": 1}, None),
        ({"max_completion_tokens": 0}, "max_completion_tokens"),
        ({"max_completion_tokens": "9"}, "max_completion_tokens"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"response_format": schema("1")}, "response_format"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"response_format": strict(additionalProperties=True)}, "response_format"),
        ({"response_format": strict(required=[])}, "response_format"),
        ({"response_format": strict(properties={"1": {"type": "integer"}})}, "response_format"),
    ],
)
def test_body_the_endpoint_refuses_names_the_parameter(body: dict[str, Any], param: str | None) -> None:
    answered = ask("text", **body)
    assert (answered.status_code, answered.body["error"]["param"]) == (400, param)
    assert [one.text for one in answered.texts] == [""]
