"""The faults there are, each with what it does in one line and the parameters it takes.

What they imitate was seen at OpenAI or at servers that claim to be compatible with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = Literal["http", "creation", "batch", "answer", "text", "line"]
"""Where a rule gets its chances: at each HTTP call, each POST /v1/batches, once for each batch, once for each
executed line, once for each text of an executed line, and once for each line of an output file."""

CREATE = "POST /v1/batches"
CONTENT = "GET /v1/files/{id}/content"


@dataclass(frozen=True, slots=True)
class Kind:
    """One fault; `parameters` with their defaults, `route` the HTTP call it is meant for, None: any below /v1."""

    place: Place
    description: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    route: str | None = None


KINDS: dict[str, Kind] = {
    # HTTP
    "hang_up": Kind("http", "The connection is closed before anything is done."),
    "hang_up_after_work": Kind("http", "The work is done, the connection is closed instead of an answer."),
    "rate_limited": Kind("http", "429 without Retry-After."),
    "rate_limited_seconds": Kind("http", "429 with Retry-After in seconds.", {"retry_after": 1}),
    "rate_limited_date": Kind("http", "429 with Retry-After as an HTTP date.", {"retry_after": 1}),
    "internal_error": Kind("http", "500 before anything is done."),
    "bad_gateway": Kind("http", "502 before anything is done."),
    "unavailable": Kind("http", "503 before anything is done."),
    "internal_error_after_work": Kind("http", "The work is done, the answer is a 500."),
    "request_timeout": Kind("http", "408 before anything is done."),
    "conflict": Kind("http", "409 before anything is done."),
    "unauthorized": Kind("http", "401, whatever the key."),
    "forbidden": Kind("http", "403, whatever the key."),
    "slow": Kind("http", "Nothing is done for a while.", {"seconds": 1}),
    "slow_answer": Kind("http", "The work is done at once, the answer held back.", {"seconds": 1}),
    "not_json": Kind("http", "200 with a page of HTML; nothing is done."),
    "not_json_after_work": Kind("http", "The work is done, the answer is 200 with a page of HTML."),
    "truncated_body": Kind(
        "http", "Only a share of the body comes; Content-Length says more.", {"share": 0.5}, CONTENT
    ),
    "cut_chunked_body": Kind(
        "http", "Only a share of the body comes, in chunks without the last one.", {"share": 0.5}, CONTENT
    ),
    "cut_body": Kind(
        "http",
        "Only a share of the body comes, ended by closing the connection: only the file object's size tells.",
        {"share": 0.5},
        CONTENT,
    ),
    "empty_page": Kind("http", "A list without an object, has_more true.", {}, "GET /v1/batches"),
    # Creating a batch
    "file_not_found": Kind("creation", "400 at once: the input file cannot be found, though it is there."),
    "late_batch": Kind(
        "creation", "The answer is a 500; the batch can be listed and retrieved after a while.", {"seconds": 1}
    ),
    "list_lag": Kind(
        "creation", "The batch can be retrieved, and is missing from lists for a while.", {"seconds": 1}
    ),
    # The way of a batch
    "file_lost_later": Kind("batch", "Validation fails: the input file cannot be found, though it is there."),
    "token_limit_exceeded": Kind("batch", "Validation fails: too many tokens are enqueued for the model."),
    "invalid_line": Kind("batch", "Validation fails: line 1 is said not to be JSON."),
    "unknown_status": Kind("batch", "The status is 'scheduling' for a while after the creation.", {"seconds": 1}),
    "vanished": Kind(
        "batch", "404 and missing from lists for a while, `after` seconds old.", {"after": 0.0, "seconds": 1}
    ),
    "gone": Kind("batch", "404 and missing from lists for ever, `after` seconds old.", {"after": 0.0}),
    "stuck": Kind("batch", "In progress for ever, with a share of its lines executed.", {"share": 0.5}),
    "slow_finalizing": Kind("batch", "Finalizing for a while: it cannot be cancelled then.", {"seconds": 1}),
    "slow_cancel": Kind("batch", "Cancelling for a while once it was cancelled.", {"seconds": 1}),
    "expires": Kind("batch", "Expires with a share of its lines executed.", {"share": 0.5}),
    "cancelled": Kind("batch", "Somebody cancels it when a share of its lines is executed.", {"share": 0.5}),
    "unrun_lines_left_out": Kind("batch", "Lines that never ran stand in no file after an expiry or a cancel."),
    "empty_file_ids": Kind("batch", 'File ids that would be null are "".'),
    "absent_file_ids": Kind("batch", "File ids that would be null are left out of the object."),
    "empty_files": Kind("batch", "Both file ids are always set; a file may have 0 bytes."),
    "wrong_counts": Kind("batch", "request_counts says that all was completed, whatever happened."),
    "last_line_truncated": Kind("batch", "The output file ends in the middle of its last line."),
    # A line's answer; the texts are executed and accounted for
    "line_bad_request": Kind("answer", "HTTP 400 for the line, in the error file, with error null."),
    "line_rate_limited": Kind("answer", "HTTP 429 for the line, in the error file, with error null."),
    "line_server_error": Kind("answer", "HTTP 500 for the line, in the error file, with error null."),
    "line_timed_out": Kind("answer", "Error request_timeout for the line, response null, in the error file."),
    "line_without_response": Kind("answer", "An error for the line without a key `response`, in the error file."),
    "line_status_zero": Kind("answer", "status_code 0 and an empty body, in the error file."),
    "line_empty_body": Kind("answer", "status_code 200 and an empty body."),
    "line_body_text": Kind("answer", "The body is a JSON string that holds the object."),
    "answer_cut": Kind("answer", "finish_reason length, half of the content."),
    "answer_filtered": Kind("answer", "finish_reason content_filter, no content."),
    "answer_refused": Kind("answer", "A refusal, content null."),
    "answer_empty": Kind("answer", "The content is empty."),
    "answer_not_json": Kind("answer", "The content is a sentence instead of JSON."),
    "answer_with_nul": Kind("answer", "Slot 1's text holds a NUL character."),
    "slot_missing": Kind("answer", "The first slot is missing from the content."),
    "slot_added": Kind("answer", "A slot that was not asked for stands in the content."),
    "slots_merged": Kind("answer", "Slot 1 holds the texts of all slots, the others are empty."),
    # The engine's answer to a text: formally faultless, and a bad translation
    "engine_drops_placeholder": Kind("text", "The answer lacks its first placeholder, or pair of tags."),
    "engine_swaps_numbers": Kind("text", "Two digits of a number are exchanged, or the number is another."),
    "engine_leaves_source": Kind("text", "The answer is the source text, which is not in Latin letters."),
    "engine_leaves_words": Kind("text", "A word of the answer is left in the source language's script."),
    "engine_answers_in_french": Kind("text", "French words stand in place of the answer's."),
    "engine_adds_preface": Kind("text", "'Sure! Here is the translation: ' precedes the answer."),
    "engine_forgets_term": Kind("text", "A forbidden or another word stands for a term of the glossary."),
    "engine_merges_slots": Kind("text", "The next slot's answer follows in this one, and stands in its own too."),
    "engine_translates_code": Kind("text", "A URL, file name or identifier is translated."),
    "engine_obeys_text": Kind("text", "The answer is 'OK, done.'"),
    "engine_stops_half_way": Kind("text", "The answer ends near its middle, finish_reason stop."),
    # A line of the output file
    "line_twice": Kind("line", "The line stands in the file twice."),
    "line_unknown": Kind("line", "A line with a custom_id that nobody sent follows."),
    "line_foreign": Kind("line", "A line with a custom_id of the owner's batch before follows."),
    "line_missing": Kind("line", "The line stands in no file."),
    "line_undecodable": Kind("line", "The line holds bytes that are not UTF-8."),
}
