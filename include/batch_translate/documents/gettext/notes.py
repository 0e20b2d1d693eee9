"""What should people know about a gettext catalogue that is translated? Nothing of it is lost; all are notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_translate.documents.gettext.catalog import Catalog, needs_charset
from batch_translate.documents.gettext.plurals import names_language
from batch_translate.segments import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_translate.documents.gettext.syntax import Entry

_NAMED_AT_MOST = 5


def notes_on(entries: Sequence[Entry], catalog: Catalog, languages: Sequence[str]) -> Iterator[Problem]:
    """Notes on a file's entries and on what happens to its header."""
    messages = [entry for entry in entries if not entry.is_header]
    fuzzy = [entry for entry in messages if entry.is_fuzzy]
    if fuzzy:
        reason = (
            f"{len(fuzzy)} fuzzy entries are left alone ({_lines(fuzzy)}): confirm them, or take away their flag "
            "and msgstr to have them translated"
        )
        yield Problem("", reason, "note")
    if doubled := _doubled(entries):
        yield Problem("", f"an entry that stood above is repeated in {_lines(doubled)}", "note")
    yield from _on_header(messages, catalog, languages)


def _on_header(messages: Sequence[Entry], catalog: Catalog, languages: Sequence[str]) -> Iterator[Problem]:
    header, rules = catalog.header, catalog.rules
    if header.charset is not None and needs_charset(header) and (catalog.untranslated or not catalog.is_utf8):
        yield Problem("header", f"its charset {header.charset} becomes UTF-8 in translations", "note")
    replaced = [language for language in languages if rules.is_replaced(language)]
    if replaced and catalog.untranslated:
        yield Problem("header", f"gets the Plural-Forms of the target language ({', '.join(replaced)})", "note")
    named = header.field("Language")
    others = [language for language in languages if named and not names_language(named, language)]
    done = sum(not entry.is_fuzzy and all(form.value for form in entry.forms) for entry in messages)
    kept = [language for language in others if language not in replaced]
    if kept and catalog.untranslated:
        yield Problem("header", f"names the language {named} and stays so also for {', '.join(kept)}", "note")
    if done and others:
        reason = f"{done} entries are translated already, into {named} by the header; they stay also for "
        yield Problem("", reason + ", ".join(others), "note")


def _doubled(entries: Sequence[Entry]) -> list[Entry]:
    seen: set[tuple[str, str | None, str]] = set()
    doubled: list[Entry] = []
    for entry in entries:
        key = (entry.domain, entry.context, entry.text)
        if key in seen:
            doubled.append(entry)
        seen.add(key)
    return doubled


def _lines(entries: Sequence[Entry]) -> str:
    named = ", ".join(str(entry.line) for entry in entries[:_NAMED_AT_MOST])
    more = len(entries) - _NAMED_AT_MOST
    return f"line {named}" + (f" and {more} more" if more > 0 else "")
