"""What may stand in a cell: phones, money, days, roles, accounts - as people type them, or half a sentence why not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from rapidfuzz import fuzz, process

from scrm_bot.crm.contracts import STATES
from scrm_bot.crm.deals import LARGEST
from scrm_bot.crm.people import Role
from scrm_bot.nlp.phone import find_phones

ROLES = {
    "销售": Role.SALES, "业务员": Role.SALES, "销售代表": Role.SALES, "销售经理": Role.SALES_MANAGER,
    "销售主管": Role.SALES_MANAGER, "经理": Role.SALES_MANAGER, "总监": Role.DIRECTOR, "销售总监": Role.DIRECTOR,
    "高管": Role.EXECUTIVE, "老板": Role.EXECUTIVE, "总经理": Role.EXECUTIVE, "客服": Role.SERVICE,
    "工程师": Role.ENGINEER, "售后": Role.ENGINEER, "市场": Role.MARKETING, "财务": Role.FINANCE, "法务": Role.LEGAL,
    "管理员": Role.ADMIN,
}  # fmt: skip
LANGUAGES = {"zh": "zh", "en": "en", "中文": "zh", "英文": "en"}
MONEY = re.compile(r"[¥￥]?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(万)?元?")
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?")

DEGREES = re.compile(r"-?\d{1,3}(\.\d{1,15})?")

WIDE, NARROW = str.maketrans("()", "（）"), str.maketrans("（）", "()")


class Wrong(ValueError):
    """What stands there cannot be taken; says why, in half a sentence."""


def nearest(word: str, known: Collection[str]) -> str:
    """What was probably meant, as a question; empty if nothing is near."""
    found = process.extractOne(word, list(known), scorer=fuzz.WRatio, score_cutoff=60) if word else None
    return f"，是不是 {found[0]}？" if found else ""


def folded(name: str) -> str:
    """A company's name, however its brackets were typed."""
    return name.translate(NARROW)


def spellings(name: str) -> set[str]:
    """The ways in which a company's name may have been typed."""
    return {name, name.translate(WIDE), name.translate(NARROW)}


def words(text: str) -> str:
    """Words as they stand, on one line."""
    return " ".join(text.split())


def names(text: str) -> list[str]:
    """Several, separated by ; or a new line, each once."""
    return list(dict.fromkeys(words(part) for part in re.split(r"[;；\n]", text) if part.strip()))


def phone(text: str) -> str:
    """Digits: a mobile, a landline with its area code, a 400 number."""
    said = unicodedata.normalize("NFKC", text).strip()
    found = find_phones(said)
    if len(found) > 1:
        raise Wrong(f"电话只能填一个，现在是 {text}")
    if not found or found[0].text.strip() != said:
        raise Wrong(f"电话 {text} 不对，应是 11 位手机号或带区号的座机")
    return found[0].value


def money(text: str) -> Decimal:
    """Yuan: 500000, 500,000.00, ¥500000, 50万."""
    found = MONEY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found:
        raise Wrong(f"金额 {text} 不对，应是 500000 或 500,000.00 这样的元数")
    yuan = Decimal(found[1].replace(",", "") + (found[2] or "")) * (10_000 if found[3] else 1)
    if yuan > LARGEST:
        raise Wrong(f"金额 {text} 太大了")
    return yuan.quantize(Decimal("0.01"))


def day(text: str) -> date:
    """2026-12-31, 2026/12/31, 2026.12.31, 2026年12月31日."""
    found = DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise Wrong(f"日期 {text} 不对，应是 2026-12-31 这样的日子")


def latitude(text: str) -> float:
    """22.5431, between the poles."""
    return _degrees(text, "纬度", 90)


def longitude(text: str) -> float:
    """113.9529."""
    return _degrees(text, "经度", 180)


def _degrees(text: str, what: str, most: int) -> float:
    found = DEGREES.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found or abs(float(found[0])) > most:
        raise Wrong(f"{what} {text} 不对，应是 22.543100 这样的度数")
    return round(float(found[0]), 6)


def role(text: str) -> str:
    """One of our roles, by its key or by what people call it."""
    if text.lower() in list(Role):
        return Role(text.lower()).value
    if text in ROLES:
        return ROLES[text].value
    hint = nearest(text.lower(), [*Role, *ROLES])
    raise Wrong(f"没有 {text} 这个角色{hint or '，可用的有 ' + '、'.join(Role)}")


def language(text: str) -> str:
    """A language that we speak, by its key or name."""
    key = LANGUAGES.get(text.lower())
    if key is None:
        raise Wrong(f"不会说 {text}，可用的有 {'、'.join(LANGUAGES)}")
    return key


def contract_state(text: str) -> str:
    """One of a contract's states, by key or name."""
    by_name = {label: key for key, label in STATES.items()}
    key = text.lower() if text.lower() in STATES else by_name.get(text)
    if key is None:
        hint = nearest(text, [*STATES, *by_name])
        raise Wrong(f"没有 {text} 这个合同状态{hint or '，可用的有 ' + '、'.join(by_name)}")
    return key


def accounts(text: str) -> list[tuple[str, str]]:
    """`channel:userid` separated by ; - the user's id may hold colons too."""
    found = []
    for part in re.split(r"[;；\n]", text):
        said = part if ":" in part else part.replace("：", ":", 1)
        channel, colon, user = (piece.strip() for piece in said.partition(":"))
        if part.strip() and not (channel and colon and user):
            raise Wrong(f"账号 {part.strip()} 不对，应是 渠道:用户号")
        if part.strip():
            found.append((channel, user))
    return list(dict.fromkeys(found))
