"""What business cards hold: where a company is, and where its people take mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("customers", sa.Column("address", sa.String(), nullable=True))
    op.add_column("contacts", sa.Column("email", sa.String(), nullable=True))


def downgrade() -> None:
    """Back to the one before. In place: other tables point at the rows."""
    op.drop_column("contacts", "email")
    op.drop_column("customers", "address")
