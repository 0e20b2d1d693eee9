"""Where are the segments of subtitles? Each cue's text is one, with the line breaks it has.

Numbers, timings, settings, comments, styles and everything else beside the cues' texts stay as they are. A
translation is laid out in lines anew where it is too long for the screen. It never holds an empty line or an
arrow: the one would end its cue, the other begin the next.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, ClassVar, TextIO

from batch_translate.documents.prose import Prose
from batch_translate.documents.subtitles.cues import ARROW, LINE_END, NUMBER, Cue, CueSyntax, cut_cues
from batch_translate.documents.subtitles.layout import lay_out
from batch_translate.documents.subtitles.markup import (
    SUBRIP_MARKUP,
    WEBVTT_MARKUP,
    decoded,
    speller,
    subrip_spans,
    webvtt_margins,
    webvtt_spans,
)
from batch_translate.documents.text_format import Parts, Slot, TextFormat, cut_margins
from batch_translate.segments import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_translate.documents.document import DocumentSettings
    from batch_translate.documents.text_format import Put

_HEADER = re.compile(r"WEBVTT(?=\s|\Z)")


class _Subtitles(TextFormat):
    """Cues in their order. `arrow` is what a translation has in place of one."""

    syntax: ClassVar[CueSyntax]
    markup: ClassVar[re.Pattern[str]]
    arrow: ClassVar[str]

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        yield from self.line_parts(text, settings.source_language, target_language)

    def line_parts(self, lines: Iterable[str], source_language: str, target_language: str) -> Parts:
        """Cut a document's lines into parts."""
        for piece in cut_cues(lines, self.syntax):
            if isinstance(piece, Cue):
                yield from self.cue_parts(piece, source_language, target_language)
            else:
                yield piece

    @abstractmethod
    def cue_parts(self, cue: Cue, source_language: str, target_language: str) -> Parts:
        """Cut the text of a cue into parts."""

    def with_time(self, cue: Cue, parts: Parts) -> Parts:
        """The parts of a cue's text, whose segments know how long it is shown."""
        for part in parts:
            if isinstance(part, Slot):
                part = replace(part, segment=part.segment._replace(seconds=cue.seconds))
            yield part

    def put_for(self, cue: Cue, source: str, language: str) -> Put:
        """Write a target, its markup restored, in place of `source`, the text of `cue`."""
        return partial(self._put, cue, source, language)

    def _put(self, cue: Cue, source: str, language: str, target: str) -> str | None:
        lines = lay_out(target.replace(ARROW, self.arrow), source, language, self.markup)
        if cue.timing_follows and NUMBER.fullmatch(lines[-1]):
            return None
        ends = LINE_END.findall(source)
        if len(ends) != len(lines) - 1:
            ends = [cue.line_end] * (len(lines) - 1)
        return "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))


class SubRip(_Subtitles):
    name = "SubRip"
    endings = (".srt",)
    syntax = CueSyntax(kept=re.compile(r"(?!)"), label=NUMBER)
    markup = SUBRIP_MARKUP
    arrow = "-- >"

    def cue_parts(self, cue: Cue, source_language: str, target_language: str) -> Parts:
        before, text, after = cut_margins(cue.text)
        yield before
        prose = Prose(f"cue {cue.number}", source_language, target_language)
        put = self.put_for(cue, text, target_language)
        yield from self.with_time(cue, prose.parts(text, subrip_spans(text), put))
        yield after


class WebVtt(_Subtitles):
    name = "WebVTT"
    endings = (".vtt",)
    # The header stands again where segments of a stream were put together.
    syntax = CueSyntax(
        kept=re.compile(r"(?:(?:WEBVTT|NOTE)(?:[ \t].*)?|(?:STYLE|REGION)[ \t]*)[\r\n]*", re.DOTALL),
        label=re.compile(r".*", re.DOTALL),
    )
    markup = WEBVTT_MARKUP
    arrow = "--&gt;"

    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        leading: list[str] = []
        for line in text:
            leading.append(line)
            if line.strip():
                if not _HEADER.match(line):
                    yield Problem(f"line {len(leading)}", "is no WEBVTT header: browsers refuse the file", "note")
                break
        yield from self.line_parts(chain(leading, text), settings.source_language, target_language)

    def cue_parts(self, cue: Cue, source_language: str, target_language: str) -> Parts:
        before, text, after = webvtt_margins(cue.text)
        yield before
        prose = Prose(f"cue {cue.number}", source_language, target_language, decode=decoded, encode=speller(text))
        put = self.put_for(cue, text, target_language)
        yield from self.with_time(cue, prose.parts(text, webvtt_spans(text), put))
        yield after
