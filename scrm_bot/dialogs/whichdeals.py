"""Which deals are asked for: whose, those that stand still, those that close by then, those of two compared."""

from __future__ import annotations

import re
from datetime import date, timedelta

from scrm_bot.crm import people
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs import times
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import When


class Say:
    """Whose they are."""

    mine, team, everyone, of = Text("你的"), Text("你团队的"), Text("全公司"), Text("{name}的")


STILL = timedelta(days=14)  # a deal that has not moved so long is stuck
_STUCK = re.compile(r"卡|停滞|停着|没动|不动|没(?:有)?(?:进展|推进|动静)|僵|stuck|stall", re.I)
_CLOSES = re.compile(r"签|成(?!都|本)|到期|拿下|落地|关单|clos|sign|due", re.I)
_BY = re.compile(r"前|之内|以内|内|by ", re.I)


def stuck(text: str) -> bool:
    """哪些单子卡住不动了."""
    return _STUCK.search(text) is not None


def closing(talk: Talk, time: When | None) -> tuple[date, date] | None:
    """三月底前能签的, 这周到期的: from when to when, if that is what the time is about."""
    if time is None or not _CLOSES.search(talk.act.text):
        return None
    first, last = times.span(talk.desk, time)
    return (min(first, talk.desk.today) if _BY.search(time.text) else first), last


def compared(talk: Talk) -> list[Staff]:
    """小周和小李谁的单子多: the colleagues that are named."""
    called = (*talk.act.slots.get("owner", ()), *(one for one in talk.act.slots.get("person", ()) if one[0] in "小老"))
    found = [people.named(talk.desk.session, str(one)) for one in called]
    return [one[0] for one in found if len(one) == 1]


def sliced(talk: Talk) -> bool:
    """A total that leaves out what was asked for would be a wrong one."""
    return bool(talk.act.slots.get("region") or talk.act.slots.get("product"))


def whose(talk: Talk, owner: Staff | None) -> str:
    """The asker's own, the team's, the company's, or a colleague's."""
    if owner is not None and owner is not talk.desk.actor:
        return Say.of(name=owner.name)
    if talk.desk.reach.everybody:
        return Say.everyone()
    return Say.team() if talk.desk.staff.leads else Say.mine()
