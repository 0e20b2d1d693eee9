"""An empty ledger of its own for every test, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from batch_translate.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POSTGRES = os.environ.get("TEST_POSTGRES_URL") or "postgresql://root@127.0.0.1:5432/test"


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.Engine]:
    url = sa.make_url(POSTGRES).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})
    try:
        engine.connect().close()
    except sa.exc.OperationalError as error:
        pytest.skip(
            f"no PostgreSQL at {url.render_as_string()}: set TEST_POSTGRES_URL to a database in which its user "
            f"may create schemas, for example postgresql://user:password@host/test ({error.orig})"
        )
    yield engine
    engine.dispose()


@contextmanager
def _own_schema(postgres: sa.Engine) -> Iterator[str]:
    schema = f"batch_translate_test_{secrets.token_hex(6)}"
    with postgres.connect() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    try:
        url = postgres.url.update_query_dict({"options": f"-csearch_path={schema}"})
        yield url.render_as_string(hide_password=False)
    finally:
        with postgres.connect() as connection:
            connection.execute(sa.schema.DropSchema(schema, cascade=True))


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a ledger may be made; nothing is there yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/ledger.sqlite"
    else:
        with _own_schema(request.getfixturevalue("postgres")) as url:
            yield url


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    one = Ledger(ledger_url)
    yield one
    one.close()
