"""What a format is: two functions over one file, and the settings they share.

Both walk the document in the same order. `write` returns every byte that is not a translated segment as it was;
the caller's `targets` checks place and source of each segment before it gives a translation, so a format has
no way to put one beside another source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_translate.segments import Problem, Segment, Targets


@dataclass(frozen=True, slots=True)
class DocumentSettings:
    """How documents of one glob are read (translate.toml).

    `target_languages` are those of the run: which plural forms a document needs depends on them.
    `columns` and `id_columns` name the columns of tables and the keys of JSONL records; None: text columns are
    found by script, ids by name. `mode`: `add` puts `<column>_<language>` beside the source, `replace` replaces.
    `front_matter` are the Markdown front-matter keys whose texts are translated.
    """

    source_language: str = "ja"
    target_languages: tuple[str, ...] = ("en",)
    columns: tuple[str, ...] | None = None
    id_columns: tuple[str, ...] | None = None
    mode: Literal["add", "replace"] = "add"
    front_matter: tuple[str, ...] = ("title", "description", "summary", "excerpt", "subtitle", "lead")


class DocumentFormat(Protocol):
    """One file format. `name` is for people, `endings` are lower case with the dot (`.csv`)."""

    name: ClassVar[str]
    endings: ClassVar[tuple[str, ...]]

    def read(self, source: BinaryIO, document: str, settings: DocumentSettings) -> Iterator[Segment | Problem]:
        """Yield the document's segments in its order, and what is passed over.

        `source` is a seekable binary file at its start; `document` is its path below the dated folder, for
        messages. Raises DocumentError when the file cannot be read at all.
        """
        ...

    def write(
        self,
        source: BinaryIO,
        output: BinaryIO,
        document: str,
        settings: DocumentSettings,
        target_language: str,
        targets: Targets,
    ) -> None:
        """Write the document to `output` with each segment replaced by what `targets` gives for it.

        `targets` is called once for every segment that `read` yields, in that order, with the question whether a
        text can stand there; where it returns None the source text stays. Raises DocumentError as `read` does.
        """
        ...
