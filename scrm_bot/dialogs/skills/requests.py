"""Talking about service with customers: a request, its progress, the rating."""

from __future__ import annotations

import re
from datetime import timedelta

from scrm_bot.crm import customers, tickets
from scrm_bot.crm.people import Contact, Staff
from scrm_bot.crm.tickets import Ticket
from scrm_bot.dialogs import openings
from scrm_bot.dialogs.phrases import moment, short
from scrm_bot.dialogs.skill import CUSTOMERS, Answer, Told, skill
from scrm_bot.dialogs.slots import Phone, Said
from scrm_bot.dialogs.states import state
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.taps import RATING, Tap, about
from scrm_bot.dialogs.texts import Text

LIVELY = timedelta(hours=24)  # what is said beside a request that is older has little to do with it
MERGE = timedelta(seconds=60)  # quick lines that are one thought
WARRANTY = timedelta(days=7)  # what comes back after it was mended is the same fault
MORE = timedelta(minutes=10)  # symptoms of nothing in particular are those of what was just told


class Say:
    """What customers hear. 您."""

    received = Text("已受理，工单号 {number}{urgent}\n「{text}」\n{next}")
    urgent = Text("（加急）")
    someone = Text("已通知工程师{name}，会尽快联系您。发“进度”随时查看。")
    nobody = Text("我们会尽快安排工程师联系您。发“进度”随时查看。")
    ask_phone = Text("方便的话留个手机号，工程师好联系您。")
    reopened = Text("抱歉还没好，工单 {number} 重新打开了\n「{text}」\n{next}")
    added = Text("收到，已补充到工单 {number}。")
    none_asked = Text("您目前没有进行中的工单。有问题直接说一句就行。")
    progress = Text("{lines}")
    progress_line = Text("工单 {number}｜{state}{who}\n「{text}」")
    handled_by = Text("｜{name} 处理中")
    last_word = Text("{author} {when}：{text}")
    urged = Text("已为您加急，工单 {number}，并再次通知了工程师。")
    cancelled = Text("好的，工单 {number} 已取消。")
    which_rating = Text("这次服务您打几分？回 1-5（5 最好）。")
    rated = Text("谢谢您的评价：{stars} 分。{more}")
    rated_low = Text("抱歉没让您满意，我们会回访您。")
    passed_on = Text("收到，已转给负责您的同事。设备或系统有问题，直接发一句话就能报修。")
    greeting = Text("您好，我是服务助手。设备或系统有问题，直接用一句话告诉我（哪台、什么现象），马上为您建单派人。")


_COMPLAINT, _ADVICE, _INSTALLATION, _EXCHANGE, _REPAIR = "投诉", "咨询", "安装", "退换", "报修"  # kinds, as kept
_LONG = 24  # letters of a short question or a word that calls it off
_STARS = re.compile(r"\s*([1-5一二三四五])\s*(?:分|星|颗星)?\s*")
_POINTS = re.compile(r"(?<![\d.点第])([1-5一二三四五])\s*(?:分(?!钟|之|公司|店|部)|颗?星(?!期))")  # 辛苦了，给5星
_MOST_SAID = 24  # letters of a rating in words: a longer message has more to tell
_HIGH = ("满意", "很好", "不错", "谢谢", "好评", "挺好", "可以", "专业", "及时", "赞", "👍")
_LOW = ("不满意", "太差", "差评", "很差", "垃圾", "没解决")
_MIDDLE = ("还行", "一般", "凑合", "慢")
_ANY_ANSWER = ("可以", "谢谢", "慢", "👍")  # said of anything
_COURTESY = re.compile(r"好的?|谢谢|多谢|感谢|收到|辛苦了?|师傅|你们|您|啊|呀|了|的|[\W_]")
_STOPPED = ("停产", "停了", "生产停", "全停", "停机", "起火", "冒烟", "漏电")
_WHO_WHEN = re.compile(  # 谁来修 几点到
    r"(?:(?:那|请问|师傅|工程师|你们|大概|今天|明天|上午|下午|到底|是|会|能|要|还|派|安排|人|的|\W)*"
    r"(?:谁|哪位|哪个(?:师傅|工程师)?|什么时候|啥时候|几点|多久|多长时间|何时|哪天)(?:钟|师傅|工程师|人|才|能|会|可以|来|过|到|给|我们?)*"
    r"(?:来|到|上门|修|过来|处理|负责)(?:修|看|人|好|完|一?下|呢|呀|啊|了|\W)*)+"
)
_OFF = re.compile(
    r"(?:那|就|你们?|师傅|先|暂时|现在|今天)*(?:不用|不必|不要|别|不需要)(?:再|麻烦|派人|派|安排|你们|师傅|人|上门|过)*(?:来|修|派|安排|过来|上门|处理|看)(?:修|看|人)?了"
)
_WELL = re.compile(
    r"(?:它|机器|设备|我们?|现在|自己|已经?|刚|又|都|就|\W)*(?:修|弄|搞|解决|恢复)?(?:好|正常|解决|恢复)了?"
)
_HELLO = re.compile(r"((你|您|大家)好|在吗|有人吗|hi|hello|早上好|下午好|晚上好|嗨|[呀啊吗哦么？?!！。~，,\s])+", re.I)
_ACKS = re.compile(
    r"(好的?|谢谢|谢了|多谢|感谢|师傅|老师|啦|啊|呀|收到|嗯+|ok|知道了|明白|辛苦了?|哈+|[。.!！~，,\s]|👌|👍|🙏)+", re.I
)


def priority_of(talk: Talk) -> str:
    """P1 when production stands, P2 when it is urgent, else P3."""
    if any(word in talk.act.text for word in _STOPPED):
        return "P1"
    return "P2" if "high" in talk.act.slots.get("priority", ()) else "P3"


@skill(
    label="create_ticket",
    examples=[
        "我们那台机器今天早上报警，急",
        "机器坏了",
        "设备报警{said}",
        "我要报修",
        "能不能派个人来看一下",
        "你们的机器又不行了",
        "打不开了",
        "系统登录不了",
        "the machine is broken",
        "it does not work",
        "I need an engineer",
    ],
    allow=CUSTOMERS,
)
def file_request(talk: Talk, said: Said = Said(""), phone: Phone | None = None) -> Answer:
    """报修、投诉、要人帮忙，说一句就行"""
    return _file(talk, said, phone)


@skill(
    label="handoff",
    examples=[
        "人工",
        "人工客服",
        "转人工",
        "找你们客服",
        "我要找人",
        "换个人跟我说",
        "agent",
        "a person please",
        "talk to a person",
    ],
    allow=CUSTOMERS,
)
def call_for_somebody(talk: Talk, said: Said = Said(""), phone: Phone | None = None) -> Answer:
    """找人工"""
    return _file(talk, said, phone)


def _file(talk: Talk, said: Said, phone: Phone | None) -> Answer:
    address = talk.address
    mine = tickets.asked_by(talk.desk, address.channel, address.user, limit=1)
    if mine and _is_more(talk, said, mine[0]):
        tickets.say(talk.desk, mine[0], said)
        tickets.press(talk.desk, mine[0], priority_of(talk))
        return Say.added(number=mine[0].number)
    if not mine and (back := _not_mended(talk, said)):
        return _reopen(talk, back, said)
    ticket = tickets.open_ticket(
        talk.desk,
        said,
        priority=priority_of(talk),
        kind=kind_of(talk),
        asker=(address.channel, address.user),
        phone=phone,
    )
    lines = [
        Say.received(
            number=ticket.number,
            urgent=Say.urgent() if ticket.priority != "P3" else "",
            text=short(said),
            next=assignee_words(talk, ticket, Say.someone, Say.nobody),
        )
    ]
    if isinstance(talk.desk.actor, Contact) or phone:
        return lines[0]
    return "\n".join([*lines, Say.ask_phone()])


def _not_mended(talk: Talk, said: str) -> Ticket | None:
    """还是不行, 又坏了, soon after it was mended: that ticket, unless something else is named."""
    address = talk.address
    over = tickets.asked_by(talk.desk, address.channel, address.user, "resolved", "closed", limit=1)
    if not over or _STILL.search(said) is None or _ANOTHER.search(said):
        return None
    lately = over[0].resolved_at is not None and talk.desk.now - over[0].resolved_at < WARRANTY
    others = (one for one in talk.act.slots.get("product", ()) if str(one).lower() not in over[0].text.lower())
    return over[0] if lately and next(others, None) is None else None


def _reopen(talk: Talk, ticket: Ticket, said: str) -> Answer:
    tickets.reopen(talk.desk, ticket, said)
    tickets.press(talk.desk, ticket, priority_of(talk))
    who = assignee_words(talk, ticket, Say.someone, Say.nobody)
    return Say.reopened(number=ticket.number, text=short(said), next=who)


_STILL = re.compile(  # 打印机又卡纸了 is of a printer, which may be another thing
    r"还是(?!很|挺|蛮|比较)|仍然|依然|老样子|没(?:有)?(?:给)?(?:修|弄|搞|处理|解决)好|没解决|复发|一样的?(?:问题|毛病|故障)"
    r"|^(?:你们的?|我们的?|师傅|上次|昨天|今天|刚才?|现在|怎么|修[了完好]|它|机器|设备|系统|[那这]台|[那这]个|问题|毛病|才|就|的|[A-Za-z0-9-]++|\W)*+(?:又|再次)"
    r"|\b(?:still|again)\b",
    re.I,
)
_ANOTHER = re.compile(r"另外|另一[台个]|别的|还有[一个]|其他|换了?一?台|another", re.I)
_ELSE = re.compile(
    r"另外|还有[一个]|[那这一二两三四五\d]台|机(?!会)|设备|系统|软件|平台|网站|产品|another|machine|device|system", re.I
)


def _is_more(talk: Talk, said: str, last: Ticket) -> bool:
    """灯一直闪, minutes after a request: what blinks was named there."""
    age = abs(talk.desk.now - last.created_at)
    named = "product" in talk.act.slots or _ELSE.search(said)
    return age < MERGE or (age < MORE and not named)


@skill(
    label="query_ticket",
    examples=[
        "进度",
        "修到哪了",
        "师傅什么时候到",
        "我的工单怎么样了",
        "status",
        "what about my ticket",
        "when is somebody coming",
    ],
    allow=CUSTOMERS,
    says=lambda text, _meaning: _WHO_WHEN.fullmatch(text.strip()) is not None,
)
def progress(talk: Talk) -> Answer:
    """查工单进度"""
    address = talk.address
    mine = tickets.asked_by(talk.desk, address.channel, address.user, *tickets.OPEN, "resolved", limit=3)
    if not mine:
        return Say.none_asked()
    return Say.progress(lines="\n".join(progress_line(talk, ticket) for ticket in mine))


def progress_line(talk: Talk, ticket: Ticket) -> str:
    """Where a ticket stands, and what was said last."""
    engineer = talk.desk.session.get(Staff, ticket.assignee_id) if ticket.assignee_id else None
    busy = engineer is not None and ticket.state in ("accepted", "working")
    who = Say.handled_by(name=engineer.name) if engineer and busy else ""
    lines = [Say.progress_line(number=ticket.number, state=state(ticket.state), who=who, text=short(ticket.text))]
    note = tickets.last_note(talk.desk, ticket)
    if note:
        when = moment(note.created_at.astimezone(talk.desk.shape.zone), talk.desk.today)
        lines.append(Say.last_word(author=note.author, when=when, text=short(note.text)))
    return "\n".join(lines)


@skill(
    label="update_ticket",
    examples=[
        "我那个报修单能加急吗",
        "加急",
        "快点",
        "催一下",
        "能加急吗",
        "能不能快点",
        "怎么还没人来",
        "怎么还没来人，急死了",
        "urgent",
        "hurry up please",
        "it's urgent",
    ],
    allow=CUSTOMERS,
    about=openings.REQUEST,
)
def urge(talk: Talk) -> Answer:
    """催一下工单"""
    mine = tickets.asked_by(talk.desk, talk.address.channel, talk.address.user, limit=1)
    if not mine:
        return Say.none_asked()
    tickets.urge(talk.desk, mine[0])
    return Say.urged(number=mine[0].number)


@skill(
    label="cancel_last",
    examples=["不用修了", "取消报修", "撤销", "取消工单", "不用来了", "cancel my ticket", "no need to come any more"],
    allow=CUSTOMERS,
    says=lambda text, _meaning: _called_off(text),
)
def cancel_request(talk: Talk) -> Answer:
    """取消刚报的修"""
    mine = tickets.asked_by(talk.desk, talk.address.channel, talk.address.user, limit=1)
    if not mine:
        return Say.none_asked()
    tickets.cancel(talk.desk, mine[0])
    return Say.cancelled(number=mine[0].number)


def _called_off(text: str) -> bool:
    """不用来了 自己好了: that, and at most why."""
    said = [part for part in re.split(r"[\s，,。.;；!！~]+", text) if part and not _ACKS.fullmatch(part)]
    return (
        len(text) <= _LONG
        and any(map(_OFF.fullmatch, said))
        and all(_OFF.fullmatch(one) or _WELL.fullmatch(one) for one in said)
    )


@skill(
    label="rate",
    examples=[
        "5",
        "5分",
        "五星",
        "满意",
        "满意 谢谢师傅",
        "还行吧 就是慢",
        "不满意",
        "很好",
        "一般",
        "太差了",
        "非常满意，谢谢",
        "great service",
        "very good",
        "not good",
    ],
    allow=CUSTOMERS,
    about=openings.RATING,
    says=lambda text, _meaning: _rates(text),
)
def rate(talk: Talk, said: Said = Said("")) -> Answer:
    """给服务打分"""
    done = tickets.asked_by(talk.desk, talk.address.channel, talk.address.user, "resolved", limit=1)
    stars = stars_of(said)
    pressed = about(talk.message, "t")
    if pressed is not None:
        done = [talk.desk.session.get_one(Ticket, pressed)]
    if not done:
        return Say.none_asked()
    if stars is None:
        return Told(Say.which_rating(), choices=RATING)
    tickets.rate(talk.desk, done[0], stars, said)
    return Say.rated(stars=stars, more=Say.rated_low() if stars <= 3 else "")


def _rates(text: str) -> bool:
    """5, 辛苦了 5分, 好的谢谢，满意."""
    if _STARS.fullmatch(text) or (len(text) <= _MOST_SAID and _POINTS.search(text)):
        return True
    if _STILL.search(text):
        return False  # 还是没修好 is no rating
    bare = _COURTESY.sub("", text)
    return 0 < len(bare) <= 6 and any(word in bare for word in (*_LOW, *_MIDDLE, *_HIGH) if word not in _ANY_ANSWER)


def stars_of(text: str) -> int | None:
    """5, 五星, 满意, 还行吧 就是慢."""
    digit = _POINTS.search(text) or _STARS.match(text)
    if digit:
        return int(digit[1]) if digit[1].isdigit() else "一二三四五".index(digit[1]) + 1
    for words, stars in ((_LOW, 1), (_MIDDLE, 3), (_HIGH, 5)):
        if any(word in text for word in words):
            return stars
    return None


@skill(label="none", examples=["你好", "在吗", "好的谢谢"], allow=CUSTOMERS)
def chat_with_customer(talk: Talk, said: Said = Said("")) -> Answer:
    """随便说点什么"""
    words = said.strip()
    if _ACKS.fullmatch(words):
        return Told("", fate="ignored")
    if _HELLO.fullmatch(words):
        return Told(Say.greeting(), choices=(Tap.progress,), fate="ignored")
    return add_to_request(talk, said) or _handed_on(talk, said)


def _handed_on(talk: Talk, said: str) -> Told:
    customers.pass_on(talk.desk, said)
    return Told(Say.passed_on() if isinstance(talk.desk.actor, Contact) else Say.greeting(), fate="parked")


def add_to_request(talk: Talk, said: str) -> str:
    """More about the request that is in work, for whoever works on it; nothing if there is none so young."""
    mine = tickets.asked_by(talk.desk, talk.address.channel, talk.address.user, limit=1)
    if not mine or talk.desk.now - mine[0].created_at > LIVELY:
        return ""
    spoken = next(iter(talk.meaning.slots.get("phone", ())), None) if talk.meaning else None
    if spoken and not mine[0].phone:
        mine[0].phone = spoken
    tickets.say(talk.desk, mine[0], said)
    return Say.added(number=mine[0].number)


def assignee_words(talk: Talk, ticket: Ticket, someone: Text, nobody: Text) -> str:
    """Who will come."""
    engineer = talk.desk.session.get(Staff, ticket.assignee_id) if ticket.assignee_id else None
    return someone(name=engineer.name) if engineer else nobody()


def kind_of(talk: Talk) -> str:
    """Repair, complaint, advice, installation, exchange."""
    text = talk.act.text
    if "投诉" in text or "neg" in talk.act.slots.get("sentiment", ()):
        return _COMPLAINT
    if talk.act.label == "handoff":
        return _ADVICE
    return _INSTALLATION if "安装" in text else _EXCHANGE if re.search("退货|换货|退换", text) else _REPAIR
