"""A client of the server with a key of its own, and with a hand on the switches of its faults."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from contract.local_server import TERMINAL, json_line, wait_until

if TYPE_CHECKING:
    import openai
    from contract.local_server import LocalServer
    from openai.types import Batch


@dataclass
class Client:
    """A client with a key of its own, and the switches of the server."""

    server: LocalServer
    sdk: openai.OpenAI

    @property
    def faults_url(self) -> str:
        return self.server.base_url.removesuffix("/v1") + "/local/faults"

    def inject(self, name: str, **parameters: Any) -> None:
        """This fault alone."""
        answer = httpx.put(self.faults_url, json={"name": name, **parameters})
        assert answer.status_code == 200, answer.text

    def injected(self) -> list[int]:
        """How often each rule was injected."""
        return [rule["injected"] for rule in httpx.get(self.faults_url).json()["data"]]

    def upload(self, requests: int = 2, slots: int = 2) -> str:
        content = "".join(_request(number, slots) for number in range(requests))
        return self.sdk.files.create(file=("requests.jsonl", content.encode()), purpose="batch").id

    def create(self, requests: int = 2, slots: int = 2) -> Batch:
        return self.sdk.batches.create(
            input_file_id=self.upload(requests, slots), endpoint="/v1/chat/completions", completion_window="24h"
        )

    def run(self, requests: int = 2, slots: int = 2) -> Batch:
        """A batch that has ended."""
        batch_id = self.create(requests, slots).id
        return wait_until(lambda: self.sdk.batches.retrieve(batch_id), lambda batch: batch.status in TERMINAL)

    def content(self, file_id: str | None) -> bytes:
        return self.sdk.files.content(file_id).content if file_id else b""

    def lines(self, file_id: str | None) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.content(file_id).splitlines()]

    def account(self, batch: Batch) -> list[tuple[str, str, str | None]]:
        """The executed texts: custom_id, slot, the fault that destroyed the answer."""
        rows = self.server.executions(batch_id=batch.id)
        return sorted((row["custom_id"], row["slot"], row["fault"]) for row in rows)


def _request(number: int, slots: int) -> str:
    names = [str(slot) for slot in range(1, slots + 1)]
    segments = {name: f"text {number}.{name}" for name in names}
    asked = {"contract": "batch_translate/1", "source_language": "ja", "target_language": "en"}
    schema = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in names},
        "required": names,
        "additionalProperties": False,
    }
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": json.dumps({**asked, "segments": segments})}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "translations", "strict": True, "schema": schema},
        },
    }
    return json_line(f"id-{number}", body)
