"""The translation memory as TMX 1.4b, for other tools and from them.

What this project writes it reads again as it was: a text's key is its `tuid`, what its format declares to tell
equal texts apart the property `x-context`.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from batch_translate.reviews.inline import TMX, NumbersOfTmx, UnknownElementError, read_inline, write_inline
from batch_translate.reviews.rows import Decision, Refused
from batch_translate.reviews.xml_elements import attribute, escaped, read_elements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

    from batch_translate.reviews.rows import MemoryUnit
    from batch_translate.reviews.xml_elements import Found

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
<header creationtool="batch_translate" creationtoolversion="1" segtype="block" o-tmf="batch_translate" \
adminlang="en" srclang="{source}" datatype="plaintext"/>
<body>
"""
_UNIT = """\
<tu tuid="{key}" srclang="{source_language}">{context}
<prop type="x-origin">{origin}</prop>
<tuv xml:lang="{source_language}"><seg>{source}</seg></tuv>
<tuv xml:lang="{target_language}"><seg>{target}</seg></tuv>
</tu>
"""
_CONTEXT = '\n<prop type="x-context">{}</prop>'
_ANY = "*all*"


def write_tmx(file: IO[bytes], units: Iterable[MemoryUnit], source_language: str | None) -> int:
    """Write units as they come; how many. `source_language` is that of all of them, where there is one."""
    file.write(_HEAD.format(source=attribute(source_language or _ANY)).encode())
    count = 0
    for unit in units:
        file.write(_unit(unit).encode())
        count += 1
    file.write(b"</body>\n</tmx>\n")
    return count


def _unit(unit: MemoryUnit) -> str:
    return _UNIT.format(
        key=attribute(unit.segment_key),
        source_language=attribute(unit.source_language),
        target_language=attribute(unit.target_language),
        context=_CONTEXT.format(escaped(unit.context)) if unit.context else "",
        origin=escaped(unit.origin),
        source=write_inline(unit.source, TMX),
        target=write_inline(unit.translation, TMX),
    )


def read_tmx(file: IO[bytes], document: str) -> Iterator[Decision | Refused]:
    """Yield one per translation of each unit. Raises DocumentError where the file is no TMX."""
    header = _ANY
    count = 0
    for found in read_elements(file, document, "tmx", frozenset(("header", "tu"))):
        if found.element.tag == "header":
            header = found.element.get("srclang", _ANY)
        else:
            count += 1
            yield from _decisions(f"unit {count}, line {found.line}", found, header)


def _decisions(place: str, found: Found, header: str) -> Iterator[Decision | Refused]:
    unit = found.element
    variants = [(_language(variant), variant.find("seg")) for variant in unit.iterfind("tuv")]
    said = unit.get("srclang", header).lower()
    # A unit without a source language of its own begins with it.
    at = 0 if said == _ANY else next((at for at, (tag, _) in enumerate(variants) if tag.lower() == said), None)
    if at is None or len(variants) < 2:
        yield Refused(place, f"has no translation beside a text in its source language {said!r}")
        return
    numbers = NumbersOfTmx()
    context = next((it.text or "" for it in unit.iterfind("prop") if it.get("type") == "x-context"), "")
    source_language, seg = variants.pop(at)
    try:
        source = read_inline(seg, numbers)
    except UnknownElementError as error:
        yield Refused(place, str(error))
        return
    for target_language, seg in variants:
        numbers.begin_target()
        try:
            text = read_inline(seg, numbers).strip()
        except UnknownElementError as error:
            yield Refused(f"{place}, {target_language}", str(error))
        else:
            key = unit.get("tuid", "") if len(variants) == 1 else ""
            yield Decision(place, key, source_language, target_language, source, text, context)


def _language(variant: Element) -> str:
    return variant.get("xml:lang") or variant.get("lang") or ""
