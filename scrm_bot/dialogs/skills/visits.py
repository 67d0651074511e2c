"""Arriving at a customer: check-ins by words, by a place, or by both, in either order."""

from __future__ import annotations

import re
from datetime import datetime

from scrm_bot.crm import checkins
from scrm_bot.crm.checkins import STAY, TOGETHER, CheckIn
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.places import Place
from scrm_bot.dialogs import attached
from scrm_bot.dialogs.memory import Arrival
from scrm_bot.dialogs.phrases import facts
from scrm_bot.dialogs.skill import STAFF, Answer, Need, Then, Told, skill
from scrm_bot.dialogs.slots import Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Kind
from scrm_bot.nlp.meaning import Meaning


class Say:
    """What is said about check-ins."""

    where = Text("📍 到哪家了？回客户名就行。")
    is_it = Text("📍 到的是这家吗？（距登记地址 {distance}）回“是”签到，不是就回客户名。")
    which = Text("📍 附近有 {count} 家，到的是哪家？")
    nearby = Text("{customer}（{distance}）")
    done = Text("✅ 已签到 {customer}｜{facts} #{number}")
    already = Text("「{customer}」{time} 已经签过到了，走的时候说一句聊了什么，我记在同一条。")
    located = Text("📍 {customer} 签到地点：{facts}")
    at = Text("距登记地址 {distance}")
    metres = Text("{count} m")
    kilometres = Text("{count} km")
    far = Text("⚠️ 离登记地址有点远")
    send_place = Text("发个定位，我把地点补上。走的时候说一句聊了什么，记在同一条。")
    tell_later = Text("走的时候说一句聊了什么，记在同一条。")
    keep = Text("把这里记成「{customer}」的地址吗？回“是”，以后签到能看出距离。")
    kept = Text("📍 记住了，「{customer}」就在这里。")
    somewhere = Text("已定位")
    arrived = Text("签到")  # what stands in the record when nothing was said


FAR = 2000  # metres from which the distance is worth a second look
_THERE = r"(?:公司|厂里?|厂区|工厂|那边|那里|这边|这里|门口|大门口?|楼下|前台|现场|园区|总部|办公室)"
_FORMS = (
    re.compile(
        rf"(?:我|我们|咱们?)?(?:现在|刚刚?|已经?|人已?)?(?:到|到达|抵达|来到|到的)了?(?:客户)?X{_THERE}*(?:这了|了|啦|咯|喽)?"
    ),
    re.compile(rf"(?:我|我们)?(?:现在|人)?(?:已经?)?在X{_THERE}+(?:了|啦)?"),
    re.compile(rf"X{_THERE}*(?:我)?(?:已经?)?(?:到了|到啦|已到|到达|签到|打卡)了?"),
    re.compile(rf"(?:外勤|客户|拜访)?(?:签到|打卡|签个到|打个卡)(?:一下)?(?:了)?(?:X{_THERE}*)?"),
)
_ENGLISH = re.compile(r"(?:i'?m|i'?ve|iam|just|now)*(?:at|arrivedat|reached|checkin(?:at)?)X(?:now|already)?", re.I)
_NOISE = re.compile(r"[\s，,。.!！~～、:：;；📍]+")


def _arrives(text: str, meaning: Meaning | None) -> bool:
    """到华星了, 签到: being there, and nothing else. What was talked about is a visit's note."""
    bare, named = _NOISE.sub("", text), meaning.slots if meaning else {}
    mentions = named.get("customer", ()) or named.get("ambiguous_customer", ())
    if mentions:
        bare = bare.replace(_NOISE.sub("", mentions[0].text), "X", 1)
    return (
        len(bare) <= 24 and any(form.fullmatch(bare) for form in (*_FORMS, _ENGLISH)) and ("X" in bare or not mentions)
    )


@skill(
    label="log_visit",
    examples=["到{customer}了", "签到 {customer}", "at {customer}"],
    allow=STAFF,
    says=_arrives,
    outright=True,
)
def check_in(talk: Talk, customer: Customer | None = None, place: Place | None = None, said: Said = Said("")) -> Answer:
    """到客户那里签到，发定位更好"""
    last = checkins.latest(talk.desk)
    if customer is None and place is not None and _waits(talk, last):
        return _located(talk, last, place)
    place = place or _place_before(talk, last)
    if customer is None:
        return _ask_where(talk, place)
    talk.remember(customer)
    if last is not None and last.customer_id == customer.id and checkins.visit(talk.desk, last):
        return _again(talk, last, customer, place)
    words = said or Say.arrived.chinese
    made = checkins.arrive(talk.desk, customer, words, place)
    talk.memory.arrived = Arrival(customer.id, made.followup_id, words, (talk.desk.now + STAY).isoformat())
    told = facts([f"{talk.local:%H:%M}", *_where(made)])
    line = Say.done(customer=customer.name, facts=told, number=made.followup_id)
    if place is None:
        return f"{line}\n{Say.send_place()}"
    return _learnable(made, customer, f"{line}\n{Say.tell_later()}", line)


@skill(label="learn_place", examples=[], allow=STAFF)
def learn_place(talk: Talk, checkin: CheckIn | None = None) -> Answer:
    """把签到的地方记成客户的地址"""
    customer = checkins.learn_place(talk.desk, checkin) if checkin else None
    return Say.kept(customer=customer.name) if customer else ""


def joined(talk: Talk, customer: Customer, method: str, when: datetime) -> FollowUp | None:
    """The visit that this note is about: the one that began with a check-in there and was not told of yet."""
    arrival, now = talk.memory.arrived, talk.desk.now
    if arrival is None or arrival.customer != customer.id or method not in ("拜访", "其他"):
        return None
    if datetime.fromisoformat(arrival.until) < now or when.date() != now.date():
        return None
    visit = talk.desk.session.get(FollowUp, arrival.followup)
    return visit if visit is not None and visit.undone_at is None and visit.text == arrival.said else None


def _waits(talk: Talk, last: CheckIn | None) -> bool:
    return last is not None and last.place is None and talk.desk.now - last.arrived_at <= TOGETHER


def _located(talk: Talk, last: CheckIn | None, place: Place) -> Answer:
    assert last is not None
    customer = talk.desk.session.get_one(Customer, last.customer_id)
    checkins.locate(talk.desk, last, customer, place)
    talk.remember(customer)
    line = Say.located(customer=customer.name, facts=facts(_where(last)))
    return _learnable(last, customer, line, line)


def _again(talk: Talk, last: CheckIn, customer: Customer, place: Place | None) -> Answer:
    if place is not None and last.place is None:
        return _located(talk, last, place)
    return Say.already(customer=customer.name, time=f"{last.arrived_at.astimezone(talk.desk.shape.zone):%H:%M}")


def _learnable(made: CheckIn, customer: Customer, words: str, short: str) -> Answer:
    """Where nobody knows yet where the customer is, this may be it."""
    if checkins.place_of(customer) is not None:
        return words
    return Told(short, then=Then("learn_place", "", Say.keep(customer=customer.name), {"checkin": made}))


def _ask_where(talk: Talk, place: Place | None) -> Answer:
    found = checkins.near(talk.desk, place) if place else ()
    if len(found) == 1:
        ((customer, metres),) = found
        return Need("customer", Say.is_it(distance=_distance(metres)), ((customer.name, customer),))
    options = tuple((Say.nearby(customer=one.name, distance=_distance(metres)), one) for one, metres in found)
    return Need("customer", Say.which(count=len(found)) if options else Say.where(), options)


def _place_before(talk: Talk, last: CheckIn | None) -> Place | None:
    """Where the speaker was a moment ago, as a message of its own told, unless that went into a check-in already."""
    since = talk.desk.now - TOGETHER
    for one in talk.earlier():
        if one.kind is not Kind.LOCATION or one.at < since:
            continue
        place = attached.place(one.detail, one.text)
        used = place is not None and last is not None and last.place is not None and not last.place.metres_to(place)
        return None if used else place
    return None


def _where(checkin: CheckIn) -> list[str]:
    if checkin.place is None:
        return []
    found = [checkin.address or Say.somewhere()]
    if checkin.distance is not None:
        found.append(Say.at(distance=_distance(checkin.distance)))
        found += [Say.far()] if checkin.distance > FAR else []
    return found


def _distance(metres: int) -> str:
    return Say.metres(count=metres) if metres < 1000 else Say.kilometres(count=f"{metres / 1000:.1f}")
