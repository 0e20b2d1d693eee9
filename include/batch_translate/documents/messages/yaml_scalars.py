"""How is another text written in a YAML scalar's place? In the style it has where YAML then reads back that text.

Else it is double-quoted on one line, which says any text in every place where a value can stand.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import yaml

from batch_translate.documents.text_format import cut_margins

# libyaml is many times faster; both give marks in characters.
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = LOADER("")
STRING = "tag:yaml.org,2002:str"

# What some reader of YAML (1.1 or 1.2) takes for a number, a date or a word of its own.
_NO_STRING = re.compile(
    r"[-+]?\.?[0-9][0-9_,.:/a-fox+-]*|[-+]?\.(?:inf|nan)|[-+.]*|[yn]|yes|no|on|off|true|false|null|~|<<|=|(?:---|\.\.\.).*+",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_BLANK = " \t\r\n\x85\u2028\u2029"
_HEADER = re.compile(r"(?P<sign>[|>])[-+0-9]*(?P<rest>[ \t]*(?:#[^\r\n\x85\u2028\u2029]*)?)(?:\r\n?|\n)")
_INDENTED = re.compile(r"(?<![^\r\n]) *+(?=[^\r\n ])")
_LINE_ENDS = re.compile("\n+")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as it stands in the document, `raw`, in the style that YAML calls it by ("" plain)."""

    raw: str
    text: str
    style: str
    in_flow: bool

    def written(self, text: str) -> str:
        """The scalar with another text."""
        if self.style in ("|", ">"):
            return self._block(text)
        double = _double_quoted(text, self._escapes)
        if self.style == "'":
            written = "'" + text.replace("'", "''") + "'"
            return written if self._reads_as(written, text) else double
        if not self.style and not _NO_STRING.fullmatch(text) and self._reads_as(text, text):
            return text
        return double

    @property
    def _escapes(self) -> bool:
        return self.raw.isascii() and "\\u" in self.raw

    def _block(self, text: str) -> str:
        header = _HEADER.match(self.raw)
        double = _double_quoted(text, self._escapes)
        after = self.raw[len(self.raw.rstrip(_BLANK)) :]
        if header is None:
            return double + after
        body = self.raw[header.end() :]
        begin = len(body) - len(body.lstrip())
        # What begins with spaces has its indentation told by a digit, but relative to a line not known here.
        indent = " " * min((len(it[0]) for it in _INDENTED.finditer(body)), default=0)
        line_end = "\r\n" if "\r\n" in self.raw else "\r" if "\r" in self.raw else "\n"
        _, core, _ = cut_margins(text)
        if header["sign"] == ">":
            core = _LINE_ENDS.sub(lambda found: found[0] + "\n", core)
        start, *lines = core.split("\n")
        lines = [line_end + (indent + line if line else "") for line in lines]
        written = "".join([header[0], body[:begin], start, *lines, self.raw[len(self.raw.rstrip()) :]])
        return written if self._reads_as(written, text) else double + header["rest"] + after

    def _reads_as(self, written: str, text: str) -> bool:
        following = "\nnext: 1\n"
        if self.style in ("|", ">"):
            following = following[1:] if written.endswith(("\r", "\n")) else ""
        document = f"[{written}, 1]" if self.in_flow else f"key: {written}{following}"
        try:
            events = list(yaml.parse(document, Loader=LOADER))
        except yaml.YAMLError:
            return False
        scalars = [it for it in events if isinstance(it, yaml.ScalarEvent)]
        expected = [text, "1"] if self.in_flow else ["key", text, *(["next", "1"] if following else [])]
        if [it.value for it in scalars] != expected or len(events) != len(scalars) + 6:
            return False
        return resolved(scalars[not self.in_flow]) == STRING


def resolved(event: yaml.ScalarEvent) -> str:
    """The tag of a scalar: its own, or the one YAML 1.1 gives to what it looks like."""
    if event.tag is None or event.tag == "!":
        return str(_RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit))
    return str(event.tag)


def _double_quoted(text: str, escapes: bool) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return (_NOT_ASCII if escapes else _CONTROL).sub(_escape, quoted)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
