"""Nobody is told what is not theirs, and nobody changes it, whatever they say: over all skills, present and to come."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from scrm_bot import inbox
from scrm_bot.crm.audit import Entry
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.people import Account, Contact, Staff
from scrm_bot.crm.tickets import Ticket
from scrm_bot.message import Address, Kind, Message
from tests.security import walls
from tests.security.sizes import chance, size
from tests.security.walls import GUESTS, HOUSES, NOBODY, STAFF, STRANGERS, Tongue, Walls
from tests.stage import CoreStage

EVERYBODY = [Address(*place.split(":")) for *_, place in STAFF] + [
    Address(*place.split(":")) for place in GUESTS.values()
]
OF_A_CUSTOMER = {
    "customers": Customer,
    "contacts": Contact,
    "deals": Deal,
    "followups": FollowUp,
    "contracts": Contract,
}
CODE = re.compile(r"\b[A-Z2-9]{8}\b")  # never the same twice
TAKEN = "这家客户不在你的权限内，当前负责人"


def _account(to: Address) -> str:
    return f"{to.channel}:{to.user}"


def _tongue(stage: CoreStage) -> Tongue:
    return Tongue(chance(), list(stage.core.turns.skills.values()), [row[1] for row in HOUSES] + list(NOBODY))


def test_no_reply_and_no_push_tells_anybody_what_is_behind_their_walls(fresh_database_url: Callable[..., str]) -> None:
    stage = CoreStage(fresh_database_url("sqlite", walls.prepare))
    limits, tongue = Walls(walls.houses()), _tongue(stage)
    bound, told = _bindings(stage), 0
    for step in range(size("WALK", 120)):
        who, said = tongue.chance.choice([*EVERYBODY, *STRANGERS]), tongue.says()
        before = _last_entry(stage)
        answer = stage.say(who, said)
        _served(stage, limits)
        heard = [(who, answer), *((to, text) for to, texts in stage.heard.items() for text in texts)]
        if tongue.chance.random() < 0.1:
            stage.wait(timedelta(minutes=tongue.chance.choice([2, 40, 300])))
            heard += [(to, text) for to, texts in stage.heard.items() for text in texts]
        told += sum(mark in text for _, text in heard for house in limits.everyone for mark in house.marks)
        for to, text in heard:
            assert not limits.betrayed(_account(to), text), f"step {step}: {who} said 「{said}」, {to} heard 「{text}」"
        strange = _changed_beyond(stage, limits, who, before)
        assert not strange, f"step {step}: {who} said 「{said}」 and changed {strange}"
    print(f"{size('WALK', 120)} steps, {told} marks told to those who may know them")
    assert told, "nobody was told anything: this proves nothing"
    assert _bindings(stage) == bound
    stage.close()


def _served(stage: CoreStage, limits: Walls) -> None:
    """Whoever has a ticket knows its customer from then on; what nobody has is any engineer's."""
    with stage.core.db.transaction() as session:
        query = select(Staff.name, Customer.name).join(Ticket, Ticket.assignee_id == Staff.id)
        for engineer, customer in session.execute(query.join(Customer, Customer.id == Ticket.customer_id)):
            limits.served.setdefault(engineer, set()).add(customer)
        free = session.scalars(
            select(Customer.name).join(Ticket, Ticket.customer_id == Customer.id).where(Ticket.assignee_id.is_(None))
        )
        limits.served.setdefault("", set()).update(free)


def _last_entry(stage: CoreStage) -> int:
    with stage.core.db.transaction() as session:
        return session.scalar(select(Entry.id).order_by(Entry.id.desc()).limit(1)) or 0


def _changed_beyond(stage: CoreStage, limits: Walls, who: Address, before: int) -> list[str]:
    """What the last message changed of customers that its sender may not know of."""
    may = limits.seen_by(_account(who)) | limits.served_by(_account(who))
    known = {house.name for house in limits.everyone}
    with stage.core.db.transaction() as session:
        found = []
        for entry in session.scalars(select(Entry).where(Entry.id > before, Entry.actor != "系统")):
            model = OF_A_CUSTOMER.get(entry.entity) or (Ticket if entry.entity == "tickets" else None)
            row = session.get(model, entry.entity_id) if model else None
            number = getattr(row, "customer_id", row.id if isinstance(row, Customer) else None) if row else None
            customer = session.get(Customer, number) if number else None
            if customer and customer.name in known - may:
                found.append(f"{entry.entity}.{entry.field} of {customer.name}")
        return found


def _bindings(stage: CoreStage) -> set[tuple[str, str, int | None, int | None]]:
    with stage.core.db.transaction() as session:
        rows = session.scalars(select(Account))
        return {(a.channel, a.user, a.staff_id, a.contact_id) for a in rows if a.staff_id or a.contact_id}


@pytest.mark.parametrize("name", ["周晓明", "赵东", "陈志远", "张建国", "郑洁", "华星", "路人"])
def test_what_lies_behind_the_walls_might_as_well_not_be_there(
    name: str, fresh_database_url: Callable[..., str]
) -> None:
    """Two worlds that differ in nothing but what this person may not see look alike to them, question by question."""
    who = _place(name)
    hidden = frozenset(row[0] for row in HOUSES) - _first_seen(who)
    here = CoreStage(fresh_database_url("sqlite", walls.prepare))
    there = CoreStage(fresh_database_url("sqlite", partial(walls.prepare, disguised=hidden)))
    tongue = _tongue(here)
    tongue.names = [row[0] for row in HOUSES] + tongue.names * 2
    for _ in range(size("WALK", 120) // 8):
        said = tongue.says()
        replies = [_would_hear(stage, who, said) for stage in (here, there)]
        if name == "郑洁":  # every ticket may be told her, by its number; of the customers only the pool
            replies = [re.sub(r"第\d+号机台渗油", "渗油", reply) for reply in replies]
        assert replies[0] == replies[1] or replies[0].startswith(TAKEN), f"「{said}」: {replies}"
    here.close()
    there.close()


def _place(name: str) -> Address:
    accounts = {row[0]: row[4] for row in STAFF} | {
        "华星": GUESTS["华星科技(深圳)有限公司"],
        "路人": "service:openid-nobody",
    }
    return Address(*accounts[name].split(":"))


def _first_seen(who: Address) -> set[str]:
    limits = Walls(walls.houses())
    if who.user == "zhangjg":
        limits.served["张建国"] = {row[0] for number, row in enumerate(HOUSES) if number % 3 == 0 or number % 2 == 0}
    seen = limits.seen_by(_account(who))
    return seen if who.user == "zhengj" else seen | limits.served_by(_account(who))


def _would_hear(stage: CoreStage, who: Address, said: str) -> str:
    """The answer, and nothing of it kept."""
    stage._keys += 1
    with stage.core.db.transaction() as session:
        number, _ = inbox.accept(session, Message(who, f"k{stage._keys}", Kind.TEXT, said, stage.now), stage.now)
    heard = stage.core.turns.rehearse(number)
    return CODE.sub("绑定码", heard.reply.text) if heard and heard.reply else ""
