"""How is a text document walked? A format cuts it into parts, and reading and writing are two walks over them.

A part is text which is returned as it was, a problem, or something with segments. Both walks see the same parts
in the same order, so what is written cannot differ from what was read but in the segments that got a target.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Protocol, TextIO

from batch_translate.documents.encoding import open_text
from batch_translate.segments import Problem, Segment, Targets

if TYPE_CHECKING:
    from batch_translate.documents.document import DocumentSettings


class Part(Protocol):
    """A stretch of a document with segments in it."""

    @property
    def segments(self) -> Sequence[Segment]: ...

    def fits(self, index: int, target: str) -> bool:
        """Whether `target` can be written for the segment of this number."""
        ...

    def written(self, targets: Sequence[str | None]) -> str:
        """The stretch with one target that fits for each segment; None keeps what stands there, to the byte."""
        ...


Parts = Iterator[str | Problem | Part]
Put = Callable[[str], str | None]
"""Turns a target into what is written in the document; None for one that cannot stand there."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch that is one segment; `source` is what stands here now."""

    segment: Segment
    source: str
    put: Put

    @property
    def segments(self) -> Sequence[Segment]:
        return (self.segment,)

    def fits(self, index: int, target: str) -> bool:
        return self.put(target) is not None

    def written(self, targets: Sequence[str | None]) -> str:
        (target,) = targets
        written = None if target is None else self.put(target)
        return self.source if written is None else written


class TextFormat(ABC):
    """A format made of characters; a subclass says what its parts are."""

    name: ClassVar[str]
    endings: ClassVar[tuple[str, ...]]

    @abstractmethod
    def parts(self, text: TextIO, document: str, settings: DocumentSettings, target_language: str) -> Parts:
        """Cut `text` into parts. `target_language` is "" while the document is read."""

    def read(self, source: BinaryIO, document: str, settings: DocumentSettings) -> Iterator[Segment | Problem]:
        with open_text(source, document, settings.source_language) as text:
            yield from text.problems
            for part in self.parts(text.stream, document, settings, ""):
                if isinstance(part, Problem):
                    yield part
                elif not isinstance(part, str):
                    yield from part.segments

    def write(
        self,
        source: BinaryIO,
        output: BinaryIO,
        document: str,
        settings: DocumentSettings,
        target_language: str,
        targets: Targets,
    ) -> None:
        with open_text(source, document, settings.source_language) as text:
            output.write(text.mark.encode())
            for part in self.parts(text.stream, document, settings, target_language):
                if isinstance(part, str):
                    output.write(part.encode())
                elif not isinstance(part, Problem):
                    changes = [
                        _change(segment, targets(segment, partial(part.fits, index)))
                        for index, segment in enumerate(part.segments)
                    ]
                    output.write(part.written(changes).encode())


def cut_margins(text: str) -> tuple[str, str, str]:
    """The white space before a text, the text, the white space after it."""
    if text == text.strip():  # as most are
        return "", text, ""
    start = len(text) - len(text.lstrip())
    end = max(start, len(text.rstrip()))
    return text[:start], text[start:end], text[end:]


def with_line_ends_of(source: str, target: str) -> str:
    """`target` with the line ends of `source`; models answer with line feeds."""
    if "\n" not in target and "\r" not in target:
        return target
    target = target.replace("\r\n", "\n").replace("\r", "\n")
    if "\r\n" in source:
        return target.replace("\n", "\r\n")
    return target.replace("\n", "\r") if "\r" in source and "\n" not in source else target


def _change(segment: Segment, target: str | None) -> str | None:
    return None if target == segment.text else target
