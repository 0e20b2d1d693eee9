"""How is one text of an ICU message asked for, and how is its translation written as ICU reads it?

Arguments that show a value stay visible (`{name}`, `{n, number}`, `#`); what has branches, what is quoted and
inline markup become numbered tags. A translation's own apostrophes and braces are quoted where ICU wants it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_translate.documents.text_format import cut_margins, with_line_ends_of
from batch_translate.markup.inline import inline_spans
from batch_translate.markup.placeholders import placeholders
from batch_translate.markup.tags import Protected, Span, protect, restore

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_translate.markup.icu import Message

RESERVED = re.compile("[\0-\3]")
"""Characters that stand for syntax while a text is written: no text that has one is read as a message."""
# Where a quotation begins and ends, and around the number of an argument with branches.
_OPEN, _CLOSE, _NUMBER = "\0", "\1", "\2{}\3"
# Two quotations with only apostrophes between them would run into each other: they are written as one.
_ADJOINING = re.compile("\1((?:'')*+)\0")
_NUMBERED = re.compile("\2([0-9]+)\3")
_SHOWN = re.compile(r"\{[^{}]*+\}")
_SYNTAX = re.compile(r"\{[^{}]*+\}|[{}#']")
_REFERENCE = re.compile(r"\$t\([^()]*+\)")  # i18next: the text of another key


@dataclass(frozen=True, slots=True)
class MessageText:
    """The text that is a message's own, with its margins; `visible` are the arguments that stay in it."""

    raw: str
    before: str
    protected: Protected
    after: str
    visible: frozenset[str]
    counts: bool

    @property
    def numbers(self) -> int:
        """How often `#` stands for the plural's number."""
        return self._numbers(self.protected.text) if self.counts else 0

    def numbers_kept(self, target: str, may_be_dropped: bool) -> bool:
        """Whether `target` has the plural's number as often as the source, or leaves it out where it may."""
        wanted, found = self.numbers, self._numbers(target)
        return not wanted or found == wanted or (may_be_dropped and found < wanted)

    def written(self, target: str, rendered: Callable[[int], str]) -> str | None:
        """`target` as ICU text, None where it lost a tag; `rendered` gives each argument with branches."""
        target = with_line_ends_of(self.raw, RESERVED.sub("\ufffd", target))
        restored = restore(target, self.protected.originals, self._encoded)
        if restored is None or not restored.strip():
            return None
        text = _ADJOINING.sub(r"\1", f"{self.before}{restored}{self.after}")
        text = text.replace(_OPEN, "'").replace(_CLOSE, "'")
        return _NUMBERED.sub(lambda found: rendered(int(found[1])), text)

    def _numbers(self, text: str) -> int:
        if "{" in text and self.visible:
            text = _SHOWN.sub(lambda found: "" if found[0] in self.visible else found[0], text)
        return text.count("#")

    def _encoded(self, text: str) -> str:
        quoted = "{}#" if self.counts and not self.numbers else "{}"

        pieces: list[str] = []
        at = 0
        while (found := _SYNTAX.search(text, at)) is not None:
            pieces.append(text[at : found.start()])
            what = found[0] if found[0] in self.visible else found[0][0]
            at = found.start() + len(what)
            if what in quoted:
                what = f"{_OPEN}{what}{_CLOSE}"
            elif what == "'":
                around = text[max(0, at - 2) : at - 1], text[at : at + 1]
                # Beside syntax, or what may turn out to be, it is doubled; in a word (`don't`) it says itself.
                what = "'" if all(it and it not in "{}#'" for it in around) else "''"
            pieces.append(what)
        return "".join([*pieces, text[at:]])


def message_text(value: str, message: Message) -> MessageText:
    """The text of `message`, which stands in `value`."""
    pieces: list[str] = []
    spans: list[Span] = []
    visible: set[str] = set()
    at, length, number = message.start, 0, 0
    stretches = sorted(
        [(it.start, it.end, it.kind or "shown") for it in message.arguments]
        + [(*it, "quoted") for it in message.quotations]
    )
    for start, end, kind in stretches:
        raw = value[start:end]
        if kind == "shown":
            written = raw
        elif kind == "quoted":
            written = _OPEN + raw[1:].removesuffix("'") + _CLOSE
        else:
            written = _NUMBER.format(number)
            number += 1
        pieces += (value[at:start], written)
        length += start - at + len(written)
        at = end
        if kind == "shown" and "'" not in raw and placeholders(raw) == {raw: 1}:
            visible.add(raw)
        else:
            spans.append(Span(length - len(written), length))
    skeleton = "".join([*pieces, value[at : message.end]])
    before, core, after = cut_margins(skeleton)
    shifted = [Span(it.start - len(before), it.end - len(before)) for it in spans]
    protected = protect(core, [*shifted, *reference_spans(core), *inline_spans(core)], decode=_decoded)
    raw = value[message.start : message.end]
    return MessageText(raw, before, protected, after, frozenset(visible), message.counts)


def reference_spans(text: str) -> list[Span]:
    """Where a text names another by its key, as i18next does: `$t(key)`."""
    if "$t(" not in text:
        return []
    return [Span(found.start(), found.end()) for found in _REFERENCE.finditer(text)]


def _decoded(text: str) -> str:
    return text.replace("''", "'")
