"""Lines against what was asked: each slot ends with exactly one answer, whatever the files hold.

A line counts when its custom_id is one of the job's; the first that brings a text wins. Never by position, never
by a prefix.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from batch_translate.answers import Answer, Slot, Usage
from batch_translate.findings import Finding, is_critical
from batch_translate.results.lines import Content, Line, NoContent, Unreadable
from batch_translate.segments import storable

# At 16 characters one of 5,000 pairs of human translations ends like the next one by chance, at 20 none.
_TELLING_LENGTH = 20

Check = Callable[[Slot, str], tuple[Finding, ...]]
"""What is to be said about an answer; a critical finding forbids to use it."""


@dataclass(slots=True)
class Reconciled:
    """One answer per slot asked for, the tokens that were billed, and what the files held besides."""

    answers: list[Answer]
    usage: Usage
    oddities: Counter[str] = field(default_factory=Counter)


def reconcile(
    asked: Mapping[str, Sequence[Slot]], lines: Iterable[Line], check: Check, unanswered: str
) -> Reconciled:
    """Sort the lines of a batch's files to the slots of its job.

    `asked`: custom_id → slots. `unanswered` is the reason for slots that no line speaks of.
    """
    brought: dict[str, list[Answer]] = {}
    has_text: set[str] = set()
    usage = Usage()
    oddities: Counter[str] = Counter()
    for line in lines:
        if isinstance(line, Unreadable):
            oddities["unreadable lines"] += 1
        elif line.custom_id not in asked:
            oddities["lines with an id that was not asked"] += 1
        elif line.custom_id in has_text or (line.custom_id in brought and isinstance(line, NoContent)):
            oddities["lines for a request that was answered before"] += 1
        else:
            usage += line.usage
            slots = asked[line.custom_id]
            if isinstance(line, Content):
                has_text.add(line.custom_id)
                brought[line.custom_id] = _answers(slots, line, check, oddities)
            else:
                brought[line.custom_id] = [_none(slot, line.reason, line.text_at_fault, slots) for slot in slots]
    answers = [
        answer
        for custom_id, slots in asked.items()
        for answer in brought.get(custom_id) or [Answer(slot, "unanswered", unanswered) for slot in slots]
    ]
    return Reconciled(answers, usage, oddities)


def _none(slot: Slot, reason: str, text_at_fault: bool, slots: Sequence[Slot]) -> Answer:
    if not text_at_fault:
        return Answer(slot, "unanswered", reason)
    return Answer(slot, "failed" if len(slots) == 1 else "suspect", reason)


def _answers(slots: Sequence[Slot], line: Content, check: Check, oddities: Counter[str]) -> list[Answer]:
    if not line.whole:
        return [_none(slot, line.reason, True, slots) for slot in slots]
    try:
        value = json.loads(line.text)
    except (ValueError, RecursionError):
        return [_none(slot, "the answer is not JSON", True, slots) for slot in slots]
    if not isinstance(value, dict):
        return [_none(slot, "the answer is no JSON object", True, slots) for slot in slots]
    names = [str(slot.slot) for slot in slots]
    if len(value) != len(names) and (extra := value.keys() - names):
        oddities["slots that were not asked"] += len(extra)
    if doubt := _misplaced(value, slots):
        return [_none(slot, doubt, True, slots) for slot in slots]
    return [
        _answer(slot, value.get(name), slots, line.model, check) for slot, name in zip(slots, names, strict=True)
    ]


def _misplaced(value: Mapping[str, object], slots: Sequence[Slot]) -> str:
    """Why texts may stand in other slots than their own, "" where nothing shows it.

    A model that makes one text of two leaves a slot empty, or counts on from there as it does when it makes two of
    one: its later texts would stand beside other sources.
    """
    given, count = len(value), len(slots)
    if given not in (0, count) and all(str(number) in value for number in range(1, given + 1)):
        return f"the answer has {given} slots instead of {count}"
    if count > 1 and any(isinstance(text, str) and not text.strip() for text in value.values()):
        return "a slot of the answer is empty"
    for slot, next_slot in itertools.pairwise(slots):
        text, following = value.get(str(slot.slot)), value.get(str(next_slot.slot))
        if not isinstance(text, str) or not isinstance(following, str):
            continue
        if _holds(text.strip(), following.strip()) and not slot.source.endswith(next_slot.source):
            return "a slot of the answer ends with the text of the next one"
    return ""


def _holds(text: str, following: str) -> bool:
    """Whether a text goes on with the next one. Shorter ends are equal by chance, equal texts were asked so."""
    return len(following) >= _TELLING_LENGTH and text.endswith(following) and text != following


def _answer(slot: Slot, text: object, slots: Sequence[Slot], model: str | None, check: Check) -> Answer:
    if not isinstance(text, str):
        return _none(slot, "the answer lacks this slot", True, slots)
    text = text.strip()
    if not text:
        return _none(slot, "an empty answer", True, slots)
    if storable(text) != text:
        return _none(slot, "the answer holds NUL or half a surrogate pair", True, slots)
    findings = check(slot, text)
    if is_critical(findings):
        return Answer(slot, "rejected", "findings", text, findings, model)
    return Answer(slot, "accepted", "", text, findings, model)
