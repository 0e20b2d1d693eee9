"""Jobs that wait for room: how often the provider sent them back, and when their run was last seen waiting."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("refusals", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("alive_at", sa.Double))
