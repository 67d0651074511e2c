"""What is told as over though no 了 says so: 今天拜访华星，嫌贵，下周二送样品; what comes of it is no other plan."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from scrm_bot.nlp.evidence import to_come
from scrm_bot.nlp.judge import Judgement
from scrm_bot.nlp.meaning import Grain, When
from scrm_bot.nlp.values import Values

_CONTACT: Final = re.compile(
    r"(?:拜访|走访|回访|上门|登门|见|去|到)[^,。;!? ]{0,4}\ue000"
    r"|打(?:个|了)?电话给\ue000|给\ue000[^,。;!? ]{0,6}打(?:个|了)?电话"
    r"|(?:微信|电话)[^,。;!? ]{0,4}(?:联系|沟通|聊)[^,。;!? ]{0,3}\ue000"
    r"|\ue000+[^,。;!? ]{0,8}来(?:我们?)?(?:公司|厂|这)"
    r"|[跟和同与]\ue000[^,。;!? ]{0,6}(?:聊|沟通|谈|通电话|开会)"
)
_JUST: Final = re.compile(r"刚(?!好|性|需)")
_TO_BE: Final = re.compile(
    r"安排|提醒|[要想]去|要(?:拜访|见|打)|准备|打算|计划|帮我|记得|日程|行程|约(?:了|好|的是)\ue000|再|会议"
)
_ASKED: Final = re.compile(r"(?:吗|么|呢|\?|安排(?:一下)?|日程)[\s。!~]*$")
_APART: Final = re.compile(r"[,。;!? ]")
_SAYS: Final = re.compile(r"[^\W\d_\ue000-\ue00c]")
_ENOUGH: Final = 3  # letters in which something is told


def as_told(judgement: Judgement, part: Values, whole: Values, now: datetime) -> Judgement:
    """The judgement of a stretch of a colleague's, when it only looks like a plan.

    What begins with a day gone by is a story, whatever comes of it. So is today's visit of which something is told
    before a later day is named: nobody plans two days in one breath. Without that day it is asked about.
    """
    plan, unsure = judgement.label == "schedule_meeting", judgement.label == "log_visit" and not judgement.sure
    if not part.customers or not (unsure or (plan and part.times)):
        return judgement
    told = replace(judgement, label="log_visit", second="schedule_meeting") if plan else judgement
    first = next(iter(part.times), None)
    if first is not None and first.end is not None and first.end < now and not first.loose:
        return told if plan else replace(told, chance=1.0)
    story = whole.part(part.at, whole.at + len(whole.text))
    contact = _CONTACT.search(story.masked)
    blank = len(story.masked) - len(story.masked.lstrip())
    if contact is None or _APART.search(story.masked, blank, contact.end()) or _ASKED.search(part.masked):
        return judgement
    head = story.masked[: contact.end()]
    over = _is_today(first, now) if first and first.at - part.at < contact.end() else _JUST.search(head)
    if not over or _TO_BE.search(head):
        return judgement
    if _comes_of_it(story, contact.end(), now):
        return replace(told, chance=1.0)
    something = len(_SAYS.findall(part.masked, contact.end())) > _ENOUGH
    return replace(told, chance=judgement.second_chance) if plan and something else judgement


def _is_today(when: When, now: datetime) -> bool:
    return when.grain is Grain.DAY and when.start is not None and when.start.date() == now.date()


def _comes_of_it(story: Values, contact: int, now: datetime) -> bool:
    """Whether something is told of them, and then a later day named, before anybody else is."""
    later = [when for when in story.times if to_come(when, now) and when.start and when.start.date() > now.date()]
    day = next((when.at - story.at for when in later if when.at - story.at > contact), None)
    if day is None or any(contact < other.at - story.at < day for other in story.customers):
        return False
    return len(_SAYS.findall(story.masked, contact, day)) > _ENOUGH
