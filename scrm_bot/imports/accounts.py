"""Accounts in a file: bound to the person of their line, unless they are somebody else's or on no channel of ours."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from scrm_bot.crm import binding
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Account, Contact, Staff
from scrm_bot.imports.cells import Wrong, nearest

Pair = tuple[str, str]  # channel, user
Person = Staff | Contact


class Accounts:
    """The accounts that some lines name, and whose they are. `audience`: of the channels that such people use."""

    def __init__(self, desk: Desk, channels: Mapping[str, str], audience: str, named: Collection[Pair]) -> None:
        self.desk, self.channels, self.audience = desk, channels, audience
        self.holders: dict[Pair, Person] = {}
        self.strangers: set[Pair] = set()  # they have written to us, nobody knew who they were
        self.promised: list[tuple[Pair, Person]] = []
        if named:
            self._look_up(named)

    def check(self, pairs: Collection[Pair], person: Person | None) -> None:
        """Refuse what cannot be this person's. Raises Wrong."""
        for channel, user in pairs:
            audience = self.channels.get(channel)
            if audience is None:
                known = [name for name, whose in self.channels.items() if whose == self.audience]
                raise Wrong(f"没有配置 {channel} 这个渠道{nearest(channel, known)}")
            if audience != self.audience:
                raise Wrong(f"渠道 {channel} 是{'员工' if audience == 'staff' else '客户'}用的")
            holder = self.holders.get((channel, user), person)
            if holder is not person:
                raise Wrong(f"账号 {channel}:{user} 已经是 {holder.name if holder else '别人'} 的")

    def promise(self, pairs: Collection[Pair], person: Person) -> bool:
        """They will be this person's. Whether any was not before."""
        fresh = [pair for pair in pairs if pair not in self.holders]
        self.promised += [(pair, person) for pair in fresh]
        self.holders |= dict.fromkeys(fresh, person)
        return bool(fresh)

    def bind(self) -> None:
        """Keep the promises; the persons have their numbers by now."""
        for (channel, user), person in self.promised:
            if (channel, user) in self.strangers:
                binding.attach(self.desk, person, channel, user)  # with what the stranger has filed
                continue
            account = Account(channel=channel, user=user, created_at=self.desk.now)
            account.staff_id = person.id if isinstance(person, Staff) else None
            account.contact_id = person.id if isinstance(person, Contact) else None
            self.desk.session.add(account)

    def _look_up(self, named: Collection[Pair]) -> None:
        session = self.desk.session
        query = select(Account).where(Account.user.in_({user for _, user in named}))
        rows = session.scalars(query.where(Account.channel.in_({channel for channel, _ in named}))).all()
        for kind, numbers in ((Staff, {a.staff_id for a in rows}), (Contact, {a.contact_id for a in rows})):
            session.scalars(select(kind).where(kind.id.in_(numbers - {None}))).all()
        for account in rows:
            holder = self._holder(account)
            if holder is not None:
                self.holders[account.channel, account.user] = holder
            else:
                self.strangers.add((account.channel, account.user))

    def _holder(self, account: Account) -> Person | None:
        if account.staff_id:
            return self.desk.session.get(Staff, account.staff_id)
        return self.desk.session.get(Contact, account.contact_id) if account.contact_id else None
