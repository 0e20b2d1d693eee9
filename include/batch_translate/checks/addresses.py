"""Do the URLs and mail addresses of a source stand in its translation, unchanged, and no others?

A URL may lead to the same page in the other language: what names one of the two languages in it (`/ja/`, `hl=ja`,
`ja.example.org`) does not count.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from batch_translate.languages import base_language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_translate.checks.pair import Pair

# RFC 3986's characters. Japanese that follows without a space ends it, and so do a tag and a placeholder.
_ADDRESS = re.compile(
    r"(?P<url>[a-z]{2,8}://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+)"
    r"|(?a:(?<![\w.%+-])(?P<mail>[\w.%+-]+@[\w-]+(?:\.[\w-]+)+))",
    re.IGNORECASE,
)
_END = ".,;:!?'*_"
_PIECE = re.compile(r"([/.?&=#])")
_SLASHES = re.compile("/+")
# Countries that stand for a language where a site has one folder for each.
_COUNTRIES = {"ja": ("jp",), "en": ("us", "gb", "uk"), "zh": ("cn", "tw"), "ko": ("kr",)}


def check_addresses(pair: Pair) -> Iterable[str]:
    """One sentence for each address that is missing, made up or changed."""
    source, target = pair.source, pair.target
    if not ("://" in source or "://" in target or "@" in source or "@" in target):
        return ()
    wanted, found = _addresses(source), _addresses(target)
    return () if wanted == found else _compare(wanted, found, pair)


def _compare(wanted: set[str], found: set[str], pair: Pair) -> list[str]:
    tags = _language_tags(pair.source_language) | _language_tags(pair.target_language)
    sources = {_key(address, tags): address for address in sorted(wanted)}
    targets = {_key(address, tags): address for address in sorted(found)}
    missing = [address for key, address in sources.items() if key not in targets]
    added = [address for key, address in targets.items() if key not in sources]
    if added and not pair.source.isascii():
        # Full-width addresses, written so against spam.
        plain = unicodedata.normalize("NFKC", pair.source)
        added = [address for address in added if address not in plain]
    if len(missing) == len(added) == 1:
        return [f"The source has the address {missing[0]}, the translation has {added[0]} instead."]
    return [
        *(f"The source has the address {address}, which the translation lacks." for address in missing),
        *(f"The translation has the address {address}, which the source does not have." for address in added),
    ]


def _addresses(text: str) -> set[str]:
    return {match["mail"] or _without_end(match["url"]) for match in _ADDRESS.finditer(text)}


def _without_end(url: str) -> str:
    """`url` without the punctuation of the sentence it stands in."""
    shorter = url.rstrip(_END + ")]")
    after = url[len(shorter) : len(shorter) + 1]
    opening = {")": "(", "]": "["}.get(after)
    is_open = opening is not None and shorter.count(opening) > shorter.count(after)
    return shorter + after if is_open else shorter


def _language_tags(language: str) -> set[str]:
    base = base_language(language).lower()
    countries = _COUNTRIES.get(base, ())
    tags = {base, language.lower(), language.lower().replace("-", "_"), *countries}
    return tags | {f"{base}{joint}{country}" for country in countries for joint in "-_"}


def _key(address: str, tags: set[str]) -> str:
    """Equal for addresses that differ only in the language they name."""
    if "://" not in address:
        return address.lower()
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    labels = host.lower().split(".")
    if labels[0] in tags and len(labels) > 2:
        labels = labels[1:]
    kept = "".join(piece for piece in _PIECE.split(slash + path) if piece.lower() not in tags)
    return f"{scheme.lower()}://{'.'.join(labels)}{_SLASHES.sub('/', kept).rstrip('/')}"
