"""What every document format promises, as tests which each format's class inherits."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_translate.documents.document import DocumentFormat, DocumentSettings
from batch_translate.documents.registry import format_of
from batch_translate.errors import DocumentError
from batch_translate.segments import Problem, Segment, Targets

CORPUS = Path(
    os.environ.get("BATCH_TRANSLATE_CORPUS")
    or Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus" / "input"
)
REPLACE = DocumentSettings(mode="replace")
# `make fuzz` asks for more, and for others each time.
MORE = os.environ.get("FUZZ_EXAMPLES")
EXAMPLES = settings(
    max_examples=int(MORE or 100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=MORE is None,
    database=None,
)
WORDS = st.text("あいう漢字。、 abc<>1/{}%s*_`#|-~", min_size=1, max_size=12)


def corpus_files(*endings: str) -> list[Path]:
    return sorted(path for path in CORPUS.rglob("*") if path.suffix.lower() in endings)


def format_for(name: str) -> DocumentFormat:
    found = format_of(name)
    assert found is not None
    return found


def read(name: str, content: bytes, setting: DocumentSettings = REPLACE) -> tuple[list[Segment], list[Problem]]:
    found = list(format_for(name).read(BytesIO(content), name, setting))
    return [it for it in found if isinstance(it, Segment)], [it for it in found if isinstance(it, Problem)]


def write(name: str, content: bytes, targets: Targets, setting: DocumentSettings = REPLACE) -> bytes:
    output = BytesIO()
    format_for(name).write(BytesIO(content), output, name, setting, "en", targets)
    return output.getvalue()


def mark(segment: Segment) -> str:
    return f"⟦{segment.text}⟧"


def same(segment: Segment) -> str:
    return segment.text


class FormatConformance:
    """`sample` has several segments and line feeds; `documents` generates any document of the format."""

    name: ClassVar[str]
    sample: ClassVar[str]
    documents: ClassVar[st.SearchStrategy[str]]

    def meaning(self, content: bytes) -> object:
        """What has to be equal when marks are taken away again; the bytes, unless a text has several spellings."""
        return content

    def check(self, content: bytes) -> None:
        """Identity, marking and reading again hold for this UTF-8 document."""
        segments, _ = read(self.name, content)
        assert read(self.name, content)[0] == segments
        assert len({segment.place for segment in segments}) == len(segments)
        for segment in segments:
            assert segment.text == segment.text.strip() != ""
        asked: list[Segment] = []
        assert write(self.name, content, lambda segment: asked.append(segment)) == content
        assert asked == segments
        assert write(self.name, content, same) == content
        marked = write(self.name, content, mark)
        assert [segment.text for segment in read(self.name, marked)[0]] == [mark(segment) for segment in segments]
        unmarked = marked.replace("⟦".encode(), b"").replace("⟧".encode(), b"")
        assert self.meaning(unmarked) == self.meaning(content)

    def test_sample_has_segments_and_comes_back(self) -> None:
        assert len(read(self.name, self.sample.encode())[0]) > 1
        self.check(self.sample.encode())

    @pytest.mark.parametrize("line_end", ["\r\n", "\r"])
    def test_line_ends_are_kept(self, line_end: str) -> None:
        self.check(self.sample.replace("\n", line_end).encode())

    def test_byte_order_mark_is_kept(self) -> None:
        with_mark = self.sample.encode("utf-8-sig")
        assert read(self.name, with_mark) == read(self.name, self.sample.encode())
        self.check(with_mark)

    def test_missing_final_newline_is_kept(self) -> None:
        self.check(self.sample.rstrip("\n").encode())

    @pytest.mark.parametrize("content", [b"", b"\n", b"\r\n\r\n", "\ufeff".encode()])
    def test_empty_document_has_no_segments_and_comes_back(self, content: bytes) -> None:
        assert read(self.name, content) == ([], [])
        assert write(self.name, content, mark) == content

    @pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-16"])
    def test_other_encodings_are_recognised_and_written_as_utf8(self, encoding: str) -> None:
        segments, problems = read(self.name, self.sample.encode(encoding))
        assert segments == read(self.name, self.sample.encode())[0]
        assert [problem.level for problem in problems] == ["note"]
        written = write(self.name, self.sample.encode(encoding), same)
        assert written.decode("utf-8-sig") == self.sample

    def test_source_stays_open(self) -> None:
        source = BytesIO(self.sample.encode())
        list(format_for(self.name).read(source, self.name, REPLACE))
        assert not source.closed

    def test_registry_knows_the_endings(self) -> None:
        found = format_for(self.name)
        for ending in found.endings:
            assert format_of(f"folder/NAME{ending.upper()}") is found

    def test_any_document_comes_back(self) -> None:
        @EXAMPLES
        @given(self.documents, st.sampled_from(["\n", "\r\n", "\r"]))
        def generated(document: str, line_end: str) -> None:
            self.check(document.replace("\n", line_end).encode())

        generated()

    def test_any_bytes_are_read_or_refused(self) -> None:
        @EXAMPLES
        @given(st.binary(max_size=200) | WORDS.map(lambda text: (self.sample + text).encode("euc_jp", "replace")))
        def generated(content: bytes) -> None:
            try:
                segments, _ = read(self.name, content)
            except DocumentError:
                return
            assert read(self.name, write(self.name, content, same))[0] == segments

        generated()

    def test_corpus_comes_back(self) -> None:
        files = corpus_files(*format_for(self.name).endings)
        if not files:
            pytest.skip(f"no {self.name} files: set BATCH_TRANSLATE_CORPUS to a folder of input documents")
        for path in files:
            content = path.read_bytes()
            try:
                content.decode()
            except UnicodeDecodeError:
                text = content.decode("cp932")
                assert write(path.name, content, same).decode() == text
                content = text.encode()
            self.check(content)
