"""Pictures and files: whose they are, and showing them again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scrm_bot.crm import files, followups, links, tickets
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.files import FILE, PICTURE, VOICE, File
from scrm_bot.crm.followups import WRITERS
from scrm_bot.crm.people import Role, Staff
from scrm_bot.crm.tickets import Ticket
from scrm_bot.dialogs import attached
from scrm_bot.dialogs.phrases import day, short
from scrm_bot.dialogs.skill import FIXERS, STAFF, Answer, Then, Told, ask, skill
from scrm_bot.dialogs.slots import Said, Sent
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import Meaning


class Say:
    """What is said about pictures and files."""

    kept = Text("📎 {what}收到。")
    whose = Text("是哪家客户的？回客户名我记到名下，或“跳过”。")
    filed = Text("✅ {customer}｜{what} #{number}")
    filed_only = Text("✅ {customer}｜{what}")
    none = Text("「{customer}」名下还没有{what}。")
    some = Text("{customer} 的{what}，共 {total} 个：\n{lines}")
    line = Text("{number} {day} {who}｜{what}{state}")
    link = Text("\n{url}")
    coming = Text("（还在取）")
    anything = Text("图片和文件")
    colleague = Text("同事")
    client = Text("客户")
    no_request = Text("你手上没有进行中的工单。要看别的，带上编号，比如“T260318-01 的照片”。")
    no_links = Text("（公司还没开文件链接，请管理员在 [server] 里配 public_url）")


NOTHING = Sent(())
_OF_REQUEST = re.compile(r"^(?:工单|客户|T\d{6}-\d{2,}).{0,6}(?:照片|图片|文件|附件)(?:呢|在哪|有吗)?[？?]?$", re.I)
SHOWN = 6  # on one screen
_PICTURES, _FILES = r"照片|图片|相片|截图|合影", r"文件|附件|资料|录音|语音"
_THINGS = rf"(?:{_PICTURES}|{_FILES})"
_LOOKS = re.compile(
    rf"^(?:给我|帮我|我要|我想)?(?:看看?|看一?下|找找?|找一?下|查查?|查一?下|翻翻?|翻一?下|调一?下|发我|把).*{_THINGS}"
    rf"(?:都|给我|发我|发给我|发来|看看|看一?下|找出来|调出来|一下|吗|呢|吧|[？?。])*$"
)
_ASKS = re.compile(  # 留了资料 tells, 留了资料吗 asks
    rf"(?:有|发过|传过|发来过|拍过|存了|留了)"
    rf"(?:(?:哪些|什么|啥|没有|几张|多少).{{0,4}}{_THINGS}[了吗呢没有]*|.{{0,4}}{_THINGS}了?(?:吗|没有?|呢|(?=[？?])))[？?]*$"
)
_BARE = re.compile(rf"^.{{2,20}}的{_THINGS}(?:呢|都有哪些|有哪些|在哪)?[？?]?$")


def _wants_to_see(text: str, meaning: Meaning | None) -> bool:
    """看下华星的照片, 华星发过哪些文件: somebody asks for what was sent; nobody tells that something was."""
    if meaning is None or not (meaning.slots.get("customer") or meaning.slots.get("ambiguous_customer")):
        return False
    named = (meaning.slots.get("customer") or meaning.slots["ambiguous_customer"])[0]
    if _LOOKS.match(text) or (_ASKS.search(text) and "我" not in text[:1]):
        return True
    return bool(_BARE.match(text)) and text.startswith(named.text)


@skill(label="keep_files", examples=[], allow=STAFF)
def keep_files(talk: Talk, sent: Sent = NOTHING) -> Answer:
    """收下还不知道是谁家的图片"""
    del talk
    then = Then(attached.FILING, "customer", Say.whose(), {"sent": sent})
    return Told(Say.kept(what=attached.described(sent)), then=then)


@skill(label="file_under", examples=[], allow=STAFF)
def file_under(talk: Talk, sent: Sent = NOTHING, customer: Customer = ask(Say.whose)) -> Answer:
    """把刚发的图片或文件记到一家客户名下"""
    what = attached.described(sent)
    talk.remember(customer)
    if talk.desk.staff.role not in WRITERS:
        _file(talk, sent, customer)
        return Say.filed_only(customer=customer.name, what=what)
    followup = followups.log(talk.desk, customer, f"[{what}]", talk.desk.now)
    _attach(sent, followup)
    return Say.filed(customer=customer.name, what=what, number=followup.id)


def _file(talk: Talk, found: Sequence[File], customer: Customer) -> None:
    for file in found:
        files.file_under(talk.desk, file, customer)


def _attach(found: Sequence[File], followup: followups.FollowUp) -> None:
    for file in found:
        files.attach(file, followup)


@skill(
    label="query_customer",
    examples=["看下{customer}的照片", "{customer}发过哪些文件", "把{customer}的图片发我看看"],
    allow=STAFF,
    says=_wants_to_see,
)
def show_files(talk: Talk, customer: Customer = ask(Say.whose), said: Said = Said("")) -> Answer:
    """看一家客户的照片和文件"""
    kinds, what = _asked_for(said)
    talk.remember(customer)
    total = files.how_many(talk.desk, customer, kinds)
    if not total:
        return Say.none(customer=customer.name, what=what)
    found = files.of_customer(talk.desk, customer, kinds, SHOWN)
    lines = [_line(talk, number, file) for number, file in enumerate(found, 1)]
    if not talk.desk.shape.public_url:
        lines.append(Say.no_links())
    return Say.some(customer=customer.name, what=what, total=total, lines="\n".join(lines))


def _wants_to_see_request(text: str, meaning: Meaning | None) -> bool:
    """看下照片, T260318-01 的图片: of a request, not of a customer that is named."""
    if meaning is None or meaning.slots.get("customer") or meaning.slots.get("ambiguous_customer"):
        return False
    return bool(_LOOKS.match(text) or _OF_REQUEST.match(text))


@skill(
    label="query_ticket",
    examples=["看下工单的照片", "看下客户发的图片"],
    allow=FIXERS | {Role.EXECUTIVE},
    says=_wants_to_see_request,
)
def show_request_files(talk: Talk, ticket: Ticket | None = None) -> Answer:
    """看工单里客户发来的照片和文件"""
    mine = tickets.assigned_to(talk.desk, talk.desk.staff, 1) if ticket is None else [ticket]
    if not mine:
        return Say.no_request()
    found = files.of_ticket(talk.desk, mine[0], SHOWN)
    if not found:
        return Say.none(customer=mine[0].number, what=Say.anything())
    lines = [_line(talk, number, file) for number, file in enumerate(found, 1)]
    if not talk.desk.shape.public_url:
        lines.append(Say.no_links())
    return Say.some(customer=mine[0].number, what=Say.anything(), total=len(found), lines="\n".join(lines))


def _asked_for(said: str) -> tuple[tuple[str, ...], str]:
    if re.search("录音|语音", said):
        return (VOICE,), attached.Say.voice()
    if re.search(_PICTURES, said) and not re.search("文件|附件|资料", said):
        return (PICTURE,), attached.Say.picture()
    return (FILE, PICTURE), Say.anything()


def _line(talk: Talk, number: int, file: File) -> str:
    desk = talk.desk
    sender = desk.session.get(Staff, file.staff_id) if file.staff_id else None
    who = sender.name if sender else Say.client() if file.contact_id or not file.staff_id else Say.colleague()
    when = day(file.created_at.astimezone(desk.shape.zone), desk.today)
    url = links.to(desk, file)
    state = Say.link(url=url) if url else Say.coming() if file.state == files.WANTED else ""
    what = short(file.name, 24) if file.name else attached.described([file])
    return Say.line(number=number, day=when, who=who, what=what, state=state)
