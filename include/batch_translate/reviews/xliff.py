"""Reviews as XLIFF: 1.2 is written, 1.2 and 2.x are read.

A unit is a decision where a person has said so: by its state, by `approved="yes"`, or by a target that is another
one than the answer that was written beside it.
"""

from __future__ import annotations

from itertools import groupby
from typing import IO, TYPE_CHECKING

from batch_translate.errors import DocumentError
from batch_translate.reviews.inline import (
    XLIFF,
    UnknownElementError,
    number_by_id,
    read_inline,
    write_inline,
)
from batch_translate.reviews.rows import Decision, Refused
from batch_translate.reviews.xml_elements import attribute, escaped, read_elements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from xml.etree.ElementTree import Element

    from batch_translate.reviews.rows import ReviewRow
    from batch_translate.reviews.xml_elements import Found

_OWN = "batch_translate"
_DECIDED = frozenset(("translated", "signed-off", "final"))
_DECIDED_2 = frozenset(("translated", "reviewed", "final"))
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
"""
_FILE = """\
<file original="{original}" source-language="{source}" target-language="{target}" datatype="plaintext">
<header><tool tool-id="batch_translate" tool-name="batch_translate"/></header>
<body>
"""
_UNIT = """\
<trans-unit id="{id}" resname="{place}" xml:space="preserve">
<source>{source}</source>
{target}<note from="place">{where}</note>
"""
_TARGET = """\
<target state="{state}">{target}</target>
<alt-trans origin="batch_translate"><target>{target}</target></alt-trans>
"""


def write_xliff(file: IO[bytes], rows: Iterable[ReviewRow]) -> None:
    """Write rows, those of one day, document and target language beside each other, as XLIFF 1.2."""
    file.write(_HEAD.encode())
    for (day, document, source, target), units in groupby(
        rows, lambda row: (row.day, row.document, row.source_language, row.target_language)
    ):
        original = attribute(f"{day}/{document}")
        file.write(_FILE.format(original=original, source=attribute(source), target=attribute(target)).encode())
        for row in units:
            file.write(_unit(row).encode())
        file.write(b"</body>\n</file>\n")
    file.write(b"</xliff>\n")


def _unit(row: ReviewRow) -> str:
    state = "needs-review-translation" if row.answer else "needs-translation"
    place = f"{row.day}/{row.document}, {row.place}, {row.state}, occurs {row.occurrences} times"
    unit = _UNIT.format(
        id=attribute(row.segment_key),
        place=attribute(row.place),
        source=write_inline(row.source, XLIFF),
        target=_TARGET.format(state=state, target=write_inline(row.answer, XLIFF)),
        where=escaped(place),
    )
    notes = (("findings", "target", row.findings), ("before", "source", row.before))
    said = [
        f'<note from="{name}" annotates="{what}">{escaped(text)}</note>\n' for name, what, text in notes if text
    ]
    return "".join([unit, *said, "</trans-unit>\n"])


def read_xliff(file: IO[bytes], document: str) -> Iterator[Decision | Refused]:
    """Yield one per unit. Raises DocumentError where the file is no XLIFF 1.2 or 2.x."""
    units = read_elements(file, document, "xliff", frozenset(("trans-unit", "unit")))
    for number, found in enumerate(units, 1):
        root = found.around["xliff"]
        version = root.get("version", "")
        if not version.startswith(("1.", "2.")):
            reason = f"is XLIFF of version {version!r}; only 1.2 and 2.x are read"
            raise DocumentError(document, f"line {found.line}", reason)
        place = f"unit {number} ({found.element.get('id', '')}), line {found.line}"
        try:
            yield _first(place, found) if version.startswith("1.") else _second(place, found.element, root)
        except UnknownElementError as error:
            yield Refused(place, f"{error}")


def _first(place: str, found: Found) -> Decision:
    unit, around = found.element, found.around.get("file", {})
    target, proposed = unit.find("target"), unit.find(f"alt-trans[@origin='{_OWN}']/target")
    source, text, answer = (read_inline(it, number_by_id) for it in (unit.find("source"), target, proposed))
    state = "" if target is None else target.get("state", "")
    # Some tools begin with a copy of the source.
    is_changed = proposed is not None and text.strip() not in (answer.strip(), source.strip())
    is_decided = unit.get("approved") == "yes" or state in _DECIDED or is_changed
    languages = around.get("source-language", ""), around.get("target-language", "")
    return _decision(place, unit, languages, source, text, is_decided)


def _second(place: str, unit: Element, root: Mapping[str, str]) -> Decision:
    parts = [part for part in unit if part.tag in ("segment", "ignorable")]
    sources = [read_inline(part.find("source"), number_by_id) for part in parts]
    targets = [
        source if part.tag == "ignorable" and target is None else read_inline(target, number_by_id)
        for part, source in zip(parts, sources, strict=True)
        for target in (part.find("target"),)
    ]
    segments = [part for part in parts if part.tag == "segment"]
    is_decided = all(part.get("state") in _DECIDED_2 and part.find("target") is not None for part in segments)
    languages = root.get("srcLang", ""), root.get("trgLang", "")
    return _decision(place, unit, languages, "".join(sources), "".join(targets), is_decided)


def _decision(
    place: str, unit: Element, languages: tuple[str, str], source: str, text: str, is_decided: bool
) -> Decision:
    return Decision(place, unit.get("id", ""), *languages, source, text.strip() if is_decided else "")
