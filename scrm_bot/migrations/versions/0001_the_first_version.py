"""The first version: everything that it keeps."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers only INTEGER keys by itself
TEXT, TIME = sa.String(), sa.DateTime(timezone=True)
MONEY = sa.BigInteger()  # fen


def upgrade() -> None:
    """To this revision."""
    _audit()
    _conversations()
    _departments()
    _messages()
    _outbox()
    _products()
    _staff()
    _customers()
    _contacts()
    _customer_names()
    _deals()
    _devices()
    _followups()
    _leads()
    _reminders()
    _accounts()
    _bind_codes()
    _contracts()
    _followup_contacts()
    _tickets()
    _ticket_notes()


def downgrade() -> None:
    """Back to nothing. Indexes go with their tables."""
    for table in (
        "ticket_notes", "tickets", "followup_contacts", "contracts", "bind_codes", "accounts", "reminders", "leads",
        "followups", "devices", "deals", "customer_names", "contacts", "customers", "staff", "products", "outbox",
        "messages", "departments", "conversations", "audit",
    ):  # fmt: skip
        op.drop_table(table)


def must(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]]) -> sa.Column[Any]:
    """A column that always holds something."""
    return sa.Column(name, kind, nullable=False)


def may(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]]) -> sa.Column[Any]:
    """A column that may be empty."""
    return sa.Column(name, kind)


def some(name: str, table: str, columns: list[str], where: str) -> None:
    """An index over the rows for which it holds."""
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


# fmt: off
def _audit() -> None:
    op.create_table(
        "audit",
        must("id", KEY), must("created_at", TIME), must("actor", TEXT), must("actor_key", TEXT), must("entity", TEXT),
        must("entity_id", KEY), must("field", TEXT), may("old", TEXT), may("new", TEXT),
        may("message_id", KEY), may("undoes", KEY), may("undone_at", TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_actor", "audit", ["actor_key", "id"])
    op.create_index("ix_audit_entity", "audit", ["entity", "entity_id", "id"])
    op.create_index("ix_audit_message", "audit", ["message_id", "id"])


def _conversations() -> None:
    op.create_table(
        "conversations",
        must("key", TEXT), must("memory", sa.JSON), must("updated_at", TIME),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_conversations")),
    )


def _departments() -> None:
    op.create_table(
        "departments",
        must("id", KEY), must("created_at", TIME), must("path", TEXT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
        sa.UniqueConstraint("path", name=op.f("uq_departments_path")),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        must("id", KEY), must("created_at", TIME), must("channel", TEXT), must("sender", TEXT), must("room", TEXT),
        must("key", TEXT), must("kind", TEXT), must("text", TEXT), must("sender_name", TEXT), must("detail", sa.JSON),
        must("hints", sa.JSON), must("sent_at", TIME), must("received_at", TIME), may("fate", TEXT),
        may("reason", TEXT), may("done_at", TIME), may("staff_id", KEY), may("contact_id", KEY),
        may("understood", sa.JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("channel", "sender", "key", name=op.f("uq_messages_channel_sender_key")),
    )
    op.create_index("ix_messages_conversation", "messages", ["channel", "sender", "received_at"])
    some("ix_messages_open", "messages", ["channel", "room", "sender", "id"], "fate IS NULL")


def _outbox() -> None:
    op.create_table(
        "outbox",
        must("id", KEY), must("created_at", TIME), must("channel", TEXT), must("to_user", TEXT), must("room", TEXT),
        must("text", TEXT), must("choices", sa.JSON), must("hints", sa.JSON), must("state", TEXT),
        must("attempts", KEY), must("parts_sent", KEY), must("run_at", TIME), may("sent_at", TIME),
        may("lease", TEXT), must("unsure", sa.Boolean()), must("passive", sa.Boolean()), may("answers", KEY),
        may("once", TEXT), may("reason", TEXT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("once", name=op.f("uq_outbox_once")),
    )
    op.create_index(op.f("ix_outbox_answers"), "outbox", ["answers"])
    some("ix_outbox_due", "outbox", ["run_at"], "state IN ('waiting','sending')")
    some("ix_outbox_order", "outbox", ["channel", "to_user", "room", "id"], "state IN ('waiting','sending')")
    op.create_index("ix_outbox_sent", "outbox", ["channel", "to_user", "sent_at"])


def _products() -> None:
    op.create_table(
        "products",
        must("id", KEY), must("created_at", TIME), must("name", TEXT), must("aliases", sa.JSON), may("unit", TEXT),
        may("price", MONEY), may("floor_price", MONEY), may("message_id", KEY), may("undone_at", TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("name", name=op.f("uq_products_name")),
    )
    op.create_index(op.f("ix_products_message_id"), "products", ["message_id"])


def _staff() -> None:
    op.create_table(
        "staff",
        must("id", KEY), must("created_at", TIME), must("name", TEXT), must("role", TEXT), must("department", TEXT),
        may("manager_id", KEY), may("phone", TEXT), must("active", sa.Boolean()), may("message_id", KEY),
        may("undone_at", TIME),
        sa.ForeignKeyConstraint(["manager_id"], ["staff.id"], name=op.f("fk_staff_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
    )
    op.create_index("ix_staff_department", "staff", ["department"])
    op.create_index(op.f("ix_staff_manager_id"), "staff", ["manager_id"])
    op.create_index(op.f("ix_staff_message_id"), "staff", ["message_id"])
    op.create_index("ix_staff_phone", "staff", ["phone"])


def _customers() -> None:
    op.create_table(
        "customers",
        must("id", KEY), must("created_at", TIME), must("name", TEXT), may("industry", TEXT), may("region", TEXT),
        may("grade", TEXT), may("lifecycle", TEXT), may("source", TEXT), may("phone", TEXT), may("owner_id", KEY),
        may("last_followed_at", TIME), may("message_id", KEY), may("undone_at", TIME),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_customers_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_index("ix_customers_grade", "customers", ["owner_id", "grade"])
    op.create_index(op.f("ix_customers_message_id"), "customers", ["message_id"])
    op.create_index("ix_customers_name", "customers", ["name"])
    op.create_index("ix_customers_quiet", "customers", ["owner_id", "last_followed_at"])


def _contacts() -> None:
    op.create_table(
        "contacts",
        must("id", KEY), must("created_at", TIME), must("customer_id", KEY), must("name", TEXT), may("title", TEXT),
        may("phone", TEXT), must("active", sa.Boolean()), may("message_id", KEY), may("undone_at", TIME),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_contacts_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index("ix_contacts_customer", "contacts", ["customer_id", "name"])
    op.create_index(op.f("ix_contacts_message_id"), "contacts", ["message_id"])
    op.create_index("ix_contacts_phone", "contacts", ["phone"])


def _customer_names() -> None:
    op.create_table(
        "customer_names",
        must("id", KEY), must("created_at", TIME), must("customer_id", KEY), must("name", TEXT),
        must("short", sa.Boolean()),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_names_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_names")),
        sa.UniqueConstraint("customer_id", "name", name=op.f("uq_customer_names_customer_id_name")),
    )
    op.create_index("ix_customer_names_name", "customer_names", ["name"])


def _deals() -> None:
    op.create_table(
        "deals",
        must("id", KEY), must("created_at", TIME), must("title", TEXT), must("customer_id", KEY),
        may("owner_id", KEY), must("stage", TEXT), must("kind", TEXT), may("amount", MONEY),
        may("expected_close", sa.Date()), must("moved_at", TIME), may("closed_at", TIME), may("lost_reason", TEXT),
        may("message_id", KEY), may("undone_at", TIME),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_deals_customer_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_deals_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deals")),
    )
    some("ix_deals_close", "deals", ["owner_id", "expected_close"], "kind = 'open'")
    op.create_index("ix_deals_closed", "deals", ["owner_id", "closed_at"])
    op.create_index("ix_deals_customer", "deals", ["customer_id", "kind"])
    op.create_index("ix_deals_funnel", "deals", ["owner_id", "kind", "stage", "amount"])
    op.create_index(op.f("ix_deals_message_id"), "deals", ["message_id"])


def _devices() -> None:
    op.create_table(
        "devices",
        must("id", KEY), must("created_at", TIME), must("customer_id", KEY), must("name", TEXT), may("model", TEXT),
        may("serial", TEXT), may("site", TEXT), may("warranty_until", sa.Date()), may("service_until", sa.Date()),
        may("message_id", KEY), may("undone_at", TIME),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_devices_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    op.create_index("ix_devices_customer", "devices", ["customer_id"])
    op.create_index(op.f("ix_devices_message_id"), "devices", ["message_id"])
    op.create_index("ix_devices_serial", "devices", ["serial"])


def _followups() -> None:
    op.create_table(
        "followups",
        must("id", KEY), must("created_at", TIME), must("customer_id", KEY), must("author_id", KEY),
        must("method", TEXT), must("happened_at", TIME), must("text", TEXT), must("summary", TEXT),
        must("failed", sa.Boolean()), may("message_id", KEY), may("undone_at", TIME),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_followups_author_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_followups_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followups")),
    )
    op.create_index("ix_followups_author", "followups", ["author_id", "happened_at"])
    op.create_index("ix_followups_customer", "followups", ["customer_id", "happened_at"])
    op.create_index(op.f("ix_followups_message_id"), "followups", ["message_id"])


def _leads() -> None:
    op.create_table(
        "leads",
        must("id", KEY), must("created_at", TIME), must("name", TEXT), may("contact", TEXT), may("phone", TEXT),
        may("source", TEXT), may("region", TEXT), may("industry", TEXT), may("demand", TEXT), must("state", TEXT),
        must("score", KEY), may("owner_id", KEY), may("customer_id", KEY), may("message_id", KEY),
        may("undone_at", TIME),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_leads_customer_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_leads_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
    )
    op.create_index(op.f("ix_leads_message_id"), "leads", ["message_id"])
    op.create_index("ix_leads_name", "leads", ["name"])
    op.create_index("ix_leads_owner", "leads", ["owner_id", "state"])
    op.create_index("ix_leads_phone", "leads", ["phone"])


def _reminders() -> None:
    op.create_table(
        "reminders",
        must("id", KEY), must("created_at", TIME), must("staff_id", KEY), may("customer_id", KEY), must("text", TEXT),
        must("due_at", TIME), must("state", TEXT), must("rings", KEY), must("origin", TEXT),
        may("sent_at", TIME), may("message_id", KEY), may("undone_at", TIME),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_reminders_customer_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reminders_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    op.create_index("ix_reminders_customer", "reminders", ["customer_id"])
    some("ix_reminders_due", "reminders", ["due_at"], "state = 'waiting'")
    op.create_index(op.f("ix_reminders_message_id"), "reminders", ["message_id"])
    op.create_index("ix_reminders_staff", "reminders", ["staff_id", "due_at"])


def _accounts() -> None:
    op.create_table(
        "accounts",
        must("id", KEY), must("created_at", TIME), must("channel", TEXT), must("user", TEXT), may("staff_id", KEY),
        may("contact_id", KEY), may("seen_at", TIME),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_accounts_contact_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_accounts_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("channel", "user", name=op.f("uq_accounts_channel_user")),
    )
    op.create_index("ix_accounts_contact", "accounts", ["contact_id"])
    op.create_index("ix_accounts_staff", "accounts", ["staff_id"])


def _bind_codes() -> None:
    op.create_table(
        "bind_codes",
        must("id", KEY), must("created_at", TIME), must("code", TEXT), may("customer_id", KEY),
        may("contact_id", KEY), may("staff_id", KEY), must("made_by", KEY), must("expires_at", TIME),
        may("used_at", TIME),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_bind_codes_contact_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_bind_codes_customer_id")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_bind_codes_made_by")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_bind_codes_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bind_codes")),
        sa.UniqueConstraint("code", name=op.f("uq_bind_codes_code")),
    )


def _contracts() -> None:
    op.create_table(
        "contracts",
        must("id", KEY), must("created_at", TIME), must("number", TEXT), must("title", TEXT),
        must("customer_id", KEY), may("owner_id", KEY), may("deal_id", KEY), may("amount", MONEY),
        may("signed_on", sa.Date()), may("expires_on", sa.Date()), must("state", TEXT),
        may("reminded_days", KEY), may("message_id", KEY), may("undone_at", TIME),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_contracts_customer_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_contracts_deal_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_contracts_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("number", name=op.f("uq_contracts_number")),
    )
    op.create_index("ix_contracts_customer", "contracts", ["customer_id"])
    op.create_index("ix_contracts_expiry", "contracts", ["expires_on", "state"])
    op.create_index(op.f("ix_contracts_message_id"), "contracts", ["message_id"])
    op.create_index("ix_contracts_owner", "contracts", ["owner_id", "expires_on"])


def _followup_contacts() -> None:
    op.create_table(
        "followup_contacts",
        must("id", KEY), must("created_at", TIME), must("followup_id", KEY), must("contact_id", KEY),
        may("message_id", KEY), may("undone_at", TIME),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_followup_contacts_contact_id")),
        sa.ForeignKeyConstraint(["followup_id"], ["followups.id"], name=op.f("fk_followup_contacts_followup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup_contacts")),
    )
    op.create_index("ix_followup_contacts_contact", "followup_contacts", ["contact_id"])
    op.create_index("ix_followup_contacts_followup", "followup_contacts", ["followup_id"])
    op.create_index(op.f("ix_followup_contacts_message_id"), "followup_contacts", ["message_id"])


def _tickets() -> None:
    op.create_table(
        "tickets",
        must("id", KEY), must("created_at", TIME), must("number", TEXT), may("customer_id", KEY),
        may("contact_id", KEY), may("asker_channel", TEXT), may("asker_user", TEXT), must("kind", TEXT),
        must("priority", TEXT), must("text", TEXT), may("phone", TEXT), must("state", TEXT), may("assignee_id", KEY),
        may("rating", KEY), may("comment", TEXT), may("responded_at", TIME), may("resolved_at", TIME),
        may("message_id", KEY), may("undone_at", TIME),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_tickets_assignee_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_tickets_contact_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_tickets_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("number", name=op.f("uq_tickets_number")),
    )
    op.create_index("ix_tickets_asker", "tickets", ["asker_channel", "asker_user", "created_at"])
    op.create_index("ix_tickets_created", "tickets", ["created_at"])
    op.create_index("ix_tickets_customer", "tickets", ["customer_id", "created_at"])
    op.create_index(op.f("ix_tickets_message_id"), "tickets", ["message_id"])
    some("ix_tickets_open", "tickets", ["assignee_id", "created_at"], "state NOT IN ('closed','cancelled')")


def _ticket_notes() -> None:
    op.create_table(
        "ticket_notes",
        must("id", KEY), must("created_at", TIME), must("ticket_id", KEY), must("author", TEXT),
        must("from_customer", sa.Boolean()), must("text", TEXT), may("message_id", KEY),
        may("undone_at", TIME),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_notes_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_notes")),
    )
    op.create_index(op.f("ix_ticket_notes_message_id"), "ticket_notes", ["message_id"])
    op.create_index("ix_ticket_notes_ticket", "ticket_notes", ["ticket_id", "id"])
