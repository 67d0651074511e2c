"""Group chats that a team made its own: what the team may see may be said there."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm.audit import Tracked
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import NotAllowed
from scrm_bot.crm.people import Staff, reach_of
from scrm_bot.db import Base


class Room(Tracked, Base):
    """One group on one channel; `leader_id`: whose team it is bound to, None: to nobody's any more."""

    __tablename__ = "rooms"
    __table_args__ = (Index("ix_rooms_room", "channel", "room"),)

    channel: Mapped[str]
    room: Mapped[str]
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


def find(desk: Desk, channel: str, room: str) -> Room | None:
    """What is known of this group."""
    query = select(Room).where(Room.channel == channel, Room.room == room, Room.undone_at.is_(None))
    return desk.session.scalars(query.order_by(Room.id.desc()).limit(1)).first()


def leader_of(desk: Desk, channel: str, room: str) -> Staff | None:
    """Whose team's group this is; nobody's if whoever bound it leads no more."""
    known = find(desk, channel, room)
    leader = desk.session.get(Staff, known.leader_id) if known is not None and known.leader_id else None
    return leader if leader is not None and leader.active and leader.leads else None


def bind(desk: Desk, channel: str, room: str) -> Room:
    """Make it the group of the actor's team."""
    if not desk.staff.leads:
        raise NotAllowed
    known = find(desk, channel, room)
    if known is None:
        return desk.add(Room(channel=channel, room=room, leader_id=desk.staff.id))
    known.leader_id = desk.staff.id
    return known


def unbind(desk: Desk, channel: str, room: str) -> bool:
    """From now on private matters are said in private again. False if the group was nobody's."""
    if not desk.staff.leads:
        raise NotAllowed
    known = find(desk, channel, room)
    if known is None or known.leader_id is None:
        return False
    known.leader_id = None
    return True


def may_hear(desk: Desk, channel: str, room: str) -> bool:
    """Whether all that the actor sees may be said in this group: it is their team's, and sees as much."""
    leader = leader_of(desk, channel, room)
    if leader is None:
        return False
    team = reach_of(desk.session, leader)
    return team.everybody or (not desk.reach.everybody and desk.reach.staff <= team.staff)
