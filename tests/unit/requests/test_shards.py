from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from batch_translate import keys
from batch_translate.requests.prompt import Asking, Text
from batch_translate.requests.shards import Limits, Shard, cut_shards, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

ASKING = Asking("model")
WIDE = Limits(
    segments_per_request=10,
    tokens_per_request=1_500,
    requests_per_shard=50_000,
    bytes_per_shard=150_000_000,
    tokens_per_shard=1_000_000,
)


def text(name: str, tokens: int = 10, target: str = "en") -> Text:
    return Text(keys.segment_key("ja", target, name), "i" * 32, 1, "ja", target, name, "", tokens)


def packed(texts: Sequence[Text], **limits: Any) -> list[str]:
    return ["".join(one.source for one in group) for group in pack(texts, replace(WIDE, **limits))]


def shards(names: str, **limits: Any) -> list[Shard]:
    return list(cut_shards([text(name) for name in names], ASKING, replace(WIDE, **limits)))


def sizes(found: list[Shard]) -> list[int]:
    return [len(shard.requests) for shard in found]


def test_texts_are_packed_up_to_the_number_of_segments_in_their_order() -> None:
    assert packed([text(name) for name in "abcdefg"], segments_per_request=3) == ["abc", "def", "g"]
    assert packed([text(name) for name in "abc"], segments_per_request=1) == ["a", "b", "c"]
    assert packed([]) == []


def test_texts_are_packed_up_to_the_number_of_tokens() -> None:
    assert packed([text(name, 40) for name in "abcd"], tokens_per_request=80) == ["ab", "cd"]
    assert packed([text(name, 40) for name in "abcd"], tokens_per_request=79) == ["a", "b", "c", "d"]


def test_a_text_over_the_limit_goes_alone() -> None:
    assert packed([text("a"), text("b", 9_999), text("c")], tokens_per_request=50) == ["a", "b", "c"]


def test_languages_are_not_mixed_in_a_request() -> None:
    assert packed([text("a"), text("b", target="fr"), text("c", target="fr"), text("d")]) == ["a", "bc", "d"]


def test_shards_end_at_the_number_of_requests() -> None:
    assert sizes(shards("abcde", segments_per_request=1, requests_per_shard=2)) == [2, 2, 1]
    assert sizes(shards("abcdef", segments_per_request=2, requests_per_shard=3)) == [3]
    assert shards("") == []


def test_shards_end_at_the_number_of_bytes() -> None:
    (whole,) = shards("abcd", segments_per_request=1)
    size = len(whole.requests[0].line)
    assert sizes(shards("abcd", segments_per_request=1, bytes_per_shard=2 * size)) == [2, 2]
    assert sizes(shards("abcd", segments_per_request=1, bytes_per_shard=2 * size - 1)) == [1, 1, 1, 1]
    assert sizes(shards("ab", segments_per_request=1, bytes_per_shard=1)) == [1, 1]


def test_shards_end_at_the_number_of_input_tokens() -> None:
    (whole,) = shards("abcd", segments_per_request=1)
    tokens = whole.requests[0].input_tokens
    assert sizes(shards("abcd", segments_per_request=1, tokens_per_shard=3 * tokens)) == [3, 1]
    assert sizes(shards("abcd", segments_per_request=1, tokens_per_shard=3 * tokens - 1)) == [2, 2]


def test_a_shard_sums_up_its_requests() -> None:
    (shard,) = shards("abcde", segments_per_request=2)
    assert (len(shard.requests), shard.segments) == (3, 5)
    assert shard.input_tokens == sum(request.input_tokens for request in shard.requests)
    assert shard.output_tokens == sum(request.output_tokens for request in shard.requests)


def test_the_same_shard_built_again_is_the_same_job() -> None:
    assert shards("abc") == shards("abc")
    apart = {shard.job_key for names in ("abc", "cba") for shard in shards(names, segments_per_request=1)}
    assert len(apart) == 1
    assert shards("abc")[0].job_key != shards("abd")[0].job_key


def test_shards_are_made_one_by_one() -> None:
    taken: list[str] = []

    def texts() -> Any:
        for name in "abcdef":
            taken.append(name)
            yield text(name)

    first = next(cut_shards(texts(), ASKING, replace(WIDE, segments_per_request=1, requests_per_shard=2)))
    assert first.segments == 2
    assert len(taken) <= 4


@given(
    tokens=st.lists(st.integers(1, 200), max_size=40),
    limits=st.builds(
        Limits,
        segments_per_request=st.integers(1, 5),
        tokens_per_request=st.integers(50, 300),
        requests_per_shard=st.integers(1, 5),
        bytes_per_shard=st.integers(1, 20_000),
        tokens_per_shard=st.integers(1, 3_000),
    ),
)
def test_within_all_limits_nothing_is_lost_doubled_or_moved(tokens: list[int], limits: Limits) -> None:
    texts = [text(f"{number}", size) for number, size in enumerate(tokens)]
    found = list(cut_shards(texts, ASKING, limits))
    requests = [request for shard in found for request in shard.requests]
    assert [one for request in requests for one in request.texts] == texts
    for request in requests:
        assert len(request.texts) <= limits.segments_per_request
        assert len(request.texts) == 1 or sum(one.tokens for one in request.texts) <= limits.tokens_per_request
    for shard in found:
        assert len(shard.requests) <= limits.requests_per_shard
        assert len(shard.requests) == 1 or sum(len(one.line) for one in shard.requests) <= limits.bytes_per_shard
        assert len(shard.requests) == 1 or shard.input_tokens <= limits.tokens_per_shard


@pytest.mark.parametrize("limits", [{}, {"segments_per_request": 1}])
def test_ids_are_unique_within_a_shard(limits: dict[str, int]) -> None:
    (shard,) = shards("abcdefghijklmnopqrstuvwxyz", **limits)
    assert len({request.custom_id for request in shard.requests}) == len(shard.requests)


def test_a_text_that_must_go_alone_shares_no_request() -> None:
    texts = [text(name)._replace(alone=name in "cf") for name in "abcdef"]
    assert ["".join(one.source for one in group) for group in pack(texts, WIDE)] == ["ab", "c", "de", "f"]
    texts = [text(name)._replace(alone=True) for name in "ab"]
    assert [len(group) for group in pack(texts, WIDE)] == [1, 1]
