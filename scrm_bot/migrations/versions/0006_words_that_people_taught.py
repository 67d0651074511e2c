"""Words that people taught."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXES = {
    "ix_words_message_id": "message_id",
    "ix_words_staff": "staff_id",
    "ix_words_state": "state",
    "ix_words_text": "text",
}


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "words",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("customer_id", NUMBER, nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_words_customer_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_words_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_words")),
    )
    with op.batch_alter_table("words", schema=None) as words:
        for name, column in INDEXES.items():
            words.create_index(name, [column])


def downgrade() -> None:
    """Back to the one before."""
    with op.batch_alter_table("words", schema=None) as words:
        for name in INDEXES:
            words.drop_index(name)
    op.drop_table("words")
