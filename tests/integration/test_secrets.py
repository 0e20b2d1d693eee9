"""Where the provider's key may not stand: every file and every table, while tasks wait and after their end."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet, InvalidToken
from pipeline import DAG, KEY

from processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline import Pipeline

    from airflow_api import Run

pytestmark = pytest.mark.airflow

DAY = "2024-05-20"


def forms_of(secret: str) -> set[bytes]:
    """The secret as it is, and in base64 at each of the three places where it may begin."""
    forms = {secret.encode()}
    for before in (0, 1, 2):
        encoded = base64.b64encode(b"\0" * before + secret.encode())
        forms.add(encoded[4 if before else 0 : -4])
    return forms


def cells(database: Path) -> Iterator[tuple[str, bytes]]:
    """("table.column", value) of every cell that is not empty."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.text_factory = bytes
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT * FROM "{table.decode()}"')
            names = [f"{table.decode()}.{column[0]}" for column in rows.description]
            for row in rows:
                for name, value in zip(names, row, strict=True):
                    if value is not None:
                        yield name, value if isinstance(value, bytes) else str(value).encode()


def readable(stack: Pipeline, database: Path) -> Iterator[tuple[str, bytes]]:
    """The cells, and what the encrypted ones hold for those who have Airflow's own key."""
    fernet = Fernet(stack.airflow.environment["AIRFLOW__CORE__FERNET_KEY"])
    for name, value in cells(database):
        yield name, value
        if value.startswith(b"gAAAA"):
            try:
                yield f"{name} decrypted", fernet.decrypt(value)
            except InvalidToken:
                continue


def places_of_the_key(stack: Pipeline) -> list[str]:
    """Every table's column and every file in which the key stands in any form."""
    forms = forms_of(KEY)
    root = stack.data.parent
    found = {
        f"{database.name} {name}"
        for database in (stack.airflow.home / "airflow.db", stack.data / "ledger.sqlite")
        for name, value in readable(stack, database)
        if any(form in value for form in forms)
    }
    for path in root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found |= {str(path.relative_to(root)) for form in forms if form in content}
    return sorted(found)


@pytest.fixture(scope="module")
def waiting(stack: Pipeline) -> str:
    """A run whose batch is waited for in the triggerer; its id."""
    assert stack.airflow.environment["OPENAI_API_KEY"] == KEY
    stack.put(DAY, {"お知らせ.txt": "秘密のない一日でした。\n"})
    run_id = stack.api.trigger(DAG, {"day": DAY})

    def deferred() -> bool:
        tasks = stack.api.task_instances(DAG, run_id)
        return any(task.task_id.endswith("wait_for_batch") and task.state == "deferred" for task in tasks)

    wait_until(deferred, 90, "the batch is waited for")
    return run_id


def test_key_stands_nowhere_while_a_task_waits(stack: Pipeline, waiting: str) -> None:
    database = stack.airflow.home / "airflow.db"
    # What is searched is really there: the trigger's arguments in clear, and what tasks have handed on.
    arguments = [value for name, value in readable(stack, database) if name.startswith("trigger.kwargs")]
    assert any(b"openai_default" in value for value in arguments)
    assert any(name == "xcom.value" for name, _ in cells(database))
    assert any(name == "jobs.batch_id" for name, _ in cells(stack.data / "ledger.sqlite"))
    assert places_of_the_key(stack) == []
    assert stack.api.run(DAG, waiting).state == "running"


def test_key_stands_nowhere_after_the_run(stack: Pipeline, waiting: str) -> None:
    run: Run = stack.wait(waiting)
    assert run.state == "success"
    assert "batch" in stack.log_of(run, "pass_1.shard.create_batch")
    assert len(list((stack.airflow.home / "logs").rglob(f"*run_id={waiting}/**/*.log"))) > 5
    assert places_of_the_key(stack) == []


def test_key_is_found_where_it_stands(stack: Pipeline, waiting: str) -> None:
    leaks = {
        "plain.txt": KEY.encode(),
        "encoded.txt": base64.b64encode(f"Bearer {KEY}".encode()),
    }
    for name, content in leaks.items():
        (stack.data / name).write_bytes(b"{" + content + b"}")
    try:
        assert places_of_the_key(stack) == [f"data/{name}" for name in sorted(leaks)]
    finally:
        for name in leaks:
            (stack.data / name).unlink()
