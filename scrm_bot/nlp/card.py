"""Business cards as text: a name, a title, a company, numbers - each on a line, and nothing that anybody says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.company import company_like
from scrm_bot.nlp.people import SURNAME, TITLE
from scrm_bot.nlp.phone import find_phones

CARD: Final = "card"  # the label of such a message; no intent of the scheme

_LABEL: Final = re.compile(
    r"^\s*(?:手机号?码?|移动电话|电话|座机|传真|邮箱|电子邮件|地址|公司地址|网址|微信号?|公司|单位|姓名|职[位务称]|Tel|Mobile|Mob|Cell|Phone|Fax|E-?mail"
    r"|Mail|Add(?:ress)?|Web|Wechat|[MTFEAPW])\s*[:.]\s*",
    re.IGNORECASE,
)
_FAX: Final = re.compile(r"^\s*(?:传真|Fax|F)\s*[:.]", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SITE: Final = re.compile(r"^(?:https?://|www\.)\S+$", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?:省|市|区|县|镇|街|路|道|村|号|大厦|广场|园|栋|楼|座|层|室)")
_ADDRESSED: Final = re.compile(r"^\s*(?:公司)?(?:地址|Add(?:ress)?|A)\s*[:.]", re.IGNORECASE)
_FORM: Final = re.compile(r"有限公司|有限责任公司|集团|股份|公司$|[厂店院所社行]$")
_FULL_TITLE: Final = re.compile(
    rf"[一-龥A-Za-z]{{0,8}}?(?:{TITLE}|总监|经理|主管|工程师|专员|代表|负责人|采购员?|销售员?|CEO|CTO)(?![一-龥]{{3,}})"
)
_NAME: Final = re.compile(rf"(?P<name>{SURNAME}[一-龥]{{1,2}})(?:先生|女士)?")
_NAMED: Final = re.compile(rf"^(?P<name>{SURNAME}[一-龥]{{1,2}})(?:先生|女士)?(?:[ ,/|·]+(?P<title>[^\d@]{{2,16}}))?$")
_TITLED: Final = re.compile(rf"^(?P<title>[^\d@ ]{{2,12}})[ ,/|·]+(?P<name>{SURNAME}[一-龥]{{1,2}})$")
_SAYS: Final = re.compile(r"[了吗呢吧]|今天|明天|昨天|拜访|提醒|记一下|聊|帮我|[。!?！？]")
MOST_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class Card:
    """Who it is of. "" where nothing is said."""

    name: str
    title: str = ""
    company: str = ""
    phone: str = ""
    landline: str = ""
    email: str = ""
    address: str = ""


def read_card(text: str) -> Card | None:
    """The card that a normalised text is; None if it is anything else."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if lines and re.fullmatch(r"[\[(【]?名片[\])】]?:?", lines[0]):
        lines = lines[1:]
    if not 3 <= len(lines) <= MOST_LINES or any(len(line) > 50 or _SAYS.search(line) for line in lines):
        return None
    found = dict[str, str]()
    for line in lines:
        for field, value in _fields(line, found).items():
            found.setdefault(field, value)
    reachable = "phone" in found or "landline" in found or "email" in found
    return Card(**found) if "name" in found and "company" in found and reachable else None


def _fields(line: str, found: dict[str, str]) -> dict[str, str]:
    if _FAX.match(line):
        return {}
    addressed = _ADDRESSED.match(line) is not None
    words = _LABEL.sub("", line).strip()
    if email := _EMAIL.search(words):
        return {"email": email.group(), **_fields(words.replace(email.group(), "").strip(" ,/|"), found)}
    if numbers := find_phones(words):
        rest = words
        for number in numbers:
            rest = rest.replace(number.text, "")
        known = {"phone" if len(one.value) == 11 and one.value[0] == "1" else "landline": one.value for one in numbers}
        return known | (_fields(rest.strip(" ,/|"), found) if len(rest.strip(" ,/|")) > 1 else {})
    if not words or _SITE.match(words):
        return {}
    if addressed or ("company" in found and len(_ADDRESS.findall(words)) > 1):
        return {"address": words}
    return _who(words) or _firm(words)


def _who(words: str) -> dict[str, str]:
    match = _NAMED.match(words) or _TITLED.match(words)
    if match and not _FORM.search(words):
        title = match["title"] or ""
        if not title or _FULL_TITLE.fullmatch(title.replace(" ", "")):
            return {"name": match["name"], **({"title": title} if title else {})}
    return {"title": words} if _FULL_TITLE.fullmatch(words.replace(" ", "")) and not _FORM.search(words) else {}


def _firm(words: str) -> dict[str, str]:
    if _FORM.search(words) or company_like(words) == words:
        return {"company": words}
    return {"address": words} if len(_ADDRESS.findall(words)) > 1 else {}
