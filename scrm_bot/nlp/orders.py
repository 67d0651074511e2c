"""What is asked for outright: undo, corrections, reminders, new records, papers. Each claim looks for one thing."""

from __future__ import annotations

import re
from typing import Final

from scrm_bot.nlp import cues, marks, talk_cues
from scrm_bot.nlp.evidence import Evidence, Verdict, asks_itself, denied, verdict_of


def cancelled(evidence: Evidence) -> Verdict | None:
    """Undo of what was just said."""
    if evidence.has(cues.CANCEL) and not evidence.has(cues.CANCEL_GUARD) and not asks_itself(evidence):
        return verdict_of("cancel_last", "an undo of the last thing", firm=True)
    return None


_RECORD: Final = re.compile(r"商机|单子|这单|那单|工单|阶段|合同|项目|商务|" + marks.REF)
_MENDED: Final = re.compile(
    r"客户.{0,3}(?:搞|弄|写|说|记|填|选|录)?错|客户(?:换成|改成|改为|应该是|应为|是)|(?:搞|弄|写|说|记"
    r"|填|选|录)错(?:客户|公司)|不是.{0,2}"
    + cues.C
    + r".{0,4}(?:是|,)|是.{0,2}"
    + cues.C
    + r".{0,2}[,\s]?不是|(?:不对|错了)[,\s]*(?:应该)?是.{0,3}"
    + cues.C
)


def corrected(evidence: Evidence) -> Verdict | None:
    """A new value for the last record, no record named."""
    values = evidence.values
    if not evidence.has(cues.CORRECT) or asks_itself(evidence) or not evidence.inside:
        return None
    filled = values.amounts or values.times or values.people or values.phones or values.percents or values.quantities
    if values.customers:
        mended = evidence.has(_MENDED)
        return verdict_of("correct_last", "another customer for the last record", firm=True) if mended else None
    if values.refs or (values.stages and re.search(r"商机|单子|这单|那单", evidence.said)):
        return None
    if filled or values.stages or values.products or values.durations:
        return verdict_of("correct_last", "a new value alone", firm=True)
    return None


def reminded(evidence: Evidence) -> Verdict | None:
    """提醒我 and its kin win over what one is reminded of."""
    if not evidence.has(cues.REMIND) or evidence.has(cues.NO_REMIND) or denied(evidence, cues.REMIND):
        return None
    if re.search(r"[吗?]\s*$|来着", evidence.said) and not re.search(
        r"(?:好吗|可以吗|行吗|能.{0,10}吗)\s*[?]?$", evidence.said
    ):
        return None
    return verdict_of("set_reminder", "asks to be reminded", firm=True)


_HURRY: Final = re.compile(r"催(?!款)|加急|快(?:点|些|一点)|尽快|赶紧|抓紧|优先")


def hurries(evidence: Evidence) -> bool:
    """Whether an existing ticket is to be speeded up."""
    return evidence.has(cues.TICKET_NOUN) and evidence.has(_HURRY) and not evidence.has(cues.TICKET_ASK)


def ticket_changed(evidence: Evidence) -> Verdict | None:
    """An existing ticket closed, handed on, hurried."""
    named = bool(evidence.values.refs) or evidence.has(cues.TICKET_NOUN)
    if not named or not evidence.has(cues.TICKET_DONE) or (evidence.has(cues.TICKET_ASK) and not evidence.values.refs):
        return None
    if evidence.has(re.compile(r"合同|发票|报价")) and not evidence.has(cues.TICKET_NOUN):
        return None
    return verdict_of("update_ticket", "a ticket named, and what becomes of it", firm=True)


def firm_added(evidence: Evidence) -> Verdict | None:
    """A new company."""
    if (
        not evidence.inside
        or not evidence.has(cues.FIRM_MAKE)
        or evidence.has(cues.CONFIG)
        or denied(evidence, cues.FIRM_MAKE)
    ):
        return None
    if evidence.has(re.compile(r"联系人[里中]|跟进记录|商机|机会")) and not evidence.has(
        re.compile(r"新(?:建|增|录)?(?:一?[个家])?(?:客户|线索)")
    ):
        return None
    return verdict_of("create_customer", "a new customer is to be added", firm=True)


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
    if denied(evidence, cues.CONTACT_MAKE) and not fact:
        return None
    if not make and evidence.has(cues.FAULT):
        return None  # whom to ask for when it is mended
    return verdict_of("add_contact", "a contact to be kept", firm=make)


def deal_added(evidence: Evidence) -> Verdict | None:
    """A new opportunity."""
    if (
        evidence.inside
        and evidence.has(cues.DEAL_MAKE)
        and not evidence.has(cues.CONFIG)
        and not denied(evidence, cues.DEAL_MAKE)
    ) and not re.search(r"商机(?:改|推进|关|丢|输|赢)", evidence.said):
        return verdict_of("create_deal", "a new opportunity is to be added", firm=True)
    return None


def deal_told(evidence: Evidence) -> Verdict | None:
    """有个单子 顺达 20万: nobody says add, but the customer and the money are there."""
    values = evidence.values
    if evidence.inside and evidence.has(cues.DEAL_NEWS) and values.customers and values.amounts:
        return verdict_of("create_deal", "an opportunity with its money", firm=True)
    return None


def quoted(evidence: Evidence) -> Verdict | None:
    """A quotation to be made."""
    if not evidence.has(cues.QUOTE) or denied(evidence, cues.QUOTE):
        return None
    if evidence.has(re.compile(r"(?:已经?|刚|昨天|" + cues.T + r").{0,6}(?:报了价|报价了|报过价|发了报价)")):
        return None
    return verdict_of("create_quote", "a quotation is to be made", firm=True)


def invoiced(evidence: Evidence) -> Verdict | None:
    """An invoice to be issued."""
    if not evidence.has(cues.INVOICE) or denied(evidence, cues.INVOICE):
        return None
    if re.search(
        r"票(?:开|寄|给)?(?:(?:了|过|好|错|出|到)(?:没|吗)|没)|(?:已经?|都)开(?:了|过|好)|开了.{0,4}票", evidence.said
    ):
        return None
    return verdict_of("create_invoice", "an invoice is to be issued", firm=True)


_THEY_ASK: Final = re.compile(r"[想要](?:让|要|请)?我们|希望|要求|提出")


def _told(evidence: Evidence, asked: re.Match[str]) -> bool:
    """拜访了华星，想让我们派工程师讲讲: what they want is part of the visit, unless something is broken."""
    if not evidence.inside or evidence.visit is None or evidence.has(cues.FAULT):
        return False
    return _THEY_ASK.search(evidence.said, evidence.visit.end(), asked.end()) is not None


def ticket_wanted(evidence: Evidence) -> Verdict | None:
    """A fault or complaint to be handled, asked for outright."""
    asked = cues.TICKET_ASK.search(evidence.said)
    if asked and not denied(evidence, cues.TICKET_ASK) and not evidence.has(cues.CONFIG):
        return None if _told(evidence, asked) else verdict_of("create_ticket", "service is asked for", firm=True)
    return None


def planned_outright(evidence: Evidence) -> Verdict | None:
    """Put into the calendar."""
    if not evidence.has(talk_cues.PUT_DOWN) or denied(evidence, talk_cues.PUT_DOWN):
        return None
    if (evidence.values.times or evidence.who) and (not evidence.visit or evidence.future):
        return verdict_of("schedule_meeting", "an appointment is to be put down", firm=True)
    return None
