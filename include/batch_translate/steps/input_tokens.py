"""How far the input tokens of requests, as estimated from the letters, are from what the vocabulary says.

A bill is per request, so it is requests that are counted: all of them, or a random sample of very many.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from batch_translate.requests.prompt import read_parts
from batch_translate.sampling import Reservoir, estimate_by_ratio

if TYPE_CHECKING:
    from batch_translate.requests.prompt import Asking, Text
    from batch_translate.token_counts import TokenCounter

MOST_COUNTED = 1_000
"""Counting so many, each of ten short texts, takes 0.06 s; drawn from documents of all kinds they leave ±0.4 %."""
# Around two messages: 3 tokens for each, 1 for its role, 3 to begin the answer (OpenAI Cookbook, How to count
# tokens with tiktoken); around a schema 9, as a user has measured (openai/openai-cookbook, issue 2140).
_AROUND_PARTS = 11 + 9


class Correction(NamedTuple):
    """What `counted` requests say of all those of a profile: `ratio` counted input tokens per estimated one.

    `ratios` are those of the documents, where every request was counted. `error`: by how many tokens the sum over
    all requests may be off, in 95 of 100 samples.
    """

    counted: int
    ratio: float
    ratios: dict[int, float]
    error: float

    def ratio_of(self, document: int) -> float:
        """What to multiply a document's estimated tokens by."""
        return self.ratios.get(document, self.ratio)


class RequestSample:
    """The requests of one profile and language, of which at most MOST_COUNTED are counted."""

    def __init__(self, count: TokenCounter, asking: Asking, seed: str) -> None:
        self._count = count
        self._count_repeated = lru_cache(maxsize=256)(count)
        self._asking = asking
        self._sample: Reservoir[tuple[list[Text], int]] = Reservoir(MOST_COUNTED, seed)
        self._estimated = 0

    def add(self, texts: list[Text], estimated: int) -> None:
        """Take a request, with its input tokens as estimated from the letters."""
        self._estimated += estimated
        self._sample.add((texts, estimated))

    def correction(self) -> Correction:
        """Count what was drawn."""
        drawn = [(texts, self._tokens(texts), estimated) for texts, estimated in self._sample.drawn]
        if not drawn:
            return Correction(0, 1.0, {}, 0.0)
        pairs = [(counted, estimated) for _, counted, estimated in drawn]
        found = estimate_by_ratio(pairs, self._sample.seen, self._estimated)
        ratios = {} if len(drawn) < self._sample.seen else _by_document(drawn)
        return Correction(len(drawn), found.ratio, ratios, found.error)

    def _tokens(self, texts: list[Text]) -> int:
        system, user, shape = read_parts(texts, self._asking)
        return self._count_repeated(system) + self._count(user) + self._count_repeated(shape) + _AROUND_PARTS


def shares(texts: list[Text]) -> dict[int, float]:
    """Document → its part of a request, by the tokens of its texts."""
    tokens: defaultdict[int, int] = defaultdict(int)
    for text in texts:
        tokens[text.document] += text.tokens
    of_all = sum(tokens.values())
    return {document: of_document / of_all for document, of_document in tokens.items()}


def _by_document(requests: list[tuple[list[Text], int, int]]) -> dict[int, float]:
    counted: defaultdict[int, float] = defaultdict(float)
    estimated: defaultdict[int, float] = defaultdict(float)
    for texts, tokens, guess in requests:
        for document, share in shares(texts).items():
            counted[document] += tokens * share
            estimated[document] += guess * share
    return {document: tokens / estimated[document] for document, tokens in counted.items()}
