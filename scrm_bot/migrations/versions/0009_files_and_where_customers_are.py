"""Files, check-ins, where customers are, and the secret by which links are signed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT, TIME, DEGREES = sa.String(), sa.DateTime(timezone=True), sa.Integer()
Kind = TypeEngine[Any]
FILES = {
    "files": ("customer_id", "followup_id", "ticket_id", "staff_id", "contact_id"),
    "checkins": ("followup_id", "customer_id", "staff_id"),
}
INDEXES: dict[str, dict[str, list[str]]] = {
    "files": {
        "ix_files_customer": ["customer_id", "id"],
        "ix_files_followup": ["followup_id"],
        "ix_files_ticket": ["ticket_id"],
        "ix_files_sender": ["channel", "user", "id"],
        "ix_files_message_id": ["message_id"],
    },
    "checkins": {
        "ix_checkins_staff": ["staff_id", "id"],
        "ix_checkins_followup": ["followup_id"],
        "ix_checkins_customer": ["customer_id", "arrived_at"],
        "ix_checkins_message_id": ["message_id"],
    },
}
WANTED, SOMEWHERE = sa.text("state = 'wanted'"), sa.text("latitude IS NOT NULL")


def upgrade() -> None:
    """To this revision."""
    op.create_table("keys", must("name", TEXT), must("value", TEXT), must("made_at", TIME), key("keys", "name"))
    op.create_table("files", *columns_of_files(), key("files", "id"), *pointers("files"))
    op.create_table("checkins", *columns_of_checkins(), key("checkins", "id"), *pointers("checkins"))
    for table, indexes in INDEXES.items():
        for name, named in indexes.items():
            op.create_index(name, table, named)
    op.create_index("ix_files_wanted", "files", ["run_at"], sqlite_where=WANTED, postgresql_where=WANTED)
    for column in ("latitude", "longitude"):
        op.add_column("customers", may(column, DEGREES))
    columns = ["owner_id", "latitude"]
    op.create_index("ix_customers_place", "customers", columns, sqlite_where=SOMEWHERE, postgresql_where=SOMEWHERE)


def downgrade() -> None:
    """Back to the one before. Columns are dropped in place: others point to the table."""
    op.drop_index("ix_customers_place", "customers")
    op.execute("ALTER TABLE customers DROP COLUMN latitude")
    op.execute("ALTER TABLE customers DROP COLUMN longitude")
    for table in ("checkins", "files", "keys"):
        op.drop_table(table)


def columns_of_files() -> list[sa.Column[Any]]:
    """Whose, what, and how far it was fetched."""
    return [
        *born(), must("kind", TEXT), must("name", TEXT), must("state", TEXT), may("reason", TEXT), may("digest", TEXT),
        may("size", sa.BigInteger()), may("type", TEXT), *(may(name, NUMBER) for name in FILES["files"]),
        must("channel", TEXT), must("user", TEXT), must("source", sa.JSON()), must("attempts", NUMBER),
        must("run_at", TIME), may("lease", TEXT), *caused(),
    ]  # fmt: skip


def columns_of_checkins() -> list[sa.Column[Any]]:
    """Who, when, where."""
    return [
        *born(), *(must(name, NUMBER) for name in FILES["checkins"]), must("arrived_at", TIME),
        may("latitude", DEGREES), may("longitude", DEGREES), may("address", TEXT), may("distance", NUMBER), *caused(),
    ]  # fmt: skip


def born() -> list[sa.Column[Any]]:
    """What every row begins with."""
    return [must("id", NUMBER), must("created_at", TIME)]


def caused() -> list[sa.Column[Any]]:
    """What every row that can be taken back ends with."""
    return [may("message_id", NUMBER), may("undone_at", TIME)]


def must(name: str, kind: Kind) -> sa.Column[Any]:
    """A column that always holds something."""
    return sa.Column(name, kind, nullable=False)


def may(name: str, kind: Kind) -> sa.Column[Any]:
    """A column that may be empty."""
    return sa.Column(name, kind, nullable=True)


def key(table: str, column: str) -> sa.PrimaryKeyConstraint:
    """By what rows are known."""
    return sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}"))


def pointers(table: str) -> list[sa.ForeignKeyConstraint]:
    """To the rows of others."""
    others = {"staff_id": "staff"}
    return [
        sa.ForeignKeyConstraint([name], [f"{others.get(name, name.removesuffix('_id') + 's')}.id"],
                                name=op.f(f"fk_{table}_{name}"))
        for name in FILES[table]
    ]  # fmt: skip
