"""Where is a translated subtitle broken into lines?

A target's own line breaks stay. A line of it that is too long for the screen is broken into as few lines as do,
of about the same width, at spaces and rather after punctuation (Netflix, "Timed Text Style Guide: General
Requirements", 4: https://partnerhelp.netflixstudios.com/hc/en-us/articles/215758617; BBC, "Subtitle Guidelines",
3: https://www.bbc.co.uk/accessibility/forproducts/guides/subtitles/). Markup has no width and is never cut.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from batch_translate.documents.subtitles.markup import decoded
from batch_translate.languages import base_language, space_between_sentences
from batch_translate.markup.sentences import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator

# In columns, of which a wide character takes two. Netflix's guides: 42 characters where letters are narrow,
# 16 full-width ones in Chinese, Japanese and Korean.
LINE_WIDTH = 42
LINE_WIDTHS = dict.fromkeys(("ja", "zh", "yue", "ko"), 32)

_LONGEST_MARK = 4
_GAPS = " \t\u3000"
_PUNCTUATION = frozenset(",.;:!?…、。，．：；！？‥」』）)]】〉》♪")
_IDEOGRAPHIC = frozenset({"ja", "zh", "yue"})
# JIS X 4051: what begins no line, what ends none.
_NOT_FIRST = _PUNCTUATION | frozenset(
    "ヽヾゝゞ々ー〜～・’”〕］｝〟'\"}%％゛゜ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ—―"
)
_NOT_LAST = frozenset("‘“（〔［｛〈《「『【〝([{￥＄$—―")
# What a break costs beside the lines' unevenness: the square of so many columns.
_BETWEEN_WORDS, _IN_A_WORD = 14**2, 20**2

_DASH = r"(?:<[^/<>]{0,100}>|\{[^{}]{0,100}\})*+[-‐–—―－]"
_SPEAKER = re.compile(rf"\s*+{_DASH}")
_BEFORE_SPEAKER = re.compile(rf"(?<![ \u3000])[ \u3000]++(?={_DASH} ?\w)")


class _Atom(NamedTuple):
    """One character with the markup that goes with it."""

    text: str
    character: str
    width: int


class _Break(NamedTuple):
    """A place for a line break: the line ends before atom `end`, the next starts with atom `start`."""

    end: int
    start: int
    cost: int


def lay_out(target: str, source: str, language: str, markup: re.Pattern[str]) -> list[str]:
    """The lines of `target`, none of them blank unless `source` has such lines."""
    lines = re.split(r"\r\n|\r|\n", target)
    sources = re.split(r"\r\n|\r|\n", source)
    blank_too = any(not line.strip() for line in sources)
    lines = [line for line in lines if line.strip() or (line and blank_too)]
    marks = [match.group() for match in markup.finditer(target)]
    if len(source) > LONG or any("\n" in mark or "\r" in mark for mark in marks):
        return lines
    if len(lines) == 1 < len(sources) and all(map(_SPEAKER.match, sources)) and " " not in "".join(marks):
        lines = _by_speaker(lines[0], len(sources))
    broken = [piece for line in lines for piece in _broken(line, language, markup)]
    if len(broken) > len(lines) and _is_marked(decoded("\n".join(lines)), decoded("\n".join(sources))):
        return lines
    return broken


def _is_marked(target: str, source: str) -> bool:
    """Whether a target is its source with a mark around it: a trial run, which changes nothing but that."""
    return len(target) <= len(source) + _LONGEST_MARK and source in target


def _by_speaker(line: str, speakers: int) -> list[str]:
    """The lines of a dialogue that were joined into one."""
    lines = _BEFORE_SPEAKER.split(line)
    return lines if len(lines) == speakers and all(map(_SPEAKER.match, lines)) else [line]


def _broken(line: str, language: str, markup: re.Pattern[str]) -> list[str]:
    limit = LINE_WIDTHS.get(base_language(language), LINE_WIDTH)
    if 2 * len(line) <= limit:
        return [line]
    atoms = _atoms(line, markup, language)
    if sum(atom.width for atom in atoms) <= limit:
        return [line]
    pieces = _balanced(atoms, [_Break(0, 0, 0), *_breaks(atoms, language), _Break(len(atoms), 0, 0)], limit)
    return pieces if all(piece.strip() for piece in pieces) else [line]


def _balanced(atoms: list[_Atom], breaks: list[_Break], limit: int) -> list[str]:
    """The atoms in the fewest lines and, of those ways, the one that costs least."""
    before = [0]
    for atom in atoms:
        before.append(before[-1] + atom.width)
    best: list[tuple[int, int]] = [(0, 0)]
    previous = [0]
    for at in range(1, len(breaks)):
        ways: list[tuple[int, int, int]] = []
        for start in range(at - 1, -1, -1):
            slack = limit - (before[breaks[at].end] - before[breaks[start].start])
            if slack < 0 and ways:
                break
            lines, cost = best[start]
            ways.append((lines + 1, cost + slack * slack + breaks[at].cost, start))
        lines, cost, start = min(ways)
        best.append((lines, cost))
        previous.append(start)
    pieces: list[str] = []
    at = len(breaks) - 1
    while at > 0:
        start = previous[at]
        pieces.append("".join(atom.text for atom in atoms[breaks[start].start : breaks[at].end]))
        at = start
    return pieces[::-1]


def _breaks(atoms: list[_Atom], language: str) -> Iterator[_Break]:
    anywhere = base_language(language) in _IDEOGRAPHIC
    at = 0
    while at < len(atoms) and _is_gap(atoms[at]):
        at += 1
    while at < len(atoms) - 1:
        end = at + 1
        start = end
        while start < len(atoms) and _is_gap(atoms[start]):
            start += 1
        if start == len(atoms):
            return
        last, first = atoms[at].character, atoms[start].character
        if start > end:
            yield _Break(end, start, 0 if last in _PUNCTUATION else _BETWEEN_WORDS)
        elif anywhere and _may_break(atoms[at], atoms[start]):
            yield _Break(end, start, _cost(last, first))
        at = start


def _is_gap(atom: _Atom) -> bool:
    return atom.text in _GAPS


def _may_break(last: _Atom, first: _Atom) -> bool:
    wide = last.width == 2 or first.width == 2
    return wide and first.character not in _NOT_FIRST and last.character not in _NOT_LAST


def _cost(last: str, first: str) -> int:
    if last in _PUNCTUATION:
        return 0
    # A Japanese phrase ends in hiragana and begins with anything else.
    return _BETWEEN_WORDS if "ぁ" <= last <= "ゖ" and not "ぁ" <= first <= "ゖ" else _IN_A_WORD


def _atoms(line: str, markup: re.Pattern[str], language: str) -> list[_Atom]:
    """The characters of a line; opening markup goes with what follows, closing markup with what stands before."""
    found: list[_Atom] = []
    waiting = ""
    ambiguous = 1 + (space_between_sentences(language) == "")
    for match in re.finditer(rf"(?P<markup>{markup.pattern})|&[#A-Za-z0-9]{{1,32}};|.", line, re.DOTALL):
        text = match.group()
        if not match["markup"]:
            character = html.unescape(text)[:1] if len(text) > 1 else text
            found.append(_Atom(waiting + text, character, _columns(character, ambiguous)))
            waiting = ""
        elif text.startswith("</") and found and not waiting:
            found[-1] = found[-1]._replace(text=found[-1].text + text)
        else:
            waiting += text
    if waiting and found:
        found[-1] = found[-1]._replace(text=found[-1].text + waiting)
    return found


def _columns(character: str, ambiguous: int) -> int:
    if not character or unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return {"W": 2, "F": 2, "A": ambiguous}.get(unicodedata.east_asian_width(character), 1)
