"""The ledger's tables, as the code uses them; how they come to be is in migrations/.

Times are seconds since 1970 (UTC). Money is in US dollars, tokens are counts. Rows of `requests`, `answers` and
`readings` are never changed once written, but for an answer's verdict where a person forgets it (memory.py).
Findings are kept as findings.write_findings has them.
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
    text,
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
    sqlite_with_rowid=False,
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
    # planned (the intent) → submitted → collected; or absent: proven never created; or refused: over a cap, it
    # asks for nothing and holds no claim.
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
    # By what its answers are judged; NULL for jobs of ledgers before version 3.
    Column("profile_key", String(32)),
    Index("jobs_by_day", "day"),
    Index("jobs_by_state", "state"),
)

# While its job is open, a row is the claim on its text. `attempt` counts 1, 2, 3 … for each text, whoever asks, so
# the primary key is what makes two askers impossible.
requests = Table(
    "requests",
    metadata,
    Column("segment_key", String(32), primary_key=True),
    Column("instruction_key", String(32), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("job_key", String(32), nullable=False),
    Column("custom_id", String(64), nullable=False),
    Column("slot", Integer, nullable=False),
    Index("requests_by_job", "job_key"),
    sqlite_with_rowid=False,
)

# Kept by the job that brought them, in the order of its requests, and found through the request: an index by text
# would cost more than everything else that collecting does.
answers = Table(
    "answers",
    metadata,
    Column("job_key", String(32), primary_key=True),
    Column("custom_id", String(64), primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    # What each says is in batch_translate/answers.py.
    Column("verdict", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("text", Text),
    Column("findings", Text, nullable=False),
    Column("model", Text),
    Column("answered_at", Double, nullable=False),
    sqlite_with_rowid=False,
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

# Each profile under which something was asked, whole: profiles.Profile as JSON.
profiles = Table(
    "profiles",
    metadata,
    Column("profile_key", String(32), primary_key=True),
    Column("content", Text, nullable=False),
    sqlite_with_rowid=False,
)

# What people decided: the newest decision on a text is the one in use, and wins over every answer.
reviews = Table(
    "reviews",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("segment_key", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("reviewer", Text, nullable=False),
    # The file it came with.
    Column("sha256", String(64), nullable=False),
    Column("decided_at", Double, nullable=False),
    Column("in_use", Integer, nullable=False),
    # One decision on a text is in use.
    Index(
        "reviews_in_use",
        "segment_key",
        unique=True,
        sqlite_where=text("in_use = 1"),
        postgresql_where=text("in_use = 1"),
    ),
)

review_files = Table(
    "review_files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("reviews", Integer, nullable=False),
    Column("imported_at", Double, nullable=False),
)

# Translations that must never come back. By hash, for an index on PostgreSQL takes no long texts.
bans = Table(
    "bans",
    metadata,
    Column("segment_key", String(32), primary_key=True),
    Column("text_sha256", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("banned_at", Double, nullable=False),
)

# The documents whose texts a job asks for, each text with the document in which it stands first. `share` is the
# document's part of the job's source tokens: the shares of a job make 1.
job_documents = Table(
    "job_documents",
    metadata,
    Column("job_key", String(32), primary_key=True),
    Column("document", Text, primary_key=True),
    Column("segments", Integer, nullable=False),
    Column("share", Double, nullable=False),
    sqlite_with_rowid=False,
)

# The last decision of a person on a run that would go over a cap: approved up to `usd` US dollars, rejected, or
# timed out, when nobody decided.
approvals = Table(
    "approvals",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("decision", String(10), nullable=False),
    Column("usd", Double, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Double, nullable=False),
    sqlite_with_rowid=False,
)
