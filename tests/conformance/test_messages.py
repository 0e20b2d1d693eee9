"""JSON and YAML messages keep the promises of the conformance suite, and open in other parsers."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import yaml
from conformance.suite import EXAMPLES, REPLACE, WORDS, TextConformance, corpus_files, mark, read, write
from hypothesis import given
from hypothesis import strategies as st
from icu4py.messageformat import MessageFormat
from ruamel.yaml import YAML

from batch_translate.documents.document import DocumentSettings
from batch_translate.documents.messages.icu_forms import rule_of
from batch_translate.markup.placeholders import placeholders

if TYPE_CHECKING:
    from batch_translate.segments import Segment

DATE = datetime(2024, 5, 8, tzinfo=UTC)
BRACES = r"[^{}]*"
for _ in range(5):
    BRACES = rf"(?:[^{{}}]|\{{{BRACES}\}})*"
ADDED = re.compile(rf"(?:zero|one|two|few|many)\s*\{{{BRACES}\}}\s*")
PROSE = st.text("あい漢字。、 ab'\"#|<>", min_size=1, max_size=8)
ARGUMENT = st.sampled_from(
    ["{name}", "{ 0 }", "{n, number}", "{d, date, short}", "'{x}'", "''", "{d, date, yyyy'年'}"]
)
TEXT = st.lists(PROSE.map(lambda it: it.replace("'", "’")) | ARGUMENT, min_size=1, max_size=4).map("".join)


def branched() -> st.SearchStrategy[str]:
    """Messages of ICU with branches: texts around them, explicit numbers, offsets, nested selects."""
    space = st.sampled_from(["", " ", "\n  "])
    selectors = st.lists(st.sampled_from(["=0", "=1", "one", "few", "many"]), unique=True, max_size=3)
    kind = st.sampled_from(["plural,", "plural, offset:1", "selectordinal,", "select,"])

    def message(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        def build(draw: st.DrawFn) -> str:
            what = draw(kind)
            names = ["female"] if what == "select," else draw(selectors)
            at = draw(st.integers(0, len(names)))
            gap = draw(space)
            branches = "".join(
                f"{draw(space) or ' '}{name}{gap}{{{draw(inner)}}}" for name in [*names[:at], "other", *names[at:]]
            )
            argument = "g" if what == "select," else "n"
            before, after = draw(TEXT | st.just("")), draw(TEXT | st.just(""))
            return f"{before}{{{argument}, {what}{branches}{draw(space)}}}{after}"

        return st.composite(build)()

    return message(TEXT | message(TEXT))


VALUES = (
    WORDS
    | TEXT
    | branched()
    | st.sampled_from(["$t(key) を {{x}}", "{a, plural, one {}", "<b>あ</b>", "\ta\nb\n"])
)


def tree(values: st.SearchStrategy[str], keys: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return st.recursive(
        values | st.integers() | st.none() | st.booleans() | st.floats(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=8,
    )


KEYS = st.sampled_from(["a", "題名", "b/~", "c d", ""]) | WORDS


def without_added(value: object) -> object:
    """What a value says, but for the branches that a language adds and how apostrophes are quoted."""
    if isinstance(value, dict):
        return {str(without_added(key)): without_added(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_added(item) for item in value]
    if isinstance(value, str):
        while ", plural" in value or ", selectordinal" in value:
            shorter = ADDED.sub("", value)
            if shorter == value:
                break
            value = shorter
        return re.sub(r"['\s]", "", value) if "{" in value else value
    return repr(value)


class TestJsonMessages(TextConformance):
    name = "a.json"
    sample = (
        '{\n  "題": "お知らせ",\n  "a": {"b/": [" \\u3042\\n い ", {"c": "う"}]},\n  "a": "え",\n'
        '  "n": "{n, plural, other {#件}}を{name}へ"\n}\n'
    )
    markup_only = '{"n": [1, null, true, 1.50, "", "  "], "o": {}}\n'
    with_tag = '{"a": "<b>お知らせ</b>を$t(key)へ", "b": "{n, plural, other {#<br>件}}を", "c": "う"}\n'
    documents = st.tuples(
        tree(VALUES, KEYS), st.sampled_from([(", ", ": "), (",", ":"), (" ,\n ", " :  ")]), st.booleans()
    ).map(lambda it: json.dumps(it[0], separators=it[1], ensure_ascii=it[2]))

    def meaning(self, content: bytes) -> object:
        text = re.sub(r"\\u301[45]", "", content.decode("utf-8-sig"))
        return without_added(json.loads(text)) if text.strip() else text


class TestYamlMessages(TextConformance):
    name = "a.yaml"
    sample = (
        "# 注\nja:\n  題: お知らせ # 注\n  a: &x 'い''ろ'\n  b: *x\n"
        "  c: |\n    一\n    二\n\n  d: >-\n    三\n    四\n"
        '  e: ["五", 六]\n  n: "{n, plural, other {#件}}"\n'
    )
    markup_only = "a: 1\nb: [yes, null, 2024-01-01, ~, '']\nc: &x {}\nd: *x\n"
    with_tag = "a: <b>お知らせ</b>を$t(key)へ\nb: |\n  い<br>\n  ろ\n"
    documents = st.tuples(
        tree(VALUES, KEYS).filter(lambda it: isinstance(it, dict | list)),
        st.sampled_from([None, '"', "'", "|", ">"]),
        st.sampled_from([None, True, False]),
        st.booleans(),
    ).map(lambda it: yaml.safe_dump(it[0], default_style=it[1], default_flow_style=it[2], allow_unicode=it[3]))

    def meaning(self, content: bytes) -> object:
        text = re.sub(r"\\u301[45]", "", content.decode("utf-8-sig"))
        return without_added(list(yaml.safe_load_all(text)))


def outline(value: object) -> object:
    """A tree's keys and types, each text as the placeholders in it."""
    if isinstance(value, dict):
        return [(key, outline(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [outline(item) for item in value]
    return sorted(placeholders(value).elements()) if isinstance(value, str) else repr(value)


def changed(source: object, written: object) -> Counter[str]:
    """How many texts differ and how many are the same."""
    if isinstance(source, dict) and isinstance(written, dict):
        return sum((changed(source[key], written[key]) for key in source), Counter())
    if isinstance(source, list) and isinstance(written, list):
        return sum((changed(*both) for both in zip(source, written, strict=True)), Counter())
    return Counter(["same" if source == written else "changed"] if isinstance(source, str) and source else [])


def test_corpus_opens_in_json_with_the_same_keys_types_and_placeholders() -> None:
    files = corpus_files(".json")
    if not files:
        pytest.skip("no .json files: set BATCH_TRANSLATE_CORPUS to a folder of input documents")
    for path in files:
        source = json.loads(path.read_bytes())
        written = json.loads(write("a.json", path.read_bytes(), mark))
        assert outline(written) == outline(source)
        assert list(changed(source, written)) == ["changed"]


def ruamel(content: bytes) -> list[object]:
    return list(YAML(typ="safe", pure=True).load_all(content.decode()))


CATALOGUE = """\
# 画面の文言 {name}
ja: &ja
  title: お知らせ   # 一行
  plain: 長い文が
    次の行に続く
  'quoted': 'It''s {name} です'
  double: "改行\\n と \\u3042 と\\
    続き"
  literal: |  # 残す
      字下げ
        深い字下げ

      最後
  folded: >-
    折り
    返し

    段落
  keep: |+
    末尾

  indented: |2
      空白で始まる
    次
  list:
  - 一つ
  - {flow: 値, "json":"値", n: 1, list: [あ, 'い', "う"]}
  - - 入れ子
  number: 12
  yes: on
  date: 2024-05-08
  tagged: !!str 文字
  custom: !Ref 触らない
  ? 複雑な
  : 値
  empty:
other:
  <<: *ja
  alias: &x 別名
  again: *x
--- # 二つ目
- 終わり
...
"""


def test_yaml_opens_in_another_parser_with_the_same_keys_types_and_comments() -> None:
    content = CATALOGUE.replace("!Ref 触らない", "12").replace("yes: on", "yes: true").encode()
    written = write("a.yaml", content, mark)
    assert outline(ruamel(written)) == outline(ruamel(content))
    assert list(changed(ruamel(content), ruamel(written))) == ["changed"]
    assert re.findall(r" # .*|^# .*", written.decode()) == re.findall(r" # .*|^# .*", content.decode())
    kept = [
        line for line in CATALOGUE.splitlines() if re.search(r"number|yes|date|custom|<<|again|---|empty", line)
    ]
    assert [it for it in write("a.yaml", CATALOGUE.encode(), mark).decode().splitlines() if it in kept] == kept


def test_any_yaml_opens_in_another_parser_and_its_marks_are_those_of_the_pure_loader() -> None:
    @EXAMPLES
    @given(TestYamlMessages.documents)
    def generated(document: str) -> None:
        content = document.encode()
        plain = write("a.yaml", content, lambda segment: f"{segment.text} x")
        assert len(list(yaml.safe_load_all(plain))) == len(list(yaml.safe_load_all(document)))
        marks = [
            [
                (it.start_mark.index, it.end_mark.index)
                for it in yaml.parse(document, Loader=loader)
                if it.start_mark
            ]
            for loader in (yaml.SafeLoader, yaml.CSafeLoader)
        ]
        assert marks[0] == marks[1]

    generated()


@pytest.mark.parametrize("language", ["en", "fr", "ru", "pl", "ar", "ja", "cy", "sl"])
@pytest.mark.parametrize("kind", ["plural", "selectordinal"])
def test_icu_itself_shows_the_branch_of_the_number_in_each_language(language: str, kind: str) -> None:
    setting = DocumentSettings(target_languages=("en", "fr", "ru", "pl", "ar", "ja", "cy", "sl"))
    content = json.dumps({"m": f"{{n, {kind}, =7 {{七}} other {{#件}}}}"}).encode()

    def name(segment: Segment) -> str:
        return segment.place.split(", ")[1].split(" ")[0] + (" #" if "#" in segment.text else "")

    message = json.loads(write("a.json", content, name, setting, language=language))["m"]
    shown = MessageFormat(message, language)
    for number in [*range(6), *range(8, 130)]:
        assert str(shown.format({"n": number})).split(" ")[0] == rule_of(language, kind)(number), message
    assert shown.format({"n": 7}) == "=7"


def test_icu_itself_reads_every_message_that_is_written() -> None:
    answers = st.text("ab'{}#<> ", min_size=1, max_size=6).map(str.strip).filter(bool)

    @EXAMPLES
    @given(branched(), answers, st.sampled_from(["en", "ru", "ja"]))
    def generated(message: str, answer: str, language: str) -> None:
        setting = DocumentSettings(mode=REPLACE.mode, target_languages=("en", "ru", "ja"))
        refused: list[Segment] = []

        content = json.dumps([message]).encode()
        written = json.loads(
            write("a.json", content, lambda it: f"{answer}{it.text}{answer}", setting, refused, language)
        )
        shown = MessageFormat(written[0], language)
        assert all("#" in segment.text for segment in refused)
        if any(segment.place == "/0" for segment in read("a.json", content, setting)[0]):
            said = str(shown.format({"n": 5, "g": "x", "d": DATE, "name": "x", "0": "x"})).strip()
            assert said.startswith(answer)
            assert said.endswith(answer)

    generated()
