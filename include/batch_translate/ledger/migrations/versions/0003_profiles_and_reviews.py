"""Profiles by which answers are judged, and what people decide: reviews, the files they came with, bans."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("profile_key", sa.String(32)))
    op.create_table(
        "profiles",
        sa.Column("profile_key", sa.String(32), primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("segment_key", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("decided_at", sa.Double, nullable=False),
        sa.Column("in_use", sa.Integer, nullable=False),
    )
    in_use = sa.text("in_use = 1")
    op.create_index(
        "reviews_in_use", "reviews", ["segment_key"], unique=True, sqlite_where=in_use, postgresql_where=in_use
    )
    op.create_table(
        "review_files",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("reviews", sa.Integer, nullable=False),
        sa.Column("imported_at", sa.Double, nullable=False),
    )
    op.create_table(
        "bans",
        sa.Column("segment_key", sa.String(32), primary_key=True),
        sa.Column("text_sha256", sa.String(64), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("banned_at", sa.Double, nullable=False),
    )
