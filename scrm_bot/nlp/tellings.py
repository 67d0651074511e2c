"""What is told: visits, wins and losses, money that came in, faults, plans. Telling it is meant to record it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from scrm_bot.nlp import cues, marks, talk_cues, thin
from scrm_bot.nlp.absence import only_absent
from scrm_bot.nlp.evidence import Evidence, Verdict, denied, first_of, to_come, verdict_of
from scrm_bot.nlp.moving import gone_by
from scrm_bot.nlp.values import Spanned, Values

_FORBIDDEN: Final = re.compile(
    r"(?:(?:没|未|不是|还没|没有|别|不可能)(?:完全|真|正式|会)?|(?:别|不要|不能|不用)[把将给让].{0,6}(?:改|标|设|弄|搞)[成为]?)$"
)
_WAITED: Final = re.compile(r"等(?:到|着)?[^,。;!? ]{0,5}$")  # 等他们签了再说


def unreal(text: str, match: re.Match[str], name: str) -> bool:
    """Whether a win or a loss is denied, hoped for, promised, or told both ways (说签了又说没签)."""
    before = text[max(0, match.start() - 10) : match.start()]
    if cues.NOT_YET.search(before) or _FORBIDDEN.search(before):
        return True
    if _WAITED.search(before) and re.search(r"再|才", text[match.end() :]):
        return True
    if re.search(r"又说|一会儿?说|听说|据说|好像|如果|要是|是不是|会不会|担心|怕|差点|别给|恭喜|祝贺", text):
        return True
    return name == "won" and bool(re.search(r"(?:保密|框架|意向)(?:协议|书)|签到|签收", text))


def away(evidence: Evidence) -> Verdict | None:
    """王总下周出差: a reason why not, and nothing to be done or asked."""
    if evidence.inside and only_absent(evidence.said):
        return Verdict("none", ("it tells who is away, and no more",), whole=True)
    return None


TO_HAND_IN: Final = re.compile(
    rf"{marks.TIME}+(?:之?前|再)?(?:提交|上交|交|给|发|寄|送|出|回|答)"
)  # no day to close on
_RECORD: Final = re.compile(r"商机|单子|这单|那单|这个单|项目|机会|这笔")
_MOVED: Final = re.compile(r"推进?到|进入|推至")
_PRICED: Final = re.compile(
    r"(?<![来收得])(?:提|涨|升|加|增|降|减|压|砍|调)(?:高|加|价)?了?[到至成为]了?" + marks.AMOUNT + r"(?!.*[款账吗?？])"
)
_WISHED: Final = re.compile(
    r"打算|想|希望|要求|能不能|可不可以|如果|要是|假如|最多|最低|不批|没批|不同意|申请|才|争取|建议"
)
_APPOINTMENT: Final = re.compile(r"会议|拜访时间|见面|(?<!签)约(?!定)")


_ONE: Final = r"(?:[一二三四五六七八九]期|项目|[这那]?个?单子?|[这那]个?单|商机)"
_CLOSES: Final = re.compile(
    rf"{marks.CUSTOMER}+(?:那边|的)?{_ONE}?[,\s]*(?:我?(?:感觉|觉得|预计|大概|估计|应该|争取|可能|最快|最晚))*"
    rf"{marks.TIME}+(?:之?前|左右|就|可以|能|会|要|应该|估计|大概)*(?:签(?:约|单|下来)?|成交|下单|定下来)[吧了]?[。!\s]*"
)
_WORTH: Final = re.compile(
    rf"{marks.CUSTOMER}+(?:那边|的)?{_ONE}[,:\s是]*(?:大概|差不多)?{marks.AMOUNT}+(?:左右)?[吧。!\s]*"
)


def closes(values: Values, now: datetime) -> bool:
    """华星二期下周签: the day on which a deal is expected to close, which is no win yet."""
    ahead = bool(values.times) and all(to_come(when, now) for when in values.times)
    return ahead and _CLOSES.fullmatch(values.masked.strip()) is not None


def expected(evidence: Evidence) -> Verdict | None:
    """When a deal is to close, or what it is worth: its name, the value, and nothing else."""
    values = evidence.values
    if not evidence.inside or len(values.customers) != 1:
        return None
    if closes(values, evidence.now):
        return verdict_of("update_deal", f"a value is changed: {values.times[-1].text}", firm=True)
    if len(values.amounts) == 1 and not values.amounts[0].bare and _WORTH.fullmatch(evidence.said.strip()):
        return verdict_of("update_deal", f"a value is changed: {values.amounts[0].text}", firm=True)
    return None


def _is_to_be(values: Values, after: int) -> bool:
    """Whether behind 改到 there is anything that a deal can be changed to, but a day: 金额改为50万，周一前给方案."""
    found: tuple[Spanned, ...] = (*values.amounts, *values.percents, *values.stages)
    return any(one.at - values.at >= after for one in found)


def deal_changed(evidence: Evidence) -> Verdict | None:
    """Stage, amount, date, chances of a deal; won and lost too."""
    values, text = evidence.values, evidence.said
    if not evidence.inside:
        return None
    record = bool(values.customers) or evidence.has(_RECORD)
    change = cues.CHANGE.search(values.bare)
    moved = bool(values.stages) and evidence.has(_MOVED)
    if change is not None and (later := TO_HAND_IN.search(text)) and not _is_to_be(values, change.end()):
        return Verdict("none", (f"it is to come: {later.group()}",), whole=True)
    if change is not None and (record or moved):
        filled = values.stages or values.amounts or values.percents or values.times or values.quantities
        about = evidence.has(cues.DEAL_NOUN) or bool(values.stages)
        if filled and about and not denied(evidence, cues.CHANGE) and not evidence.has(_APPOINTMENT):
            return verdict_of("update_deal", f"a value is changed: {change.group()}", firm=True)
    if not record and not values.people:
        return None
    for cue, name in ((cues.WON, "won"), (cues.LOST, "lost")):
        match = cue.search(text)
        if match is None or unreal(text, match, name):
            continue
        return verdict_of("update_deal", f"{name}: {match.group()}", firm=not re.search(r"拜访|聊|见了", text))
    priced = _PRICED.search(text) if record and not (evidence.visit or _WISHED.search(text)) else None
    if priced and not denied(evidence, _PRICED):
        return verdict_of("update_deal", f"a value is changed: {priced.group()}", firm=True)
    stage = values.stages[-1] if values.stages else None
    if stage and values.customers and not evidence.visit:
        head, tail = values.bare[: stage.at - values.at], values.bare[stage.at - values.at + len(stage.text) :]
        if re.search(r"(?:到|进|进入|在|处于)了?$", head) or re.match(r"阶段|流程", tail):
            return verdict_of("update_deal", f"a stage is stated: {stage.text}")
    return None


_LEFT: Final = re.compile(marks.PERSON + r".{0,3}(?:走了|离职|跳槽|辞职|调走|退休|不干了)")


def _visit_at(evidence: Evidence) -> int:
    match = evidence.visit
    if match is not None and re.match(r"走了", evidence.said[match.start() :]):
        match = talk_cues.VISITED.search(evidence.said, match.end())
    return match.start() if match else len(evidence.said)


def visited(evidence: Evidence) -> Verdict | None:
    """A visit, call or chat that happened, or was tried."""
    if not evidence.inside or not evidence.visit or denied(evidence, talk_cues.VISITED):
        return None
    if (gone := _LEFT.search(evidence.said)) and gone.start() < _visit_at(evidence):
        return None
    if not evidence.firm and not re.search(r"[一-龥]", evidence.said):
        return None  # a foreign sentence about nobody we know
    if evidence.has(talk_cues.NOT_VISITED) and not evidence.has(talk_cues.FAILED):
        match = talk_cues.NOT_VISITED.search(evidence.said)
        if match and match.start() <= evidence.visit.start():
            return None
    if not (evidence.who or _some_firm(evidence)):
        return None
    if evidence.future and not evidence.gone and not _past_verb(evidence):
        return None
    if _AWAITED.search(evidence.said, 0, evidence.visit.start()):
        return None
    if _SOMEDAY.search(evidence.said, 0, evidence.visit.start()) and not _past_verb(evidence):
        return None
    return verdict_of("log_visit", f"it happened: {evidence.visit.group()}", firm=_past_verb(evidence))


_AWAITED: Final = re.compile(r"(?:^|[,。;!? 还在])等(?:着|到|待)?[\ue000\ue002那边的]*$")  # 等华星回话呢
_SOMEDAY: Final = re.compile(r"改天|哪天|回头|有空|抽空|得空|过[几两]天|下[次回]|以后|将来|早晚")  # 改天去趟华星
_PAST: Final = re.compile(
    r"(?:拜访|走访|回访|陌拜|见|聊|谈|沟通|交流|去|跑|通|打|吃|喝|演示|面谈|碰|做|开|到|联系|汇报|参观"
    r"|坐|请|来|讲|介绍|跟进|送|培训|考察|看|试|逛|转)(?:完|过|到|上)?了(?!吗|没)|刚|没人?接|没见|放.{0,2}鸽子"
    r"|扑空|来电|记录|记一笔|出来|(?:拜访|走访|见|聊|谈)完|去了?趟(?<!去趟)|一下午|请我"
)


def _past_verb(evidence: Evidence) -> bool:
    done = any(evidence.has(cue) for cue in (_PAST, talk_cues.DONE_THERE, talk_cues.FAILED))
    return done or bool(evidence.gone and evidence.visit)


_VISIT_WORDS: Final = frozenset(("拜访", "走访", "陌拜", "回访", "见了", "去了", "跟进", "联系", "了"))


def _some_firm(evidence: Evidence) -> bool:
    """Whether an unknown company or person is the object of a visit verb."""
    return (
        bool(re.search(r"(?:拜访|走访|陌拜|回访|见了|去了趟?|跟进|联系)", evidence.said))
        and evidence.words.holds(evidence.said, _VISIT_WORDS)
        and not re.search(r"^(?:今天|昨天)?(?:去了?|回)(?:医院|银行|超市|厕所|家)", evidence.said)
    )


def paid(evidence: Evidence) -> Verdict | None:
    """Money that came in."""
    if not evidence.inside or not evidence.has(cues.PAID) or not evidence.has(cues.PAID_DONE):
        return None
    if denied(evidence, cues.PAID_DONE) or denied(evidence, cues.PAID) or evidence.has(cues.PROMISED):
        return None
    if not (
        evidence.values.amounts
        or evidence.values.percents
        or evidence.has(re.compile(r"登记|到账|到了|收到|结清|付清|入账|全款|已付"))
    ):
        return None
    if not evidence.who and not evidence.values.amounts and not re.search(r"登记|记", evidence.said):
        return None
    if re.search(r"收到(?!.{0,12}(?:款|钱|" + marks.AMOUNT + r"|定金|订金))", evidence.said) and not re.search(
        r"款|账|金", evidence.said
    ):
        return None
    return verdict_of("record_payment", "money came in", firm=True)


_BACK_AGAIN: Final = re.compile(  # 上次那个问题又出现了
    r"(?:问题|毛病|故障|现象|情况).{0,3}(?:又|再次|还是|还)(?:来|出现|犯|发作|存在|没|这样|那样|在)"
    r"|又(?:出现|犯|发作)了?(?=[,。!]|$)|(?:还是|还|又|根本|压根)?没(?:给)?(?:修好|解决|弄好|处理好)(?!吗|没)"
)


def broken(evidence: Evidence) -> Verdict | None:
    """A fault told without asking for anything: a customer means to have it mended, a colleague names whose it is."""
    if not evidence.inside and (again := _BACK_AGAIN.search(evidence.said)) and "?" not in evidence.said:
        return verdict_of("create_ticket", f"a customer tells of a fault: {again.group()}")
    if not evidence.has(cues.FAULT) or denied(evidence, cues.FAULT):
        return None
    if not evidence.inside:
        return verdict_of("create_ticket", f"a customer tells of a fault: {first_of(cues.FAULT, evidence)}")
    about = evidence.values.products or re.search(
        r"系统|软件|设备|机器|服务器|报表|小程序|网络|账号|登录|页面|数据|客户端|屏|APP|app|平台|后台|接口|打印|货",
        evidence.said,
    )
    if evidence.firm and about:
        return verdict_of("create_ticket", f"a customer's fault: {first_of(cues.FAULT, evidence)}")
    return None


def inquired(evidence: Evidence) -> Verdict | None:
    """A customer who wants to know about a product."""
    if (
        not evidence.inside
        and evidence.values.products
        and re.search(r"咨询|了解|介绍|推荐|看看|感兴趣", evidence.said)
    ):
        return verdict_of("query_product", "a customer asks about a product")
    return None


def complained(evidence: Evidence) -> Verdict | None:
    """A customer who is angry with us wants it handled."""
    if evidence.inside or not evidence.has(talk_cues.NEGATIVE):
        return None
    if re.search(r"你们|产品|服务|质量|这(?:个|什么)", evidence.said):
        return verdict_of("create_ticket", "a customer complains")
    return None


def planned(evidence: Evidence) -> Verdict | None:
    """Something to do with somebody at a time to come."""
    if evidence.has(talk_cues.NOT_VISITED) or not evidence.values.times or _told_before(evidence):
        return None
    future = evidence.future or _later_today(evidence)
    if not future or not evidence.has(talk_cues.MEETING) or denied(evidence, talk_cues.MEETING):
        return None
    if not _surely_to_come(evidence) and not evidence.has(talk_cues.PLANNED) and _judged(evidence):
        return verdict_of("log_visit", "it is spoken of as over")
    if not (
        evidence.who
        or evidence.values.products
        or evidence.has(talk_cues.PLANNED)
        or evidence.has(re.compile(r"会议|开会|周会|例会|客户|展会|拜访|日程"))
    ):
        return None
    return verdict_of("schedule_meeting", f"it is to come: {first_of(talk_cues.MEETING, evidence)}")


_STOP: Final = re.compile(rf"[,;、。\s]*{marks.TIME}+[,\s]*[去到]?{marks.CUSTOMER}+的?{marks.PERSON}*[,;、。\s]*")
_TOUR: Final = re.compile(rf"(?:[^,。;!? {marks.TIME}]{{0,6}}[:\s])?(?:{_STOP.pattern})+")


def touring(evidence: Evidence, least: int = 2) -> bool:
    """周四华星，周五顺达: so many customers, each with its day to come, and no more."""
    values = evidence.values
    enough = evidence.inside and len(values.customers) >= least and bool(values.times)
    return enough and evidence.future and _TOUR.fullmatch(evidence.said) is not None


def toured(evidence: Evidence) -> Verdict | None:
    """A plan in so few words that no verb is left."""
    if touring(evidence):
        return verdict_of("schedule_meeting", "it is to come: several customers, each with its day", firm=True)
    return None


_TOLD: Final = re.compile(r"说|表示|松口|答应|承诺|同意|反馈|认为|觉得|嫌|提出|透露|点头|担心|希望我们|让我们")
_DONE: Final = re.compile(
    r"[看谈聊讲见吃喝试签问给带陪参观花送](?:了|过|多了|完)(?!吗|没|解|方案吗)|[去见谈聊]的(?=[,。]|$|"
    + marks.PERSON
    + r")|没松口|没谈|不在"
)
_DELIVERED: Final = re.compile(
    r"(?:拜访|见面|面谈|电话|沟通|走访)(?=[^,。;]*[\s,。;].*"
    + marks.TIME
    + r"(?:前|内|再|要)?(?:给|出|报|回复|答复|定|付|发))"
)


def _told_before(evidence: Evidence) -> bool:
    """Whether the time is part of what a customer said."""
    told = _TOLD.search(evidence.said) or _DELIVERED.search(evidence.said)
    first = evidence.said.find(marks.TIME)
    return evidence.inside and evidence.firm and told is not None and told.start() < first


def _judged(evidence: Evidence) -> bool:
    """Whether how it went is told, so that it is over."""
    over = (talk_cues.POSITIVE, talk_cues.NEGATIVE, _DONE)
    return evidence.who and evidence.inside and any(evidence.has(cue) for cue in over)


def _surely_to_come(evidence: Evidence) -> bool:
    """Whether a time lies ahead that cannot be one gone by: 11点, in the evening, may be this morning's."""
    return any(to_come(when, evidence.now) and gone_by(when, evidence.now) is when for when in evidence.values.times)


def _later_today(evidence: Evidence) -> bool:
    return any(when.end is not None and when.end >= evidence.now for when in evidence.values.times)


def hearsay(evidence: Evidence) -> Verdict | None:
    """What a customer said or wants: a note, if we are not merely chatting about somebody."""
    if not evidence.inside or not evidence.who or evidence.has(talk_cues.NOT_VISITED):
        return None
    if not evidence.firm and not re.search(r"说|问|答应|要求|反馈|承诺|同意|松口|嫌|觉得|表示", evidence.said):
        return None
    if re.search(r"又说没|搞笑|好玩|有意思|帅|漂亮|听说|你去还是我去|加油|祝|别(?:跟|催|惹|理)", evidence.said):
        return None
    if evidence.has(talk_cues.SAID):
        return verdict_of("log_visit", f"a customer's word: {first_of(talk_cues.SAID, evidence)}")
    return None


def reported(evidence: Evidence) -> Verdict | None:
    """已联系, 跟进正常: contact is reported, and nothing of it is told."""
    if not evidence.inside or evidence.future or not thin.is_report(evidence.values.bare):
        return None
    return Verdict("log_visit", ("contact is reported, and nothing told",), firm=True, whole=True)


_NOTE: Final = re.compile(r"跟进[::]|记录[::]|记一?[下笔条]|备注[::]?|写个?跟进")


def noted(evidence: Evidence) -> Verdict | None:
    """跟进记录：… and 记一下 with a customer are notes whatever they tell."""
    if evidence.inside and evidence.firm and evidence.has(_NOTE):
        return verdict_of("log_visit", "a note on a customer")
    if evidence.inside and evidence.firm and evidence.has(_DELIVERED):
        return verdict_of("log_visit", "a visit and what is to follow")
    return None
