"""What every document format promises, as tests which each format's class inherits."""

from __future__ import annotations

import os
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_translate.documents.document import DocumentFormat, DocumentSettings
from batch_translate.documents.registry import format_of
from batch_translate.errors import DocumentError
from batch_translate.markup.placeholders import compare
from batch_translate.markup.tags import TAG
from batch_translate.segments import Problem, Segment

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_translate.segments import Fits

CORPUS = Path(
    os.environ.get("BATCH_TRANSLATE_CORPUS")
    or Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus" / "input"
)
REPLACE = DocumentSettings(mode="replace")
# `make fuzz` asks for more, and for others each time.
MORE = os.environ.get("FUZZ_EXAMPLES")
EXAMPLES = settings(
    max_examples=int(MORE or 200),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=MORE is None,
    database=None,
)
WORDS = st.text("あいう漢字。、 abc<>1/{}%s*_`#|-~", min_size=1, max_size=12)
# What one small document may take, on a busy machine: far above what it takes, far below what a person waits.
MOST_SECONDS = 5.0


def corpus_files(*endings: str) -> list[Path]:
    return sorted(path for path in CORPUS.rglob("*") if path.suffix.lower() in endings)


def format_for(name: str) -> DocumentFormat:
    found = format_of(name)
    assert found is not None
    return found


def read(name: str, content: bytes, setting: DocumentSettings = REPLACE) -> tuple[list[Segment], list[Problem]]:
    found = list(format_for(name).read(BytesIO(content), name, setting))
    return [it for it in found if isinstance(it, Segment)], [it for it in found if isinstance(it, Problem)]


def write(
    name: str,
    content: bytes,
    translate: Callable[[Segment], str | None],
    setting: DocumentSettings = REPLACE,
    refused: list[Segment] | None = None,
    language: str = "en",
) -> bytes:
    """The document with what `translate` gives; `refused` takes the segments whose translation does not fit."""

    def targets(segment: Segment, fits: Fits) -> str | None:
        if segment.only_for and language not in segment.only_for.split():
            return None
        target = translate(segment)
        if target is not None and not fits(target):
            if refused is not None:
                refused.append(segment)
            return None
        return target

    output = BytesIO()
    format_for(name).write(BytesIO(content), output, name, setting, language, targets)
    return output.getvalue()


def mark(segment: Segment) -> str:
    return f"〔{segment.text}〕"


def same(segment: Segment) -> str:
    return segment.text


def without_tags(segment: Segment) -> str:
    return TAG.sub("", segment.text)


class FormatConformance:
    """What every format promises. `sample` is a UTF-8 document with several segments and line feeds.

    `documents` generates any document of the format. `markup_only` is one without a segment. `with_tag` is one
    in which at least one segment has a numbered tag, "" for a format that has none.
    """

    name: ClassVar[str]
    sample: ClassVar[str]
    markup_only: ClassVar[str]
    with_tag: ClassVar[str]
    documents: ClassVar[st.SearchStrategy[str]]
    setting: ClassVar[DocumentSettings] = REPLACE
    language: ClassVar[str] = "en"

    def meaning(self, content: bytes) -> object:
        """What has to be equal when marks are taken away again; the bytes, unless a text has several spellings."""
        return content

    def encoded(self, document: str) -> bytes:
        """The file that a document of this suite stands for."""
        return document.encode()

    def unmarked(self, content: bytes) -> bytes:
        """A document written with `mark`, without the marks."""
        return content.replace("〔".encode(), b"").replace("〕".encode(), b"")

    def read(self, content: bytes) -> tuple[list[Segment], list[Problem]]:
        return read(self.name, content, self.setting)

    def write(
        self, content: bytes, translate: Callable[[Segment], str | None], refused: list[Segment] | None = None
    ) -> bytes:
        return write(self.name, content, translate, self.setting, refused, self.language)

    def check(self, content: bytes) -> None:
        """Identity, marking and reading again hold for this document."""
        segments, _ = self.read(content)
        assert self.read(content)[0] == segments
        assert len({segment.place for segment in segments}) == len(segments)
        for segment in segments:
            assert segment.text == segment.text.strip() != ""
        asked: list[Segment] = []
        assert self.write(content, lambda segment: asked.append(segment)) == content
        assert asked == [segment for segment in segments if self.is_for_language(segment)]
        assert self.write(content, same) == content
        refused: list[Segment] = []
        marked = self.write(content, mark, refused)
        assert refused == []
        self.check_marked(content, segments, marked)

    def is_for_language(self, segment: Segment) -> bool:
        return not segment.only_for or self.language in segment.only_for.split()

    def check_marked(self, content: bytes, segments: list[Segment], marked: bytes) -> None:
        """Only the segments have changed, and each is found again as it was written."""
        expected = [mark(segment) if self.is_for_language(segment) else segment.text for segment in segments]
        assert [segment.text for segment in self.read(marked)[0]] == expected
        # Documents may have such brackets of their own.
        assert self.meaning(self.unmarked(marked)) == self.meaning(self.unmarked(content))

    def test_sample_has_segments_and_comes_back(self) -> None:
        assert len(self.read(self.encoded(self.sample))[0]) > 1
        self.check(self.encoded(self.sample))

    def test_markup_only_has_no_segments_and_comes_back(self) -> None:
        content = self.encoded(self.markup_only)
        assert self.read(content) == ([], [])
        assert self.write(content, mark) == content

    def test_dropped_placeholder_is_a_finding_and_never_a_broken_file(self) -> None:
        if not self.with_tag:
            return
        content = self.encoded(self.with_tag)
        segments, _ = self.read(content)
        tagged = [segment for segment in segments if TAG.search(segment.text)]
        assert tagged
        assert all(compare(segment.text, without_tags(segment)) for segment in tagged)
        refused: list[Segment] = []
        written = self.write(content, without_tags, refused)
        assert refused == tagged
        assert self.read(written)[0] == segments

    def test_source_stays_open(self) -> None:
        source = BytesIO(self.encoded(self.sample))
        list(format_for(self.name).read(source, self.name, self.setting))
        assert not source.closed

    def test_registry_knows_the_endings(self) -> None:
        found = format_for(self.name)
        for ending in found.endings:
            assert format_of(f"folder/NAME{ending.upper()}") is found

    def test_any_document_comes_back(self) -> None:
        @EXAMPLES
        @given(self.documents, st.sampled_from(["\n", "\r\n", "\r"]))
        def generated(document: str, line_end: str) -> None:
            self.check(self.encoded(document.replace("\n", line_end)))

        generated()

    def test_any_bytes_are_read_or_refused(self) -> None:
        sample = self.encoded(self.sample)

        @EXAMPLES
        @given(st.binary(max_size=200) | _damaged(sample) | self.documents.map(self.encoded).flatmap(_damaged))
        def generated(content: bytes) -> None:
            began = time.process_time()
            try:
                segments, _ = self.read(content)
                written = self.write(content, same)
            except DocumentError as error:
                refusal = error
            else:
                refusal = None
                assert self.read(written)[0] == segments
                self.write(content, mark)
            assert refusal is None or (refusal.document == self.name and refusal.reason)
            assert time.process_time() - began < MOST_SECONDS

        generated()

    def test_corpus_comes_back(self) -> None:
        files = corpus_files(*format_for(self.name).endings)
        if not files:
            pytest.skip(f"no {self.name} files: set BATCH_TRANSLATE_CORPUS to a folder of input documents")
        for path in files:
            self.check(self.as_utf8(path))

    def as_utf8(self, path: Path) -> bytes:
        return path.read_bytes()


class TextConformance(FormatConformance):
    """What formats promise besides that are text in whatever encoding."""

    def as_utf8(self, path: Path) -> bytes:
        content = path.read_bytes()
        try:
            content.decode()
        except UnicodeDecodeError:
            text = content.decode("cp932")
            assert self.write(content, same).decode() == text
            return text.encode()
        return content

    @pytest.mark.parametrize("line_end", ["\r\n", "\r"])
    def test_line_ends_are_kept(self, line_end: str) -> None:
        self.check(self.sample.replace("\n", line_end).encode())

    def test_byte_order_mark_is_kept(self) -> None:
        with_mark = self.sample.encode("utf-8-sig")
        assert self.read(with_mark) == self.read(self.sample.encode())
        self.check(with_mark)

    def test_missing_final_newline_is_kept(self) -> None:
        self.check(self.sample.rstrip("\n").encode())

    @pytest.mark.parametrize("content", [b"", b"\n", b"\r\n\r\n", "\ufeff".encode()])
    def test_empty_document_has_no_segments_and_comes_back(self, content: bytes) -> None:
        assert self.read(content) == ([], [])
        assert self.write(content, mark) == content

    @pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-16"])
    def test_other_encodings_are_recognised_and_written_as_utf8(self, encoding: str) -> None:
        segments, problems = self.read(self.sample.encode(encoding))
        assert segments == self.read(self.sample.encode())[0]
        assert [problem.level for problem in problems] == ["note"]
        written = self.write(self.sample.encode(encoding), same)
        assert written.decode("utf-8-sig") == self.sample


@st.composite
def _damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """`content` with a few stretches cut out, doubled, or overwritten."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 30)))
        middle = draw(
            st.sampled_from([b"", content[start:end] * 2, content[start:end] * 50, content[end : end + 20]])
            | st.binary(max_size=8)
            | WORDS.map(str.encode)
        )
        content = content[:start] + middle + content[end:]
    return content
