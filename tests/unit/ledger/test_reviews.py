"""Reviews and bans in the ledger; texts are named by a word each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from unit.ledger import samples
from unit.ledger.samples import answered, at_once, count, key, outcomes, planned

from batch_translate import keys
from batch_translate.ledger import Ledger, memory, reviews
from batch_translate.ledger.reviews import Brought

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_translate.answers import Verdict


def say(number: int, name: str, text: str, given: str = "", source: str = "") -> Brought:
    return Brought(number, f"row {number}", given, key(name), "ja", "en", source or name, "", text)


def commit(
    ledger: Ledger, *brought: Brought, file: str = "a", refused: Iterable[int] = (), now: float = 5.0
) -> frozenset[str] | None:
    with reviews.gathered(ledger, brought) as gathered:
        return gathered.commit(file * 64, f"{file}.csv", f"CSV {file}.csv", refused, now)


def in_use(ledger: Ledger) -> dict[str, str]:
    """source → the reviewed text in use; raises where two are."""
    with ledger.read() as connection:
        query = "SELECT t.source, r.text FROM reviews r JOIN texts t USING (segment_key) WHERE r.in_use = 1"
        rows = connection.execute(sa.text(query)).all()
    assert len(rows) == len(dict(map(tuple, rows)))
    return dict(map(tuple, rows))


def test_review_wins_over_answers_and_counts_without_any(ledger: Ledger) -> None:
    answered(ledger, "a", "accepted", "bad ")
    answered(ledger, "b", "rejected")
    changed = commit(ledger, say(1, "a", "good a"), say(2, "b", "good b"), say(3, "c", "good c"))
    assert changed == {key("a"), key("b"), key("c")}
    found = outcomes(ledger, "a", "b", "c", "d")
    assert [(one.state, one.text) for one in found[:3]] == [
        ("translated", "good a"),
        ("translated", "good b"),
        ("translated", "good c"),
    ]
    assert found[3].state == "failed"
    assert [one.segment_key for one in samples.missing(ledger, "a", "b", "c", "d")] == [key("d")]


def test_newest_decision_is_in_use(ledger: Ledger) -> None:
    commit(ledger, say(1, "a", "first"), say(2, "b", "b"), file="a", now=9.0)
    assert commit(ledger, say(1, "a", "second"), file="b", now=8.0) == {key("a")}
    assert in_use(ledger) == {"a": "second", "b": "b"}
    assert count(ledger, "reviews") == 3


def test_of_one_file_the_last_row_counts(ledger: Ledger) -> None:
    commit(ledger, say(1, "a", "first"), say(2, "a", "last"), say(3, "b", "b"))
    assert in_use(ledger) == {"a": "last", "b": "b"}


def test_file_that_was_imported_changes_nothing(ledger: Ledger) -> None:
    commit(ledger, say(1, "a", "first"))
    commit(ledger, say(1, "a", "second"), file="b")
    assert commit(ledger, say(1, "a", "first")) is None
    assert in_use(ledger) == {"a": "second"}
    assert (reviews.imported_at(ledger, "a" * 64), reviews.imported_at(ledger, "c" * 64)) == (5.0, None)


def test_the_same_decision_again_is_none(ledger: Ledger) -> None:
    commit(ledger, say(1, "a", "same"), say(2, "b", "b"))
    assert commit(ledger, say(1, "a", "same"), say(2, "b", "other"), file="b") == {key("b")}
    with ledger.read() as connection:
        counts = connection.execute(sa.text("SELECT name, reviews FROM review_files ORDER BY name")).all()
    assert list(map(tuple, counts)) == [("a.csv", 2), ("b.csv", 1)]


def test_refused_rows_stay_out(ledger: Ledger) -> None:
    assert commit(ledger, say(1, "a", "a"), say(2, "b", "b"), refused=[1]) == {key("b")}
    assert in_use(ledger) == {"b": "b"}
    assert count(ledger, "texts") == 1


def test_candidates_stand_beside_what_the_ledger_knows(ledger: Ledger) -> None:
    planned(ledger, "a", "b")
    reviews.ban(ledger, key("b"), "bad", 1.0)
    brought = [
        say(1, "x", "1", given=key("a"), source="another"),
        say(2, "b", "bad"),
        say(3, "new", "3", given="f" * 32),
        Brought(4, "row 4", "f" * 32, "", "", "", "x", "", "4"),
    ]
    with reviews.gathered(ledger, brought) as gathered:
        found = list(gathered.candidates())
    assert [(one.place, one.known_source, one.banned) for one in found] == [
        ("row 1", "a", 0),
        ("row 2", "b", 1),
        ("row 3", None, 0),
        ("row 4", None, 0),
    ]


def test_given_key_of_a_text_with_context_is_the_one_that_counts(ledger: Ledger) -> None:
    other = keys.segment_key("ja", "en", "a", "menu")
    with ledger.write() as connection:
        connection.execute(sa.text("INSERT INTO texts VALUES (:key, 'ja', 'en', 'a', 'menu')"), {"key": other})
    assert commit(ledger, say(1, "a", "A", given=other)) == {other}
    assert (in_use(ledger), count(ledger, "texts")) == ({"a": "A"}, 1)


def test_imports_at_once_leave_one_review_in_use(ledger: Ledger) -> None:
    names = [f"text {number}" for number in range(20)]

    def bring(file: str) -> frozenset[str] | None:
        rows = [say(number, name, f"{file} {name}") for number, name in enumerate(names, 1)]
        return commit(ledger, *rows, file=file)

    changed = at_once(*(lambda file=file: bring(file) for file in "abcd"))
    assert all(changed)
    found = in_use(ledger)
    assert sorted(found) == sorted(names)
    assert len({text.split()[0] for text in found.values()}) == 1
    assert count(ledger, "reviews") == 80


def test_the_same_file_at_once_is_imported_once(ledger: Ledger) -> None:
    changed = at_once(*(lambda: commit(ledger, say(1, "a", "a")) for _ in range(4)))
    assert changed.count(None) == 3
    assert count(ledger, "reviews") == 1


def test_rows_that_break_off_leave_nothing(ledger: Ledger) -> None:
    def broken() -> Iterable[Brought]:
        yield say(1, "a", "a")
        raise OSError("the end of the file is missing")

    with pytest.raises(OSError, match="the end"), reviews.gathered(ledger, broken()):
        pass
    assert (count(ledger, "reviews"), count(ledger, "review_files")) == (0, 0)


def test_texts_in_use_are_those_of_people(ledger: Ledger) -> None:
    answered(ledger, "b", "accepted")
    commit(ledger, say(1, "a", "A"))
    assert reviews.texts_in_use(ledger, [key("a"), key("b"), key("c")]) == {key("a"): "A"}


def test_banned_translation_is_out_of_use_and_rejected_when_it_comes_again(ledger: Ledger) -> None:
    answered(ledger, "a", "accepted", "bad ")
    assert reviews.ban(ledger, key("a"), "bad a", 4.0) == 1
    assert reviews.ban(ledger, key("a"), "bad a", 5.0) == 0
    answered(ledger, "b", "accepted", "bad ")
    answered(ledger, "a", "accepted", "bad ", attempt=2)  # judged before the ban, or by nobody
    again, other = samples.outcomes(ledger, "a", "b")
    assert (again.state, [finding.check for finding in again.findings]) == ("needs_review", ["banned"])
    assert (other.state, other.text) == ("translated", "bad b")
    answered(ledger, "a", "accepted", "good ", attempt=3)
    assert samples.outcomes(ledger, "a")[0].text == "good a"


def test_decisions_since_a_time_are_those_in_use(ledger: Ledger) -> None:
    commit(ledger, say(1, "a", "A"), say(2, "b", "B"), file="e", now=10.0)
    commit(ledger, say(1, "b", "BB"), say(2, "c", "C"), file="f", now=20.0)
    assert reviews.decided_since(ledger, 20.0) == {key("b"), key("c")}
    assert reviews.decided_since(ledger, 10.0) == {key("a"), key("b"), key("c")}


def test_entry_is_the_review_else_each_answer(ledger: Ledger) -> None:
    answered(ledger, "a", "accepted", "one ")
    answered(ledger, "b", "accepted", "two ")
    commit(ledger, say(1, "a", "reviewed"))
    (first,), (second,) = memory.find_entries(ledger, "a"), memory.find_entries(ledger, key("b"), "en")
    assert (first.translation, first.reviewer, first.day) == ("reviewed", "CSV a.csv", "")
    assert (second.translation, second.reviewer, second.day) == ("two b", "", samples.DAY)
    assert memory.find_entries(ledger, "a", "fr") == []
    assert memory.find_entries(ledger, "c") == []


def test_forgetting_takes_the_review_out_as_well(ledger: Ledger) -> None:
    answered(ledger, "a", "accepted")
    commit(ledger, say(1, "a", "reviewed"))
    assert memory.forget(ledger, key("a")) == 2
    assert memory.find_entries(ledger, "a") == []
    assert [one.segment_key for one in samples.missing(ledger, "a")] == [key("a")]


@pytest.mark.parametrize(("verdict", "said"), [("rejected", "bad a"), ("failed", "")])
def test_what_needs_a_review_or_failed_can_be_forgotten_and_is_asked_anew(
    ledger: Ledger, verdict: Verdict, said: str
) -> None:
    for attempt in range(1, 5):
        answered(ledger, "a", verdict, "bad ", attempt=attempt)
    assert samples.missing(ledger, "a") == []
    (entry,) = memory.find_entries(ledger, "a")
    assert (entry.translation, entry.day) == (said, samples.DAY)
    assert memory.forget(ledger, entry.segment_key) == 4
    assert [one.attempt for one in samples.missing(ledger, "a")] == [5]
    assert memory.find_entries(ledger, "a") == []


def test_what_was_rejected_before_an_accepted_answer_is_not_taken_for_it(ledger: Ledger) -> None:
    # Else to ban the one would ban the others, which a person may want.
    answered(ledger, "a", "rejected", "doubted ")
    answered(ledger, "a", "accepted", "in use ", attempt=2)
    assert [one.translation for one in memory.find_entries(ledger, "a")] == ["in use a"]


def test_entries_come_by_key_one_for_each_text(ledger: Ledger) -> None:
    for name in "abc":
        answered(ledger, name, "accepted", "said ")
    answered(ledger, "rejected", "rejected")
    commit(ledger, say(1, "b", "reviewed"))
    found = {one.source: one.translation for one in memory.entries(ledger, None, None)}
    assert found == {"a": "said a", "b": "reviewed", "c": "said c"}
    ordered = [one.segment_key for one in memory.entries(ledger, "ja", "en")]
    assert ordered == sorted(ordered)
    assert len(ordered) == 3
    assert list(memory.entries(ledger, "ja", "fr")) == []
