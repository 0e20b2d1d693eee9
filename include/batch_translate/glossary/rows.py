"""What does a row of a glossary say about one language pair? CSV, TSV and TOML use the same names."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from batch_translate.errors import SettingsError
from batch_translate.glossary.folding import folded
from batch_translate.glossary.terms import Term
from batch_translate.languages import base_language, checked_tag

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = (
    "source", "target", "source_language", "target_language", "forbidden", "case_sensitive", "inflected",
    "do_not_translate", "note",
)  # fmt: skip
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Row(NamedTuple):
    """`place` is the file with the line or number of the row; `values` has no empty ones."""

    place: str
    values: Mapping[str, object]


class Entry(NamedTuple):
    """A term of one pair. Of two for the same source the one that names its languages more exactly counts."""

    place: str
    term: Term
    exactness: tuple[int, int]


def column_name(name: str, place: str) -> str:
    """A column's name, or a language tag in its usual spelling.

    Raises SettingsError when it is neither.
    """
    known = name.strip().lower()
    if known in COLUMNS:
        return known
    try:
        return checked_tag(name.strip())
    except SettingsError:
        raise SettingsError(
            f"{place}: there is no column {name.strip()!r} in a glossary; the columns are {', '.join(COLUMNS)}, "
            "and language tags such as ja, en, pt-BR"
        ) from None


def entry_of(row: Row, source_language: str, target_language: str) -> Entry | None:
    """The term of a row, None when it is one of other languages. Raises SettingsError with the row's place."""
    said = row.values
    exactness = (
        _exactness(row, "target_language", target_language),
        _exactness(row, "source_language", source_language),
    )
    if min(exactness) < 0:
        return None
    tags = {name: value for name, value in said.items() if name not in COLUMNS}
    source_tag, target_tag = _tag_of(source_language, tags), _tag_of(target_language, tags)
    in_other_languages = tags.keys() - {source_tag, target_tag}
    source = _text(row, "source", _one_of(row, "source", source_tag))
    if not source:
        if in_other_languages:
            return None
        raise SettingsError(f"{row.place}: the source is empty: write the term there, or delete the row")
    wanted = _one_of(row, "target", target_tag)
    target = _text(row, "target", _of_language(row, wanted, target_language))
    term = Term(
        source,
        _verbatim(row, source, target) if _flag(row, "do_not_translate", False) else target,
        _forbidden(row, target_language),
        case_sensitive=_flag(row, "case_sensitive", False),
        inflected=_flag(row, "inflected", True),
        note=_text(row, "note", said.get("note")),
    )
    # What is forbidden without a language is so for the languages that have a target here.
    own = term.target or (term.forbidden and isinstance(said["forbidden"], dict))
    if not own and (in_other_languages or isinstance(wanted, dict)):
        return None
    _refuse_contradictions(row.place, term)
    return Entry(row.place, term, exactness)


def _verbatim(row: Row, source: str, target: str) -> str:
    if target not in ("", source):
        raise SettingsError(
            f"{row.place}: do_not_translate is said of {source!r}, and its target is {target!r}: take one away"
        )
    return source


def _refuse_contradictions(place: str, term: Term) -> None:
    if not folded(term.source).strip():
        raise SettingsError(f"{place}: the source {term.source!r} has nothing that could be found in a text")
    if not (term.target or term.forbidden):
        raise SettingsError(
            f"{place}: {term.source!r} has no target: write its translation, or what is forbidden, or yes under "
            "do_not_translate"
        )
    same = {spelled(word, term.case_sensitive): word for word in term.forbidden}
    if (word := same.get(spelled(term.target, term.case_sensitive))) is not None:
        raise SettingsError(
            f"{place}: {word!r} is forbidden and is the target {term.target!r}: take one of them away; where only "
            "the case differs, say yes under case_sensitive"
        )


def spelled(text: str, case_sensitive: bool) -> str:
    """What two wordings have in common that are found at the same places."""
    return folded(text) if case_sensitive else folded(text).lower()


def _exactness(row: Row, name: str, language: str) -> int:
    """0 for a row of any language, 1 for its base language, 2 for the language itself, -1 for another one."""
    said = _text(row, name, row.values.get(name))
    if not said:
        return 0
    tag = _tag(row, said)
    return 2 if tag == language else 1 if tag == base_language(language) else -1


def _tag(row: Row, said: str) -> str:
    try:
        return checked_tag(said)
    except SettingsError as error:
        raise SettingsError(f"{row.place}: {error}") from None


def _tag_of(language: str, tags: Mapping[str, object]) -> str | None:
    return next((tag for tag in (language, base_language(language)) if tag in tags), None)


def _of_language(row: Row, value: object, language: str) -> object:
    """What a table of languages has for one; anything else as it is."""
    if not isinstance(value, dict):
        return value
    tagged = {_tag(row, name): text for name, text in value.items()}
    tag = _tag_of(language, tagged)
    return None if tag is None else tagged[tag]


def _one_of(row: Row, name: str, tag: str | None) -> object:
    if tag is None:
        return row.values.get(name)
    if name in row.values:
        raise SettingsError(f"{row.place}: {name} and {tag} both say the {name}: take one of them away")
    return row.values[tag]


def _text(row: Row, name: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise SettingsError(f"{row.place}: {name} is {value!r}, which is no text")
    return unicodedata.normalize("NFC", value.strip())


def _flag(row: Row, name: str, default: bool) -> bool:
    value = row.values.get(name, default)
    if isinstance(value, str):
        value = _FLAGS.get(value.lower(), value)
    if not isinstance(value, bool):
        raise SettingsError(f"{row.place}: {name} is {value!r}; it is yes or no")
    return value


def _forbidden(row: Row, language: str) -> tuple[str, ...]:
    value = _of_language(row, row.values.get("forbidden"), language) or []
    words = value.split("|") if isinstance(value, str) else value
    if not isinstance(words, list):
        raise SettingsError(f"{row.place}: forbidden is {value!r}, which is no list of words")
    texts = {_text(row, "forbidden", word) for word in words}
    return tuple(sorted(filter(None, texts)))  # their order must not ask anything again
