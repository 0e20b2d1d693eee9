"""Which attributes of an HTML tag hold texts for people?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from batch_translate.documents.html.prose import Placed, Prose, value_prose
from batch_translate.documents.text_format import Slot
from batch_translate.segments import Segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.documents.html.tokens import Attribute, Token

_ON_ANY = frozenset(
    ["title", "aria-label", "aria-description", "aria-placeholder", "aria-roledescription", "aria-valuetext"]
)
_ON = {
    "alt": frozenset(["img", "area", "input", "applet"]),
    "placeholder": frozenset(["input", "textarea"]),
    "label": frozenset(["optgroup", "option", "track", "menuitem"]),
    "summary": frozenset(["table"]),
}
# Here a title names a set of style sheets.
_NO_TITLE = frozenset(["link", "style"])
_SWITCHES = {"": "yes", "yes": "yes", "no": "no"}
_BUTTONS = frozenset(["submit", "button", "reset"])


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_META = _names(
    """description keywords application-name og:title og:description og:site_name og:image:alt
    twitter:title twitter:description twitter:image:alt"""
)


def value_of(token: Token, name: str, text: str) -> str | None:
    """The value of the tag's attribute as it is written; None where the tag has none of this name."""
    found = next((it for it in token.attributes if it.name == name), None)
    return None if found is None else text[found.start : found.end]


def language_switch(token: Token, text: str) -> str:
    """What the tag says of its translation: "yes", "no", or "" where it says nothing."""
    if not token.attributes:
        return ""
    if "notranslate" in (value_of(token, "class", text) or "").split():
        return "no"
    value = value_of(token, "translate", text)
    return "" if value is None else _SWITCHES.get(value.strip().lower(), "")


def values(token: Token, text: str) -> Iterator[tuple[Attribute, int, Prose]]:
    """The attributes to be translated, each with its prose and where that starts."""
    for attribute in token.attributes:
        if attribute.start == attribute.end or not _is_text(token, attribute.name, text):
            continue
        found = value_prose(text, attribute.start, attribute.end, attribute.quote or '"')
        if found is not None:
            yield attribute, *found


def placed(attribute: Attribute, start: int, prose: Prose, place: str, text: str) -> Placed:
    """The attribute's value as a slot."""
    segment = Segment(place, prose.protected.text)
    end = start + len(prose.source)
    if attribute.quote:
        return Placed(start, end, Slot(segment, prose.source, prose.restored))
    # A translation has spaces: it is quoted.
    before, after = f'"{text[attribute.start : start]}', f'{text[end : attribute.end]}"'
    put = partial(_quoted, prose, before, after)
    return Placed(attribute.start, attribute.end, Slot(segment, text[attribute.start : attribute.end], put))


def _quoted(prose: Prose, before: str, after: str, target: str) -> str | None:
    restored = prose.restored(target)
    return None if restored is None else before + restored + after


def _is_text(token: Token, name: str, text: str) -> bool:
    if name in _ON_ANY:
        return not (name == "title" and token.name in _NO_TITLE)
    if name in _ON:
        return token.name in _ON[name]
    if name == "value" and token.name == "input":
        return (value_of(token, "type", text) or "").strip().lower() in _BUTTONS
    if name == "content" and token.name == "meta":
        return any((value_of(token, key, text) or "").strip().lower() in _META for key in ("name", "property"))
    return False
