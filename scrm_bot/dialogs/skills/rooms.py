"""Talking about the group one is in: whose team's it is."""

from __future__ import annotations

from scrm_bot.crm import rooms
from scrm_bot.dialogs.skill import STAFF, Answer, Confirm, skill
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text


class Say:
    """What is said about groups."""

    where = Text("这句要在群里说：在要绑定的群里 @我，回“绑定本群”。")
    only_leaders = Text("绑定群要由团队负责人来，请他在群里 @我 说“绑定本群”。")
    confirm = Text(
        "绑定后，{team}的人在这个群里问到的金额、电话、名单会直接回在群里（现在是私聊），群里每个人都看得到。确认吗？"
    )
    team = Text("你团队")
    company = Text("全公司")
    bound = Text("✅ 本群已绑定{team}，以后直接在群里回。不要了就说“解绑本群”。")
    already = Text("本群已经绑定在{name}名下了。")
    unbound = Text("✅ 本群已解绑，金额、电话、名单以后只私聊回。")
    not_bound = Text("本群没有绑定过，金额、电话、名单本来就只私聊回。")


@skill(
    label="bind_room",
    examples=["绑定本群", "绑定这个群", "把本群绑定到我的团队", "这个群是我们团队的", "本群绑定团队"],
    allow=STAFF,
)
def bind_room(talk: Talk) -> Answer:
    """把群绑定到团队，金额和电话就直接在群里回"""
    at, desk = talk.address, talk.desk
    if not at.room:
        return Say.where()
    if not desk.staff.leads:
        return Say.only_leaders()
    leader = rooms.leader_of(desk, at.channel, at.room)
    if leader is not None and leader.id == desk.staff.id:
        return Say.already(name=leader.name)
    team = Say.company() if desk.reach.everybody else Say.team()
    if not talk.confirmed:
        return Confirm(Say.confirm(team=team))
    rooms.bind(desk, at.channel, at.room)
    return Say.bound(team=team)


@skill(
    label="unbind_room", examples=["解绑本群", "解除绑定本群", "本群解绑", "取消绑定本群", "解绑这个群"], allow=STAFF
)
def unbind_room(talk: Talk) -> Answer:
    """群不再绑定团队"""
    at, desk = talk.address, talk.desk
    if not at.room:
        return Say.where()
    if not desk.staff.leads:
        return Say.only_leaders()
    return Say.unbound() if rooms.unbind(desk, at.channel, at.room) else Say.not_bound()
