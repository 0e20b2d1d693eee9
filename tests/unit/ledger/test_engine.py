from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from unit.ledger import samples

from batch_translate.errors import SettingsError
from batch_translate.ledger import Ledger, engine
from batch_translate.ledger.schema import metadata

OPEN = (
    "import sys\n"
    "from batch_translate.ledger import Ledger, jobs\n"
    "import alembic.command, alembic.config\n"
    "print('ready', flush=True)\n"
    "sys.stdin.readline()\n"
    "print(len(jobs.open_jobs(Ledger(sys.argv[1]))))\n"
)


def test_migrations_make_the_tables_that_the_code_uses(ledger: Ledger) -> None:
    with ledger.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_schema_version_is_that_of_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(engine.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == engine.SCHEMA_VERSION


def test_several_processes_may_open_a_new_ledger_at_once(ledger_url: str) -> None:
    command = [sys.executable, "-c", OPEN, ledger_url]
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    openers = [
        subprocess.Popen(
            command,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    try:
        for opener in openers:
            assert opener.stdout is not None
            assert opener.stdout.readline() == "ready\n"
        for opener in openers:
            assert opener.stdin is not None
            opener.stdin.write("go\n")
            opener.stdin.flush()
        said = [opener.communicate(timeout=60) for opener in openers]
    finally:
        for opener in openers:
            opener.kill()
            opener.wait(10)
    assert said == [("0\n", "")] * len(openers)


def test_opening_again_keeps_what_is_there(ledger: Ledger, ledger_url: str) -> None:
    samples.planned(ledger, "text")
    again = Ledger(ledger_url)
    assert samples.plan(again, "text", run="run_2") is None
    assert samples.count(again, "jobs") == 1
    again.close()


def test_write_is_undone_whole_by_an_exception(ledger: Ledger) -> None:
    samples.planned(ledger, "text")

    def break_off() -> None:
        with ledger.write() as connection:
            connection.exec_driver_sql("DELETE FROM requests")
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert samples.count(ledger, "requests") == 1


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/ledger"])
def test_other_databases_are_refused_with_what_to_give(url: str) -> None:
    with pytest.raises(SettingsError, match="BATCH_TRANSLATE_LEDGER"):
        Ledger(url)


def test_a_password_is_never_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        Ledger("mysql://user:a-secret@host/ledger")
    assert "a-secret" not in str(caught.value)
