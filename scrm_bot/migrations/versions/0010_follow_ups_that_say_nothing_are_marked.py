"""Follow-ups that say nothing are marked; what a person wrote lately is found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("followups", sa.Column("low_value", sa.String(), nullable=True))
    op.create_index("ix_followups_written", "followups", ["author_id", "created_at"])


def downgrade() -> None:
    """Back to the one before. In place: other tables point at the rows."""
    op.drop_index("ix_followups_written", "followups")
    op.drop_column("followups", "low_value")
