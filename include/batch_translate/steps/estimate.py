"""What a day would cost: its missing texts, packed as the first pass would send them. Nothing is sent or kept."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from batch_translate.ledger.wanted import wanted
from batch_translate.money.models import find_model
from batch_translate.requests.prompt import estimate_request
from batch_translate.requests.shards import pack
from batch_translate.steps import asking
from batch_translate.steps import plan as plans
from batch_translate.steps.input_tokens import RequestSample, shares
from batch_translate.steps.read_documents import make_plan
from batch_translate.token_counts import token_counter
from batch_translate.tokens import estimate_tokens, estimate_translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from batch_translate.config import RunRequest
    from batch_translate.ledger import Ledger
    from batch_translate.profiles import Profile
    from batch_translate.requests.prompt import Text
    from batch_translate.steps.input_tokens import Correction
    from batch_translate.steps.plan import Plan
    from batch_translate.token_counts import TokenCounter


@dataclass(slots=True)
class Line:
    """One document in one language. `segments` are its occurrences; `missing` of their texts are asked for, in it
    where they stand first. Input tokens as counted, where there is a counter, else both from the letters.

    `reserved_usd` is the cost by letters, which is what batches reserve under the caps. Both None without a price.
    """

    document: str
    language: str
    profile: str
    model: str
    segments: int = 0
    missing: int = 0
    requests: int = 0
    characters: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    reserved_usd: float | None = 0.0


@dataclass(slots=True)
class Estimate:
    """The lines, and what needs no asking: `known` texts, which the ledger has, or asks for, or leaves to people,
    and `repeated` segments, whose texts stand in the folder before.

    `saved_usd`: what these would cost without their instructions, None without a known price; by letters. It is
    counted for both together and parted by their numbers. `counted`: of how many requests the input was counted,
    None without a counter; `input_error`: by which part of itself the sum of input tokens may then be off, in 95
    of 100 samples.
    """

    day: str
    segments: int
    lines: list[Line] = field(default_factory=list)
    known: int = 0
    repeated: int = 0
    saved_usd: dict[str, float | None] = field(default_factory=lambda: {"memory": 0.0, "repetition": 0.0})
    counted: int | None = None
    input_error: float | None = None

    def total(self, name: str) -> int:
        """The sum of a count over all lines."""
        return sum(getattr(line, name) for line in self.lines)

    @property
    def cost_usd(self) -> float | None:
        """The cost of all lines; None where one has no known price."""
        return _sum_usd(line.cost_usd for line in self.lines if line.missing)

    @property
    def reserved_usd(self) -> float | None:
        """What all lines reserve under the caps; None where one has no known price."""
        return _sum_usd(line.reserved_usd for line in self.lines if line.missing)

    @property
    def how(self) -> str:
        """Where the tokens are from, as a sentence."""
        requests = self.total("requests")
        if self.counted is None or self.input_error is None:
            return "Tokens are estimated from the letters, those of the input some 15 % too high."
        where = f"all {requests:,} requests"
        if self.counted < requests:
            error = f"±{100 * self.input_error:.2f} % (95 %)"
            where = f"{self.counted:,} of {requests:,} requests, drawn at random: {error}"
        return f"Input tokens are counted by tiktoken in {where}; output tokens are estimated from the letters."

    def as_dict(self) -> dict[str, Any]:
        """The estimate for a report."""
        names = ("missing", "requests", "characters", "input_tokens", "output_tokens")
        sums = {name: self.total(name) for name in names}
        costs = {"cost_usd": self.cost_usd, "reserved_usd": self.reserved_usd}
        return {**asdict(self), **sums, **costs, "how": self.how}


def estimate_plan(ledger: Ledger, plan: Plan) -> Estimate:
    """What the texts that are neither answered nor under way will take, in one first pass."""
    estimate = Estimate(plan.day, plan.segments)
    count = token_counter()
    corrections: list[Correction] = []
    for language in plan.settings.languages():
        lines: list[Line] = []
        for document in plan.documents:
            profile = plans.profile_of(plan, document.path, language)
            lines.append(Line(document.path, language, profile.name, profile.model))
        tokens: Counter[str] = Counter()  # by the model that would be asked
        for row in plans.read_segments(plan, language):
            if row.key is not None:
                line = lines[row.document]
                line.segments += 1
                tokens[line.model] += estimate_tokens(row.source)
        with wanted(ledger, plans.wanted_rows(plan, language)) as rows:
            distinct, missing = rows.distinct(), rows.count_missing(plan.attempts())
            numbers = [plans.profile_number(plan.settings, document.path, language) for document in plan.documents]
            for number, profile in enumerate(plan.profiles[language]):
                chosen = {index for index, of_document in enumerate(numbers) if of_document == number}
                if chosen:
                    texts = asking.texts_of(plan, profile, chosen, rows.still_missing())
                    sources, correction = _add(plan, profile, texts, lines, count)
                    tokens[profile.model] -= sources
                    corrections += [] if correction is None else [correction]
        known, repeated = distinct - missing, sum(line.segments for line in lines) - distinct
        estimate.known += known
        estimate.repeated += repeated
        estimate.lines += lines
        saved = _cost_of(tokens, plan.settings.source_lang, language)
        for what, number in (("memory", known), ("repetition", repeated)):
            before = estimate.saved_usd[what]
            share = 0.0 if not number else None if saved is None else saved * number / (known + repeated)
            estimate.saved_usd[what] = None if before is None or share is None else before + share
    if count is not None:
        error = math.hypot(*[correction.error for correction in corrections])
        estimate.counted = sum(correction.counted for correction in corrections)
        estimate.input_error = error / max(1, estimate.total("input_tokens"))
    return estimate


def estimate_folder(ledger: Ledger, request: RunRequest) -> Estimate:
    """Read a folder and estimate it, leaving nothing behind. Raises as `read_documents` does."""
    with tempfile.TemporaryDirectory() as work:
        return estimate_plan(ledger, make_plan(request.model_copy(update={"work": work})))


def describe(estimate: Estimate) -> list[str]:
    """The estimate as lines for people."""
    head = ("document", "to", "profile", "segments", "to ask", "requests", "tokens in", "tokens out", "USD")
    table = [head, *(_cells(line) for line in estimate.lines if line.segments)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    said = [
        "  ".join(
            cell.ljust(width) if at < 3 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in table
    ]
    cost = "at an unknown price" if estimate.cost_usd is None else f"for about {estimate.cost_usd:.4f} USD"
    if estimate.reserved_usd != estimate.cost_usd:
        cost += f" ({estimate.reserved_usd:.4f} reserved under caps, by the letters)"
    return [
        *said,
        f"{estimate.day}: {estimate.total('missing'):,} texts to ask in {estimate.total('requests'):,} requests "
        f"{cost}, in one pass. {estimate.known:,} texts need no asking, {estimate.repeated:,} segments repeat one "
        f"that stands before. {estimate.how}",
    ]


def _cost_of(tokens: Mapping[str, int], source_language: str, target_language: str) -> float | None:
    """What source tokens cost with their translations, by model; None where a price is not known."""
    total = 0.0
    for model, number in tokens.items():
        if number > 0:
            cost = find_model(model).cost_usd(
                number, estimate_translated(number, source_language, target_language)
            )
            if cost is None:
                return None
            total += cost
    return total


def _sum_usd(costs: Iterable[float | None]) -> float | None:
    found = list(costs)
    return None if None in found else sum(cost for cost in found if cost is not None)


def _add(
    plan: Plan, profile: Profile, texts: Iterator[Text], lines: list[Line], count: TokenCounter | None
) -> tuple[int, Correction | None]:
    """Put the texts, as requests, to the lines of their documents.

    The tokens of all their sources, and by what the input tokens were corrected, if they were counted.
    """
    how = asking.asking_of(profile, 1)
    model = find_model(how.model)
    limits = asking.limits_of(plan.settings, profile, model)
    seed = f"{plan.day} {profile.target_language} {profile.name}"  # wherever the folder stands
    sample = None if count is None else RequestSample(count, how, seed)
    source_tokens = 0
    asked: set[int] = set()
    for group in pack(texts, limits):
        input_tokens, output_tokens = estimate_request(group, how)
        lines[group[0].document].requests += 1
        for text in group:
            lines[text.document].missing += 1
            lines[text.document].characters += len(text.source)
            source_tokens += text.tokens
        # A request in which documents meet counts for each of them by its texts' tokens.
        for document, share in shares(group).items():
            lines[document].input_tokens += round(input_tokens * share)
            lines[document].output_tokens += round(output_tokens * share)
            asked.add(document)
        if sample is not None:
            sample.add(group, input_tokens)
    correction = None if sample is None else sample.correction()
    for document in asked:
        line = lines[document]
        line.cost_usd = line.reserved_usd = model.cost_usd(line.input_tokens, line.output_tokens)
        if correction is not None:
            line.input_tokens = round(line.input_tokens * correction.ratio_of(document))
            line.cost_usd = model.cost_usd(line.input_tokens, line.output_tokens)
    return source_tokens, correction


def _cells(line: Line) -> tuple[str, ...]:
    counts = (line.segments, line.missing, line.requests, line.input_tokens, line.output_tokens)
    cost = "–" if line.cost_usd is None else f"{line.cost_usd:.6f}"
    return line.document, line.language, line.profile, *(f"{count:,}" for count in counts), cost
