"""How many broken translations do the checks catch, and of how many good ones do they complain?

`PYTHONPATH=include:tests python tests/benchmarks/mutations.py` prints the tables of docs/checks.md. The good
translations are people's (tests/corpus_pairs.py). Each kind of damage (damage.py) is done, with a seed, to every
one of them to which it can be done, and counts as caught when a finding says what was not said before.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.damage import MUTATIONS
from corpus_pairs import NO_CORPUS, CorpusPair, corpus_pairs

from batch_translate.answers import Slot, Usage
from batch_translate.checks.registry import CHECKS, run_checks
from batch_translate.findings import Finding, is_critical
from batch_translate.glossary.terms import Term as GlossaryTerm
from batch_translate.results.lines import Content
from batch_translate.results.reconcile import reconcile
from local_batch_api.contract import Term
from local_batch_api.faults.catalogue import KINDS
from local_batch_api.faults.engine import GoodAnswer, can_happen, spoil_translation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.checks.pair import Pair

SEED = 20240417
APART = "placeholders"
"""People's references change placeholders now and then: those are findings, counted by themselves."""


@dataclass(slots=True)
class Caught:
    """Of `applied` mutations so many have a new finding, and so many one that rejects the answer."""

    applied: int = 0
    caught: int = 0
    critical: int = 0
    by_check: Counter[str] = field(default_factory=Counter)
    missed: list[Pair] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.caught / self.applied if self.applied else 1.0

    def count(self, pair: Pair, new: Sequence[Finding]) -> None:
        self.applied += 1
        self.caught += bool(new)
        self.critical += is_critical(new)
        self.by_check.update({finding.check for finding in new})
        if not new:
            self.missed.append(pair)


@dataclass(slots=True)
class Alarms:
    """What the checks say of good translations."""

    pairs: int
    by_check: Counter[str]
    samples: dict[str, list[tuple[Pair, Finding]]]
    critical: int
    """Pairs with a critical finding other than of placeholders."""
    apart: int

    @property
    def share(self) -> float:
        return self.critical / self.pairs


def alarms(pairs: Sequence[CorpusPair]) -> Alarms:
    """Findings on the unchanged pairs."""
    by_check: Counter[str] = Counter()
    samples: dict[str, list[tuple[Pair, Finding]]] = defaultdict(list)
    critical = apart = 0
    for _, _, pair in pairs:
        findings = run_checks(pair, {})
        by_check.update({finding.check for finding in findings})
        for finding in findings:
            samples[finding.check].append((pair, finding))
        critical += is_critical(finding for finding in findings if finding.check != APART)
        apart += any(finding.check == APART for finding in findings)
    return Alarms(len(pairs), by_check, samples, critical, apart)


def caught(pairs: Sequence[CorpusPair], seed: int = SEED) -> dict[str, Caught]:
    """Each kind of mutation over all pairs."""
    results: dict[str, Caught] = {}
    said = [set(run_checks(it.pair, {})) for it in pairs]
    for name, mutate in MUTATIONS.items():
        rng = random.Random(f"{seed} {name}")
        results[name] = Caught()
        for (_, _, pair), before in zip(pairs, said, strict=True):
            mutated = mutate(pair, rng)
            if mutated is not None and mutated.target.strip() and mutated != pair:
                new = [it for it in run_checks(mutated, {}) if it not in before]
                results[name].count(mutated, new)
    results["slots_merged"] = _slots_merged(pairs)
    return results


def engine_faults(pairs: Sequence[CorpusPair]) -> dict[str, Caught]:
    """The same for the faults of the local API's engine, where it is known what the good answer is."""
    results = {name: Caught() for name, kind in KINDS.items() if kind.place == "text"}
    for index, (_, file, pair) in enumerate(pairs):
        following = pairs[index + 1] if index + 1 < len(pairs) else None
        after = following.pair.target if following and following.file == file else ""
        terms = [Term(word, word) for word in pair.source.split() if len(word) > 3 and word in pair.target][:1]
        good = GoodAnswer(pair.source, pair.target_language, pair.target, terms, after)
        asked = pair._replace(terms=tuple(GlossaryTerm(it.source, it.target) for it in terms))
        before = set(run_checks(asked, {}))
        for name, result in results.items():
            if can_happen(good, name):
                spoiled = asked._replace(target=spoil_translation(name, good))
                result.count(spoiled, [it for it in run_checks(spoiled, {}) if it not in before])
    return results


def _slots_merged(pairs: Sequence[CorpusPair]) -> Caught:
    """The first of two slots has both texts and the other is empty: seen before any check, by the empty slot."""
    result = Caught()
    for (_, file, one), (_, next_file, two) in zip(pairs[::2], pairs[1::2], strict=False):
        if file != next_file:
            continue
        slots = [
            Slot("r", number, pair.source_language, pair.target_language, pair.source, pair.context)
            for number, pair in enumerate((one, two), 1)
        ]
        answer = json.dumps({"1": f"{one.target} {two.target}", "2": ""})
        found = reconcile({"r": slots}, [Content("r", answer, True, "", "m", Usage())], lambda *_: (), "")
        is_seen = all(it.verdict != "accepted" for it in found.answers)
        new = [Finding("the empty slot", "critical", "")] if is_seen else []
        result.count(one, new)
    return result


def tables(pairs: Sequence[CorpusPair]) -> str:
    """The tables of docs/checks.md."""
    good = alarms(pairs)
    lines = _table("mutation", caught(pairs))
    lines += ["", *_table("engine fault", engine_faults(pairs))]
    lines += ["", "| check | severity | alarms |", "|---|---|--:|"]
    lines += [f"| `{name}` | {check.severity} | {good.by_check[name]} |" for name, check in CHECKS.items()]
    lines += [
        "",
        f"Critical on good translations: {good.critical} of {good.pairs} ({good.share:.2%}), "
        f"and placeholders on {good.apart}.",
    ]
    return "\n".join(lines)


def _table(title: str, results: dict[str, Caught]) -> list[str]:
    lines = [f"| {title} | applied | caught | by a critical finding | mostly by |", "|---|--:|--:|--:|---|"]
    for name, it in results.items():
        by = ", ".join(f"`{check}`" if check in CHECKS else check for check, _ in it.by_check.most_common(3))
        critical = it.critical / it.applied if it.applied else 1.0
        shown = name.removeprefix("engine_").replace("_", " ")
        lines.append(f"| {shown} | {it.applied} | {it.share:.1%} | {critical:.1%} | {by} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=0, help="of each check's alarms and each kind's misses")
    arguments = parser.parse_args()
    pairs = list(corpus_pairs())
    if not pairs:
        raise SystemExit(NO_CORPUS)
    print(tables(pairs))
    started = time.process_time()
    for it in pairs:
        run_checks(it.pair, {})
    print(f"\n{(time.process_time() - started) / len(pairs) * 1e6:.1f} µs a pair, {len(pairs)} pairs")
    if arguments.samples:
        for check, found in alarms(pairs).samples.items():
            for pair, finding in found[: arguments.samples]:
                print(f"\n{check}: {finding.message}\n  {pair.source!r}\n  {pair.target!r}")
        for name, it in caught(pairs).items():
            for pair in random.Random(SEED).sample(it.missed, min(arguments.samples, len(it.missed))):
                print(f"\nmissed {name}\n  {pair.source!r}\n  {pair.target!r}")


if __name__ == "__main__":
    main()
