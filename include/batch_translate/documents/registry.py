"""Which format reads a file? Decided by the file name's ending.

A new format is a module and a line here. Formats are imported when a file asks for them: what one of them needs
(a Markdown parser, YAML) costs nothing to a run that has no such file.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from batch_translate.documents.document import DocumentFormat

_FORMATS = {
    ".csv": "delimited:Csv",
    ".tsv": "delimited:Tsv",
    ".jsonl": "jsonl:JsonLines",
    ".txt": "plain:PlainText",
    ".md": "markdown.document:Markdown",
    ".markdown": "markdown.document:Markdown",
    ".parquet": "parquet.document:Parquet",
    ".html": "html.document:Html",
    ".htm": "html.document:Html",
    ".po": "gettext.document:Po",
    ".pot": "gettext.document:Po",
    ".xlf": "xliff.document:Xliff",
    ".xliff": "xliff.document:Xliff",
    ".srt": "subtitles.document:SubRip",
    ".vtt": "subtitles.document:WebVtt",
    ".json": "messages.json_messages:JsonMessages",
    ".yaml": "messages.yaml_messages:YamlMessages",
    ".yml": "messages.yaml_messages:YamlMessages",
}

SUPPORTED_ENDINGS = tuple(_FORMATS)


def format_of(name: str) -> DocumentFormat | None:
    """The format of a file called `name`, None when there is none for its ending."""
    entry = _FORMATS.get(PurePosixPath(name).suffix.lower())
    return None if entry is None else _load(entry)


@cache
def _load(entry: str) -> DocumentFormat:
    module, _, name = entry.partition(":")
    format_class = getattr(import_module(f"batch_translate.documents.{module}"), name)
    return cast("DocumentFormat", format_class())
