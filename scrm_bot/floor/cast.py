"""Who is on the floor and what they work with: made from a seed, moved into a new database."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot.crm import customers, people
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Contact, Role, Staff, System
from scrm_bot.crm.products import Product
from scrm_bot.crm.shape import Shape
from scrm_bot.floor.habits import KINDS, Habits
from scrm_bot.floor.values import Moment

CITIES = ("中山", "珠海", "江门", "惠州", "肇庆", "汕头", "湛江", "茂名", "清远", "韶关")
FIRST, SECOND = "凯瑞森泰诺腾鼎兴瀚锐盛润拓启卓佳骏", "宇达科龙源峰博维捷邦朗威"
TRADES = ("塑胶", "纺织", "玻璃", "家具", "灯饰", "模具", "食品", "印刷")
SURNAMES = "周李赵陈林何罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢傅钟崔谭廖范汪陆石戴贾韦"
GIVEN = ("晓明", "思琪", "海涛", "文博", "丽娟", "国强", "敏慧", "俊杰", "雅婷", "志远", "子涵", "建华", "佩珊", "浩然")
BUYERS = ("王", "刘", "黄", "吴", "孙", "马", "朱", "胡", "郭", "高")
TITLES = (("总经理", "总"), ("采购经理", "经理"), ("厂长", "厂长"), ("总工程师", "工"), ("财务总监", "总监"))
STAGES = (
    ("contact", "初步接洽"),
    ("need", "需求确认"),
    ("demo", "方案演示"),
    ("quote", "报价谈判"),
    ("sign", "合同签署"),
)
PRODUCTS = (("智能网关", ("网关",), 1_800), ("X200", ("x200控制器",), 12_000), ("温控传感器", ("传感器",), 260))
FIRMS_EACH = 8


@dataclass(slots=True)
class Buyer:
    """Somebody at a customer; `called` as reps call them."""

    name: str
    title: str
    called: str
    channel: str = ""
    user: str = ""


@dataclass(slots=True)
class Business:
    """A deal as its rep believes it to be."""

    title: str
    amount: Decimal
    stage: str
    close: Moment | None = None


@dataclass(slots=True)
class Firm:
    """A customer. `short` is how it is spoken of."""

    name: str
    short: str
    buyers: list[Buyer]
    deal: Business | None = None


@dataclass(slots=True)
class Person:
    """Somebody who talks to the bot. A customer has the one firm."""

    name: str
    called: str
    role: str  # a Role, or "customer"
    channel: str
    user: str
    habits: Habits
    manager: str = ""
    firms: list[Firm] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody."""

    people: tuple[Person, ...]
    firms: tuple[Firm, ...]

    def of(self, role: str) -> list[Person]:
        """Those who are that."""
        return [one for one in self.people if one.role == role]

    def team(self, manager: Person) -> list[Person]:
        """Those whom a manager leads."""
        return [one for one in self.people if one.manager == manager.name]


def cast(count: int, dice: Random) -> Cast:
    """So many people: a manager for six reps, an engineer for three customers, about one customer in five."""
    customers_ = max(1, round(count * 0.2))
    engineers = max(1, round(customers_ / 3 + 0.3))
    managers = max(1, round(count / 12))
    reps = max(1, count - customers_ - engineers - managers)
    names = _names(dice)
    leaders = [_staff(next(names), Role.SALES_MANAGER, number, dice) for number in range(managers)]
    sellers = [_staff(next(names), Role.SALES, number, dice) for number in range(reps)]
    fixers = [_staff(next(names), Role.ENGINEER, number, dice) for number in range(engineers)]
    firms = _firms(dice)
    for number, rep in enumerate(sellers):
        rep.manager = leaders[number % managers].name
        rep.firms = list(itertools.islice(firms, FIRMS_EACH))
        for firm in rep.firms[: FIRMS_EACH // 2]:
            firm.deal = _deal(firm, dice)
    asking = [_customer(number, sellers, dice) for number in range(customers_)]
    everybody = (*leaders, *sellers, *fixers, *asking)
    return Cast(everybody, tuple(firm for rep in sellers for firm in rep.firms))


def move_in(session: Session, floor: Cast, now: datetime, shape: Shape) -> bool:
    """Put them into the database. False if somebody lives there already: then it is not ours."""
    if session.scalar(select(Staff.id).limit(1)) is not None:
        return False
    desk = Desk(session, System(), now - timedelta(days=30), shape)
    staff = _hired(desk, floor, now)
    owner = {firm.name: rep for rep in floor.of(Role.SALES) for firm in rep.firms}
    for firm in floor.firms:
        made = customers.create(desk, firm.name, (firm.short, firm.name[2:]), staff[owner[firm.name].name])
        _buyers(desk, firm, made, now)
        if firm.deal:
            stage = shape.stage(firm.deal.stage)
            desk.add(
                Deal(title=firm.deal.title, customer_id=made.id, owner_id=made.owner_id, stage=stage.key,
                     kind=stage.kind, amount=firm.deal.amount, moved_at=desk.now)
            )  # fmt: skip
    for name, aliases, price in PRODUCTS:
        desk.add(Product(name=name, aliases=list(aliases), unit="台", price=Decimal(price)))
    return True


def _hired(desk: Desk, floor: Cast, now: datetime) -> dict[str, Staff]:
    staff: dict[str, Staff] = {}
    for number, person in enumerate(one for one in floor.people if one.role != "customer"):
        boss = staff[person.manager].id if person.manager else None
        row = desk.add(
            Staff(
                name=person.name, role=person.role, department="销售部", manager_id=boss, phone=f"1390000{number:04d}"
            )
        )
        staff[person.name] = row
        people.bind(desk.session, person.channel, person.user, row, now)
    return staff


def _buyers(desk: Desk, firm: Firm, made: Customer, now: datetime) -> None:
    for number, buyer in enumerate(firm.buyers):
        phone = f"138{made.id:05d}{number:03d}"
        row = desk.add(Contact(customer_id=made.id, name=buyer.name, title=buyer.title, phone=phone))
        if buyer.user:
            people.bind(desk.session, buyer.channel, buyer.user, row, now)


def _names(dice: Random) -> Iterator[tuple[str, str]]:
    """(name, surname), surnames first once each: a team knows who 小周 is."""
    surnames = list(SURNAMES)
    dice.shuffle(surnames)
    for round_ in itertools.count():
        for number, surname in enumerate(surnames):
            yield surname + GIVEN[(number * 5 + round_) % len(GIVEN)], surname


def _staff(name: tuple[str, str], role: str, number: int, dice: Random) -> Person:
    channel = {Role.ENGINEER: "ding", Role.SALES_MANAGER: "ding"}.get(Role(role), ("sales", "ding")[number % 2])
    called = (
        f"小{name[1]}" if role == Role.SALES else f"{name[1]}经理" if role == Role.SALES_MANAGER else f"{name[1]}工"
    )
    return Person(name[0], called, role, channel, f"{role}{number:02d}", dice.choice(KINDS))


def _firms(dice: Random) -> Iterator[Firm]:
    """Names of which no two sound alike to a careful ear."""
    pairs = [first + second for first, second in itertools.product(FIRST, SECOND)]
    dice.shuffle(pairs)
    for number, pair in enumerate(pairs):
        city, trade = CITIES[number % len(CITIES)], dice.choice(TRADES)
        surnames = dice.sample(BUYERS, 2)
        titles = dice.sample(TITLES, 2)
        buyers = [
            Buyer(surname + dice.choice(GIVEN), title, surname + short)
            for surname, (title, short) in zip(surnames, titles, strict=True)
        ]
        yield Firm(f"{city}{pair}{trade}有限公司", f"{pair}{trade}", buyers)


def _deal(firm: Firm, dice: Random) -> Business:
    return Business(f"{firm.short}-一期", Decimal(dice.randint(5, 90)) * 10_000, dice.choice(STAGES[:3])[0])


def _customer(number: int, sellers: list[Person], dice: Random) -> Person:
    """The first buyer of a firm, on 微信 or 微信客服."""
    rep = sellers[number % len(sellers)]
    firm = rep.firms[-1 - number // len(sellers)]
    buyer = firm.buyers[0]
    buyer.channel, buyer.user = ("service", "desk")[number % 2], f"openid-{number:02d}"
    return Person(buyer.name, buyer.called, "customer", buyer.channel, buyer.user, dice.choice(KINDS), firms=[firm])
