"""Texts into requests, requests into shards under the provider's limits. Pure: nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_translate import keys
from batch_translate.requests.prompt import Asking, Request, Text, write_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds. A single text over the token bounds still goes, alone."""

    segments_per_request: int
    tokens_per_request: int
    requests_per_shard: int
    bytes_per_shard: int
    tokens_per_shard: int


@dataclass(frozen=True, slots=True)
class Shard:
    """The requests of one batch, of one model. Tokens are estimates."""

    job_key: str
    requests: tuple[Request, ...]
    input_tokens: int
    output_tokens: int

    @property
    def segments(self) -> int:
        """How many texts are asked for."""
        return sum(len(request.texts) for request in self.requests)


def pack(texts: Iterable[Text], limits: Limits) -> Iterator[list[Text]]:
    """Group texts that follow each other and share a language pair, in their order; some go alone."""
    group: list[Text] = []
    tokens = 0
    for text in texts:
        if group and (
            len(group) == limits.segments_per_request
            or tokens + text.tokens > limits.tokens_per_request
            or text.alone
            or group[0].alone
            or text.target_language != group[0].target_language
            or text.source_language != group[0].source_language
        ):
            yield group
            group, tokens = [], 0
        group.append(text)
        tokens += text.tokens
    if group:
        yield group


def cut_shards(texts: Iterable[Text], asking: Asking, limits: Limits) -> Iterator[Shard]:
    """Yield shards of at most the limits' requests, bytes and input tokens, one in memory at a time."""
    requests: list[Request] = []
    size = tokens = 0
    for group in pack(texts, limits):
        request = write_request(group, asking)
        if requests and (
            len(requests) == limits.requests_per_shard
            or size + len(request.line) > limits.bytes_per_shard
            or tokens + request.input_tokens > limits.tokens_per_shard
        ):
            yield _shard(requests)
            requests, size, tokens = [], 0, 0
        requests.append(request)
        size += len(request.line)
        tokens += request.input_tokens
    if requests:
        yield _shard(requests)


def _shard(requests: list[Request]) -> Shard:
    return Shard(
        job_key=keys.job_key(request.custom_id for request in requests),
        requests=tuple(requests),
        input_tokens=sum(request.input_tokens for request in requests),
        output_tokens=sum(request.output_tokens for request in requests),
    )
