"""The faults that the steps are run against: what is injected, and how long the run waits for what.

What a case leaves open, a seed decides: which call, which line, how often.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Rule = dict[str, Any]

UPLOAD = "POST /v1/files"
CREATE = "POST /v1/batches"
LIST = "GET /v1/batches"
RETRIEVE = "GET /v1/batches/{id}"
CONTENT = "GET /v1/files/{id}/content"
CANCEL = "POST /v1/batches/{id}/cancel"


@dataclass(frozen=True, slots=True)
class Waits:
    """What is minutes and hours at night, in seconds: long enough for the case, short enough for a test."""

    create: float = 30.0
    arrival: float = 0.2
    settle: float = 0.2
    batch: float = 20.0
    gone: float = 1_200.0


@dataclass(frozen=True, slots=True)
class Case:
    """One fault. `rules` are put in force before the run.

    `red` where the fault outlasts all retries, so that the run is red until the fault is over and it is cleared;
    None where chance decides.
    `window` says why a second execution is stated in docs/reliability.md. `packed`: it takes requests of several
    texts.
    """

    name: str
    rules: Callable[[Random], list[Rule]]
    waits: Waits = field(default_factory=Waits)
    red: bool | None = False
    window: str = ""
    packed: bool = False


def at(name: str, route: str, most: int = 2, **parameters: float) -> Callable[[Random], list[Rule]]:
    """An HTTP fault: at the first calls of a route, or a little later."""
    return lambda chance: [
        {
            "name": name,
            "route": route,
            "count": chance.randint(1, most),
            "skip": chance.randint(0, 1),
            **parameters,
        }
    ]


def often(name: str, route: str, probability: float) -> Callable[[Random], list[Rule]]:
    """An HTTP fault that comes and goes."""
    return lambda chance: [
        {"name": name, "route": route, "probability": probability, "seed": chance.randrange(10**6)},
        # One call at least, so that no run is without.
        {"name": name, "route": route, "count": 1},
    ]


def first(*rules: Rule) -> Callable[[Random], list[Rule]]:
    """These rules, each once."""
    return lambda _: [{"count": 1, **rule} for rule in rules]


def some(name: str) -> Callable[[Random], list[Rule]]:
    """A fault of some lines of the first pass, which has four at least."""
    return lambda chance: [{"name": name, "count": chance.randint(1, 3), "skip": chance.randint(0, 1)}]


def some_batches(name: str, **parameters: float) -> Callable[[Random], list[Rule]]:
    """A fault of the first batches; there are two at least."""
    return lambda chance: [{"name": name, "count": chance.randint(1, 2), **parameters}]


def several(chance: Random) -> list[Rule]:
    """Faults of all places at once: what each alone does not harm, two together might."""
    routes = (UPLOAD, CREATE, LIST, RETRIEVE, CONTENT)
    calls = (
        "hang_up",
        "hang_up_after_work",
        "rate_limited",
        "internal_error_after_work",
        "unavailable",
        "not_json",
    )
    batches = ("expires", "cancelled", "unknown_status", "empty_files", "file_lost_later", "token_limit_exceeded")
    lines = ("line_server_error", "line_missing", "line_twice", "answer_refused", "answer_cut", "slot_missing")
    rules = [{"name": chance.choice(calls), "route": route, "count": 3} for route in routes]
    rules += [{"name": name, "count": 2} for name in (*chance.sample(batches, 2), *chance.sample(lines, 3))]
    seeded = [{**rule, "probability": 0.25, "seed": chance.randrange(10**6)} for rule in rules]
    # One that is sure, so that no run is without.
    return [*seeded, {"name": "list_lag", "count": 1, "seconds": 0.3}]


LOST = {"name": "hang_up_after_work", "route": CREATE}
SLOW_PROVIDER = Waits(create=0.2, arrival=2.0, settle=0.2)
PATIENT_SETTLING = Waits(arrival=0.2, settle=1.2)
SHORT_NIGHT = Waits(batch=0.8)

CASES = [
    # Uploading
    Case("upload: connection closed before the work", at("hang_up", UPLOAD)),
    Case("upload: connection closed after the work", at("hang_up_after_work", UPLOAD)),
    Case("upload: 429", at("rate_limited", UPLOAD)),
    Case("upload: 500 before the work", at("internal_error", UPLOAD)),
    Case("upload: 500 after the work", at("internal_error_after_work", UPLOAD)),
    Case("upload: 503", at("unavailable", UPLOAD)),
    Case("upload: a page instead of JSON", at("not_json", UPLOAD)),
    Case("upload: a page instead of JSON after the work", at("not_json_after_work", UPLOAD)),
    # Creating
    Case("create: connection closed before the work", at("hang_up", CREATE)),
    Case("create: connection closed after the work", at("hang_up_after_work", CREATE)),
    Case("create: 429 without Retry-After", at("rate_limited", CREATE)),
    Case("create: 429 with seconds", at("rate_limited_seconds", CREATE, retry_after=0.2)),
    Case("create: 429 with a date", at("rate_limited_date", CREATE, retry_after=1)),
    Case("create: 500 before the work", at("internal_error", CREATE)),
    Case("create: 500 after the work", at("internal_error_after_work", CREATE)),
    Case("create: 502", at("bad_gateway", CREATE)),
    Case("create: 503", at("unavailable", CREATE)),
    Case("create: 408", at("request_timeout", CREATE)),
    Case("create: 409", at("conflict", CREATE)),
    Case("create: 401 once", at("unauthorized", CREATE, most=1)),
    Case("create: 403 for a while", lambda _: [{"name": "forbidden", "route": CREATE}], red=True),
    Case("create: work done after the client gave up", at("slow", CREATE, most=1, seconds=0.6), SLOW_PROVIDER),
    Case("create: answer after the client gave up", at("slow_answer", CREATE, most=1, seconds=0.6), SLOW_PROVIDER),
    Case("create: a page instead of JSON", at("not_json", CREATE)),
    Case("create: a page instead of JSON after the work", at("not_json_after_work", CREATE)),
    Case("create: file not found at once", first({"name": "file_not_found"})),
    Case("create: file not found again and again", first({"name": "file_not_found", "count": 6})),
    Case("create: batch appears late", first({"name": "late_batch", "seconds": 0.6}), PATIENT_SETTLING),
    Case(
        "create: connection closed, batch appears late",
        first({"name": "late_batch", "seconds": 0.6}, LOST),
        PATIENT_SETTLING,
    ),
    Case("create: answer lost, list lags", first({"name": "list_lag", "seconds": 0.6}, LOST), PATIENT_SETTLING),
    Case(
        "create: answer lost, list cannot be read",
        first(LOST, {"name": "internal_error", "route": LIST, "count": 2}),
    ),
    Case(
        "create: answer lost, list is a page",
        first(LOST, {"name": "not_json", "route": LIST, "count": 2}),
    ),
    Case(
        "create: answer lost, list has an empty page",
        first(LOST, {"name": "empty_page", "count": 6}),
    ),
    Case(
        "create: batch appears after the settle time",
        first({"name": "late_batch", "seconds": 2.0}),
        window="a batch that appears later than the settle time",
    ),
    # Validating
    Case("validation: file not found", first({"name": "file_lost_later"})),
    Case("validation: file not found again and again", first({"name": "file_lost_later", "count": 5})),
    Case("validation: too many tokens enqueued", first({"name": "token_limit_exceeded", "count": 3})),
    Case("validation: one bad line", first({"name": "invalid_line"})),
    # Waiting
    Case("waiting: unknown status first", some_batches("unknown_status", seconds=0.5)),
    Case("waiting: batch vanishes for a while", some_batches("vanished", after=0.0, seconds=0.5)),
    Case("waiting: batch vanishes for ever", first({"name": "gone", "after": 0.0}), Waits(gone=0.5)),
    Case("waiting: batch never ends", first({"name": "stuck"}), SHORT_NIGHT),
    Case(
        "waiting: batch never ends, cancelling takes long",
        first({"name": "stuck"}, {"name": "slow_cancel", "seconds": 0.5}),
        SHORT_NIGHT,
    ),
    Case(
        "waiting: batch never ends, the answer to cancelling is lost",
        first({"name": "stuck"}, {"name": "hang_up_after_work", "route": CANCEL}),
        SHORT_NIGHT,
    ),
    Case(
        "waiting: batch finalizes past the deadline",
        first({"name": "slow_finalizing", "seconds": 1.2}),
        SHORT_NIGHT,
    ),
    Case("waiting: expires half done", first({"name": "expires"})),
    Case("waiting: somebody cancels it half done", first({"name": "cancelled"})),
    Case(
        "waiting: expires, lines that never ran in no file",
        first({"name": "expires"}, {"name": "unrun_lines_left_out"}),
    ),
    Case("waiting: 500 now and then", often("internal_error", RETRIEVE, 0.4)),
    Case("waiting: 429 now and then", often("rate_limited_seconds", RETRIEVE, 0.4)),
    Case("waiting: connection closed now and then", often("hang_up", RETRIEVE, 0.4)),
    Case("waiting: a page instead of JSON", at("not_json", RETRIEVE)),
    Case("waiting: 401 once", at("unauthorized", RETRIEVE, most=1)),
    # Result files
    Case("results: 502 for the content", at("bad_gateway", CONTENT)),
    Case(
        "results: 502 for the content for long",
        lambda _: [{"name": "bad_gateway", "route": CONTENT}],
        red=True,
    ),
    Case("results: content breaks off, length known", at("truncated_body", CONTENT)),
    Case("results: content breaks off, chunks", at("cut_chunked_body", CONTENT)),
    Case("results: content breaks off unnoticed", at("cut_body", CONTENT)),
    Case("results: connection closed", at("hang_up", CONTENT)),
    Case("results: a page instead of the content", at("not_json", CONTENT, most=1)),
    Case('results: file ids are ""', some_batches("empty_file_ids")),
    Case("results: file ids absent", some_batches("absent_file_ids")),
    Case("results: files of 0 bytes", some_batches("empty_files")),
    Case("results: counts are wrong", first({"name": "wrong_counts", "count": 9}, {"name": "line_server_error"})),
    Case("results: last line truncated", first({"name": "last_line_truncated"})),
    Case("results: line twice", some("line_twice")),
    Case("results: line with an unknown id", some("line_unknown")),
    Case("results: line of another batch", some_batches("line_foreign")),
    Case("results: line in no file", some("line_missing")),
    Case("results: line undecodable", some("line_undecodable")),
    # Single lines
    Case("line: HTTP 400", some("line_bad_request")),
    Case("line: HTTP 429", some("line_rate_limited")),
    Case("line: HTTP 500", some("line_server_error")),
    Case("line: request_timeout", some("line_timed_out")),
    Case("line: no response at all", some("line_without_response")),
    Case("line: status 0, empty body", some("line_status_zero")),
    Case("line: 200, empty body", some("line_empty_body")),
    Case("line: body as text", some("line_body_text")),
    Case("line: every line of the first batches fails", first({"name": "line_server_error", "count": 4})),
    # Answers
    Case("answer: cut at its length", some("answer_cut")),
    Case("answer: content filter", some("answer_filtered")),
    Case("answer: refusal", some("answer_refused")),
    Case("answer: empty", some("answer_empty")),
    Case("answer: no JSON", some("answer_not_json")),
    Case("answer: NUL in a text", some("answer_with_nul")),
    Case("answer: slot missing", some("slot_missing")),
    Case("answer: slot too many", some("slot_added")),
    Case("answer: slots merged", some("slots_merged"), packed=True),
    Case("several at once", several, PATIENT_SETTLING, red=None),
]
