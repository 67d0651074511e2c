"""Who hears what when something happened, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from scrm_bot.crm import agenda, people, tickets
from scrm_bot.crm.binding import Bound
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer, Spoke, Transferred
from scrm_bot.crm.deals import Deal, Moved
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.followups import FollowUp, Logged
from scrm_bot.crm.people import Contact, Staff
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.words import Proposed, Word
from scrm_bot.dialogs.deliveries import how_late
from scrm_bot.dialogs.listed import listing
from scrm_bot.dialogs.meanings import Spans
from scrm_bot.dialogs.phrases import day, moment, money, names, numbered, short
from scrm_bot.dialogs.skills.reminders import as_said, item_words, row_of
from scrm_bot.dialogs.taps import RATING, Tap, taps
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Address, Reply


class Say:
    """Words of notices."""

    opened = Text(
        "🔧 新工单 {number}（{priority}）\n{customer} {contact}\n「{text}」\n电话 {phone}\n"
        "回“接”接单，“去不了”转给别人。"
    )
    reassigned = Text("🔧 {by} 把工单 {number} 转给你\n{customer}\n「{text}」\n电话 {phone}\n回“接”接单。")
    accepted = Text("您的工单 {number} 已由工程师{by}接单，会尽快与您联系。")
    resolved = Text("您的工单 {number} 已处理完成：{said}\n这次服务您打几分？回 1-5（5 最好）。")
    from_engineer = Text("工程师{author}（{number}）：{text}")
    from_customer = Text("💬 {number} 客户补充：{text}")
    unsaid = Text("💬 {number} 客户撤回了刚才补充的：{text}")
    reopened = Text(
        "🔁 {number} 客户说还没好：「{said}」\n{customer} {contact}\n原来报的「{text}」\n电话 {phone}\n回“接”接单。"
    )
    urged = Text("⚡ 客户催单：{number}（{priority}）「{text}」")
    cancelled = Text("🚫 客户取消了工单 {number}「{text}」")
    withdrawn = Text("🚫 {by} 撤回了工单 {number}「{text}」，不用去了")
    rated = Text("⭐ 工单 {number} 客户评价 {stars} 分：{comment}")
    rated_low = Text("⚠️ {customer} 对工单 {number} 只打了 {stars} 分：{comment}。记得回访。")
    won = Text("🎉 {by} 拿下「{title}」{amount}！")
    lost = Text("「{title}」{amount} 输单（{by}）。")
    logged = Text("{author} 跟进了你的客户 {customer}：{text}")
    given = Text("🤝 {by} 把客户「{customer}」转给你了。回“{customer}什么情况”看来龙去脉。")
    taken = Text("🤝 {by} 把你的客户「{customer}」转给了 {name}。")
    spoke = Text("💬 {customer} {contact} 在微信上说：{text}")
    bound_contact = Text("🔗 {customer} {contact} 的微信账号刚在「{channel}」绑定。不是本人的话，请尽快告诉管理员。")
    bound_staff = Text("🔗 {name} 的账号刚在「{channel}」绑定。不是本人的话，请尽快告诉管理员。")
    rings = Text("⏰ 提醒：{what}\n回“完成”“推迟一小时”或“明天再说”。")
    rings_late = Text("⏰ 提醒（原定 {due}，系统恢复后补发，晚了 {late}）：{what}\n回“完成”“推迟一小时”或“明天再说”。")
    rings_missed = Text(
        "⏰ 系统恢复了，有 {count} 件提醒晚到：\n{lines}\n回“第2件完成”说明办完了哪件，回“明天再说”都挪到明天。"
    )
    missed_line = Text("{due} {what}")
    morning = Text("☀️ 早上好，{name}。今天 {count} 件事：\n{lines}")
    renewal = Text("📄 合同快到期：{line}，记得谈续约。")
    renewals = Text("📄 {count} 份合同快到期，记得谈续约：\n{lines}")
    renewal_line = Text("{customer}「{title}」{amount}，{day}到期，还有 {left} 天")
    more = Text("\n……还有 {count} 份，回“快到期的合同”看全部")
    proposed = Text("💡 {by} 都把「{text}」当作 {name}。要让大家都能这么叫吗？回“同意”或“不用”。")
    unknown = Text("未绑定客户")
    none = Text("未留")


REMINDER = (Tap.done, Tap.hour_later, Tap.tomorrow)
TICKET = (Tap.accept, Tap.cannot)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell somebody: a person (wherever they are) or an account. `urgent` breaks the quiet hours.

    `say`: the words, put into words only when it is known who hears them.
    """

    to: Staff | Contact | Address
    say: Callable[[], Reply]
    urgent: bool = False


def of(desk: Desk, event: Any) -> Iterable[Notice]:
    """What follows from an event."""
    match event:
        case tickets.Opened(ticket) if ticket.assignee_id:
            yield Notice(_staff(desk, ticket.assignee_id), lambda: _opened(desk, ticket), ticket.priority == "P1")
        case tickets.Reassigned(ticket, giver) if ticket.assignee_id:
            yield Notice(_staff(desk, ticket.assignee_id), lambda: _reassigned(desk, ticket, giver), urgent=True)
        case tickets.StateChanged(ticket, by, said):
            yield from _state(desk, ticket, by, said)
        case tickets.Added(ticket, note) if note.from_customer:
            yield from _to_engineer(desk, ticket, lambda: Say.from_customer(number=ticket.number, text=note.text))
        case tickets.Unsaid(ticket, note) if ticket.assignee_id:
            yield Notice(
                _staff(desk, ticket.assignee_id),
                lambda: Reply(Say.unsaid(number=ticket.number, text=short(note.text))),
            )
        case tickets.Added(ticket, note):
            yield from _to_asker(
                ticket, lambda: Reply(Say.from_engineer(author=note.author, number=ticket.number, text=note.text))
            )
        case tickets.Urged(ticket) if ticket.assignee_id:
            yield from _to_engineer(desk, ticket, lambda: _urged(ticket))
        case tickets.Reopened(ticket, said) if ticket.assignee_id:
            yield Notice(_staff(desk, ticket.assignee_id), lambda: _reopened(desk, ticket, said), urgent=True)
        case tickets.Withdrawn(ticket):
            words = partial(Say.withdrawn, number=ticket.number, by=desk.actor.name, text=short(ticket.text))
            yield from _to_engineer(desk, ticket, words)
        case tickets.Rated(ticket):
            yield from _rated(desk, ticket)
        case Moved(deal, _customer, _old, new, by) if new.closes:
            yield from _closed(desk, deal, by, new.kind == "won")
        case Bound(person, channel):
            yield from _bound(desk, person, channel)
        case Spoke(contact, customer, text):
            yield Notice(_staff(desk, customer.owner_id), lambda: _spoke(contact, customer, text), urgent=True)
        case Transferred(customer, old, new, by):
            yield from _transferred(desk, customer, old, new, by)
        case Proposed(word, name, sayers, to):
            yield from (Notice(judge, lambda: _proposed(word, name, sayers)) for judge in to)
        case Logged(followup, customer, author) if customer.owner_id not in (None, author.id):
            yield Notice(_staff(desk, customer.owner_id), lambda: _logged(followup, customer, author))


def ring(desk: Desk, reminder: Reminder, late: bool) -> Reply:
    """A reminder whose moment has come - or had come while nobody was there to say so."""
    due = reminder.due_at.astimezone(desk.shape.zone)
    what, since = as_said(reminder, due, desk.today), how_late(desk.now, due) or Spans.minutes(n=1)
    words = Say.rings_late(due=moment(due, desk.today), late=since, what=what) if late else Say.rings(what=what)
    return Reply(words, taps(*REMINDER, asked=f"r{reminder.id}"))


def ring_missed(desk: Desk, missed: list[Reminder]) -> Reply:
    """What should have rung while nobody was there: one message, numbered so that each can be answered."""
    dues = [reminder.due_at.astimezone(desk.shape.zone) for reminder in missed]
    lines = numbered(
        Say.missed_line(due=moment(due, desk.today), what=as_said(reminder, due, desk.today, 36))
        for reminder, due in zip(missed, dues, strict=True)
    )
    words = Say.rings_missed(count=len(missed), lines=lines)
    return Reply(words, taps(Tap.tomorrow), listing=listing(missed))


def morning(desk: Desk, staff: Staff, items: list[agenda.Item]) -> Reply:
    """The day's list."""
    lines = numbered(item_words(desk.today, item, several_days=False) for item in items)
    return Reply(Say.morning(name=staff.name, count=len(items), lines=lines), listing=listing(map(row_of, items)))


def renewals(desk: Desk, found: list[tuple[Contract, Customer]]) -> Reply:
    """Contracts of one person that have come to a rung of the renewal ladder: one message, however many."""
    lines = [_renewal(desk, contract, customer) for contract, customer in found[:10]]
    if len(lines) == 1:
        return Reply(Say.renewal(line=lines[0]))
    more = Say.more(count=len(found) - 10) if len(found) > 10 else ""
    return Reply(Say.renewals(count=len(found), lines="\n".join(f"· {line}" for line in lines) + more))


def _renewal(desk: Desk, contract: Contract, customer: Customer) -> str:
    assert contract.expires_on is not None
    return Say.renewal_line(
        customer=customer.name,
        title=contract.title,
        amount=money(contract.amount),
        day=day(contract.expires_on, desk.today),
        left=(contract.expires_on - desk.today).days,
    )


def _opened(desk: Desk, ticket: tickets.Ticket) -> Reply:
    words = Say.opened(priority=ticket.priority, contact=_contact(desk, ticket), **_ticket(desk, ticket))
    return Reply(words, taps(*TICKET, asked=f"t{ticket.id}"))


def _reassigned(desk: Desk, ticket: tickets.Ticket, by: str) -> Reply:
    return Reply(Say.reassigned(by=by, **_ticket(desk, ticket)), taps(*TICKET, asked=f"t{ticket.id}"))


def _reopened(desk: Desk, ticket: tickets.Ticket, said: str) -> Reply:
    words = Say.reopened(said=short(said), contact=_contact(desk, ticket), **_ticket(desk, ticket))
    return Reply(words, taps(*TICKET, asked=f"t{ticket.id}"))


def _urged(ticket: tickets.Ticket) -> str:
    return Say.urged(number=ticket.number, priority=ticket.priority, text=short(ticket.text))


def _spoke(contact: Contact, customer: Customer, text: str) -> Reply:
    return Reply(Say.spoke(customer=customer.name, contact=contact.name, text=short(text, 200)))


def _proposed(word: Word, name: str, by: Sequence[str]) -> Reply:
    return Reply(
        Say.proposed(by=names(by), text=word.text, name=name), taps(Tap.agree, Tap.no_need, asked=f"w{word.id}")
    )


def _logged(followup: FollowUp, customer: Customer, author: Staff) -> Reply:
    return Reply(Say.logged(author=author.name, customer=customer.name, text=short(followup.text)))


def _state(desk: Desk, ticket: tickets.Ticket, by: str, said: str) -> Iterable[Notice]:
    match ticket.state:
        case "accepted":
            yield from _to_asker(ticket, lambda: Reply(Say.accepted(number=ticket.number, by=by)))
        case "resolved":
            yield from _to_asker(
                ticket,
                lambda: Reply(Say.resolved(number=ticket.number, said=said), taps(*RATING, asked=f"t{ticket.id}")),
            )
        case "cancelled":
            yield from _to_engineer(
                desk, ticket, lambda: Say.cancelled(number=ticket.number, text=short(ticket.text)), urgent=False
            )


def _rated(desk: Desk, ticket: tickets.Ticket) -> Iterable[Notice]:
    number, stars, comment = ticket.number, ticket.rating, ticket.comment or ""
    yield from _to_engineer(desk, ticket, lambda: Say.rated(number=number, stars=stars, comment=comment), urgent=False)
    customer = desk.session.get(Customer, ticket.customer_id) if ticket.customer_id else None
    if customer and customer.owner_id and stars is not None and stars <= 3:
        low = partial(Say.rated_low, customer=customer.name, number=number, stars=stars, comment=comment)
        yield Notice(_staff(desk, customer.owner_id), lambda: Reply(low()))


def _closed(desk: Desk, deal: Deal, by: Staff, won: bool) -> Iterable[Notice]:
    words = Say.won if won else Say.lost
    if by.manager_id:
        yield Notice(
            _staff(desk, by.manager_id),
            lambda: Reply(words(by=by.name, title=deal.title, amount=money(deal.amount))),
        )


def _transferred(desk: Desk, customer: Customer, old: int | None, new: Staff, by: Staff) -> Iterable[Notice]:
    if new is not by:
        yield Notice(new, lambda: Reply(Say.given(by=by.name, customer=customer.name)))
    if old not in (None, by.id):
        words = {"by": by.name, "customer": customer.name, "name": new.name}
        yield Notice(_staff(desk, old), lambda: Reply(Say.taken(**words)))


def _bound(desk: Desk, person: Staff | Contact, channel: str) -> Iterable[Notice]:
    """To the person's other places and the leader; for a contact to the customer's owner."""
    if isinstance(person, Contact):
        customer = desk.session.get(Customer, person.customer_id)
        if customer and customer.owner_id:
            words = partial(Say.bound_contact, customer=customer.name, contact=person.name, channel=channel)
            yield Notice(_staff(desk, customer.owner_id), lambda: Reply(words()))
        return

    def say() -> Reply:
        return Reply(Say.bound_staff(name=person.name, channel=channel))

    others = [a for a in people.accounts_of(desk.session, person) if a.channel != channel]
    yield from (Notice(Address(a.channel, a.user), say, urgent=True) for a in others)
    if person.manager_id:
        yield Notice(_staff(desk, person.manager_id), say)


def _to_asker(ticket: tickets.Ticket, say: Callable[[], Reply]) -> Iterable[Notice]:
    if ticket.asker_channel and ticket.asker_user:
        yield Notice(Address(ticket.asker_channel, ticket.asker_user), say, urgent=True)


def _to_engineer(
    desk: Desk, ticket: tickets.Ticket, words: Callable[[], str], *, urgent: bool = True
) -> Iterable[Notice]:
    if ticket.assignee_id:
        yield Notice(_staff(desk, ticket.assignee_id), lambda: Reply(words()), urgent)


def _ticket(desk: Desk, ticket: tickets.Ticket) -> dict[str, str]:
    customer = desk.session.get(Customer, ticket.customer_id) if ticket.customer_id else None
    return {
        "number": ticket.number,
        "customer": customer.name if customer else Say.unknown(),
        "text": short(ticket.text, 200),
        "phone": ticket.phone or Say.none(),
    }


def _contact(desk: Desk, ticket: tickets.Ticket) -> str:
    contact = desk.session.get(Contact, ticket.contact_id) if ticket.contact_id else None
    return contact.name if contact else ""


def _staff(desk: Desk, number: int | None) -> Staff:
    return desk.session.get_one(Staff, number)
