"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "texts",
        sa.Column("segment_key", sa.String(32), primary_key=True),
        sa.Column("source_language", sa.String(35), nullable=False),
        sa.Column("target_language", sa.String(35), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("job_key", sa.String(32), primary_key=True),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("plan_hash", sa.String(12), nullable=False),
        sa.Column("pass_number", sa.Integer, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("request_file", sa.Text, nullable=False),
        sa.Column("file_id", sa.Text),
        sa.Column("batch_id", sa.Text),
        sa.Column("batch_status", sa.Text),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("segments", sa.Integer, nullable=False),
        sa.Column("estimated_input_tokens", sa.BigInteger, nullable=False),
        sa.Column("estimated_output_tokens", sa.BigInteger, nullable=False),
        sa.Column("estimated_cost_usd", sa.Double),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("cached_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("cost_usd", sa.Double),
        sa.Column("planned_at", sa.Double, nullable=False),
        sa.Column("submitting_at", sa.Double),
        sa.Column("submitted_at", sa.Double),
        sa.Column("collected_at", sa.Double),
        sa.Column("note", sa.Text),
    )
    op.create_index("jobs_by_day", "jobs", ["day"])
    op.create_index("jobs_by_state", "jobs", ["state"])
    op.create_table(
        "requests",
        sa.Column("job_key", sa.String(32), primary_key=True),
        sa.Column("custom_id", sa.String(64), primary_key=True),
        sa.Column("slot", sa.Integer, primary_key=True),
        sa.Column("segment_key", sa.String(32), nullable=False),
        sa.Column("instruction_key", sa.String(32), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
    )
    op.create_index("requests_by_segment", "requests", ["segment_key", "instruction_key"])
    op.create_table(
        "claims",
        sa.Column("segment_key", sa.String(32), primary_key=True),
        sa.Column("instruction_key", sa.String(32), primary_key=True),
        sa.Column("job_key", sa.String(32), nullable=False),
    )
    op.create_index("claims_by_job", "claims", ["job_key"])
    op.create_table(
        "answers",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("batch_id", sa.Text, nullable=False),
        sa.Column("custom_id", sa.String(64), nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("job_key", sa.String(32), nullable=False),
        sa.Column("segment_key", sa.String(32), nullable=False),
        sa.Column("instruction_key", sa.String(32), nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("answered_at", sa.Double, nullable=False),
        sa.UniqueConstraint("batch_id", "custom_id", "slot", name="one_answer_per_slot"),
    )
    op.create_index("answers_by_segment", "answers", ["segment_key", "instruction_key", "verdict", "id"])
    op.create_index("answers_by_job", "answers", ["job_key"])
    op.create_table(
        "readings",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("plan_hash", sa.String(12), nullable=False),
        sa.Column("plan_url", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("read_at", sa.Double, nullable=False),
    )
    op.create_index("readings_by_day", "readings", ["day"])
    op.create_table(
        "publications",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("language", sa.String(35), primary_key=True),
        sa.Column("reading_id", sa.BigInteger, nullable=False),
        sa.Column("published_at", sa.Double, nullable=False),
        sa.Column("documents", sa.Text, nullable=False),
    )
