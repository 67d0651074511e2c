"""Questions and their topics, and talk that means nothing here: none of these may write."""

from __future__ import annotations

import re
from typing import Final

from scrm_bot.nlp import cues, marks, talk_cues
from scrm_bot.nlp.evidence import Evidence, Verdict, asks_itself, denied, verdict_of
from scrm_bot.nlp.orders import hurries, invoiced, planned_outright, quoted, ticket_changed, ticket_wanted

_SIGNS: Final = re.compile(r"[^\w\s,.。!?~、]|_")
_WORDS: Final = re.compile(r"[一-龥A-Za-z0-9]")


def small_talk(evidence: Evidence) -> Verdict | None:
    """Thanks, greetings, signs: nothing is meant."""
    plain = _SIGNS.sub("", evidence.values.text).strip()
    if not _WORDS.search(plain):
        return verdict_of("none", "no words")
    if talk_cues.SMALL_TALK.match(plain):
        return verdict_of("none", "small talk")
    return None


def wants_person(evidence: Evidence) -> Verdict | None:
    """A wish for a human."""
    if not evidence.inside and re.search(r"转(?:一下|到|接)?(?:售后|客服|销售|技术)", evidence.said):
        return verdict_of("handoff", "asks for a person", firm=True)
    if evidence.has(cues.HANDOFF) and not (evidence.inside and evidence.who and evidence.role != "customer"):
        return verdict_of("handoff", "asks for a person", firm=True)
    return None


_WHY_NOT: Final = re.compile(
    r"(?:怎么|咋|为啥|为什么|为何|干嘛|是不是|有没有).{0,8}?(?:没有?|不|忘了|漏了)(?:给我|按时|准时|及时|到点|再)?"
    r"(?:提醒|叫我|喊我|通知我)"
    r"|提醒(?!我).{0,6}?(?:怎么|咋|为啥|为什么|是不是).{0,4}?(?:没|不)"
    r"|提醒(?:我的)?.{0,4}?(?:发|响|收|推|送|到|来)(?:出去|出来|过来|过去|到)?(?:了|过)?(?:吗|没有?|么|嘛)\s*[?]?$"
    r"|(?:发|推|送|收到|响)(?:过|了)?.{0,4}?提醒(?:了|我)?(?:吗|没有?|么)\s*[?]?$"
    r"|提醒(?:呢|哪去了|去哪了|在哪|怎么回事|怎么样了)\s*[?]?$"
)
_NEVER_CAME: Final = re.compile(
    r"(?:没有?|未)(?:收到|看到|接到|见到|听到|等到|响).{0,6}?提醒"
    r"|提醒.{0,4}?(?:没有?|未)(?:给我)?(?:收到|看到|发|响|来|到|弹|推)"
    r"|(?:^|你们?|系统|机器人|"
    + marks.TIME
    + r")(?:都|也|又|根本|压根)?(?:没有?|忘了|漏了)(?:给我|按时|准时|及时|到点)?(?:提醒|叫|喊)我(?!.*的话)"
)


def reminder_missed(evidence: Evidence) -> Verdict | None:
    """昨天为啥没提醒我, 提醒发出去了吗: asks what became of a reminder; nothing is to be set."""
    if not evidence.inside or not re.search(r"提醒|[叫喊]我|通知我", evidence.said):
        return None
    if evidence.has(_WHY_NOT) or (evidence.has(_NEVER_CAME) and not evidence.visit):
        return verdict_of("query_schedule", "asks what became of a reminder", firm=True)
    return None


def supposed(evidence: Evidence) -> Verdict | None:
    """如果…就好了: what is only imagined changes nothing, unless it was said in the course of a visit."""
    match = cues.HYPOTHESIS.search(evidence.said)
    if match is None:
        return None
    visit = evidence.visit
    reported = re.search(r"说|问|答应|要求|表示", evidence.said[: match.start()])
    if visit is not None and visit.start() < match.start() and reported:
        return None
    if evidence.has(cues.REMIND) and not evidence.has(cues.NO_REMIND):
        return None
    if evidence.role == "customer" and (evidence.has(cues.FAULT) or evidence.has(cues.ASKING)):
        return None
    return verdict_of("none", f"only supposed: {match.group()}")


def out_of_scope(evidence: Evidence) -> Verdict | None:
    """Weather, food, how to use the app: nothing for a CRM."""
    if (evidence.who or evidence.has(cues.FAULT)) and not re.search(r"忽略(?:之前|前面|以上|上面)", evidence.said):
        return None
    if evidence.has(talk_cues.OUT_OF_SCOPE):
        return verdict_of("none", "out of scope")
    if evidence.has(talk_cues.HOW_TO) and not evidence.values.products and not _wants_service(evidence):
        return verdict_of("none", "how to use the app")
    return None


def _wants_service(evidence: Evidence) -> bool:
    return evidence.has(re.compile(r"报修|售后|维修|投诉"))


def asked(evidence: Evidence) -> Verdict | None:
    """A question or a list wanted: a query by its topic, unless it is a polite request to do something."""
    if hurries(evidence):
        return verdict_of("update_ticket", "asks to hurry a ticket")
    asks = asks_itself(evidence)
    lists = evidence.has(cues.LISTING) and (evidence.inside or not evidence.has(cues.FAULT))
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
        or bool(evidence.visit and evidence.who)
        or bool(evidence.values.phones)
    )


def _polite(evidence: Evidence) -> Verdict | None:
    """能加急吗, 扫码枪坏了怎么报修, 什么价出个报价单: requests in the dress of a question."""
    if (
        not evidence.inside
        and (evidence.has(cues.FAULT) and not re.search(r"会不会|保修|吗.{0,3}(?:保|修)|容易坏|多久会", evidence.said))
        and not (evidence.has(cues.TICKET_NOUN) and re.search(r"修好|处理", evidence.said))
        and not re.search(r"修(?:好|到|得|完)", evidence.said)
    ):
        return verdict_of("create_ticket", "a customer tells of a fault")
    if (
        evidence.role == "customer"
        and evidence.has(cues.TICKET_ASK)
        and re.search(r"能不能|能否|可不可以|可以", evidence.said)
    ):
        return verdict_of("create_ticket", "a customer asks for somebody to come")
    if (
        evidence.has(cues.QUOTE)
        and not denied(evidence, cues.QUOTE)
        and not re.search(r"报价.{0,6}(?:了|过|发|做|出)?(?:吗|没|多少)", evidence.said)
    ):
        return verdict_of("create_quote", "asks for a quotation")
    if not evidence.has(talk_cues.POLITE):
        return None
    for claim in (invoiced, ticket_wanted, ticket_changed, quoted, planned_outright):
        if verdict := claim(evidence):
            return verdict
    return None


_SALES: Final = re.compile(r"卖(?:得|了|出|掉|多少|的)|销(?:售)?量|销售额|畅销")


def _topic(evidence: Evidence, *, asks: bool) -> Verdict | None:
    text, values = evidence.said, evidence.values
    if evidence.has(talk_cues.OUT_OF_SCOPE) and not evidence.firm:
        return verdict_of("none", "out of scope")
    if not evidence.inside:
        return _customer_asks(evidence)
    if (
        values.products
        and not evidence.firm
        and evidence.has(talk_cues.STOCK)
        and not re.search(r"卖|签|商机|单子", text)
    ):
        return verdict_of("query_product", "asks about a product")
    if evidence.inside and _SALES.search(text):
        return verdict_of("query_deals", "asks about sales")
    for label, pattern in talk_cues.TOPICS:
        if (
            label == "query_product"
            and (evidence.firm or not values.products)
            and not re.search(r"我们|咱|产品|功能|库存|版|优势|竞品", text)
        ):
            continue
        if match := pattern.search(text):
            return verdict_of(label, f"asks about {match.group()}")
    if values.stages:
        return verdict_of("query_deals", "asks about a stage")
    if values.products:
        return verdict_of("query_product", "asks about a product")
    if evidence.who or values.regions:
        return verdict_of("query_customer", "asks about somebody")
    return verdict_of("none", "a question about nothing we keep") if asks else None


_CUSTOMER_TOPICS: Final = ("query_ticket", "query_payment", "query_order", "query_schedule")


def _customer_asks(evidence: Evidence) -> Verdict:
    text = evidence.said
    if (
        evidence.values.products
        and evidence.has(talk_cues.STOCK)
        and not re.search(r"发货|物流|修(?:到|好)|师傅|到哪", text)
    ):
        return verdict_of("query_product", "asks about a product")
    for label, pattern in talk_cues.TOPICS:
        if (
            label in _CUSTOMER_TOPICS
            and (match := pattern.search(text))
            and not (label == "query_schedule" and "你们" in text)
        ):
            return verdict_of(label, f"asks about {match.group()}")
    if (
        evidence.values.products
        or evidence.has(talk_cues.STOCK)
        or re.search(r"你们?(?:家|们|公司)?.{0,4}(?:有|能|可以|支持|产品|卖)", text)
    ) and not re.search(r"^你(?:们)?(?:是|叫|好)", text):
        return verdict_of("query_product", "a customer asks what we have")
    return verdict_of("none", "a question about nothing we keep")


_BREAKS: Final = re.compile(r"[\s,.。!的]")
_MARKS: Final = re.compile(r"[\ue000-\ue00c]")
_DONE: Final = re.compile(r"了|要|去|给|好|完")


def noun_only(evidence: Evidence) -> Verdict | None:
    """本月漏斗, 华星: nothing but a subject is a look at it."""
    values = evidence.values
    rest = _BREAKS.sub("", values.bare)
    if (
        not evidence.inside
        or evidence.has(talk_cues.NOT_VISITED)
        or re.search(r"没|不|别|改|转|推|删|清空", values.masked)
    ):
        return None
    if values.customers and all(marks.is_mark(char) for char in rest) and len(set(rest)) == 1:
        return verdict_of("query_customer", "a customer's name alone")
    if len(_MARKS.sub("", rest)) > 6 or evidence.has(_DONE):
        return None
    if values.amounts or values.quantities:
        return None
    for label, pattern in talk_cues.TOPICS:
        tail = pattern.search(values.masked) if label not in ("query_product", "query_order") else None
        if tail and tail.end() >= len(values.masked.rstrip(" 。!")):
            return verdict_of(label, f"a subject alone: {tail.group()}")
    return None
