"""What /v1/chat/completions answers to one body: a refusal as OpenAI words it, or a complete chat completion.

Answers depend on the body alone (and the batch's model, ids and times, which the caller gives), never on chance.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from local_batch_api.chat_body import check_body, schema_slots
from local_batch_api.contract import Term, TranslationRequest, read_request
from local_batch_api.errors import ApiError
from local_batch_api.tokens import count_prompt_tokens, count_tokens, cut_to_tokens, message_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_batch_api.phrasebook import Engine


@dataclass(frozen=True, slots=True)
class AskedText:
    """One text that was translated, for the account; slot and languages are "" outside the contract."""

    slot: str
    source_language: str
    target_language: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP answer to one request, what was translated for it by which terms, and what it cost in tokens."""

    status_code: int
    body: dict[str, Any]
    texts: Sequence[AskedText]
    input_tokens: int = 0
    output_tokens: int = 0
    glossary: Sequence[Term] = ()


def answer(engine: Engine, body: dict[str, Any], request_id: str, now: float) -> Answer:
    """Answer one request; a refused one counts as one text of the account, with nothing in it."""
    try:
        check_body(body)
        asked = read_request(_last_user_text(body["messages"]))
        content, texts = _plain_answer(engine, body) if asked is None else _packed_answer(engine, body, asked)
    except ApiError as refusal:
        return Answer(refusal.status, refusal.body(), [AskedText("", "", "", "")])
    completed = _completion(body, content, texts, request_id, now)
    return completed if asked is None else replace(completed, glossary=asked.glossary)


def _plain_answer(engine: Engine, body: dict[str, Any]) -> tuple[str, list[AskedText]]:
    if (body.get("response_format") or {"type": "text"})["type"] != "text":
        raise ApiError(
            400,
            "local_batch_api fills a response_format only under the prompt contract; outside it, ask for text.",
            param="response_format",
            code="unsupported_value",
        )
    text = _last_user_text(body["messages"])
    return engine.translate("", "", text), [AskedText("", "", "", text)]


def _packed_answer(engine: Engine, body: dict[str, Any], asked: TranslationRequest) -> tuple[str, list[AskedText]]:
    languages = (asked.source_language, asked.target_language)
    # As a model under a strict schema does: exactly the schema's slots, whatever the message says.
    slots = schema_slots(body.get("response_format")) or list(asked.segments)
    texts = [AskedText(slot, *languages, asked.segments.get(slot, "")) for slot in slots]
    translations = {
        one.slot: engine.translate(*languages, one.text, asked.glossary) if one.text else "" for one in texts
    }
    return json.dumps(translations, ensure_ascii=False), texts


def _completion(body: dict[str, Any], content: str, texts: list[AskedText], request_id: str, now: float) -> Answer:
    prompt_tokens, completion_tokens = count_prompt_tokens(body["messages"]), count_tokens(content)
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or completion_tokens
    finish_reason = "stop"
    if completion_tokens > limit:
        content, completion_tokens, finish_reason = cut_to_tokens(content, limit), limit, "length"
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None, "annotations": []}
    completion = {
        "id": f"chatcmpl-{request_id}",
        "object": "chat.completion",
        "created": int(now),
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": "fp_phrasebook",
    }
    return Answer(200, completion, texts, prompt_tokens, completion_tokens)


def _last_user_text(messages: list[dict[str, Any]]) -> str:
    for message in reversed(messages):
        if message["role"] == "user":
            return message_text(message)
    raise ApiError(400, "local_batch_api needs a message of the role 'user'.", param="messages")
