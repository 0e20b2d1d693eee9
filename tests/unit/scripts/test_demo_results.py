"""What the demo says about answers that were rejected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from batch_translate.ledger import Ledger
from batch_translate.ledger.schema import answers, requests, texts
from demo_results import Repair, describe_repair, read_repairs

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

FINDING = {"check": "placeholders", "severity": "critical", "message": "The placeholder {n} is missing."}


def record(
    connection: sa.Connection, source: str, verdict: str, text: str, attempt: int, instructions: str = "i"
) -> None:
    """One answer to a text, with its request."""
    place = {"job_key": f"job {attempt}", "custom_id": source, "slot": 1}
    row = {"segment_key": source, "instruction_key": instructions, "attempt": attempt, **place}
    connection.execute(requests.insert(), row)
    found = json.dumps([FINDING] if verdict == "rejected" else [])
    answer = {"verdict": verdict, "reason": "", "text": text, "findings": found, "answered_at": float(attempt)}
    connection.execute(answers.insert(), {**place, **answer})


def test_rejected_answer_stands_beside_the_one_in_use(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    ledger = Ledger(url)
    with ledger.write() as connection:
        for source in ("{n}件", "{n}個", "雨"):
            known = {"source_language": "ja", "target_language": "en", "context": "", "source": source}
            connection.execute(texts.insert(), {"segment_key": source, **known})
        record(connection, "{n}件", "rejected", "items", 1)
        record(connection, "{n}件", "accepted", "{n} items", 2)
        record(connection, "{n}個", "rejected", "pieces", 3)
        record(connection, "{n}個", "accepted", "{n} others", 4, instructions="of another profile")
        record(connection, "雨", "accepted", "Rain", 5)
    ledger.close()
    said = ("placeholders: The placeholder {n} is missing.",)
    repairs = read_repairs(url)
    assert repairs == [
        Repair("{n}件", "items", said, "{n} items"),
        Repair("{n}個", "pieces", said, None),
    ]
    assert describe_repair(repairs[0]).split("\n")[1:] == [
        "  An answer was rejected: {n}件",
        "    ✗ items",
        "      placeholders: The placeholder {n} is missing.",
        "    ✓ {n} items",
    ]
    assert describe_repair(repairs[1]).endswith("\n    needs a review")
