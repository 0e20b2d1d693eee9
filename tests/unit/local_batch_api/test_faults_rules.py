"""Which chances a rule takes, and which rules are refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from local_batch_api.faults.catalogue import KINDS
from local_batch_api.faults.rules import FaultRuleError, Faults, read_file, read_rules

DOCUMENTATION = Path(__file__).parents[3] / "docs/local-batch-api.md"
CALL = ("POST", "/v1/batches")


def taken(calls: int, **rule: Any) -> list[int]:
    """At which of so many calls the rule's fault was injected."""
    faults = Faults(read_rules({"name": "internal_error", **rule}))
    return [number for number in range(calls) if faults.at_call(*CALL)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"count": 2}, [0, 1]),
        ({"count": 0}, []),
        ({"skip": 3}, [3, 4]),
        ({"skip": 1, "count": 2}, [1, 2]),
        ({"probability": 0}, []),
        ({"route": "POST /v1/batches"}, [0, 1, 2, 3, 4]),
        ({"route": "POST /v1/files"}, []),
        ({"route": "GET /v1/batches"}, []),
        ({"route": "POST /v1/{id}"}, [0, 1, 2, 3, 4]),
        ({"route": "POST /v1/batches/{id}"}, []),
    ],
)
def test_chances_a_rule_takes(rule: dict[str, Any], expected: list[int]) -> None:
    assert taken(5, **rule) == expected


def test_same_seed_takes_the_same_chances_and_another_seed_others() -> None:
    once, again, other = (taken(200, probability=0.3, seed=seed) for seed in (1, 1, 2))
    assert once == again != other
    assert 30 < len(once) < 90


def test_first_rule_that_takes_a_call_has_it() -> None:
    faults = Faults(read_rules([{"name": "conflict", "count": 1}, {"name": "hang_up"}]))
    assert [fault.name for fault in (faults.at_call(*CALL), faults.at_call(*CALL)) if fault] == [
        "conflict",
        "hang_up",
    ]


def test_what_happens_to_a_line_is_decided_once() -> None:
    faults = Faults(read_rules({"name": "line_missing", "probability": 0.5, "seed": 3}))
    lines = [f"batch:{number}" for number in range(50)]
    first = [faults.decide("line", line) for line in lines]
    assert [faults.decide("line", line) for line in reversed(lines)] == first[::-1]
    assert 10 < sum(map(bool, first)) < 40


def test_rule_for_a_text_sees_the_chances_of_that_text_alone() -> None:
    faults = Faults(
        read_rules([{"name": "engine_adds_preface", "text": "猫"}, {"name": "answer_cut", "text": "猫"}])
    )
    for place, name in (("text", "engine_adds_preface"), ("answer", "answer_cut")):
        taken = [faults.decide(place, key, texts=texts) for key, texts in (("a", ["犬"]), ("b", ["犬", "子猫"]))]
        assert [one and one.name for one in taken] == [None, name]
    assert [rule["seen"] for rule in faults.wire()] == [1, 1]
    assert (faults.concern("text"), faults.concern("line")) == (True, False)


def test_batch_keeps_its_faults_until_they_are_replaced() -> None:
    faults = Faults(read_rules([{"name": "stuck", "count": 1, "share": 0.25}]))
    faults.meet("a")
    faults.meet("b")
    stuck = faults.of_batch("a", "stuck")
    assert stuck is not None
    assert stuck.parameters == {"share": 0.25}
    assert faults.of_batch("b", "stuck") is None
    faults.replace([])
    assert faults.of_batch("a", "stuck") is None


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("hang_up", "A fault is an object with a name"),
        ({"name": "nonsense"}, "There is no fault 'nonsense'. The faults are: hang_up"),
        ({}, "There is no fault None"),
        ({"name": "slow", "second": 1}, "has no parameter 'second'. It has: name, route"),
        ({"name": "hang_up", "seconds": 1}, "has no parameter 'seconds'"),
        ({"name": "slow", "seconds": "1"}, "seconds of slow must be a number from 0 on, not '1'"),
        ({"name": "stuck", "share": 1.5}, "share of stuck must be a number from 0 to 1, not 1.5"),
        ({"name": "slow", "probability": 2}, "probability of slow must be a number from 0 to 1, not 2"),
        ({"name": "slow", "count": -1}, "count of slow must be a whole number from 0 on, not -1"),
        ({"name": "slow", "count": True}, "count of slow must be a whole number from 0 on, not True"),
        ({"name": "slow", "route": "/v1/batches"}, "must read like 'GET /v1/files/{id}/content'"),
        ({"name": "slow", "route": "GET /local/executions"}, "must read like"),
        ({"name": "stuck", "route": "GET /v1/batches"}, "stuck has no route"),
        ({"name": "stuck", "text": "a"}, "stuck has no text"),
        ({"name": "answer_cut", "text": ""}, "text of answer_cut must be what the source text contains, not ''"),
    ],
)
def test_rule_that_means_nothing_is_refused(rule: object, said: str) -> None:
    with pytest.raises(FaultRuleError) as refused:
        read_rules([rule])
    assert said in str(refused.value)


def test_file_of_rules(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text('[[fault]]\nname = "slow"\nseconds = 0.5\ncount = 2\n\n[[fault]]\nname = "hang_up"\n')
    assert [(rule.name, rule.count, rule.parameters) for rule in read_file(file)] == [
        ("slow", 2, {"seconds": 0.5}),
        ("hang_up", None, {}),
    ]
    for content in ('[[fault]]\nname = "none"\n', "fault = 1\n", "[faults]\n", "no toml"):
        file.write_text(content)
        with pytest.raises(FaultRuleError, match=r"faults\.toml: "):
            read_file(file)


def test_every_fault_can_be_a_rule_with_its_defaults() -> None:
    assert [rule.name for rule in read_rules([{"name": name} for name in KINDS])] == list(KINDS)


def test_documentation_lists_every_fault_as_the_catalogue_has_it() -> None:
    documented = DOCUMENTATION.read_text(encoding="utf-8")
    for name, kind in KINDS.items():
        assert re.search(rf"^\| `{name}` \|.*\| {re.escape(kind.description)} \|$", documented, re.MULTILINE), name
