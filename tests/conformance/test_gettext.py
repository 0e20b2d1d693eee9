"""PO files keep the promises of the conformance suite, and two readers of others accept what is written."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import polib
import pytest
from conformance.suite import EXAMPLES, WORDS, TextConformance, corpus_files, mark, read, write
from hypothesis import given
from hypothesis import strategies as st

from batch_translate.documents.document import DocumentSettings
from batch_translate.documents.gettext.syntax import entries_of
from batch_translate.markup.placeholders import placeholders

if TYPE_CHECKING:
    from pathlib import Path

    from batch_translate.segments import Segment

LANGUAGES = ("en", "ru", "ja", "ar")
JAPANESE = DocumentSettings(target_languages=LANGUAGES)
ENGLISH = DocumentSettings(source_language="en", target_languages=("ja",))
UTF8 = '"Content-Type: text/plain; charset=UTF-8\\n"\n'
RUSSIAN = (
    '"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n"\n'
    '"%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"\n'
)
TEMPLATE = '"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"\n'
HEADERS = (
    f'msgid ""\nmsgstr ""\n{UTF8}"Language: ru\\n"\n{RUSSIAN}',
    f'msgid ""\nmsgstr ""\n{UTF8}{RUSSIAN}',
    f'# 雛形\n#, fuzzy\nmsgid ""\nmsgstr ""\n{UTF8.replace("UTF-8", "CHARSET")}"Language: \\n"\n{TEMPLATE}',
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=n != 1;"\n',
    f'msgid ""\nmsgstr ""\n{UTF8}"Language: en_GB\\n"\n"plural-forms: nplurals=2; plural=n > 1;\\n"\n',
)


def entries() -> st.SearchStrategy[str]:
    """Entries with everything they can have; their msgid are told apart by `documents`."""
    piece = st.one_of(
        WORDS.map(lambda word: word.replace('"', "")),
        st.sampled_from(["\\n", "\\t", '\\"', "\\\\", "\\343\\201\\202", "\\x41", "\\033", "　", "\\a"]),
        st.sampled_from(["<b>太字</b>", "<br>", "https://example.com/a", "a@example.com", "%d", "{0}", "%(名)s"]),
    )
    string = st.lists(piece, max_size=4).map("".join)
    strings = st.lists(string, min_size=1, max_size=3).map(lambda it: "\n".join(f'"{one}"' for one in it))
    before = st.lists(
        st.sampled_from(
            ["# 注", "#. 説明", "#: a.c:1", "#| msgid あ", '#~ msgid "古"\n#~ msgstr ""', "", "#, no-wrap", "#"]
        ),
        max_size=4,
    ).map(lambda it: "".join(f"{line}\n" for line in it))
    flag = st.sampled_from(["", "", "", "#, fuzzy\n", "#, c-format, fuzzy\n"])
    context = st.sampled_from(["", "", 'msgctxt "画面"\n', 'msgctxt ""\n"a\\n"\n', 'msgctxt ""\n'])
    empty = st.sampled_from(['""', '""', '""\n""', '"済"'])
    single = st.tuples(before, flag, context, strings, empty).map(
        lambda it: f"{it[0]}{it[1]}{it[2]}msgid {it[3]}\nmsgstr {it[4]}\n"
    )
    forms = st.lists(empty, min_size=1, max_size=4).map(
        lambda it: "".join(f"msgstr[{index}] {text}\n" for index, text in enumerate(it))
    )
    plural = st.tuples(before, flag, context, strings, strings, forms).map(
        lambda it: f"{it[0]}{it[1]}{it[2]}msgid {it[3]}\nmsgid_plural {it[4]}\n{it[5]}"
    )
    return single | single | plural


def catalogs() -> st.SearchStrategy[str]:
    header = st.sampled_from([*HEADERS, ""])
    return st.tuples(header, st.lists(entries(), max_size=6), st.sampled_from(["\n", ""])).map(
        lambda it: it[0] + "\n" + it[2].join(it[1])
    )


def without_msgstr(content: bytes) -> list[str]:
    """The lines of a file but those of its msgstr; each string stands in a line of its own."""
    kept: list[str] = []
    is_msgstr = False
    for line in re.split(r"\r\n|\r|\n", content.decode("utf-8-sig")):
        is_msgstr = line.startswith("msgstr") or (is_msgstr and line.startswith('"'))
        if not is_msgstr:
            kept.append(line)
    return kept


class TestPo(TextConformance):
    name = "a.po"
    setting = JAPANESE
    language = "ru"
    sample = (
        f'# 見出し\nmsgid ""\nmsgstr ""\n{UTF8}"Plural-Forms: nplurals=2; plural=n != 1;\\n"\n\n'
        '#: a.c:1\n#, c-format\nmsgid "%d件"\nmsgid_plural "%d件の記事"\nmsgstr[0] ""\nmsgstr[1] ""\n\n'
        'msgctxt "画面"\nmsgid ""\n"一行目\\n"\n"二行目\\n"\nmsgstr ""\n\n#~ msgid "古い"\n#~ msgstr "old"\n'
    )
    markup_only = f'msgid ""\nmsgstr ""\n{UTF8}\nmsgid "済"\nmsgstr "done"\n\n#~ msgid "古い"\n#~ msgstr ""\n'
    with_tag = f'msgid ""\nmsgstr ""\n{UTF8}\nmsgid "<b>太字</b>と<br>です"\nmsgstr ""\n'
    documents = catalogs()

    def check_marked(self, content: bytes, segments: list[Segment], marked: bytes) -> None:
        """All but the strings of msgstr is as it was, and nothing is left to translate."""
        if not any(self.is_for_language(segment) for segment in segments):
            assert marked == content
            return
        before = entries_of(content.decode("utf-8-sig"), self.name)
        after = entries_of(marked.decode("utf-8-sig"), self.name)
        lines = [line for line in without_msgstr(marked) if line]
        if len(after) > len(before):
            assert after.pop(0).is_header
            lines.remove('msgid ""')
        assert [(it.flags, it.context, it.text, it.plural) for it in after] == [
            (it.flags, it.context, it.text, it.plural) for it in before
        ]
        assert lines == [line for line in without_msgstr(content) if line]
        left = [segment for segment in self.read(marked)[0] if self.is_for_language(segment)]
        assert left == []
        for old, new in zip(before, after, strict=True):
            if old.is_header:
                continue
            values = {form.index: form.value for form in new.forms}
            assert all(values[form.index] == form.value for form in old.forms if form.value)
            if old.plural is None and not old.is_fuzzy and values[0] not in ("", old.forms[0].value):
                core = old.text.strip()
                assert values[0] == old.text.replace(core, f"〔{core}〕", 1)


def settings_for(path: Path) -> tuple[DocumentSettings, str]:
    return (ENGLISH, "ja") if path.stem.endswith("en-ja") else (DocumentSettings(), "en")


def corpus() -> list[Path]:
    files = corpus_files(".po", ".pot")
    if not files:
        pytest.skip("no PO files: set BATCH_TRANSLATE_CORPUS to a folder of input documents")
    return files


def msgfmt(content: bytes, *options: str) -> str:
    """What msgfmt says of a file; "" when it accepts it."""
    found = shutil.which("msgfmt")
    if found is None:
        pytest.skip("no msgfmt on this machine: install gettext")
    command = [found, *options, "--output-file=/dev/null", "-"]
    done = subprocess.run(command, input=content, capture_output=True, check=False, timeout=60)
    return done.stderr.decode() if done.returncode else ""


def test_msgfmt_accepts_the_corpus_translated() -> None:
    for path in corpus():
        setting, language = settings_for(path)
        marked = write(path.name, path.read_bytes(), mark, setting, language=language)
        assert msgfmt(marked, "--check", "--check-format") == ""


def test_polib_finds_the_corpus_entries_again() -> None:
    for path in corpus():
        setting, language = settings_for(path)
        marked = write(path.name, path.read_bytes(), mark, setting, language=language)
        before, after = polib.pofile(path.read_bytes().decode()), polib.pofile(marked.decode())
        assert [kept(entry) for entry in after] == [kept(entry) for entry in before]
        assert (after.header, after.metadata) == (before.header, before.metadata)
        segments, _ = read(path.name, path.read_bytes(), setting)
        done = after.translated_entries()
        assert len(done) == len(segments) + len(before.translated_entries()) > 100
        for entry in done:
            assert "〔" in entry.msgstr
            assert placeholders(entry.msgstr) == placeholders(entry.msgid)


def kept(entry: polib.POEntry) -> tuple[object, ...]:
    return (
        entry.msgid, entry.msgctxt, entry.msgid_plural, entry.obsolete, entry.flags, entry.comment, entry.tcomment,
        entry.occurrences, entry.previous_msgid,
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_msgfmt_accepts_any_catalog_translated(language: str) -> None:
    """What it refuses of a translation it refused already of the source."""
    entry = st.tuples(
        st.lists(st.sampled_from(["あ", "い\\n", "\\n", "%d", "<b>う</b>", " ", "\\t", "100%"]), min_size=1),
        st.sampled_from(["", "#, c-format\n"]),
        st.booleans(),
        st.integers(1, 3),
    )

    @EXAMPLES
    @given(st.sampled_from(HEADERS), st.lists(entry, min_size=1, max_size=4))
    def generated(header: str, found: list[tuple[list[str], str, bool, int]]) -> None:
        texts = [f"{header}\n"]
        for number, (pieces, flag, has_plural, count) in enumerate(found):
            text = "".join(pieces)
            texts.append(f'{flag}msgctxt "{number}"\nmsgid "{text}"\n')
            if has_plural:
                texts.append(f'msgid_plural "{text}"\n')
                texts += [f'msgstr[{index}] ""\n' for index in range(count)]
            else:
                texts.append('msgstr ""\n')
            texts.append("\n")
        content = "".join(texts).encode()
        marked = write("a.po", content, mark, JAPANESE, language=language)
        assert marked == content or msgfmt(marked, "--check", "--check-format") == ""

    generated()
