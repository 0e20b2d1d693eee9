"""Jobs that wait for room, and requests that are their own claims.

A job knows how often it was sent back and when its run was last seen waiting. Requests are kept by the text they
ask for and its attempt, which leaves no room for two askers: the table of claims goes. Answers are kept by the job
that brought them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("refusals", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("alive_at", sa.Double))
    _rebuild_requests()
    _rebuild_answers()
    op.drop_table("claims")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_texts()


def _rebuild_requests() -> None:
    op.drop_index("requests_by_segment", "requests")
    op.rename_table("requests", "requests_0001")
    op.create_table(
        "requests",
        sa.Column("segment_key", sa.String(32), primary_key=True),
        sa.Column("instruction_key", sa.String(32), primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("job_key", sa.String(32), nullable=False),
        sa.Column("custom_id", sa.String(64), nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    # Two runs that looked at the same time could both ask for the same attempt, one after the other. From here on
    # the attempts of a text have no gaps and no doubles; the next one was always their count plus one.
    op.execute(
        "INSERT INTO requests (segment_key, instruction_key, attempt, job_key, custom_id, slot) "
        "SELECT segment_key, instruction_key, row_number() OVER ("
        "PARTITION BY segment_key, instruction_key ORDER BY attempt, job_key, custom_id, slot), "
        "job_key, custom_id, slot FROM requests_0001 ORDER BY segment_key, instruction_key"
    )
    op.drop_table("requests_0001")
    op.create_index("requests_by_job", "requests", ["job_key"])


def _rebuild_answers() -> None:
    """A job has one batch and was collected once, so its key takes the place of the batch's id."""
    op.rename_table("answers", "answers_0001")
    op.create_table(
        "answers",
        sa.Column("job_key", sa.String(32), primary_key=True),
        sa.Column("custom_id", sa.String(64), primary_key=True),
        sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("answered_at", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO answers (job_key, custom_id, slot, verdict, reason, text, findings, model, answered_at) "
        "SELECT job_key, custom_id, slot, verdict, reason, text, findings, model, answered_at FROM answers_0001 "
        "ORDER BY job_key, custom_id, slot"
    )
    op.drop_table("answers_0001")


def _rebuild_texts() -> None:
    """On SQLite a table without row ids holds each key once instead of twice."""
    op.rename_table("texts", "texts_0001")
    op.create_table(
        "texts",
        sa.Column("segment_key", sa.String(32), primary_key=True),
        sa.Column("source_language", sa.String(35), nullable=False),
        sa.Column("target_language", sa.String(35), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO texts (segment_key, source_language, target_language, source, context) "
        "SELECT segment_key, source_language, target_language, source, context FROM texts_0001 "
        "ORDER BY segment_key"
    )
    op.drop_table("texts_0001")
