"""Review rows, and files from memory."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from batch_translate import keys
from batch_translate.reviews.rows import ReviewRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batch_translate.reviews.rows import Decision, Refused


def row(source: str = "在庫", answer: str = "stock", **changes: Any) -> ReviewRow:
    said = ReviewRow(
        day="2024-04-17",
        document="shop/items.csv",
        place="row 3, name",
        source_language="ja",
        target_language="en",
        segment_key=keys.segment_key("ja", "en", source),
        state="needs_review",
        source=source,
        answer=answer,
        findings="A number is missing.",
        before="前の文",
        occurrences=2,
    )
    return said._replace(**changes)


def written(write: Callable[[io.BytesIO, list[Any]], object], *rows: Any) -> bytes:
    file = io.BytesIO()
    write(file, list(rows))
    return file.getvalue()


def read(
    reader: Callable[[io.BytesIO, str], Iterator[Decision | Refused]], content: str | bytes
) -> list[Decision | Refused]:
    data = content.encode() if isinstance(content, str) else content
    return list(reader(io.BytesIO(data), "reviews.file"))


# Texts that must come back as they are, whatever carries them.
TEXTS = (
    "在庫",
    "<1>太字</1>と<2/>",
    "<1>外<2>中</2></1> <3/>{count}件 & \"q\" 'a' <b>",
    "lost <1> tag",
    "crossed <1><2></1></2>",
    "doubled <1/> <1/>",
    "１行目\n２行目\tタブ",
    "😀 𠮷野家 é é",
    "  ]]> <!-- &amp;".strip(),
)
