"""Profiles under which something was asked, each kept once and whole: by them its answers are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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


class Packed(NamedTuple):
    """What the jobs of one model and profile asked for: so many texts in so many requests."""

    model: str
    content: str | None
    segments: int
    requests: int


def packing_of(ledger: Ledger, run_id: str) -> list[Packed]:
    """How a run's texts share requests, by model and profile; `content` is None where the profile is not known."""
    query = (
        "SELECT j.model, p.content, sum(j.segments), sum(j.requests) FROM jobs j "
        "LEFT JOIN profiles p ON p.profile_key = j.profile_key "
        "WHERE j.run_id = :run_id AND j.batch_id IS NOT NULL GROUP BY j.model, p.content"
    )
    with ledger.read() as connection:
        rows = connection.execute(sa.text(query), {"run_id": run_id}).all()
    return [Packed(model, content, int(segments), int(requests)) for model, content, segments, requests in rows]
