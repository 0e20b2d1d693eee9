"""How is a target written so that it says the same in Markdown? Escaped as little as it may be, and read again.

What is written has, read again, the tags of the target around the texts of the target: no character of a
translation becomes markup, no mark of the source loses its effect by what now stands beside it.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TYPE_CHECKING

from markdown_it.common.utils import unescapeAll

from batch_translate.markup.tags import TAG, Protected, protect, restore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batch_translate.markup.tags import Span

_PUNCTUATION = re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_LESS = r"(?:\\?<|&(?:lt|LT|\#0*+60|\#[xX]0*+3[cC]);)"
_SLASH = r"(?:\\?/|&(?:sol|\#0*+47|\#[xX]0*+2[fF]);)"
_MORE = r"(?:\\?>|&(?:gt|GT|\#0*+62|\#[xX]0*+3[eE]);)"
_DIGIT = r"(?:[0-9]|&(?:\#0*+(?:4[89]|5[0-7])|\#[xX]0*+3[0-9]);)"
_LIKE_TAG = re.compile(f"{_LESS}{_SLASH}?{_DIGIT}++{_SLASH}?{_MORE}")
_LIGHTLY = re.compile(rf"\\(?=[{_PUNCTUATION}\s]|\Z)|&(?=#?[A-Za-z0-9]+;)")
_FULLY = re.compile(r"[\\`*_\[\]<~$&{!@]|:(?=//)|(?<=\bwww)\.|\A[:^]")
_ASTERISKS = re.compile(r"\*+")
_ESCAPED_ASTERISK = re.compile(r"\\\*|&(?:#|(?:mid)?ast;)")
_EMPHASIS = re.compile(r"[*_]{1,2}|~~")


def protect_markdown(text: str, spans: Iterable[Span]) -> Protected:
    """`text` with tags, its character references and backslash escapes as what they say."""
    return protect(text, spans, decode=unescapeAll, like_tags=_LIKE_TAG)


def tidy(target: str) -> str:
    """`target` without white space that would end a paragraph, break a line or begin a code block."""
    lines = [line.lstrip(" \t") for line in target.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    # A single space at a line's end has no meaning; models may have kept it from the source.
    return "\n".join(line.rstrip(" ") if line.endswith("  ") else line for line in lines if line).strip()


def written_ways(target: str, source: Protected, before: str = "", after: str = "") -> Iterable[str]:
    """The ways to write `target` beside what stands `before` and `after` it, the plainest first."""
    if restore(target, source.originals) is None:
        return
    for alternate, escaped in itertools.product((False, True), (_LIGHTLY, _FULLY)):
        originals = _alternated(target, source) if alternate else dict(source.originals)
        if alternate and originals == source.originals:
            return
        yield _written(before + target + after, originals, escaped)[len(before) :].removesuffix(after)


def says(
    written: str,
    target: str,
    source: Protected,
    read: Callable[[str], Protected],
    markdown: str,
    before: str = "",
    after: str = "",
) -> bool:
    """Whether `written` says `target` when it is read; `markdown` is what the source was written as."""
    found = read(before + written + after)
    wanted = before + target + after
    if _shape(found.text, found) == _shape(wanted, source):
        return True
    # Beside Japanese `**「強調」**` has no effect for CommonMark, though its author meant it to, and other
    # languages put spaces there. Asterisks that were taken over are not escaped for having one.
    runs = _ASTERISKS.findall(source.text)
    if set(runs) != {"**"} or runs != _ASTERISKS.findall(target) or "**" in source.originals.values():
        return False
    if _ESCAPED_ASTERISK.search(markdown):
        return False
    return _loose(found.text, found) == _loose(wanted, source)


def _loose(text: str, protected: Protected) -> list[str]:
    """The shape with strong emphasis as the asterisks it is written with."""
    strong = {tag for tag, original in protected.originals.items() if original == "**"}
    return _shape(TAG.sub(lambda match: "**" if match.group() in strong else match.group(), text), protected)


def _shape(text: str, protected: Protected) -> list[str]:
    """Texts, tags and originals by turns: white space aside, and one mark of emphasis like the other."""
    shape: list[str] = []
    numbers: dict[str, int] = {}
    position = 0
    for match in TAG.finditer(text):
        original = protected.originals.get(match.group(), match.group())
        if _EMPHASIS.fullmatch(original):
            original = original.replace("_", "*")
        number = numbers.setdefault(match[2], len(numbers))
        shape += (text[position : match.start()], f"{match[1]}{number}{match[3]}", original)
        position = match.end()
    return ["".join(piece.split()) for piece in [*shape, text[position:]]]


def _written(target: str, originals: dict[str, str], escaped: re.Pattern[str]) -> str:
    pieces: list[str] = []
    position = 0
    tags = list(TAG.finditer(target))
    for match in [*tags, None]:
        text = target[position : match.start() if match else len(target)]
        pieces.append(escaped.sub(_escape, text))
        if match:
            pieces.append(originals[match.group()])
            position = match.end()
    for index, match in enumerate(tags):
        if _EMPHASIS.fullmatch(pieces[2 * index + 1]):
            _mend_flanks(pieces, 2 * index + 1, bool(match[1]))
    return "".join(pieces)


def _escape(match: re.Match[str]) -> str:
    return "&amp;" if match.group() == "&" else "\\" + match.group()


def _mend_flanks(pieces: list[str], index: int, closing: bool) -> None:
    """Write a neighbour of an emphasis mark as a character reference where else it would be no mark.

    By CommonMark's rule (https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run) a mark has no effect
    between a letter outside and punctuation inside, which Japanese has often; a reference is punctuation to it.
    """
    left, right = "".join(pieces[max(0, index - 3) : index]), "".join(pieces[index + 1 : index + 4])
    outer, inner = (right[:1], left[-1:]) if closing else (left[-1:], right[:1])
    if inner.isspace():
        # White space inside a mark takes its effect as well; outside it says the same.
        _move_out(pieces, index, closing)
        return
    if _is_letter(outer) and (not _is_letter(inner) or pieces[index][0] == "_"):
        _refer(pieces, index + 1 if closing else index - 1, last=not closing)


def _move_out(pieces: list[str], index: int, closing: bool) -> None:
    if closing:
        text = pieces[index - 1].rstrip()
        pieces[index + 1] = pieces[index - 1][len(text) :] + pieces[index + 1]
        pieces[index - 1] = text
    else:
        text = pieces[index + 1].lstrip()
        pieces[index - 1] += pieces[index + 1][: len(pieces[index + 1]) - len(text)]
        pieces[index + 1] = text


def _refer(pieces: list[str], index: int, *, last: bool) -> None:
    piece = pieces[index]
    if not piece:
        return
    if last:
        pieces[index] = f"{piece[:-1]}&#{ord(piece[-1])};"
    else:
        pieces[index] = f"&#{ord(piece[0])};{piece[1:]}"


def _is_letter(character: str) -> bool:
    return bool(character) and not character.isspace() and unicodedata.category(character)[0] not in "PS"


def _alternated(target: str, source: Protected) -> dict[str, str]:
    """The originals, every second emphasis of `target` with the other mark: `*a**b*` is not two of them."""
    originals = dict(source.originals)
    count = 0
    for match in TAG.finditer(target):
        if match[1] or match[3] or not re.fullmatch(r"[*_]+", originals[match.group()]):
            continue
        count += 1
        mark = "*_"[count % 2 == 0]
        for tag in (match.group(), f"</{match[2]}>"):
            originals[tag] = mark * len(originals[tag])
    return originals
