"""Where are the segments of a JSON document? In every string that is a value, at any depth; keys stay.

Each string is edited where it stands: order, spacing, numbers and repeated keys are those of the source, to the
byte. A target is written with the escapes of its source.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, TextIO

from batch_translate.documents.limits import check_depth, parsing, read_whole
from batch_translate.documents.messages.document import Path, Value, parts_of_values
from batch_translate.documents.text_format import Parts, TextFormat
from batch_translate.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.documents.document import DocumentSettings

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],]|[^\s{}\[\],:"]++')


class JsonMessages(TextFormat):
    name = "JSON messages"
    endings = (".json",)

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        whole = read_whole(text, document)
        if not whole.strip():
            yield whole
            return
        with parsing(document):
            _check(whole, document)
        yield from parts_of_values(whole, partial(_values, whole, document), settings, target_language)


def _check(text: str, document: str) -> None:
    """Raise DocumentError unless `text` is JSON. Numbers are not read: they may be of any length."""
    try:
        json.loads(text, parse_int=len, parse_float=len)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(document, place, f"is not JSON ({error.msg}): mend it and run again") from None


def _values(text: str, document: str) -> Iterator[Value]:
    path = Path()
    awaits_key = False
    for token in _TOKEN.finditer(text):
        kind = token[0][0]
        if kind in "{[":
            path.enter(is_object=kind == "{")
            check_depth(len(path.levels), document, path.pointer)
            awaits_key = kind == "{"
        elif kind in "}]":
            path.leave()
        elif kind == ",":
            path.step()
            awaits_key = path.levels[-1].is_object
        elif kind == '"' and awaits_key:
            path.key = json.loads(token[0])
            awaits_key = False
        elif kind == '"':
            said = json.loads(token[0])
            put = partial(_literal, token[0])
            yield Value(token.start(), token.end(), said, path.pointer, path.column, path.key, put)


def _literal(source: str, text: str) -> str:
    return json.dumps(text, ensure_ascii=source.isascii() and "\\u" in source)
