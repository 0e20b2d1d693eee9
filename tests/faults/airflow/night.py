"""A day's folder for the runs under faults, and the judgement over it by the provider's own account."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from faults.airflow import kill_points
from faults.record import record

from local_batch_api.filler import fill

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline import Pipeline

TERMINAL = {"completed", "failed", "expired", "cancelled"}


@dataclass(frozen=True, slots=True)
class Folder:
    """A day and its texts: notices are paragraphs, messages JSON lines. `shared` are other days' too."""

    day: str
    notices: tuple[str, ...]
    messages: tuple[str, ...]
    shared: tuple[str, ...] = ()

    @classmethod
    def of(cls, day: str, shared: Iterable[str] = ()) -> Folder:
        """A folder with texts of its own: two documents with three texts each."""
        notices = tuple(f"{day}のお知らせ、{number}件目です。" for number in "一二三")
        messages = tuple(f"{day}のご質問、{number}番目です。" for number in "甲乙丙")
        return cls(day, notices, messages, tuple(shared))

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts of the folder, the shared ones last."""
        return (*self.notices, *self.messages, *self.shared)

    def lay_out(self, stack: Pipeline) -> None:
        """Write the folder as it is, in place of an older one."""
        lines = (*self.notices, *self.shared)
        rows = [json.dumps({"id": n, "message": text}, ensure_ascii=False) for n, text in enumerate(self.messages)]
        documents = {"messages.jsonl": "\n".join(rows) + "\n", "notices.txt": "\n\n".join(lines) + "\n"}
        stack.put(self.day, documents)

    def lost(self, stack: Pipeline) -> list[str]:
        """The texts whose translation does not stand at their place in the output."""
        output = stack.data / "output" / self.day / "en"
        if not all((output / name).exists() for name in ("messages.jsonl", "notices.txt")):
            return list(self.texts)
        notices = (output / "notices.txt").read_text("utf-8").rstrip("\n").split("\n\n")
        rows = [json.loads(line) for line in (output / "messages.jsonl").read_text("utf-8").splitlines()]
        written = [*notices, *(row.get("message_en") for row in rows)]
        wanted = (*self.notices, *self.shared, *self.messages)
        if len(written) != len(wanted):
            return list(self.texts)
        return [text for text, found in zip(wanted, written, strict=True) if found != fill("ja", "en", text)]


@dataclass(frozen=True, slots=True)
class Account:
    """What the provider was made to do: how often each text was executed, and its batches."""

    executed: Counter[str]
    batches: list[dict[str, Any]]

    @classmethod
    def of(cls, stack: Pipeline) -> Account:
        """As it is now."""
        return cls(Counter(row["text"] for row in stack.executions()), stack.batches())

    def twice(self, texts: Iterable[str]) -> dict[str, int]:
        """The texts that were executed more than once, and how often."""
        return {text: self.executed[text] for text in texts if self.executed[text] > 1}

    def never(self, texts: Iterable[str]) -> list[str]:
        """The texts that were not executed at all."""
        return [text for text in texts if not self.executed[text]]

    def running(self, day: str = "") -> list[str]:
        """The batches that have not ended, of one day or of all."""
        return [
            batch["id"]
            for batch in self.batches
            if batch["status"] not in TERMINAL and day in ("", batch["metadata"]["day"])
        ]


def judge(
    stack: Pipeline, deaths: Path, folder: Folder, points: tuple[str, ...], account: Account, note: str = ""
) -> None:
    """Every point was a death; nothing is lost, paid twice or left running. What is found is put on record."""
    missed = [point for point in points if not kill_points.fired(deaths, folder.day, point)]
    lost, twice, running = folder.lost(stack), account.twice(folder.texts), account.running(folder.day)
    for point in points:
        died = int(point not in missed)
        record(f"SIGKILL: {point}", "airflow", died, len(lost), len(twice), len(running), note)
    assert missed == []
    assert (lost, twice, account.never(folder.texts), running) == ([], {}, [], [])
