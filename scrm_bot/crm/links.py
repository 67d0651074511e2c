"""Links to files: signed, for one of us, for a day; whoever opens one must still be allowed to see the file."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from scrm_bot.crm import files
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.files import File
from scrm_bot.crm.people import Staff
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Base, insert

LIVES = timedelta(hours=24)
SIGNER = "file links"
_LONGEST = 12  # digits of a number in a link


class Key(Base):
    """A secret that all processes of a company share, made when it is first needed."""

    __tablename__ = "keys"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    made_at: Mapped[datetime]


def to(desk: Desk, file: File) -> str:
    """Where the actor's browser gets this file, for a day; "" if there is no such place, or it is not for them."""
    if not desk.shape.public_url or file.state != files.KEPT or not files.may_see(desk, file):
        return ""
    who, until = desk.staff.id, int((desk.now + LIVES).timestamp())
    signature = _signature(_key(desk.session, desk.now), file.id, who, until)
    return f"{desk.shape.public_url}/files/{file.id}?for={who}&until={until}&sig={signature}"


def opened(
    session: Session, shape: Shape, now: datetime, number: str, who: str, until: str, signature: str
) -> File | None:
    """The file that a link leads to; None if the link is none of ours, or too old, or not theirs to see any more."""
    if not all(part.isascii() and part.isdigit() and len(part) <= _LONGEST for part in (number, who, until)):
        return None
    wanted = _signature(_key(session, now), int(number), int(who), int(until))
    if not hmac.compare_digest(wanted.encode(), signature.encode(errors="replace")):
        return None
    staff = session.get(Staff, int(who)) if int(until) > now.timestamp() else None
    if staff is None or not staff.active or staff.undone_at is not None:
        return None
    desk = Desk(session, staff, now.astimezone(shape.zone), shape)
    file = files.get(desk, int(number))
    return file if file is not None and file.state == files.KEPT and files.may_see(desk, file) else None


def _signature(key: bytes, number: int, who: int, until: int) -> str:
    return hmac.digest(key, f"{number}.{who}.{until}".encode(), hashlib.sha256).hex()


def _key(session: Session, now: datetime) -> bytes:
    query = select(Key.value).where(Key.name == SIGNER)
    value = session.scalar(query)
    if value is None:
        made = insert(session, Key).values(name=SIGNER, value=secrets.token_hex(32), made_at=now)
        session.execute(made.on_conflict_do_nothing())
        value = session.scalar(query)
    assert value is not None
    return bytes.fromhex(value)
