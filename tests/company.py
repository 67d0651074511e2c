"""A small company for the tests: people, accounts, customers with names that are easy to mix up."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from scrm_bot import schema
from scrm_bot.crm import customers, people
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.people import Contact, Staff, System
from scrm_bot.crm.products import Product
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 18, 9, 40, tzinfo=ZONE)  # a Wednesday
AUDIENCES = {"sales": "staff", "ding": "staff", "service": "customers"}
STAFF = (  # name, role, department, manager, account
    ("王敏", "executive", "", "", "sales:boss"),
    ("陈志远", "sales_manager", "销售部/华南组", "王敏", "ding:manager01"),
    ("周晓明", "sales", "销售部/华南组", "陈志远", "sales:zhouxm"),
    ("李思琪", "sales", "销售部/华南组", "陈志远", "sales:lisq"),
    ("赵东", "sales", "销售部/华东组", "王敏", "sales:zhaod"),
    ("张建国", "engineer", "服务部", "", "ding:zhangjg"),
    ("吴强", "engineer", "服务部", "", "ding:wuq"),
)
CUSTOMERS = (  # name, short names, owner
    ("华星科技(深圳)有限公司", ("华星", "华星科技"), "周晓明"),
    ("恒通电子(深圳)有限公司", ("恒通电子",), "周晓明"),
    ("恒通物流(东莞)有限公司", ("恒通物流",), "周晓明"),
    ("佛山顺达五金有限公司", ("顺达", "顺达五金"), "周晓明"),
    ("东莞恒力机械有限公司", ("恒力", "恒力机械"), "李思琪"),
    ("上海云帆医疗器械有限公司", ("云帆", "云帆医疗"), "赵东"),
    ("广州明珠食品有限公司", ("明珠食品",), ""),
)
CONTACTS = (  # customer, name, title, phone, account
    ("华星科技(深圳)有限公司", "王建华", "总经理", "13800001001", "service:openid-wang"),
    ("华星科技(深圳)有限公司", "李工", "技术主管", "13800001002", ""),
    ("佛山顺达五金有限公司", "刘芳", "采购经理", "13800001003", ""),
)
DEALS = (  # customer, title, amount, stage, close, owner
    ("华星科技(深圳)有限公司", "华星二期", 500_000, "demo", date(2026, 3, 31), "周晓明"),
    ("佛山顺达五金有限公司", "顺达产线改造", 86_500, "quote", date(2026, 4, 30), "周晓明"),
    ("东莞恒力机械有限公司", "恒力设备", 200_000, "need", date(2026, 3, 25), "李思琪"),
    ("上海云帆医疗器械有限公司", "云帆网关", 300_000, "contact", None, "赵东"),
)


def settle(session: Session) -> None:
    """Put the company into an empty database."""
    desk = Desk(session, System(), NOW - timedelta(days=60), Shape(zone=ZONE))
    staff = _staff(session)
    made = {name: _customer(desk, name, short, staff.get(owner)) for name, short, owner in CUSTOMERS}
    session.flush()
    for customer, name, title, phone, account in CONTACTS:
        contact = Contact(customer_id=made[customer].id, name=name, title=title, phone=phone)
        session.add(contact)
        session.flush()
        if account:
            people.bind(session, *account.split(":", 1), contact, desk.now)
    for customer, title, amount, stage, close, owner in DEALS:
        session.add(
            Deal(title=title, customer_id=made[customer].id, owner_id=staff[owner].id, stage=stage, kind="open",
                 amount=Decimal(amount), expected_close=close, moved_at=desk.now)
        )  # fmt: skip
    _history(session, made, staff)
    session.add(Product(name="智能网关", aliases=["网关"], unit="台", price=Decimal(1800)))
    session.add(Product(name="X200", aliases=["x200控制器"], unit="台", price=Decimal(12_000)))


def prepare(url: str) -> None:
    """A migrated database with the company in it, for `fresh_database_url(kind, prepare)`."""
    db = Database(url)
    migrate(db)
    with db.transaction() as session:
        settle(session)
    db.close()


def migrate(db: Database) -> None:
    """The schema."""
    schema.upgrade(db)


def _staff(session: Session) -> dict[str, Staff]:
    made: dict[str, Staff] = {}
    for name, role, department, manager, account in STAFF:
        boss = made[manager].id if manager else None
        phone = f"1390000{len(made):04d}"
        one = Staff(name=name, role=role, department=department, manager_id=boss, phone=phone)
        session.add(one)
        session.flush()
        people.bind(session, *account.split(":", 1), one, NOW)
        made[name] = one
    return made


def _customer(desk: Desk, name: str, short: tuple[str, ...], owner: Staff | None) -> Customer:
    customer = customers.create(desk, name, short, owner)
    customer.region = "华东" if name.startswith("上海") else "华南"
    return customer


def _history(session: Session, made: dict[str, Customer], staff: dict[str, Staff]) -> None:
    """华星 was visited yesterday, 顺达 nine days ago."""
    for customer, days in (("华星科技(深圳)有限公司", 1), ("佛山顺达五金有限公司", 9)):
        when = NOW - timedelta(days=days)
        session.add(
            FollowUp(customer_id=made[customer].id, author_id=staff["周晓明"].id, method="拜访", happened_at=when,
                     text="聊了方案", summary="聊了方案")
        )  # fmt: skip
        made[customer].last_followed_at = when
    session.add(
        Contract(number="HT-2025-001", title="年度维保", customer_id=made["华星科技(深圳)有限公司"].id,
                 owner_id=staff["周晓明"].id, amount=Decimal(120_000), signed_on=date(2025, 4, 1),
                 expires_on=date(2026, 4, 16), state="active")
    )  # fmt: skip
