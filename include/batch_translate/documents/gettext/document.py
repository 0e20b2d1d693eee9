"""Where are the segments of a gettext catalogue? In the msgid of each entry without a translation.

Only strings of msgstr are replaced; what is translated already, fuzzy or obsolete stays, as do comments and order.
Plural forms are those of the file's header where it speaks for the target language, else those of the language's
own rule, which the header then gets. While nothing is translated the file stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TextIO

from batch_translate.documents.gettext.catalog import Ask, Catalog, Rules, Untranslated, line_end_of
from batch_translate.documents.gettext.formats import directive_spans, in_order
from batch_translate.documents.gettext.header import Header
from batch_translate.documents.gettext.notes import notes_on
from batch_translate.documents.gettext.syntax import Entry, entries_of
from batch_translate.documents.limits import parsing, read_whole
from batch_translate.documents.prose import Prose
from batch_translate.documents.text_format import Parts, Slot, TextFormat, with_line_ends_of
from batch_translate.markup.inline import inline_spans
from batch_translate.segments import Problem, is_storable

if TYPE_CHECKING:
    from batch_translate.documents.document import DocumentSettings


class Po(TextFormat):
    name = "gettext PO"
    endings = (".po", ".pot")

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        is_utf8 = text.encoding == "utf-8"
        with parsing(document):
            whole = read_whole(text, document)
            entries = entries_of(whole, document)
            header = Header(next((entry for entry in entries if entry.is_header and entry.forms), None))
            messages = [entry for entry in entries if not entry.is_header]
            reader = _Reader(settings, target_language, Rules(header, messages))
            for number, entry in enumerate(messages, 1):
                reader.read(entry, number)
            found = (tuple(reader.untranslated), tuple(reader.slots))
            catalog = Catalog(whole, line_end_of(whole), header, reader.rules, *found, target_language, is_utf8)
        yield from reader.problems
        yield from notes_on(entries, catalog, settings.target_languages)
        yield catalog


class _Reader:
    """Makes slots of what is not translated. Every target language is asked for, whichever is written."""

    def __init__(self, settings: DocumentSettings, target_language: str, rules: Rules) -> None:
        self.rules = rules
        self.slots: list[Slot] = []
        self.untranslated: list[Untranslated] = []
        self.problems: list[Problem] = []
        self._settings = settings
        self._target_language = target_language

    def read(self, entry: Entry, number: int) -> None:
        if entry.is_fuzzy or all(form.value for form in entry.forms):
            return
        place = f"entry {number}, line {entry.line}"
        if not is_storable(f"{entry.context or ''}{entry.text}{entry.plural or ''}"):
            self.problems.append(Problem(place, "has escapes that are no UTF-8, or NUL; not translated"))
            return
        languages = self._settings.target_languages
        wanted: dict[Ask, list[str]] = {}
        for language in languages:
            for ask in dict.fromkeys(self.rules.asks(entry, language).values()):
                wanted.setdefault(ask, []).append(language)
        pieces = {
            ask: self._pieces(entry, ask, place, "" if len(needing) == len(languages) else " ".join(needing))
            for ask, needing in wanted.items()
        }
        self.untranslated.append(Untranslated(entry, pieces))

    def _pieces(self, entry: Entry, ask: Ask, place: str, only_for: str) -> tuple[str | int, ...]:
        """The text that is asked for: its stretches without prose, and the numbers of its slots."""
        if ask.sentence:
            place = f"{place}, {ask.sentence}"
        elif entry.plural is not None and ask.text != entry.text:
            place = f"{place}, plural"
        context = "\n".join(filter(None, (entry.context, ask.sentence)))
        prose = Prose(place, self._settings.source_language, self._target_language, context)
        spans = [*directive_spans(ask.text, entry.flags), *inline_spans(ask.text)]
        pieces: list[str | int] = []
        for part in prose.parts(ask.text, spans, partial(_put, ask.text, entry.flags)):
            if isinstance(part, Slot):
                pieces.append(len(self.slots))
                segment = part.segment._replace(only_for=only_for)
                self.slots.append(replace(part, segment=segment))
            elif isinstance(part, str):
                pieces.append(part)
        return tuple(pieces)


def _put(source: str, flags: frozenset[str], target: str) -> str | None:
    # The white space around a text is its source's: msgfmt refuses a line feed more or less there.
    return in_order(source, with_line_ends_of(source, target.strip()), flags)
