"""Which faults are injected, how often, and by which chances: the rules in force and what they have done so far.

A rule sees its chances in the order in which they come; `skip` of them pass, then each one is taken with
`probability`, until `count` were. A chance of one batch or line is decided once: looked at again, it is the same.
This is kept in memory; what a fault did to a line or a file stays as it was written.
"""

from __future__ import annotations

import math
import random
import threading
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local_batch_api.faults.catalogue import KINDS, Kind, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

_GENERAL = ("name", "route", "text", "count", "skip", "probability", "seed")
_WITH_TEXT = ("answer", "text")


class FaultRuleError(ValueError):
    """A rule names something that does not exist, or gives it an impossible value."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that is to be injected now."""

    name: str
    parameters: Mapping[str, float]


@dataclass(slots=True)
class Rule:
    """One rule and its account: `seen` chances, of which `injected` were taken. `count` None: all.

    `text` is what a source text must contain for the rule to see a chance; None: anything.
    """

    name: str
    parameters: dict[str, float]
    route: str | None
    text: str | None
    count: int | None
    skip: int
    probability: float
    seed: int
    seen: int = 0
    injected: int = 0
    decided: dict[str, bool] = field(default_factory=dict)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed}:{self.name}")

    @property
    def kind(self) -> Kind:
        return KINDS[self.name]

    def fault(self) -> Fault:
        return Fault(self.name, self.parameters)

    def hits(self) -> bool:
        """Whether the rule takes this chance."""
        self.seen += 1
        if self.seen <= self.skip or (self.count is not None and self.injected >= self.count):
            return False
        if self.chance.random() >= self.probability:
            return False
        self.injected += 1
        return True

    def hits_once(self, key: str) -> bool:
        """As `hits`, decided once for each key."""
        if key not in self.decided:
            self.decided[key] = self.hits()
        return self.decided[key]

    def wire(self) -> dict[str, Any]:
        """As GET /local/faults shows it."""
        general = {name: getattr(self, name) for name in _GENERAL}
        return {**general, **self.parameters, "seen": self.seen, "injected": self.injected}


class Faults:
    """The rules in force; HTTP calls and the worker ask here from their own threads."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._rules = list(rules)
        self._lock = threading.Lock()

    def add(self, rules: Iterable[Rule]) -> None:
        """Put rules behind those in force."""
        with self._lock:
            self._rules = [*self._rules, *rules]

    def replace(self, rules: Iterable[Rule]) -> None:
        """Take other rules in place of all; batches that earlier rules held come free."""
        with self._lock:
            self._rules = list(rules)

    def wire(self) -> list[dict[str, Any]]:
        """The rules in force with how often each was injected."""
        with self._lock:
            return [rule.wire() for rule in self._rules]

    def at_call(self, method: str, path: str) -> Fault | None:
        """The fault of this HTTP call: of the first rule that takes it."""
        with self._lock:
            for rule in self._rules:
                if rule.kind.place == "http" and _matches(rule.route, f"{method} {path}") and rule.hits():
                    return rule.fault()
        return None

    def at_creation(self) -> list[Fault]:
        """The faults of this POST /v1/batches."""
        with self._lock:
            return [rule.fault() for rule in self._rules if rule.kind.place == "creation" and rule.hits()]

    def decide(
        self, place: Place, key: str, fits: Callable[[str], bool] = lambda _: True, texts: Sequence[str] = ()
    ) -> Fault | None:
        """The fault of this line or text, by a key of the caller's.

        Rules whose name does not fit see no chance, nor do those for other texts.
        """
        with self._lock:
            for rule in self._rules:
                wanted = rule.text is None or any(rule.text in text for text in texts)
                if rule.kind.place == place and wanted and fits(rule.name) and rule.hits_once(key):
                    return rule.fault()
        return None

    def concern(self, place: Place) -> bool:
        """Whether there is a rule for this place."""
        with self._lock:
            return any(rule.kind.place == place for rule in self._rules)

    def meet(self, batch_id: str) -> None:
        """Decide what will happen to this batch, unless that is done."""
        with self._lock:
            for rule in self._rules:
                if rule.kind.place == "batch":
                    rule.hits_once(batch_id)

    def of_batch(self, batch_id: str, name: str) -> Fault | None:
        """The fault of this name that was decided for this batch."""
        with self._lock:
            for rule in self._rules:
                if rule.name == name and rule.decided.get(batch_id):
                    return rule.fault()
        return None


def read_file(path: Path) -> list[Rule]:
    """The `[[fault]]` tables of a TOML file. Raises FaultRuleError, OSError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FaultRuleError(f"{path}: {error}") from None
    if set(content) - {"fault"}:
        raise FaultRuleError(f"{path}: only [[fault]] tables are known, not {sorted(set(content) - {'fault'})}")
    try:
        return read_rules(content.get("fault", []))
    except FaultRuleError as error:
        raise FaultRuleError(f"{path}: {error}") from None


def read_rules(given: object) -> list[Rule]:
    """The rules of a list of objects, or of one object. Raises FaultRuleError."""
    return [_read_rule(one) for one in (given if isinstance(given, list) else [given])]


def _read_rule(given: object) -> Rule:
    if not isinstance(given, dict):
        raise FaultRuleError(f"A fault is an object with a name, not {given!r}.")
    name = given.get("name")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if not isinstance(name, str) or kind is None:
        raise FaultRuleError(f"There is no fault {name!r}. The faults are: {', '.join(KINDS)}.")
    unknown = sorted(set(given) - set(_GENERAL) - set(kind.parameters))
    if unknown:
        own = ", ".join([*_GENERAL, *kind.parameters])
        raise FaultRuleError(f"The fault {name} has no parameter {unknown[0]!r}. It has: {own}.")
    parameters = {
        one: _number(name, one, given.get(one, default), 0, 1 if one == "share" else math.inf)
        for one, default in kind.parameters.items()
    }
    return Rule(
        name,
        parameters,
        _route(name, kind, given.get("route")),
        _text(name, kind, given.get("text")),
        None if given.get("count") is None else _integer(name, "count", given["count"]),
        _integer(name, "skip", given.get("skip", 0)),
        _number(name, "probability", given.get("probability", 1), 0, 1),
        _integer(name, "seed", given.get("seed", 0)),
    )


def _route(name: str, kind: Kind, route: object) -> str | None:
    if route is None:
        return kind.route
    if kind.place != "http":
        raise FaultRuleError(f"The fault {name} has no route: it is not one of an HTTP call.")
    if not isinstance(route, str) or len(route.split()) != 2 or not route.split()[1].startswith("/v1/"):
        raise FaultRuleError(f"The route of {name} must read like 'GET /v1/files/{{id}}/content', not {route!r}.")
    return route


def _text(name: str, kind: Kind, text: object) -> str | None:
    if text is None:
        return None
    if kind.place not in _WITH_TEXT:
        raise FaultRuleError(f"The fault {name} has no text: it is not one of an answer.")
    if not isinstance(text, str) or not text:
        raise FaultRuleError(f"text of {name} must be what the source text contains, not {text!r}.")
    return text


def _integer(name: str, parameter: str, value: object) -> int:
    if type(value) is not int or value < 0:
        raise FaultRuleError(f"{parameter} of {name} must be a whole number from 0 on, not {value!r}.")
    return value


def _number(name: str, parameter: str, value: object, lowest: float, highest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        limits = f"from {lowest} on" if highest == math.inf else f"from {lowest} to {highest}"
        raise FaultRuleError(f"{parameter} of {name} must be a number {limits}, not {value!r}.")
    return value


def _matches(route: str | None, call: str) -> bool:
    """Whether the call is of the route; `{id}` stands for any one part of the path."""
    if route is None:
        return True
    wanted, given = route.split("/"), call.split("/")
    return len(wanted) == len(given) and all(
        one in ("{id}", other) for one, other in zip(wanted, given, strict=True)
    )
