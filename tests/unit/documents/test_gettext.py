from __future__ import annotations

import time

import pytest
from conformance.suite import mark, read, write

from batch_translate.documents.document import DocumentSettings
from batch_translate.documents.gettext.plurals import forms_of, is_valid_rule, language_rule, names_language
from batch_translate.documents.gettext.syntax import decode, encode
from batch_translate.errors import DocumentError

UTF8 = '"Content-Type: text/plain; charset=UTF-8\\n"\n'
HEADER = f'msgid ""\nmsgstr ""\n{UTF8}\n'
TWO_FORMS = f'msgid ""\nmsgstr ""\n{UTF8}"Plural-Forms: nplurals=2; plural=n != 1;\\n"\n\n'
TEMPLATE = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=CHARSET\\n"\n"Language: \\n"\n'
    '"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"\n\n'
)
FILES = 'msgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] ""\nmsgstr[1] ""\n'


def settings(*languages: str) -> DocumentSettings:
    return DocumentSettings(source_language="en", target_languages=languages or ("ja",))


def texts(content: str, *languages: str) -> list[str]:
    return [segment.text for segment in read("a.po", content.encode(), settings(*languages))[0]]


def reasons(content: str, *languages: str) -> list[str]:
    problems = read("a.po", content.encode(), settings(*languages))[1]
    assert all(problem.level == "note" for problem in problems)
    return [problem.reason for problem in problems]


def marked(content: str, language: str = "ja", *others: str) -> str:
    return write("a.po", content.encode(), mark, settings(language, *others), language=language).decode()


def entry(content: str, language: str = "ja") -> str:
    """What is written for an entry below a header."""
    return marked(HEADER + content, language).removeprefix(HEADER)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('msgid "Save"\nmsgstr ""\n', 'msgid "Save"\nmsgstr "〔Save〕"\n'),
        ('msgid "Save"\nmsgstr "保存"\n', 'msgid "Save"\nmsgstr "保存"\n'),
        ('#, fuzzy\nmsgid "Save"\nmsgstr "?"\n', '#, fuzzy\nmsgid "Save"\nmsgstr "?"\n'),
        ('#, fuzzy\nmsgid "Save"\nmsgstr ""\n', '#, fuzzy\nmsgid "Save"\nmsgstr ""\n'),
        ('#~ msgid "Save"\n#~ msgstr ""\n', '#~ msgid "Save"\n#~ msgstr ""\n'),
        ('#, fuzzy\n#~ msgid "a"\n#~ msgstr ""\n\nmsgid "b"\nmsgstr ""', None),
        (
            'msgid ""\n"One\\n"\n"two\\n"\nmsgstr ""\n',
            'msgid ""\n"One\\n"\n"two\\n"\nmsgstr ""\n"〔One\\n"\n"two〕\\n"\n',
        ),
        ('msgid "One\\ntwo\\n"\nmsgstr ""\n', 'msgid "One\\ntwo\\n"\nmsgstr "〔One\\ntwo〕\\n"\n'),
        ('msgid ""\n"long "\n"line"\nmsgstr ""\n', 'msgid ""\n"long "\n"line"\nmsgstr ""\n"〔long line〕"\n'),
        ('msgid "\\n Hi: "\nmsgstr ""\n', 'msgid "\\n Hi: "\nmsgstr "\\n 〔Hi:〕 "\n'),
        ('msgid "a\\tb\\\\c\\"d"\nmsgstr ""\n', 'msgid "a\\tb\\\\c\\"d"\nmsgstr "〔a\\tb\\\\c\\"d〕"\n'),
        ('msgid "\\xc3\\xa9\\303\\251"\nmsgstr ""\n', 'msgid "\\xc3\\xa9\\303\\251"\nmsgstr "〔éé〕"\n'),
        ('msgid "a"\nmsgstr ""\n""\n', 'msgid "a"\nmsgstr "〔a〕"\n""\n'),
        ('msgid"a"msgstr""', 'msgid"a"msgstr"〔a〕"'),
        ('\tmsgid  "a"\n msgstr  "" # end\n', '\tmsgid  "a"\n msgstr  "〔a〕" # end\n'),
        ('msgid " \\n"\nmsgstr ""\n', 'msgid " \\n"\nmsgstr ""\n'),
        ('msgid "<br>"\nmsgstr ""\n', 'msgid "<br>"\nmsgstr ""\n'),
        ('msgctxt "menu"\nmsgid ""\nmsgstr ""\n', 'msgctxt "menu"\nmsgid ""\nmsgstr ""\n'),
        ('msgid "a\\r\\nb"\nmsgstr ""\n', 'msgid "a\\r\\nb"\nmsgstr "〔a\\r\\nb〕"\n'),
    ],
)  # fmt: skip
def test_only_the_msgstr_of_untranslated_entries_changes(content: str, expected: str | None) -> None:
    assert entry(content) == (expected or content.removesuffix('""') + '"〔b〕"')


def test_context_is_the_msgctxt() -> None:
    content = HEADER + 'msgctxt "menu|File"\nmsgid "Open"\nmsgstr ""\n\nmsgid "Open"\nmsgstr ""\n'
    segments, problems = read("a.po", content.encode(), settings())
    assert [(it.place, it.text, it.context) for it in segments] == [
        ("entry 1, line 6", "Open", "menu|File"),
        ("entry 2, line 9", "Open", ""),
    ]
    assert problems == []


def test_markup_becomes_tags_and_placeholders_stay() -> None:
    content = HEADER + 'msgid "<b>%d</b> of {0} at https://example.com, %(name)s"\nmsgstr ""\n'
    assert texts(content) == ["<1>%d</1> of {0} at <2/>, %(name)s"]


@pytest.mark.parametrize(
    ("flag", "text", "expected"),
    [
        ("c-format", "%5.1f%% of %*d and %p, %<PRIu64>", "%5.1f%% of <1/>and <2/>, <3/>"),
        ("c-format", "10%d", "10<1/>"),
        ("python-format", "50% discount on %s", "50% discount on %s"),
        ("qt-format", "%1 of %L2", "<1/> of <2/>"),
        ("ruby-format", "%<n>d files, %{name}", "<1/> files, %{name}"),
        ("sh-format", "$name and ${name}", "<1/> and ${name}"),
        ("no-c-format", "10%d", "10%d"),
    ],
)
def test_directives_of_the_entrys_flag_are_kept(flag: str, text: str, expected: str) -> None:
    expected = expected.replace("<1/>and", "<1/> and")
    content = f'{HEADER}#, {flag}\nmsgid "{text}"\nmsgstr ""\n'
    assert texts(content) == [expected]
    assert f'msgstr "〔{text}〕"' in marked(content)


@pytest.mark.parametrize(
    ("flag", "source", "target", "expected"),
    [
        ("c-format", "%s has %d of %s", "%d von %s: %s", "%2$d von %1$s: %3$s"),
        ("c-format", "%s has %d, 5%%", "5%%, %s %d", "5%%, %s %d"),
        ("c-format", "%1$s has %2$d", "%2$d %1$s", "%2$d %1$s"),
        ("c-format", "%s has %d", "%d", "%d"),
        ("php-format", "%s has %.2f", "%.2f %s", "%2$.2f %1$s"),
        ("python-format", "%s has %d", "%d %s", ""),
        ("python-format", "%(a)s has %(b)d", "%(b)d %(a)s", "%(b)d %(a)s"),
        ("no-c-format", "%s has %d", "%d %s", "%d %s"),
    ],
)
def test_directives_in_another_order_are_numbered(flag: str, source: str, target: str, expected: str) -> None:
    content = f'{HEADER}#, {flag}\nmsgid "{source}"\nmsgstr ""\n'
    written = write("a.po", content.encode(), lambda _: target, settings()).decode()
    assert written == f'{content.removesuffix(chr(34) * 2 + chr(10))}"{expected}"\n'


def test_long_text_is_translated_in_parts() -> None:
    content = f'{HEADER}msgid "\\n{"This is a sentence. " * 100}"\nmsgstr ""\n'
    segments, _ = read("a.po", content.encode(), settings())
    assert [segment.place for segment in segments] == ["entry 1, line 5, part 1", "entry 1, line 5, part 2"]
    written = write("a.po", content.encode(), lambda it: "文。" if it == segments[0] else None, settings())
    assert written.decode().endswith(f'msgstr "\\n文。 {segments[1].text} "\n')


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ja", [("%d files", "")]),
        ("de", [("%d file", ""), ("%d files", "")]),
        ("fr", [("%d file", ""), ("%d files", "")]),
        ("xx", [("%d file", ""), ("%d files", "")]),
        (
            "ru",
            [
                ("%d file", ""),
                ("%d files", "plural form 'few': for numbers such as 2, 3, 4, 22"),
                ("%d files", "plural form 'many': for numbers such as 0, 5, 6, 7"),
            ],
        ),
    ],
)
def test_template_gets_the_forms_of_the_target_language(language: str, expected: list[tuple[str, str]]) -> None:
    segments, _ = read("a.pot", (TEMPLATE + FILES).encode(), settings(language))
    assert [(segment.text, segment.context) for segment in segments] == expected
    assert {segment.only_for for segment in segments} == {""}
    written = marked(TEMPLATE + FILES, language)
    assert written.count("〔") == len(expected) == written.count("msgstr[")
    assert f'"Language: {language}\\n"\n"Plural-Forms: {language_rule(language)}\\n"\n' in written
    assert "charset=UTF-8" in written


def test_languages_share_what_they_need_alike() -> None:
    segments, _ = read("a.pot", (TEMPLATE + FILES).encode(), settings("ja", "de", "ru", "uk"))
    assert [(segment.place, segment.only_for) for segment in segments] == [
        ("entry 1, line 7, plural", "ja de"),
        ("entry 1, line 7", "de ru uk"),
        ("entry 1, line 7, plural form 'few': for numbers such as 2, 3, 4, 22", "ru uk"),
        ("entry 1, line 7, plural form 'many': for numbers such as 0, 5, 6, 7", "ru uk"),
    ]


@pytest.mark.parametrize("language", ["ja", "de", "ru", "ar", "cy"])
def test_what_is_asked_does_not_depend_on_the_language_written(language: str) -> None:
    setting = settings("ja", "de", "ru", "ar", "cy")
    content = (TEMPLATE + FILES + '\nmsgid "a"\nmsgstr ""\n').encode()
    asked = []
    write("a.pot", content, lambda segment: asked.append(segment), setting, language=language)
    expected = [
        segment
        for segment in read("a.pot", content, setting)[0]
        if not segment.only_for or language in segment.only_for.split()
    ]
    assert asked == expected


def test_form_for_more_than_the_number_1_keeps_the_number() -> None:
    content = TEMPLATE + FILES.replace("%d file", "One file", 1)
    segments, _ = read("a.pot", content.encode(), settings("fr", "de"))
    assert [(segment.text, segment.context, segment.only_for) for segment in segments] == [
        ("%d files", "plural form 'one': for numbers such as 0, 1", "fr"),
        ("%d files", "", ""),
        ("One file", "", "de"),
    ]


def test_header_that_speaks_for_the_language_is_followed_and_kept() -> None:
    header = f'msgid ""\nmsgstr ""\n{UTF8}"Language: ja_JP\\n"\n"Plural-Forms: nplurals=2; plural=n>1;\\n"\n\n'
    assert reasons(header + FILES) == []
    assert marked(header + FILES) == header + FILES.replace('[0] ""', '[0] "〔%d files〕"').replace(
        '[1] ""', '[1] "〔%d files〕"'
    )


def test_header_of_another_language_gets_rule_and_language() -> None:
    header = f'msgid ""\nmsgstr ""\n{UTF8}"Language: en\\n"\n"Plural-Forms: nplurals=2; plural=n != 1;\\n"\n\n'
    assert reasons(header + FILES) == ["gets the Plural-Forms of the target language (ja)"]
    assert marked(header + FILES) == (
        f'msgid ""\nmsgstr ""\n{UTF8}"Language: ja\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
        'msgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] "〔%d files〕"\n'
    )


def test_header_of_another_language_stays_where_plural_forms_are_translated() -> None:
    header = f'msgid ""\nmsgstr ""\n{UTF8}"Language: en\\n"\n"Plural-Forms: nplurals=2; plural=n != 1;\\n"\n\n'
    done = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n\n'
    assert marked(header + done + FILES) == header + done + FILES.replace('[0] ""', '[0] "〔%d file〕"').replace(
        '[1] ""', '[1] "〔%d files〕"'
    )
    assert reasons(header + done + FILES) == [
        "names the language en and stays so also for ja",
        "1 entries are translated already, into en by the header; they stay also for ja",
    ]


@pytest.mark.parametrize(("language", "is_replaced"), [("ja", False), ("ru", False), ("de", True)])
def test_invalid_header_stays_where_translated_forms_are_not_of_the_languages_number(
    language: str, is_replaced: bool
) -> None:
    done = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n\n'
    written = marked(TEMPLATE + done + FILES, language)
    assert ("nplurals=INTEGER" in written) is not is_replaced
    assert done in written
    assert written.endswith('msgstr[0] "〔%d file〕"\nmsgstr[1] "〔%d files〕"\n')


def test_file_without_header_gets_one_for_its_plural_forms() -> None:
    assert marked(FILES, "ja").startswith(
        f'msgid ""\nmsgstr ""\n{UTF8}"Language: ja\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\nmsgid '
    )
    assert marked('msgid "a"\nmsgstr ""\n') == 'msgid "a"\nmsgstr "〔a〕"\n'


def test_header_in_one_string_or_wrapped_is_edited_in_place() -> None:
    content = (
        'msgid ""\nmsgstr "X: a\\tb\\nContent-Type: text/plain; charset=ASCII\\nLanguage-Team: y"\n'
        '"\\nplural-forms: npl"\n"urals=0;\\nZ: z"\n\n'
    )
    assert marked(content + FILES).partition("\n\nmsgid")[0] == (
        'msgid ""\nmsgstr "X: a\\tb\\nContent-Type: text/plain; charset=UTF-8\\nLanguage-Team: y"\n'
        '"\\nPlural-Forms: nplurals=1; plural=0;\\nZ: z\\n"\n"Language: ja\\n"'
    )


def test_partly_filled_plural_gets_only_what_is_empty_or_missing() -> None:
    some = 'msgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] "一"\n'
    assert marked(TWO_FORMS + some + 'msgstr[1] ""\n') == TWO_FORMS + some + 'msgstr[1] "〔%d files〕"\n'
    assert texts(TWO_FORMS + some) == []


def test_translated_entry_with_too_few_forms_is_left_alone() -> None:
    content = TWO_FORMS + 'msgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] "一"\n'
    assert marked(content) == content


def test_missing_form_is_written_with_its_source_beside_a_translated_one() -> None:
    """An empty form would show nothing for its numbers."""

    def first(segment: object) -> str | None:
        return "一つ" if getattr(segment, "text", "") == "%d file" else None

    content = TWO_FORMS + FILES
    written = write("a.po", content.encode(), first, settings()).decode()
    assert written == content.replace('[0] ""', '[0] "一つ"').replace('[1] ""', '[1] "%d files"')


@pytest.mark.parametrize("content", [TEMPLATE + FILES, FILES, HEADER + FILES])
def test_nothing_changes_while_nothing_is_translated(content: str) -> None:
    assert write("a.po", content.encode(), lambda _: None, settings()) == content.encode()


def test_charset_becomes_utf8_where_the_file_was_read_as_another() -> None:
    content = TEMPLATE.replace("CHARSET", "Shift_JIS") + 'msgid "表示"\nmsgstr "ひょうじ"\n'
    setting = DocumentSettings(target_languages=("en",))
    _, problems = read("a.po", content.encode("cp932"), setting)
    assert [problem.reason for problem in problems] == [
        "was read as CP932 (Shift JIS); its translation is written as UTF-8",
        "its charset Shift_JIS becomes UTF-8 in translations",
    ]
    written = write("a.po", content.encode("cp932"), lambda _: None, setting)
    assert written.decode() == content.replace("Shift_JIS", "UTF-8")


def test_carriage_returns_and_mark_stay_and_new_lines_follow_them() -> None:
    content = "\ufeff" + (TEMPLATE + FILES + 'msgid ""\n"a\\n"\n"b"\nmsgstr ""\n').replace("\n", "\r\n")
    written = marked(content, "ru")
    assert written.startswith("\ufeff")
    assert written.count("\r\n") == written.count("\n")
    assert '\r\nmsgstr[2] "〔%d files〕"\r\n' in written
    assert written.endswith('msgstr ""\r\n"〔a\\n"\r\n"b〕"\r\n')


def test_comment_between_forms_stays() -> None:
    content = TEMPLATE + FILES.replace("msgstr[1]", "# note\nmsgstr[1]")
    assert marked(content).endswith('msgstr[0] "〔%d files〕"\n# note\n')


def test_fuzzy_and_repeated_entries_are_noted() -> None:
    entries = "".join(f'#, c-format, fuzzy\nmsgid "{number}"\nmsgstr "x"\n' for number in range(7))
    content = HEADER + entries + 'msgid "a"\nmsgstr ""\nmsgctxt ""\nmsgid "a"\nmsgstr ""\nmsgid "a"\nmsgstr ""\n'
    assert reasons(content) == [
        "7 fuzzy entries are left alone (line 6, 9, 12, 15, 18 and 2 more): confirm them, or take away their flag "
        "and msgstr to have them translated",
        "an entry that stood above is repeated in line 31",
    ]


def test_bytes_that_are_no_text_are_reported_and_stay() -> None:
    content = HEADER + 'msgid "a\\377"\nmsgstr ""\nmsgid "b\\000"\nmsgstr ""\n'
    segments, problems = read("a.po", content.encode(), settings())
    assert segments == []
    assert [(problem.place, problem.level) for problem in problems] == [
        ("entry 1, line 5", "error"),
        ("entry 2, line 7", "error"),
    ]
    assert marked(content) == content


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        ('msgid "a\nmsgstr ""\n', "line 1", "has a string that does not end in its line"),
        ('# a\r\n"x"\r\n', "line 2", "has a string outside of an entry"),
        ('msgid "a"\n', "line 1", "has an entry that ends after 'msgid': its msgstr is missing"),
        ('msgid "a"\nmsgid "b"\nmsgstr ""', "line 2", "has 'msgid' after 'msgid'"),
        ('msgstr ""\n', "line 1", "has 'msgstr' without 'msgid' before it"),
        ('msgid "a"\nmsgid_plural "b"\nmsgstr ""\n', "line 3", "has 'msgstr' after 'msgid_plural'"),
        ('msgid "a"\nmsgstr[0] ""\n', "line 2", "has 'msgstr[]' after 'msgid'"),
        ('msgid "a"\nmsgstr\nmsgid "b"\n', "line 2", "has 'msgstr' without a string"),
        ('msgid "a"\nmessage ""\n', "line 2", "has 'message', which is no keyword of PO files"),
        ('\r\rmsgid "a" = 3', "line 3", "has '=' where a keyword, a string or a comment is expected"),
    ],
)
def test_broken_file_is_refused_with_its_line(content: str, place: str, reason: str) -> None:
    with pytest.raises(DocumentError) as raised:
        read("a.po", content.encode(), settings())
    assert raised.value.place == place
    assert raised.value.reason.startswith(reason)


@pytest.mark.parametrize("value", ['a"b\\c', "\n\t\r\a\b\f\v", "\x1b[0m1", "é\u3000あ", "%s \\n"])
def test_encoded_strings_decode_to_themselves(value: str) -> None:
    assert decode(encode(value)[1:-1]) == value


def test_unknown_escape_is_two_characters() -> None:
    assert decode("\\q\\\\n") == "\\q\\n"


@pytest.mark.parametrize(
    ("rule", "is_valid"),
    [
        ("nplurals=2; plural=n != 1;", True),
        ("nplurals=2; plural=(n > 1)", True),
        (" nplurals = 1; plural=0;", True),
        ("nplurals=INTEGER; plural=EXPRESSION;", False),
        ("", False),
        ("nplurals=2; plural=n;", False),
        ("nplurals=2; plural=1/n;", False),
        ("nplurals=2; plural=n-1;", False),
        ("nplurals=0; plural=0;", False),
        ("nplurals=99; plural=0;", False),
        ("nplurals=2; plural=__import__('os');", False),
        (f"nplurals=2; plural={'(' * 400}n{')' * 400};", False),
    ],
)
def test_rule_is_valid_when_every_number_has_a_form(rule: str, is_valid: bool) -> None:
    assert is_valid_rule(rule) is is_valid


@pytest.mark.parametrize(
    ("language", "categories"),
    [
        ("ja", ["other"]),
        ("en", ["one", "other"]),
        ("pl", ["one", "few", "many"]),
        ("ar", ["zero", "one", "two", "few", "other", "many"]),
        ("lv", ["one", "other", "zero"]),
        ("sl", ["one", "two", "few", "other"]),
        ("pt-BR", ["one", "other"]),
    ],
)
def test_forms_have_the_category_of_their_numbers(language: str, categories: list[str]) -> None:
    assert [form.category for form in forms_of(language_rule(language), language)] == categories


@pytest.mark.parametrize(
    ("named", "language", "expected"),
    [("pt_BR", "pt-BR", True), ("en_US", "en", True), ("sr@latin", "sr", True), ("en", "ja", False)],
)
def test_language_of_a_header_is_compared_without_region(named: str, language: str, expected: bool) -> None:
    assert names_language(named, language) is expected


@pytest.mark.parametrize("piece", ['"', "#,", "\\", 'msgid "a"\nmsgstr ""\n', "\r", "msgid ", "%1$", "[0"])
def test_long_nonsense_takes_linear_time(piece: str) -> None:
    began = time.process_time()
    for content in (piece * 20_000, f'#, c-format\nmsgid "{piece.replace(chr(34), "") * 20_000}"\nmsgstr ""\n'):
        try:
            read("a.po", content.encode(), settings())
        except DocumentError:
            continue
    assert time.process_time() - began < 10
