"""What is missing, as texts to be asked for: by which model, in which words, within which bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_translate.money.models import Model, find_model
from batch_translate.requests.prompt import Asking, Text
from batch_translate.requests.shards import Limits
from batch_translate.steps import plan as plans
from batch_translate.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.config import Settings
    from batch_translate.findings import Finding
    from batch_translate.ledger.wanted import Missing
    from batch_translate.profiles import Profile
    from batch_translate.steps.plan import Plan

_LAST_PASS = 3


def asking_of(profile: Profile, pass_number: int) -> Asking:
    """How a pass asks by a profile."""
    escalate = pass_number == _LAST_PASS and profile.escalation_model
    name = profile.escalation_model if escalate and profile.escalation_model else profile.model
    return Asking(name, profile.instructions, find_model(name).reasoning_effort)


def limits_of(settings: Settings, profile: Profile, model: Model) -> Limits:
    """The bounds of requests and shards."""
    return Limits(
        segments_per_request=profile.segments_per_request,
        tokens_per_request=settings.tokens_per_request,
        requests_per_shard=min(settings.requests_per_shard, model.requests_per_batch),
        bytes_per_shard=min(settings.megabytes_per_shard, model.megabytes_per_batch) * 1_000_000,
        # A shard that is larger than the limit for all batches together would never go.
        tokens_per_shard=min(settings.tokens_per_shard, model.enqueued_tokens),
    )


def texts_of(plan: Plan, profile: Profile, chosen: set[int], missing: Iterator[Missing]) -> Iterator[Text]:
    """The missing texts that stand first in one of the chosen documents."""
    most_before = plan.settings.context_characters
    glossary = profile.glossary() if profile.terms else None
    following = next(missing, None)
    for start, documents, sources, contexts in plans.read_sources(plan):
        end = start + len(sources)
        while following is not None and following.ordinal < end:
            ordinal, segment_key, instruction_key, attempt, rejected, alone = following
            following = next(missing, None)
            row = ordinal - start
            if documents[row] not in chosen:
                continue
            source = sources[row]
            in_front = row > 0 and documents[row - 1] == documents[row]
            yield Text(
                segment_key,
                instruction_key,
                attempt,
                profile.source_language,
                profile.target_language,
                source,
                contexts[row],
                estimate_tokens(source),
                None if rejected is None else (rejected[0], _said(rejected[1])),
                # In a packed request nobody knows which text was at fault.
                alone,
                sources[row - 1][-most_before:] if most_before and in_front else "",
                glossary.find(source) if glossary else (),
                documents[row],
            )
        if following is None:
            return


def _said(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(finding.message for finding in findings if finding.severity == "critical")
