"""Files from people against a ledger that knows some texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from batch_translate import keys
from batch_translate.ledger import Ledger, reviews
from batch_translate.reviews.rows import MemoryUnit
from batch_translate.reviews.tmx import write_tmx
from batch_translate.steps.exchange import export_memory
from batch_translate.steps.import_reviews import import_reviews, reviewed_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from batch_translate.steps.import_reviews import ImportedFile

HEADER = "segment_key,source_language,target_language,source,answer,correction,accept"
KNOWN = "価格は{price}円です"


def key(source: str, context: str = "") -> str:
    return keys.segment_key("ja", "en", source, context)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    one = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    with one.write() as connection:
        for source, context in (("在庫", ""), (KNOWN, ""), ("開く", "menu"), ("が", ""), ("行\r\n行", "")):
            row = {"key": key(source, context), "source": source, "context": context}
            connection.execute(sa.text("INSERT INTO texts VALUES (:key, 'ja', 'en', :source, :context)"), row)
    yield one
    one.close()


def table(folder: Path, *lines: str, name: str = "corrected.csv") -> str:
    path = folder / name
    path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return str(path)


def imported(ledger: Ledger, *urls: str) -> ImportedFile:
    (one,) = import_reviews(ledger, urls).files
    return one


def in_use(ledger: Ledger) -> dict[str, str]:
    with ledger.read() as connection:
        query = "SELECT t.source, r.text FROM reviews r JOIN texts t USING (segment_key) WHERE r.in_use = 1"
        return dict(map(tuple, connection.execute(sa.text(query)).all()))


def test_corrections_become_reviews_and_the_file_is_known(ledger: Ledger, tmp_path: Path) -> None:
    url = table(
        tmp_path, f"{key('在庫')},ja,en,在庫,bad,stock,", f"{key('が')},ja,en,が,ga,,yes", f"{key(KNOWN)},,,x,,,"
    )
    first = imported(ledger, url)
    assert first.sentences() == ["corrected.csv: 2 reviews, 0 unchanged, 1 undecided, 0 refused"]
    assert first.segment_keys == {key("在庫"), key("が")}
    assert in_use(ledger) == {"在庫": "stock", "が": "ga"}
    again = imported(ledger, url)
    assert again.segment_keys == frozenset()
    assert "was imported on" in again.sentences()[0]
    assert "nothing changes" in again.sentences()[0]
    with ledger.read() as connection:
        assert connection.execute(sa.text("SELECT reviewer, count(*) FROM reviews")).all() == [
            ("CSV corrected.csv", 2)
        ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{key('在庫')},ja,en,価格,,price,", "its source is '価格', under its segment_key the ledger has '在庫'"),
        (f"{key('在庫')},ja,en,,,price,", "has no source"),
        (f"{key('在庫')},ja,fr,在庫,,stock,", "is for 'fr', under its segment_key the ledger has 'en'"),
        (f"{key(KNOWN)},ja,en,{KNOWN},,The price is 3 yen,", "The placeholder {price} occurs once"),
        (f"{'0' * 32},,,新しい,,new,", "is not in the ledger, and without both languages"),
        (",,en,新しい,,new,", "neither a segment_key nor the languages"),
        (f"{key('在庫')},ja,english,在庫,,stock,", "'english' is not a language tag"),
        (f"{key('が')},ja,en,が,,banned one,", "'banned one' is banned"),
    ],
)
def test_row_that_does_not_fit_is_refused_and_the_others_go_in(
    ledger: Ledger, tmp_path: Path, line: str, reason: str
) -> None:
    reviews.ban(ledger, key("が"), "banned one", 1.0)
    one = imported(ledger, table(tmp_path, line, f"{key(KNOWN)},ja,en,{KNOWN},,{{price}} yen,"))
    ((place, said),) = one.refused
    assert place == "row 2"
    assert reason in said
    assert in_use(ledger) == {KNOWN: "{price} yen"}


def test_sources_are_compared_by_what_they_say(ledger: Ledger, tmp_path: Path) -> None:
    decomposed = "\u304b\u3099"
    url = table(
        tmp_path,
        f"{key('が')},ja,en,{decomposed},,ga,",
        f'{key("行" + chr(13) + chr(10) + "行")},,,"行\n行",,lines,',
    )
    assert imported(ledger, url).refused == ()
    assert in_use(ledger) == {"が": "ga", "行\r\n行": "lines"}


def test_new_text_is_kept_under_its_own_key(ledger: Ledger, tmp_path: Path) -> None:
    url = table(tmp_path, ",ja,en,新しい,,new,", f"{'0' * 32},ja,fr,新しい,,nouveau,")
    assert imported(ledger, url).segment_keys == {key("新しい"), keys.segment_key("ja", "fr", "新しい")}


def test_key_of_a_text_with_context_is_kept(ledger: Ledger, tmp_path: Path) -> None:
    assert imported(ledger, table(tmp_path, f"{key('開く', 'menu')},ja,en,開く,,Open,")).segment_keys == {
        key("開く", "menu")
    }


def test_broken_file_is_never_half_imported_and_stops_no_other(ledger: Ledger, tmp_path: Path) -> None:
    unit = f'<trans-unit id="{key("在庫")}" approved="yes"><source>在庫</source><target>x</target></trans-unit>'
    broken = tmp_path / "broken.xliff"
    broken.write_text(f'<xliff version="1.2"><file><body>{unit * 2000}</body>', encoding="utf-8")
    good = table(tmp_path, f"{key('在庫')},ja,en,在庫,,stock,")
    other = tmp_path / "notes.docx"
    other.touch()
    report = import_reviews(ledger, [str(broken), str(tmp_path / "gone.csv"), str(other), good])
    assert [str(error).split(": ")[0] for error in report.broken] == [
        "broken.xliff, line 1", f"{tmp_path / 'gone.csv'} is no file", "notes.docx"
    ]  # fmt: skip
    assert in_use(ledger) == {"在庫": "stock"}


def test_memory_of_another_tool_seeds_the_ledger_under_the_projects_languages(
    ledger: Ledger, tmp_path: Path
) -> None:
    path = tmp_path / "memory.tmx"
    with path.open("wb") as file:
        write_tmx(file, [MemoryUnit("1", "ja-JP", "en-US", "<1>新</1>", "", "<1>new</1>", "")], None)
    report = import_reviews(ledger, [str(path)], source_language="ja", target_language="en")
    assert report.segment_keys == {key("<1>新</1>")}
    with ledger.read() as connection:
        assert connection.execute(sa.text("SELECT reviewer FROM reviews")).scalar() == "TMX memory.tmx"


def test_exported_memory_fills_another_ledger_with_the_same(ledger: Ledger, tmp_path: Path) -> None:
    said = (("在庫", "", "stock"), ("開く", "menu", "Open"), (KNOWN, "", "{price} & <b>"))
    lines = [f"{key(source, context)},ja,en,{source},,{text}," for source, context, text in said]
    imported(ledger, table(tmp_path, *lines))
    url = str(tmp_path / "memory.tmx")
    assert export_memory(ledger, url, "ja", "en") == 3
    assert export_memory(ledger, str(tmp_path / "none.tmx"), "ja", "fr") == 0
    other = Ledger(f"sqlite:///{tmp_path}/other.sqlite")
    assert imported(other, url).segment_keys == {key("在庫"), key("開く", "menu"), key(KNOWN)}
    assert in_use(other) == in_use(ledger)
    again = str(tmp_path / "again.tmx")
    export_memory(other, again, "ja", "en")
    assert (tmp_path / "again.tmx").read_bytes() == (tmp_path / "memory.tmx").read_bytes()
    other.close()


def test_reviewed_folder_is_listed_by_name(tmp_path: Path) -> None:
    assert reviewed_files(str(tmp_path)) == []
    for name in ("b.csv", "a/c.tmx", ".hidden.csv"):
        (tmp_path / "_reviewed" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "_reviewed" / name).touch()
    assert reviewed_files(str(tmp_path)) == [f"{tmp_path}/_reviewed/a/c.tmx", f"{tmp_path}/_reviewed/b.csv"]
