"""A stretch of prose as slots: its markup protected, what is too long for one request cut at sentences."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from batch_translate.documents.text_format import Parts, Put, Slot, cut_margins
from batch_translate.languages import space_between_sentences
from batch_translate.markup.sentences import cut_long
from batch_translate.markup.tags import TAG, Protected, Span, protect, restore
from batch_translate.segments import Segment

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Prose:
    """How one text of a document becomes slots. `target_language` is "" while the document is read.

    `decode`, `encode` and `like_tags` are those of markup.tags, for formats that escape characters.
    """

    place: str
    source_language: str
    target_language: str
    context: str = ""
    decode: Callable[[str], str] = str
    encode: Callable[[str], str] = str
    like_tags: re.Pattern[str] = TAG

    def parts(self, text: str, spans: Sequence[Span], put: Put = str) -> Parts:
        """Yield slots and what stands between them, together all of `text`.

        `put` turns a target, its markup restored, into what is written. A stretch without prose stays as it is.
        """
        stretches = cut_long(text, spans, self.source_language)
        spans = sorted(spans, key=_start)
        for number, (start, end) in enumerate(stretches, 1):
            before, core, after = cut_margins(text[start:end])
            at = start + len(before)
            among = spans[bisect_left(spans, at, key=_start) : bisect_left(spans, at + len(core), key=_start)]
            inside = [_shifted(span, -at) for span in among if span.end <= at + len(core)]
            protected = protect(core, inside, decode=self.decode, like_tags=self.like_tags)
            if not protected.prose.strip():
                yield text[start:end]
                continue
            part = f", part {number}" if len(stretches) > 1 else ""
            # Japanese has nothing between two sentences, where English needs a space.
            joint = space_between_sentences(self.target_language) if number < len(stretches) and not after else ""
            yield before
            segment = Segment(f"{self.place}{part}", protected.text, self.context)
            yield Slot(segment, core, partial(self._put, protected, put, joint))
            yield after

    def _put(self, protected: Protected, put: Put, joint: str, target: str) -> str | None:
        restored = restore(target, protected.originals, self.encode)
        written = None if restored is None or not restored.strip() else put(restored)
        return None if written is None else written + joint


def _start(span: Span) -> int:
    return span.start


def _shifted(span: Span, by: int) -> Span:
    inner = None if span.inner is None else (span.inner[0] + by, span.inner[1] + by)
    return Span(span.start + by, span.end + by, inner, span.closing)
