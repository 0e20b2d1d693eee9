"""Profiles under which something was asked, each kept once and whole: by them its answers are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from batch_translate.ledger.engine import Ledger

_KEEP = "INSERT INTO profiles (profile_key, content) VALUES (:key, :content) ON CONFLICT DO NOTHING"


def keep(ledger: Ledger, profile_key: str, content: str) -> None:
    """Keep a profile's content, if it is not there yet."""
    with ledger.write() as connection:
        connection.execute(sa.text(_KEEP), {"key": profile_key, "content": content})


def content_of(ledger: Ledger, job_key: str) -> str | None:
    """The content of a job's profile; None for jobs of ledgers before version 3."""
    query = "SELECT p.content FROM jobs j JOIN profiles p ON p.profile_key = j.profile_key WHERE j.job_key = :job"
    with ledger.read() as connection:
        content: str | None = connection.scalar(sa.text(query), {"job": job_key})
    return content
