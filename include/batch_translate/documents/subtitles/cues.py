"""Where are the cues of a subtitle file? The line-wise reading that SubRip and WebVTT share.

As players do, a line with an arrow is where a cue begins, and an empty line or the next arrow where its text ends
(https://www.w3.org/TR/webvtt1/#webvtt-parser-algorithm; SubRip has no specification). All lines come out again in
their order, in a cue or beside it. What looks like a cue and is none is reported, never guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, count, pairwise
from typing import TYPE_CHECKING

from batch_translate.segments import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINE_END = re.compile(r"\r\n|\r|\n")
ARROW = "-->"
NUMBER = re.compile(r"\s*+\ufeff?[0-9]++\s*+")
"""A line that numbers the cue below it."""

# Players take a point for the comma and the other way round, and times without hours.
_TIME = r"(?:[0-9]++:)?[0-9]{1,2}:[0-9]{1,2}(?:[,.][ ]?[0-9]{1,3})?"
_TIMING = re.compile(rf"\s*+\ufeff?({_TIME})[ \t]*+-->[ \t]*+({_TIME})(?=\s|\Z)")


@dataclass(frozen=True, slots=True)
class Cue:
    """The text lines of one cue, as they stand: `number` counts the cues with a timing, `line_end` is its own.

    `timing_follows`: no line stands between the text and the next timing, so a number at its end would be taken
    for that cue's. `seconds` is how long it is shown, "" where its end is not after its beginning.
    """

    number: int
    text: str
    line_end: str
    timing_follows: bool
    seconds: str


@dataclass(frozen=True, slots=True)
class CueSyntax:
    """What one of the formats has beside cues.

    A block of lines whose first matches `kept` is none of a viewer's business; a line that matches `label` may
    stand above a timing.
    """

    kept: re.Pattern[str]
    label: re.Pattern[str]


def cut_cues(lines: Iterable[str], syntax: CueSyntax) -> Iterator[str | Problem | Cue]:
    """Cut a document, given in lines with their ends, into cues and what stands between them."""
    numbers = count(1)
    block: list[str] = []
    for at, line in enumerate(chain(lines, [""]), 1):
        if line.strip("\r\n"):
            block.append(line)
            continue
        if block:
            yield from _pieces(block, at - len(block), syntax, numbers)
            block = []
        yield line


def _pieces(
    block: list[str], first: int, syntax: CueSyntax, numbers: Iterator[int]
) -> Iterator[str | Problem | Cue]:
    arrows = [at for at, line in enumerate(block) if ARROW in line]
    yield from _beside(block[: arrows[0]] if arrows else block, first, syntax, bool(arrows))
    for at, end in pairwise([*arrows, len(block)]):
        timing = block[at]
        yield timing
        text = block[at + 1 : end]
        label = text.pop() if end < len(block) and text and NUMBER.fullmatch(text[-1]) else ""
        times = _TIMING.match(timing)
        if times is not None:
            follows = end < len(block) and not label
            yield Cue(next(numbers), "".join(text), _line_end(timing), follows, _seconds(times))
        else:
            yield Problem(
                f"line {first + at}",
                "is no timing of a cue, its text is not translated: write 00:01:02,500 --> 00:01:04,000",
            )
            yield "".join(text)
        yield label


def _beside(lines: list[str], first: int, syntax: CueSyntax, timing_follows: bool) -> Iterator[str | Problem]:
    """The lines of a block above its first timing."""
    if lines and not syntax.kept.fullmatch(lines[0]):
        labelled = timing_follows and syntax.label.fullmatch(lines[-1])
        stray = next((line for line in (lines[:-1] if labelled else lines) if not NUMBER.fullmatch(line)), None)
        if stray is not None:
            place = f"line {first + lines.index(stray)}"
            yield Problem(place, "stands in no cue and is not translated: an empty line ends a cue's text")
    yield "".join(lines)


def _seconds(times: re.Match[str]) -> str:
    start, end = map(_moment, times.groups())
    return f"{end - start:g}" if end > start else ""


def _moment(time: str) -> float:
    clock, _, fraction = time.replace(",", ".").partition(".")
    seconds = 0.0
    for part in clock.split(":"):
        seconds = 60 * seconds + int(part)
    return round(seconds + float(f"0.{fraction.strip() or 0}"), 3)


def _line_end(line: str) -> str:
    found = LINE_END.search(line)
    return found.group() if found else "\n"
