"""What one stretch of a message does: a list of claims, the first that holds decides. A write needs a cue and no objection."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scrm_bot.nlp import cues, marks, talk_cues
from scrm_bot.nlp.meaning import Grain, When
from scrm_bot.nlp.values import Values


@dataclass(frozen=True, slots=True)
class Evidence:
    """One stretch of a message with what was found in it and who says it."""

    values: Values
    role: str
    now: datetime
    words: frozenset[str]  # the segmented rest

    @property
    def said(self) -> str:
        """The stretch with its values masked."""
        return self.values.masked

    @property
    def inside(self) -> bool:
        """Whether one of us speaks, not a customer."""
        return self.role != "customer"

    @property
    def who(self) -> bool:
        """Whether a customer or an outside person is named."""
        return bool(self.values.customers or self.values.people)

    @property
    def firm(self) -> bool:
        """Whether a customer is named."""
        return bool(self.values.customers)

    def has(self, cue: re.Pattern[str]) -> bool:
        """Whether the cue occurs."""
        return cue.search(self.said) is not None

    @property
    def future(self) -> bool:
        """Whether a time to come is named."""
        return any(to_come(when, self.now) for when in self.values.times)

    @property
    def gone(self) -> bool:
        """Whether a time gone by is named."""
        return any(not to_come(when, self.now) for when in self.values.times)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A label with its reasons; `firm`: said outright (提醒我, 建个商机, 拜访了), so that it may stand beside others."""

    label: str
    reasons: tuple[str, ...]
    firm: bool = False


def to_come(when: When, now: datetime) -> bool:
    """Whether a time lies ahead; today as a whole does not."""
    if when.grain is Grain.AFTER:
        return when.start is not None and when.start >= now
    if when.grain is Grain.BEFORE:
        return when.end is not None and when.end >= now
    if when.grain is Grain.MINUTE:
        return when.start is not None and when.start > now
    if when.grain is Grain.DAY:
        return when.start is not None and when.start.date() > now.date()
    return when.start is not None and when.start > now


Claim = Callable[[Evidence], Verdict | None]


def _yes(label: str, why: str, *, firm: bool = False) -> Verdict:
    return Verdict(label, (why,), firm)


def _denied(evidence: Evidence, cue: re.Pattern[str]) -> bool:
    """Whether every occurrence of a cue stands under a negation or a condition."""
    text = evidence.said
    found = list(cue.finditer(text))
    return bool(found) and all(_NEGATION_BEFORE.search(text, max(0, m.start() - 12), m.start()) for m in found)


_NEGATION_BEFORE: Final = re.compile(
    r"(?:还没|没有|没|未|尚未|不用|不要|不必|先别|先不|别|甭|无需|不想|暂不|不打算|暂时不|不准备|没法|不能|还不|不|用不着|没来得及|忘了|没空)"
    r"(?:[给去来跟和再帮我急着把要他她]|" + cues.WHO + r"|" + cues.T + r"|这家|那家|那边|\s){0,8}$"
)


def small_talk(evidence: Evidence) -> Verdict | None:
    """Thanks, greetings, signs: nothing is meant."""
    plain = re.sub(r"[^\w\s,.。!?~、]|_", "", evidence.values.text).strip()
    if not re.search(r"[一-龥A-Za-z0-9]", plain):
        return _yes("none", "no words")
    if talk_cues.SMALL_TALK.match(plain):
        return _yes("none", "small talk")
    return None


def cancelled(evidence: Evidence) -> Verdict | None:
    """Undo of what was just said."""
    if evidence.has(cues.CANCEL) and not evidence.has(cues.CANCEL_GUARD) and not _asks(evidence):
        return _yes("cancel_last", "an undo of the last thing", firm=True)
    return None


def wants_person(evidence: Evidence) -> Verdict | None:
    """A wish for a human."""
    if not evidence.inside and re.search(r"转(?:一下|到|接)?(?:售后|客服|销售|技术)", evidence.said):
        return _yes("handoff", "asks for a person", firm=True)
    if evidence.has(cues.HANDOFF) and not (evidence.inside and evidence.who and evidence.role != "customer"):
        return _yes("handoff", "asks for a person", firm=True)
    return None


_RECORD: Final = re.compile(r"商机|单子|这单|那单|工单|阶段|合同|项目|商务|" + marks.REF)
_MENDED: Final = re.compile(
    r"客户.{0,3}(?:搞|弄|写|说|记|填|选|录)?错|客户(?:换成|改成|改为|应该是|应为|是)|(?:搞|弄|写|说|记|填|选|录)错(?:客户|公司)|不是.{0,2}"
    + cues.C
    + r".{0,4}(?:是|,)|是.{0,2}"
    + cues.C
    + r".{0,2}[,\s]?不是|(?:不对|错了)[,\s]*(?:应该)?是.{0,3}"
    + cues.C
)


def corrected(evidence: Evidence) -> Verdict | None:
    """A new value for the last record, no record named."""
    values = evidence.values
    if not evidence.has(cues.CORRECT) or _asks(evidence) or not evidence.inside:
        return None
    filled = values.amounts or values.times or values.people or values.phones or values.percents or values.quantities
    if values.customers:
        mended = evidence.has(_MENDED)
        return _yes("correct_last", "another customer for the last record", firm=True) if mended else None
    if values.refs or (values.stages and re.search(r"商机|单子|这单|那单", evidence.said)):
        return None
    if filled or values.stages or values.products or values.durations:
        return _yes("correct_last", "a new value alone", firm=True)
    return None


def supposed(evidence: Evidence) -> Verdict | None:
    """如果…就好了: what is only imagined changes nothing, unless it was said in the course of a visit."""
    match = cues.HYPOTHESIS.search(evidence.said)
    if match is None:
        return None
    visit = talk_cues.VISITED.search(evidence.said)
    reported = re.search(r"说|问|答应|要求|表示", evidence.said[: match.start()])
    if visit is not None and visit.start() < match.start() and reported:
        return None
    if evidence.has(cues.REMIND) and not evidence.has(cues.NO_REMIND):
        return None
    if evidence.role == "customer" and (evidence.has(cues.FAULT) or evidence.has(cues.ASKING)):
        return None
    return _yes("none", f"only supposed: {match.group()}")


def reminded(evidence: Evidence) -> Verdict | None:
    """提醒我 and its kin win over what one is reminded of."""
    if not evidence.has(cues.REMIND) or evidence.has(cues.NO_REMIND) or _denied(evidence, cues.REMIND):
        return None
    if re.search(r"[吗?]\s*$|来着", evidence.said) and not re.search(
        r"(?:好吗|可以吗|行吗|能.{0,10}吗)\s*[?]?$", evidence.said
    ):
        return None
    return _yes("set_reminder", "asks to be reminded", firm=True)


def out_of_scope(evidence: Evidence) -> Verdict | None:
    """Weather, food, how to use the app: nothing for a CRM."""
    if evidence.who or evidence.has(cues.FAULT):
        if not re.search(r"忽略(?:之前|前面|以上|上面)", evidence.said):
            return None
    if evidence.has(talk_cues.OUT_OF_SCOPE):
        return _yes("none", "out of scope")
    if evidence.has(talk_cues.HOW_TO) and not evidence.values.products and not _wants_service(evidence):
        return _yes("none", "how to use the app")
    return None


def _wants_service(evidence: Evidence) -> bool:
    return evidence.has(re.compile(r"报修|售后|维修|投诉"))


_PLAIN_ASK: Final = re.compile(r"说|问|想知道|担心|关心|想了解|咨询|讨论|反馈|提到|要求|让我|表示|纠结|打听|确认")


def _asks(evidence: Evidence) -> bool:
    """Whether the stretch asks something itself, rather than reporting what somebody asked."""
    text = evidence.said
    visit = talk_cues.VISITED.search(text)
    for match in cues.ASKING.finditer(text):
        if match.group()[0] == "呢" and re.search(r"没|未|正|才", text[: match.start()]):
            continue
        if cues.INDEFINITE.search(text, max(0, match.start() - 3), min(len(text), match.end() + 3)):
            continue
        clause = max(text.rfind(mark, 0, match.start()) for mark in ",。;!? ") + 1
        reporter = _PLAIN_ASK.search(text, clause, match.start()) or (
            visit and _PLAIN_ASK.search(text, visit.end(), match.start())
        )
        if (
            reporter
            and not text[match.start() :].strip().startswith("?")
            and evidence.inside
            and (evidence.who or visit)
        ):
            if not re.search(r"[吗?]\s*$", text) or visit:
                continue
        if visit is not None and visit.end() <= clause and evidence.inside and not text.rstrip().endswith(("?", "吗")):
            continue
        return True
    return False


def asked(evidence: Evidence) -> Verdict | None:
    """A question or a list wanted: a query by its topic, unless it is a polite request to do something."""
    if _hurries(evidence):
        return _yes("update_ticket", "asks to hurry a ticket")
    asks = _asks(evidence)
    lists = evidence.has(cues.LISTING)
    if not asks and not lists:
        return None
    if lists and not asks and _does(evidence):
        return None
    if asks and (request := _polite(evidence)):
        return request
    return _topic(evidence, asks=asks)


def _does(evidence: Evidence) -> bool:
    """Whether something was plainly done or ordered, so that a word like 情况 at the end is no list wanted."""
    return (
        any(
            evidence.has(cue)
            for cue in (
                cues.DEAL_MAKE,
                cues.FIRM_MAKE,
                cues.CONTACT_MAKE,
                cues.TICKET_ASK,
                cues.INVOICE,
                cues.QUOTE,
                talk_cues.PUT_DOWN,
            )
        )
        or bool(talk_cues.VISITED.search(evidence.said) and evidence.who)
        or bool(evidence.values.phones)
    )


def _polite(evidence: Evidence) -> Verdict | None:
    """能加急吗, 扫码枪坏了怎么报修, 什么价出个报价单: requests in the dress of a question."""
    if not evidence.inside and (
        evidence.has(cues.FAULT) and not re.search(r"会不会|保修|吗.{0,3}(?:保|修)|容易坏|多久会", evidence.said)
    ):
        if not (evidence.has(cues.TICKET_NOUN) and re.search(r"修好|处理", evidence.said)) and not re.search(
            r"修(?:好|到|得|完)", evidence.said
        ):
            return _yes("create_ticket", "a customer tells of a fault")
    if (
        evidence.has(cues.QUOTE)
        and not _denied(evidence, cues.QUOTE)
        and not re.search(r"报价.{0,6}(?:了|过|发|做|出)?(?:吗|没|多少)", evidence.said)
    ):
        return _yes("create_quote", "asks for a quotation")
    if not evidence.has(talk_cues.POLITE):
        return None
    for claim in (invoiced, ticket_wanted, ticket_changed, quoted, planned_outright):
        if verdict := claim(evidence):
            return verdict
    return None


_HURRY: Final = re.compile(r"催(?!款)|加急|快(?:点|些|一点)|尽快|赶紧|抓紧|优先")


def _hurries(evidence: Evidence) -> bool:
    return evidence.has(cues.TICKET_NOUN) and evidence.has(_HURRY) and not evidence.has(cues.TICKET_ASK)


_SALES: Final = re.compile(r"卖(?:得|了|出|掉|多少|的)|销(?:售)?量|销售额|畅销")


def _topic(evidence: Evidence, *, asks: bool) -> Verdict | None:
    text, values = evidence.said, evidence.values
    if evidence.has(talk_cues.OUT_OF_SCOPE) and not evidence.firm:
        return _yes("none", "out of scope")
    if not evidence.inside:
        return _customer_asks(evidence)
    if (
        values.products
        and not evidence.firm
        and evidence.has(talk_cues.STOCK)
        and not re.search(r"卖|签|商机|单子", text)
    ):
        return _yes("query_product", "asks about a product")
    if evidence.inside and _SALES.search(text):
        return _yes("query_deals", "asks about sales")
    for label, pattern in talk_cues.TOPICS:
        if (
            label == "query_product"
            and (evidence.firm or not values.products)
            and not re.search(r"我们|产品|功能|库存|版", text)
        ):
            continue
        if match := pattern.search(text):
            return _yes(label, f"asks about {match.group()}")
    if values.stages:
        return _yes("query_deals", "asks about a stage")
    if values.products:
        return _yes("query_product", "asks about a product")
    if evidence.who or values.regions:
        return _yes("query_customer", "asks about somebody")
    return _yes("none", "a question about nothing we keep") if asks else None


_CUSTOMER_TOPICS: Final = ("query_ticket", "query_payment", "query_order", "query_schedule")


def _customer_asks(evidence: Evidence) -> Verdict:
    text = evidence.said
    if (
        evidence.values.products
        and evidence.has(talk_cues.STOCK)
        and not re.search(r"发货|物流|修(?:到|好)|师傅|到哪", text)
    ):
        return _yes("query_product", "asks about a product")
    for label, pattern in talk_cues.TOPICS:
        if (
            label in _CUSTOMER_TOPICS
            and (match := pattern.search(text))
            and not (label == "query_schedule" and "你们" in text)
        ):
            return _yes(label, f"asks about {match.group()}")
    if (
        evidence.values.products
        or evidence.has(talk_cues.STOCK)
        or re.search(r"你们?(?:家|们|公司)?.{0,4}(?:有|能|可以|支持|产品|卖)", text)
    ):
        if not re.search(r"^你(?:们)?(?:是|叫|好)", text):
            return _yes("query_product", "a customer asks what we have")
    return _yes("none", "a question about nothing we keep")


def ticket_changed(evidence: Evidence) -> Verdict | None:
    """An existing ticket closed, handed on, hurried."""
    named = bool(evidence.values.refs) or evidence.has(cues.TICKET_NOUN)
    if not named or not evidence.has(cues.TICKET_DONE) or (evidence.has(cues.TICKET_ASK) and not evidence.values.refs):
        return None
    if evidence.has(re.compile(r"合同|发票|报价")) and not evidence.has(cues.TICKET_NOUN):
        return None
    return _yes("update_ticket", "a ticket named, and what becomes of it", firm=True)


def firm_added(evidence: Evidence) -> Verdict | None:
    """A new company."""
    if (
        not evidence.inside
        or not evidence.has(cues.FIRM_MAKE)
        or evidence.has(cues.CONFIG)
        or _denied(evidence, cues.FIRM_MAKE)
    ):
        return None
    if evidence.has(re.compile(r"联系人[里中]|跟进记录|商机|机会")) and not evidence.has(
        re.compile(r"新(?:建|增|录)?(?:一?[个家])?(?:客户|线索)")
    ):
        return None
    return _yes("create_customer", "a new customer is to be added", firm=True)


def _card(evidence: Evidence) -> bool:
    """A customer, a person and a number, and nothing done with them."""
    values = evidence.values
    told = re.search(r"拜访|见了|聊了|去了|电话(?:说|里)|报修|坏", evidence.said)
    return bool(values.customers and values.people and values.phones) and told is None and evidence.inside


def contact_added(evidence: Evidence) -> Verdict | None:
    """A person or number to be kept."""
    make, fact = evidence.has(cues.CONTACT_MAKE), evidence.has(cues.CONTACT_FACT) or _card(evidence)
    if not (make or fact) or not (evidence.values.people or evidence.values.phones) or evidence.has(cues.TICKET_ASK):
        return None
    if _denied(evidence, cues.CONTACT_MAKE) and not fact:
        return None
    return _yes("add_contact", "a contact to be kept", firm=make)


def deal_added(evidence: Evidence) -> Verdict | None:
    """A new opportunity."""
    if (
        evidence.inside
        and evidence.has(cues.DEAL_MAKE)
        and not evidence.has(cues.CONFIG)
        and not _denied(evidence, cues.DEAL_MAKE)
    ):
        if not re.search(r"商机(?:改|推进|关|丢|输|赢)", evidence.said):
            return _yes("create_deal", "a new opportunity is to be added", firm=True)
    return None


def quoted(evidence: Evidence) -> Verdict | None:
    """A quotation to be made."""
    if not evidence.has(cues.QUOTE) or _denied(evidence, cues.QUOTE):
        return None
    if evidence.has(re.compile(r"(?:已经?|刚|昨天|" + cues.T + r").{0,6}(?:报了价|报价了|报过价|发了报价)")):
        return None
    return _yes("create_quote", "a quotation is to be made", firm=True)


def invoiced(evidence: Evidence) -> Verdict | None:
    """An invoice to be issued."""
    if not evidence.has(cues.INVOICE) or _denied(evidence, cues.INVOICE):
        return None
    if re.search(
        r"票(?:开|寄|给)?(?:(?:了|过|好|错|出|到)(?:没|吗)|没)|(?:已经?|都)开(?:了|过|好)|开了.{0,4}票", evidence.said
    ):
        return None
    return _yes("create_invoice", "an invoice is to be issued", firm=True)


def paid(evidence: Evidence) -> Verdict | None:
    """Money that came in."""
    if not evidence.inside or not evidence.has(cues.PAID) or not evidence.has(cues.PAID_DONE):
        return None
    if _denied(evidence, cues.PAID_DONE) or _denied(evidence, cues.PAID) or evidence.has(cues.PROMISED):
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
    return _yes("record_payment", "money came in", firm=True)


def ticket_wanted(evidence: Evidence) -> Verdict | None:
    """A fault or complaint to be handled, asked for outright."""
    if evidence.has(cues.TICKET_ASK) and not _denied(evidence, cues.TICKET_ASK) and not evidence.has(cues.CONFIG):
        return _yes("create_ticket", "service is asked for", firm=True)
    return None


def planned_outright(evidence: Evidence) -> Verdict | None:
    """Put into the calendar."""
    if evidence.has(talk_cues.PUT_DOWN) and not _denied(evidence, talk_cues.PUT_DOWN):
        if evidence.values.times or evidence.who:
            if not evidence.has(talk_cues.VISITED) or evidence.future:
                return _yes("schedule_meeting", "an appointment is to be put down", firm=True)
    return None


def deal_changed(evidence: Evidence) -> Verdict | None:
    """Stage, amount, date, chances of a deal; won and lost too."""
    values, text = evidence.values, evidence.said
    if not evidence.inside:
        return None
    record = bool(values.customers) or bool(re.search(r"商机|单子|这单|那单|这个单|项目|机会|这笔", text))
    change = cues.CHANGE.search(values.bare)
    moved = bool(values.stages) and bool(re.search(r"推进?到|进入|推至", text))
    if change is not None and (record or moved):
        filled = values.stages or values.amounts or values.percents or values.times or values.quantities
        if filled and not _denied(evidence, cues.CHANGE) and (evidence.has(cues.DEAL_NOUN) or values.stages):
            if not evidence.has(re.compile(r"会议|拜访时间|见面|(?<!签)约(?!定)")):
                return _yes("update_deal", f"a value is changed: {change.group()}", firm=True)
    if not record and not values.people:
        return None
    for cue, name in ((cues.WON, "won"), (cues.LOST, "lost")):
        match = cue.search(text)
        if match is None or unreal(text, match, name):
            continue
        return _yes("update_deal", f"{name}: {match.group()}", firm=not re.search(r"拜访|聊|见了", text))
    stage = values.stages[-1] if values.stages else None
    if stage and values.customers and not evidence.has(talk_cues.VISITED):
        head, tail = values.bare[: stage.at - values.at], values.bare[stage.at - values.at + len(stage.text) :]
        if re.search(r"(?:到|进|进入|在|处于)了?$", head) or re.match(r"阶段|流程", tail):
            return _yes("update_deal", f"a stage is stated: {stage.text}")
    return None


def unreal(text: str, match: re.Match[str], name: str) -> bool:
    """Whether a win or a loss is denied, hoped for, promised, or told both ways (说签了又说没签)."""
    before = text[max(0, match.start() - 10) : match.start()]
    if cues.NOT_YET.search(before) or re.search(r"(?:没|未|不是|还没|没有|别)(?:完全|真|正式)?$", before):
        return True
    if re.search(r"又说|一会儿?说|听说|据说|好像|如果|要是|是不是|会不会|担心|怕|差点|别给", text):
        return True
    return name == "won" and bool(re.search(r"(?:保密|框架|意向)(?:协议|书)|签到|签收", text))


_LEFT: Final = re.compile(marks.PERSON + r".{0,3}(?:走了|离职|跳槽|辞职|调走|退休|不干了)")


def _visit_at(evidence: Evidence) -> int:
    match = talk_cues.VISITED.search(evidence.said)
    if match is not None and re.match(r"走了", evidence.said[match.start() :]):
        match = talk_cues.VISITED.search(evidence.said, match.end())
    return match.start() if match else len(evidence.said)


def visited(evidence: Evidence) -> Verdict | None:
    """A visit, call or chat that happened, or was tried."""
    if not evidence.inside or not evidence.has(talk_cues.VISITED) or _denied(evidence, talk_cues.VISITED):
        return None
    if (gone := _LEFT.search(evidence.said)) and gone.start() < _visit_at(evidence):
        return None
    if not evidence.firm and not re.search(r"[一-龥]", evidence.said):
        return None  # a foreign sentence about nobody we know
    if evidence.has(talk_cues.NOT_VISITED) and not evidence.has(talk_cues.FAILED):
        match = talk_cues.NOT_VISITED.search(evidence.said)
        first = talk_cues.VISITED.search(evidence.said)
        if match and first and match.start() <= first.start():
            return None
    if not (evidence.who or _some_firm(evidence)):
        return None
    if evidence.future and not evidence.gone and not _past_verb(evidence):
        return None
    return _yes("log_visit", f"it happened: {_first(talk_cues.VISITED, evidence)}", firm=_past_verb(evidence))


_PAST: Final = re.compile(
    r"(?:拜访|走访|回访|陌拜|见|聊|谈|沟通|交流|去|跑|通|打|吃|喝|演示|面谈|碰|做|开|到|联系|汇报|参观|坐|请|来|讲|介绍|跟进|送|培训|考察)(?:完|过|到|上)?了(?!吗|没)|刚|没(?:人)?接|没见|放.{0,2}鸽子|扑空|来电|记录|记一笔|出来|去了?趟(?<!去趟)|一下午|请我"
)


def _past_verb(evidence: Evidence) -> bool:
    return evidence.has(_PAST) or (evidence.gone and evidence.has(talk_cues.VISITED)) or evidence.has(talk_cues.FAILED)


def _some_firm(evidence: Evidence) -> bool:
    """Whether an unknown company or person is the object of a visit verb."""
    return (
        bool(re.search(r"(?:拜访|走访|陌拜|回访|见了|去了趟?|跟进|联系)", evidence.said))
        and bool(evidence.words & {"拜访", "走访", "陌拜", "回访", "见了", "去了", "跟进", "联系", "了"})
        and not re.search(r"^(?:今天|昨天)?(?:去了?|回)(?:医院|银行|超市|厕所|家)", evidence.said)
    )


def _first(cue: re.Pattern[str], evidence: Evidence) -> str:
    match = cue.search(evidence.said)
    return match.group() if match else ""


def broken(evidence: Evidence) -> Verdict | None:
    """A fault told without asking for anything: a customer means to have it mended, a colleague names whose it is."""
    if not evidence.has(cues.FAULT) or _denied(evidence, cues.FAULT):
        return None
    if not evidence.inside:
        return _yes("create_ticket", f"a customer tells of a fault: {_first(cues.FAULT, evidence)}")
    about = evidence.values.products or re.search(
        r"系统|软件|设备|机器|服务器|报表|小程序|网络|账号|登录|页面|数据|客户端|屏|APP|app|平台|后台|接口|打印|货",
        evidence.said,
    )
    if evidence.firm and about:
        return _yes("create_ticket", f"a customer's fault: {_first(cues.FAULT, evidence)}")
    return None


def inquired(evidence: Evidence) -> Verdict | None:
    """A customer who wants to know about a product."""
    if (
        not evidence.inside
        and evidence.values.products
        and re.search(r"咨询|了解|介绍|推荐|看看|感兴趣", evidence.said)
    ):
        return _yes("query_product", "a customer asks about a product")
    return None


def complained(evidence: Evidence) -> Verdict | None:
    """A customer who is angry with us wants it handled."""
    if evidence.inside or not evidence.has(talk_cues.NEGATIVE):
        return None
    if re.search(r"你们|产品|服务|质量|这(?:个|什么)", evidence.said):
        return _yes("create_ticket", "a customer complains")
    return None


def planned(evidence: Evidence) -> Verdict | None:
    """Something to do with somebody at a time to come."""
    if evidence.has(talk_cues.NOT_VISITED) or not evidence.values.times or _told_before(evidence):
        return None
    future = evidence.future or _later_today(evidence)
    if not future or not evidence.has(talk_cues.MEETING) or _denied(evidence, talk_cues.MEETING):
        return None
    if not evidence.future and not evidence.has(talk_cues.PLANNED) and _judged(evidence):
        return _yes("log_visit", "it is spoken of as over")
    if not (
        evidence.who
        or evidence.values.products
        or evidence.has(talk_cues.PLANNED)
        or evidence.has(re.compile(r"会议|开会|周会|例会|客户|展会|拜访|日程"))
    ):
        return None
    return _yes("schedule_meeting", f"it is to come: {_first(talk_cues.MEETING, evidence)}")


_TOLD: Final = re.compile(r"说|表示|松口|答应|承诺|同意|反馈|认为|觉得|嫌|提出|透露|点头|担心|希望我们|让我们")


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
    return evidence.firm and evidence.inside and (evidence.has(talk_cues.POSITIVE) or evidence.has(talk_cues.NEGATIVE))


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
        return _yes("log_visit", f"a customer's word: {_first(talk_cues.SAID, evidence)}")
    return None


def noted(evidence: Evidence) -> Verdict | None:
    """跟进记录：… and 记一下 with a customer are notes whatever they tell."""
    if (
        evidence.inside
        and evidence.firm
        and evidence.has(re.compile(r"跟进[::]|记录[::]|记一?[下笔条]|备注[::]?|写个?跟进"))
    ):
        return _yes("log_visit", "a note on a customer")
    return None


def noun_only(evidence: Evidence) -> Verdict | None:
    """本月漏斗, 华星: nothing but a subject is a look at it."""
    values = evidence.values
    rest = re.sub(r"[\s,.。!的]", "", values.bare)
    if not evidence.inside or evidence.has(talk_cues.NOT_VISITED) or re.search(r"没|不|别|改|转|推", values.masked):
        return None
    if values.customers and all(marks.is_mark(char) for char in rest) and len(set(rest)) == 1:
        return _yes("query_customer", "a customer's name alone")
    for label, pattern in talk_cues.TOPICS:
        tail = pattern.search(values.masked)
        if (
            tail
            and len(re.sub(r"[\ue000-\ue00c]", "", rest)) <= 6
            and tail.end() >= len(values.masked.rstrip(" 。!"))
            and label not in ("query_product", "query_order")
        ):
            if not values.amounts and not values.quantities and not re.search(r"了|要|去|给|好|完", values.masked):
                return _yes(label, f"a subject alone: {tail.group()}")
    return None


CLAIMS: Final[tuple[Claim, ...]] = (
    small_talk, cancelled, wants_person, corrected, reminded, supposed, out_of_scope, asked, ticket_changed, firm_added, contact_added,
    deal_added, invoiced, ticket_wanted, planned_outright, deal_changed, visited, quoted, paid, broken, complained, inquired, planned,
    noted, hearsay, noun_only,
)  # fmt: skip


def decide(evidence: Evidence) -> Verdict:
    """The label of a stretch, with its reasons."""
    for claim in CLAIMS:
        if verdict := claim(evidence):
            return verdict
    return Verdict("none", ("no cue",))
