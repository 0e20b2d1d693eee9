"""The ledger's tables, as the code uses them; how they come to be is in migrations/.

Times are seconds since 1970 (UTC). Money is in US dollars, tokens are counts. Rows of `requests`, `answers` and
`readings` are never changed once written.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# An auto-incremented 64-bit id on both databases: SQLite gives one to INTEGER PRIMARY KEY only.
_Id = BigInteger().with_variant(Integer, "sqlite")

texts = Table(
    "texts",
    metadata,
    Column("segment_key", String(32), primary_key=True),
    Column("source_language", String(35), nullable=False),
    Column("target_language", String(35), nullable=False),
    Column("source", Text, nullable=False),
    Column("context", Text, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("job_key", String(32), primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("plan_hash", String(12), nullable=False),
    Column("pass_number", Integer, nullable=False),
    Column("model", Text, nullable=False),
    # planned (the intent) → submitted → collected; or absent: proven never created; or cancelled by a person.
    Column("state", String(10), nullable=False),
    Column("request_file", Text, nullable=False),
    Column("file_id", Text),
    Column("batch_id", Text),
    Column("batch_status", Text),
    Column("requests", Integer, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("estimated_input_tokens", BigInteger, nullable=False),
    Column("estimated_output_tokens", BigInteger, nullable=False),
    Column("estimated_cost_usd", Double),
    Column("input_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost_usd", Double),
    Column("planned_at", Double, nullable=False),
    # Set before the batch is asked for: from here until batch_id is set, nobody knows whether it exists.
    Column("submitting_at", Double),
    Column("submitted_at", Double),
    Column("collected_at", Double),
    Column("note", Text),
    # How often the provider sent the batch back without running anything: no room, or its file not found.
    Column("refusals", Integer, nullable=False, server_default="0"),
    # When its run was last seen waiting to send it.
    Column("alive_at", Double),
    Index("jobs_by_day", "day"),
    Index("jobs_by_state", "state"),
)

requests = Table(
    "requests",
    metadata,
    Column("job_key", String(32), primary_key=True),
    Column("custom_id", String(64), primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("segment_key", String(32), nullable=False),
    Column("instruction_key", String(32), nullable=False),
    Column("attempt", Integer, nullable=False),
    Index("requests_by_segment", "segment_key", "instruction_key"),
)

# One row per text that an open job asks for. The primary key is what makes two askers impossible.
claims = Table(
    "claims",
    metadata,
    Column("segment_key", String(32), primary_key=True),
    Column("instruction_key", String(32), primary_key=True),
    Column("job_key", String(32), nullable=False),
    Index("claims_by_job", "job_key"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("batch_id", Text, nullable=False),
    Column("custom_id", String(64), nullable=False),
    Column("slot", Integer, nullable=False),
    Column("job_key", String(32), nullable=False),
    Column("segment_key", String(32), nullable=False),
    Column("instruction_key", String(32), nullable=False),
    # accepted; rejected (findings); failed (the text is at fault); unanswered (nothing came: no fault of the text)
    Column("verdict", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("text", Text),
    Column("findings", Text, nullable=False),
    Column("model", Text),
    Column("answered_at", Double, nullable=False),
    UniqueConstraint("batch_id", "custom_id", "slot", name="one_answer_per_slot"),
    Index("answers_by_segment", "segment_key", "instruction_key", "verdict", "id"),
    Index("answers_by_job", "job_key"),
)

readings = Table(
    "readings",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("day", String(10), nullable=False),
    Column("plan_hash", String(12), nullable=False),
    Column("plan_url", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("read_at", Double, nullable=False),
    Index("readings_by_day", "day"),
)

publications = Table(
    "publications",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("language", String(35), primary_key=True),
    Column("reading_id", BigInteger, nullable=False),
    Column("published_at", Double, nullable=False),
    Column("documents", Text, nullable=False),
)
