"""Where are the texts of a Markdown document's YAML front matter? Found in its source and edited there.

Keys, comments, order and quoting stay. A target is written in the style of its source where YAML allows it there,
else double-quoted, and only if YAML then reads back exactly that text.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING

import yaml

from batch_translate.documents.text_format import Parts, Slot, cut_margins
from batch_translate.segments import Problem, Segment

if TYPE_CHECKING:
    from batch_translate.documents.document import DocumentSettings

_FENCED = re.compile(r"(---|\+\+\+)[ \t]*(?:\r\n?|\n)(.*?(?:\r\n?|\n))??\1[ \t]*(?:\r\n?|\n|\Z)", re.DOTALL)


def cut_front_matter(text: str) -> tuple[str, str]:
    """The front matter with its fences, "" where there is none, and the rest."""
    match = _FENCED.match(text)
    end = match.end() if match else 0
    return text[:end], text[end:]


def front_matter_parts(text: str, settings: DocumentSettings) -> Parts:
    """The parts of front matter as `cut_front_matter` gives it."""
    match = _FENCED.match(text)
    if match is None or match[2] is None:
        yield text
    elif match[1] == "+++":
        yield Problem("front matter", "is TOML, which is not read; it stays as it is")
        yield text
    else:
        yield text[: match.start(2)]
        yield from _yaml_parts(match[2], settings.front_matter)
        yield text[match.end(2) :]


def _yaml_parts(text: str, keys: tuple[str, ...]) -> Parts:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        yield Problem("front matter", f"is not YAML ({' '.join(str(error).split())}); it stays as it is")
        yield text
        return
    position = 0
    for key, value in _scalars(root, keys).items():
        start, end = value.start_mark.index, value.end_mark.index
        yield text[position:start]
        _, core, _ = cut_margins(value.value)
        yield Slot(Segment(f"front matter, {key}", core), text[start:end], partial(_put, value, text[start:end]))
        position = end
    yield text[position:]


def _scalars(root: yaml.Node | None, keys: tuple[str, ...]) -> dict[str, yaml.ScalarNode]:
    if not isinstance(root, yaml.MappingNode):
        return {}
    return {
        key.value: value
        for key, value in root.value
        if key.value in keys and value.tag == "tag:yaml.org,2002:str" and value.value.strip()
    }


def _put(source: yaml.ScalarNode, raw: str, target: str) -> str | None:
    before, _, after = cut_margins(source.value)
    text = before + target + after
    double = json.dumps(text, ensure_ascii=False)
    tail = raw[len(raw.rstrip("\r\n")) :]  # a block scalar ends with its last line's end
    written = {None: text, "'": "'" + text.replace("'", "''") + "'"}.get(source.style, double)
    return next((way + tail for way in (written, double) if _reads_as(way, text)), None)


def _reads_as(written: str, text: str) -> bool:
    try:
        read: object = yaml.safe_load(f"key: {written}\nnext: 1\n")
    except yaml.YAMLError:
        return False
    return read == {"key": text, "next": 1}
