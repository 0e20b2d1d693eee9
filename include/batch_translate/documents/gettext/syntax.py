"""Where do the entries of a PO file stand, and what do their strings say?

The grammar is GNU gettext's (https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html), read token by
token with offsets, so that a string can be replaced and all around it stays. Comments are no entries, and obsolete
entries (`#~`) are comments. What msgfmt would not read is a DocumentError with its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batch_translate.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n\f\v]++)
    | (?P<comment>\#[^\r\n]*+)
    | (?P<string>"(?:[^"\\\r\n]++|\\[^\r\n])*+")
    | (?P<keyword>[a-z_]++)(?:[ \t]*+\[[ \t]*+(?P<index>[0-9]{1,3})[ \t]*+\])?+
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"((?:\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{1,2}))++)|\\(.)")
_BYTE = re.compile(r"\\(?:x([0-9A-Fa-f]+)|([0-7]+))")
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", '"': '"', "\\": "\\"}
_SPECIAL = re.compile(r'["\\\x00-\x1f\x7f]')
_ESCAPES = {character: f"\\{name}" for name, character in _NAMED.items()}
# What each keyword may stand after: the parts of an entry have one order.
_AFTER = {
    "msgctxt": ("", "msgstr", "msgstr[]", "domain"),
    "msgid": ("", "msgstr", "msgstr[]", "domain", "msgctxt"),
    "msgid_plural": ("msgid",),
    "msgstr": ("msgid",),
    "msgstr[]": ("msgid_plural", "msgstr[]"),
    "domain": ("", "msgstr", "msgstr[]", "domain"),
}
_COMPLETE = ("", "msgstr", "msgstr[]", "domain")


@dataclass(slots=True)
class Strings:
    """A keyword with its strings. `start` is where the keyword begins, `before` where what precedes it ends.

    `spans` are the strings with their quotes.
    """

    index: int
    before: int
    start: int
    spans: list[tuple[int, int]] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.spans[-1][1]

    @property
    def value(self) -> str:
        return "".join(self.values)


@dataclass(slots=True)
class Entry:
    """One message: `forms` are its msgstr, or its msgstr[…] as they stand. `context` is None without msgctxt."""

    line: int
    domain: str
    flags: frozenset[str]
    context: str | None = None
    text: str = ""
    plural: str | None = None
    is_multiline: bool = False
    forms: list[Strings] = field(default_factory=list)

    @property
    def is_header(self) -> bool:
        return not self.text and self.context is None and self.plural is None

    @property
    def is_fuzzy(self) -> bool:
        return "fuzzy" in self.flags


def entries_of(text: str, document: str) -> list[Entry]:
    """The entries of a PO file. Raises DocumentError where its grammar is broken."""
    parser = _Parser(document)
    for token, line in _tokens(text, document):
        kind = token.lastgroup
        if kind == "comment":
            parser.comment(token.group())
        elif kind == "string":
            parser.string(token, line)
        else:
            parser.keyword(token, line)
        parser.before = token.end()
    parser.finish()
    return parser.entries


def decode(escaped: str) -> str:
    """What stands between the quotes of a string, without its escapes. An unknown escape is two characters.

    Octal and hexadecimal escapes are bytes of UTF-8; those that are none become halves of surrogate pairs.
    """
    return _ESCAPE.sub(_decoded, escaped) if "\\" in escaped else escaped


def encode(value: str) -> str:
    """`value` as a string in quotes, with the escapes it must have and no others."""
    return '"' + _SPECIAL.sub(_escaped, value) + '"'


def _decoded(match: re.Match[str]) -> str:
    if match[1]:
        octets = [int(hexa, 16) if hexa else int(octal, 8) & 0xFF for hexa, octal in _BYTE.findall(match[1])]
        return bytes(octets).decode("utf-8", "surrogateescape")
    return _NAMED.get(match[2], match[0])


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0]) or f"\\{ord(match[0]):03o}"


def _tokens(text: str, document: str) -> Iterator[tuple[re.Match[str], int]]:
    """Every token but white space, with its line."""
    position, line = 0, 1
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise DocumentError(document, f"line {line}", _why_not(text[position]))
        position = token.end()
        if space := token["space"]:
            line += space.count("\n") + space.count("\r") - space.count("\r\n")
        else:
            yield token, line


def _why_not(character: str) -> str:
    if character == '"':
        return "has a string that does not end in its line: close it with a quotation mark"
    return f"has {character!r} where a keyword, a string or a comment is expected: it is not a PO file's line"


class _Parser:
    """Puts tokens together to entries. `before` is where the last token ended."""

    def __init__(self, document: str) -> None:
        self.entries: list[Entry] = []
        self.before = 0
        self._document = document
        self._last = ""
        self._line = 0
        self._domain = ""
        self._flags: set[str] = set()
        self._context: str | None = None
        self._strings = Strings(0, 0, 0)

    def comment(self, text: str) -> None:
        if text.startswith("#~"):
            self._flags.clear()  # they were those of this obsolete entry
        elif text.startswith("#,"):
            self._flags.update(flag.strip() for flag in text[2:].split(","))

    def string(self, token: re.Match[str], line: int) -> None:
        if not self._last:
            raise self._error(line, "has a string outside of an entry")
        self._strings.spans.append(token.span())
        self._strings.values.append(decode(token.group()[1:-1]))

    def keyword(self, token: re.Match[str], line: int) -> None:
        name = token["keyword"] + ("[]" if token["index"] else "")
        if name not in _AFTER:
            raise self._error(line, f"has {token.group()!r}, which is no keyword of PO files")
        self._take()
        if self._last not in _AFTER[name]:
            after = f"after {self._last!r}" if self._last else "without 'msgid' before it"
            raise self._error(line, f"has {name!r} {after}: the parts of an entry are missing or in disorder")
        self._last, self._line = name, line
        self._strings = Strings(int(token["index"] or 0), self.before, token.start())
        if name in ("msgctxt", "domain"):
            self._context = None
        if name == "msgid":
            self.entries.append(Entry(line, self._domain, frozenset(self._flags), self._context))
            self._flags.clear()
            self._context = None

    def finish(self) -> None:
        self._take()
        if self._last not in _COMPLETE:
            raise self._error(self._line, f"has an entry that ends after {self._last!r}: its msgstr is missing")

    def _take(self) -> None:
        """Put the strings of the last keyword where they belong."""
        if not self._last:
            return
        if not self._strings.spans:
            raise self._error(self._line, f"has {self._last!r} without a string")
        value = self._strings.value
        if self._last == "domain":
            self._domain = value
        elif self._last == "msgctxt":
            self._context = value
        elif self._last == "msgid":
            self.entries[-1].text = value
            self.entries[-1].is_multiline = len(self._strings.spans) > 1
        elif self._last == "msgid_plural":
            self.entries[-1].plural = value
        else:
            self.entries[-1].forms.append(self._strings)

    def _error(self, line: int, reason: str) -> DocumentError:
        return DocumentError(self._document, f"line {line}", reason)
