"""What in a cue's text is no prose: tags, overrides and character references, for SubRip and for WebVTT.

WebVTT has tags of its own and HTML's references (https://www.w3.org/TR/webvtt1/#webvtt-cue-text-tokenizer). SubRip
has no references; players know some HTML tags and the overrides of Advanced SubStation in braces.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from batch_translate.markup.inline import URL, inline_spans
from batch_translate.markup.sentences import LONG
from batch_translate.markup.tags import TAG, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUBRIP_MARKUP = re.compile(r"<[^<>\r\n]*+>|\{\\[^{}\r\n]*+\}")
WEBVTT_MARKUP = re.compile(r"<[^>]*+>")
REFERENCE = re.compile(r"&(?:#[0-9]++|#[xX][0-9A-Fa-f]++|[A-Za-z][A-Za-z0-9]*+);?")
_AMPERSAND = re.compile(rf"{REFERENCE.pattern}|&")
_CHARACTER = re.compile(rf"{REFERENCE.pattern}|.", re.DOTALL)

_OVERRIDE = re.compile(r"\{\\[^{}\r\n]*+\}")
# A reading is kept as it is: it reads the source's characters.
_READING = r"<rt(?:[.\s][^>]*+)?+>(?:(?!<rt[>.\s]|</rt>|</ruby>).)*+(?:</rt>|(?=<rt[>.\s]|</ruby>))"
_TAG = re.compile(rf"{_READING}|<(?P<closing>/?)(?P<name>[A-Za-z]*+)[^>]*+>", re.DOTALL)
_HARD_SPACE = "&nbsp;"
# No character's number is longer; html.unescape fails at thousands of digits.
_LONGEST_NUMBER = 12


def subrip_spans(text: str) -> list[Span]:
    """Tags, overrides (`{\\an8}`), URLs and mail addresses of a SubRip cue."""
    return [*inline_spans(text), *(Span(match.start(), match.end()) for match in _OVERRIDE.finditer(text))]


def webvtt_spans(text: str) -> list[Span]:
    """Tags, timestamps, readings, URLs and those references of a WebVTT cue that are not decoded."""
    if len(text) > LONG:
        # It is cut at sentences, which must not cut a reference.
        kept = [match.span() for match in _AMPERSAND.finditer(text)]
    else:
        kept = [match.span() for match in REFERENCE.finditer(text) if _stays(match.group())]
    urls = [(match.start(), _url_end(text, *match.span())) for match in URL.finditer(text)]
    return [*_tag_spans(text), *(Span(start, end) for start, end in [*kept, *urls, *_like_tags(text)])]


def decoded(text: str) -> str:
    """`text` with what its references say in their place."""
    return REFERENCE.sub(lambda match: _says(match.group()), text) if "&" in text else text


def speller(source: str) -> Callable[[str], str]:
    """How a translation is spelled in WebVTT: with the references of its source, and never as markup."""
    prose = WEBVTT_MARKUP.sub("", source)
    bare = set(REFERENCE.sub("", prose))
    characters = {"&": "&amp;", "<": "&lt;", ">": ">" if ">" in bare else "&gt;"}
    for match in REFERENCE.finditer(prose):
        says = _says(match.group())
        if len(says) == 1 and says not in bare and match.group().endswith(";") and not _stays(match.group()):
            characters[says] = match.group()
    return partial(_spelled, str.maketrans(characters))


def webvtt_margins(text: str) -> tuple[str, str, str]:
    """What stands before the prose of a cue, the prose, and what stands behind it.

    Hard spaces at its ends only move it on the screen. A tag that is not closed takes all that follows with it.
    """
    unclosed = text.find("<", text.rfind(">") + 1)
    start, end = 0, len(text) if unclosed < 0 else unclosed
    while start < end and (step := _space_at(text, start)):
        start += step
    while start < end and (step := _space_before(text, end, start)):
        end -= step
    return text[:start], text[start:end], text[end:]


def _url_end(text: str, start: int, end: int) -> int:
    """Where a URL ends: before a reference to anything but an ampersand between its parts."""
    for match in REFERENCE.finditer(text, start, end + 1):
        if match.group().endswith(";") and (match.end() > end or _says(match.group()) != "&"):
            return match.start()
    return end


def _like_tags(text: str) -> Iterator[tuple[int, int]]:
    """The stretches whose references say a numbered tag."""
    if "&" not in text:
        return
    says: list[str] = []
    stretches: list[tuple[int, int]] = []
    for match in _CHARACTER.finditer(text):
        said = _says(match.group()) if match.group()[0] == "&" and len(match.group()) > 1 else match.group()
        says.append(said)
        stretches.extend([match.span()] * len(said))
    for match in TAG.finditer("".join(says)):
        yield stretches[match.start()][0], stretches[match.end() - 1][1]


def _spelled(characters: dict[int, str], text: str) -> str:
    return text.translate(characters)


def _says(reference: str) -> str:
    return reference if _is_no_number(reference) else html.unescape(reference)


def _is_no_number(reference: str) -> bool:
    return reference[1] == "#" and len(reference) > _LONGEST_NUMBER


def _stays(reference: str) -> bool:
    """Whether a reference would be lost as a character: white space, control characters, what says nothing."""
    if reference == _HARD_SPACE:
        return False
    first = _says(reference)[:1]
    return (
        _is_no_number(reference)
        or first in ("", "\ufffd")
        or first.isspace()
        or unicodedata.category(first) == "Cc"
    )


def _space_at(text: str, at: int) -> int:
    return len(_HARD_SPACE) if text.startswith(_HARD_SPACE, at) else int(text[at].isspace())


def _space_before(text: str, at: int, start: int) -> int:
    return len(_HARD_SPACE) if text.endswith(_HARD_SPACE, start, at) else int(text[at - 1].isspace())


def _tag_spans(text: str) -> Iterator[Span]:
    opened: list[re.Match[str]] = []
    waiting: Counter[str] = Counter()
    for match in _TAG.finditer(text):
        name = match["name"]
        if not name:
            yield Span(match.start(), match.end())
        elif not match["closing"]:
            opened.append(match)
            waiting[name] += 1
        elif waiting[name]:
            # Tags that are opened inside and not closed there stand alone.
            while (tag := opened.pop())["name"] != name:
                waiting[tag["name"]] -= 1
                yield Span(tag.start(), tag.end())
            waiting[name] -= 1
            yield Span(tag.start(), match.end(), (tag.end(), match.start()))
        else:
            yield Span(match.start(), match.end())
    yield from (Span(tag.start(), tag.end()) for tag in opened)
