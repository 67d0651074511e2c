"""What proof of delivery needs, and channels out of order."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = "state IN ('waiting','sending')"
INDEXES = {  # name: columns, of which rows
    "ix_outbox_person": (["person", "id"], "answers IS NULL"),
    "ix_outbox_cause": (["cause"], "cause IS NOT NULL"),
    "ix_outbox_instead_of": (["instead_of"], "instead_of IS NOT NULL"),
    "ix_outbox_given_up": (["channel", "to_user"], "state = 'given_up'"),
}


def upgrade() -> None:
    """To this revision."""
    _make_circuits()
    with op.batch_alter_table("outbox", schema=None) as outbox:
        outbox.add_column(sa.Column("person", sa.String(), nullable=True))
        outbox.add_column(sa.Column("cause", NUMBER, nullable=True))
        outbox.add_column(sa.Column("instead_of", NUMBER, nullable=True))
        outbox.add_column(sa.Column("reports", NUMBER, nullable=True))
        outbox.add_column(sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True))
        outbox.add_column(sa.Column("unreachable", sa.Boolean(), nullable=False, server_default=sa.false()))
        outbox.add_column(sa.Column("history", sa.JSON(), nullable=True))
        outbox.drop_index("ix_outbox_due")
        _index(outbox, "ix_outbox_due", ["channel", "run_at"], OPEN)
        for name, (columns, rows) in INDEXES.items():
            _index(outbox, name, columns, rows)


def downgrade() -> None:
    """Back to the one before."""
    with op.batch_alter_table("outbox", schema=None) as outbox:
        for name in (*INDEXES, "ix_outbox_due"):
            outbox.drop_index(name)
        _index(outbox, "ix_outbox_due", ["run_at"], OPEN)
        for column in ("history", "unreachable", "given_up_at", "reports", "instead_of", "cause", "person"):
            outbox.drop_column(column)
    op.drop_table("circuits")


def _make_circuits() -> None:
    op.create_table(
        "circuits",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("trips", NUMBER, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tripped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shut_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_circuits")),
    )


def _index(table: Any, name: str, columns: list[str], rows: str) -> None:
    table.create_index(name, columns, sqlite_where=sa.text(rows), postgresql_where=sa.text(rows))
