"""Which documents a batch was for, so that its bill can be told by document; who let a run go over a cap."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "job_documents",
        sa.Column("job_key", sa.String(32), primary_key=True),
        sa.Column("document", sa.Text, primary_key=True),
        sa.Column("segments", sa.Integer, nullable=False),
        sa.Column("share", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "approvals",
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("decision", sa.String(10), nullable=False),
        sa.Column("usd", sa.Double, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
