"""Has the translation the form of its source: lines, brackets and quotation marks, and nothing a machine left?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_translate.checks.prose import prose, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.checks.pair import Pair

_BRACKETS = re.compile(r"[()\[\]（）［］【】「」『』〔〕“”]")
_KINDS = (("(（", ")）"), ("[［【〔", "]］】〕"), ("「『“", "」』”"))
_ARTEFACTS = re.compile(
    r"""
      \\[nrt"]|\\u[0-9A-Fa-f]{4}                                # an escape that says itself
    | \ufffd
    | &(?:amp|lt|gt|quot|apos|nbsp|\#[0-9]{1,6}|\#x[0-9A-Fa-f]{1,6});
    | </?(?:br|p|b|i|u|em|strong|span|div|ul|ol|li|a|h[1-6]|code|pre|font|s)(?:\s[^<>]*)?/?>
    | ```
    | "[0-9]{1,3}"\s*:\s*"                                        # the answer's JSON
    | ^\s*\{\s*"\w+"\s*:
    | \b(?:[Ss]lot|SLOT)\s*[0-9]+\b
    | (?:Ã[\x80-\xbf]|â€|ã[\x80-\x9f\u0192\u201a])                # UTF-8 read as Latin-1
    | <\|[a-z_]+\|>|\[/?INST\]                                    # a model's own marks
    """,
    re.VERBOSE,
)
_LIST_MARK = re.compile(r"^\s*(?:[-*+・•●]|[0-9]{1,3}[.)．）])\s*", re.MULTILINE)


def check_lines(pair: Pair) -> Sequence[str]:
    """The translation has another number of lines than the source text."""
    wanted, found = pair.source.count("\n"), pair.target.count("\n")
    if wanted == found:
        return ()
    return (f"The source text has {wanted + 1} lines, the translation {found + 1}.",)


def check_brackets(pair: Pair) -> Sequence[str]:
    """A bracket or quotation mark is opened and not closed, or the other way round, and not so in the source."""
    if _BRACKETS.search(pair.target) is None:
        return ()
    target, source = prose(pair.target), prose(pair.source)
    findings: list[str] = []
    for opening, closing in _KINDS:
        if _balance(target, opening, closing) and not _balance(source, opening, closing):
            shown = f"{opening[0]} {closing[0]}"
            findings.append(f"Of the marks {shown!r} one is opened and not closed, or the other way round.")
    return findings


def check_artefacts(pair: Pair) -> Sequence[str]:
    """Something a machine left: escapes, character references, HTML tags, JSON, broken encoding."""
    target = pair.target
    if (
        target.isascii()
        and "\\" not in target
        and "&" not in target
        and "<" not in target
        and '"' not in target
        and "`" not in target
        and "lot" not in target
        and "INST" not in target
    ):
        return ()
    found = _ARTEFACTS.findall(target)
    if not found:
        return ()
    allowed = _ARTEFACTS.findall(pair.source)
    strange = [it for it in dict.fromkeys(found) if found.count(it) > allowed.count(it)]
    # A character that the source has as it is may not come as a reference.
    return [f"The translation has {shortened(it)!r}, which is not in the source text." for it in strange]


def _balance(text: str, opening: str, closing: str) -> int:
    # `1)` and `a)` at a line's beginning are marks of lists.
    text = _LIST_MARK.sub("", text) if ")" in closing else text
    return sum(map(text.count, opening)) - sum(map(text.count, closing))
