"""Runs conversations written in plain text, so that a salesperson could write the test.

时间 2026-03-18 09:40
小周：今天拜访了华星王总 下周三再报价
> 华星科技…拜访…王总            the reply has these words in this order (… skips some)
>! 出了点问题                    the reply has not
> （无）                         no reply
点 小周：确认                    the button that begins so, where the platform has buttons
陈经理@群：本月漏斗               said in the group, to the bot; > is what is answered in private
群里 > 已私聊发你                 what the group hears; >! and （无） as above
推送 张建国：新工单…T260318-01    somebody else hears that
表 followups：customer=华星科技(深圳)有限公司 method=拜访
表 followups 3 行
过 1 小时                        the clock goes on, what is due is pushed
结果 written                     the fate of the last message
小周发图片  小周发语音             what has no words
小周发文件 报价单.pdf
小周发位置 22.5431,113.9529 深圳南山科技园
小周语音：今天去了华星             what the platform understood of a voice
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scrm_bot.message import Address, Kind
from tests import company
from tests.stage import Stage

PEOPLE = {
    "小周": Address("sales", "zhouxm"),
    "小李": Address("sales", "lisq"),
    "赵东": Address("sales", "zhaod"),
    "陈经理": Address("ding", "manager01"),
    "王敏": Address("sales", "boss"),
    "张建国": Address("ding", "zhangjg"),
    "吴强": Address("ding", "wuq"),
    "王建华": Address("service", "openid-wang"),
    "路人": Address("service", "openid-nobody"),
    "生人": Address("sales", "nobody"),
    "钉钉上的小周": Address("ding", "zhou-on-ding"),
}
GROUP = "cid-team"
IN_GROUP = {name: at for name, at in PEOPLE.items() if at.channel == "ding"} | {"小周": PEOPLE["钉钉上的小周"]}
WHAT = {"图片": Kind.IMAGE, "文件": Kind.FILE, "语音": Kind.VOICE, "位置": Kind.LOCATION}
SENDS = re.compile(rf"({'|'.join(PEOPLE)})发({'|'.join(WHAT)})(?: (.+))?")
UNITS = {"秒": "seconds", "分钟": "minutes", "小时": "hours", "天": "days"}


def play(stage: Stage, story: str) -> None:
    """Every line of it; an AssertionError names the line that does not hold."""
    for number, line in enumerate(story.splitlines(), 1):
        try:
            _line(stage, line.strip())
        except AssertionError as failed:
            raise AssertionError(f"line {number}: {line}\n{failed}") from None


def stories(folder: Path) -> list[tuple[str, str]]:
    """(title, text) of every story in the folder; a file holds several, each under a line `## title`."""
    found = []
    for file in sorted(folder.glob("*.txt")):
        for part in re.split(r"^## ", file.read_text(encoding="utf-8"), flags=re.M)[1:]:
            title, _, text = part.partition("\n")
            found.append((f"{file.stem}: {title.strip()}", text))
    return found


def _line(stage: Stage, line: str) -> None:
    if not line or line.startswith("#"):
        return
    if line.startswith("时间 "):
        stage.now = datetime.strptime(line[3:], "%Y-%m-%d %H:%M").replace(tzinfo=company.ZONE)
    elif line.startswith("过 "):
        _, amount, unit = line.split()
        stage.wait(timedelta(**{UNITS[unit]: float(amount)}))
    elif line.startswith(">"):
        _said(stage.said, line[1:])
    elif line.startswith("群里 >"):
        _said(stage.aloud, line.removeprefix("群里 >"))
    elif line.startswith("点 "):
        who, _, label = line[2:].partition("：")
        stage.press(_who(who), label)
    elif line.startswith("推送 "):
        _pushed(stage, line[3:])
    elif line.startswith("表 "):
        _table(stage, line[2:])
    elif line.startswith("结果 "):
        assert stage.fate() == line[3:], f"fate: {stage.fate()}, said: {stage.said}"
    elif sent := SENDS.fullmatch(line):
        _send(stage, *sent.groups(default=""))
    elif spoken := re.fullmatch(r"(\S+?)语音[：:](.*)", line):
        stage.say(PEOPLE[spoken[1]], spoken[2], Kind.VOICE)
    else:
        who, _, words = re.sub(r"^(\S+?)[：:]", r"\1\n", line, count=1).partition("\n")
        stage.say(_who(who), words.replace("\\n", "\n"))


def _who(name: str) -> Address:
    """An account; 小周@群 is the one in the group."""
    alone = name.removesuffix("@群")
    known = PEOPLE if alone == name else IN_GROUP
    assert alone in known, f"nobody is called {name}"
    return known[alone] if alone == name else Address(known[alone].channel, known[alone].user, GROUP)


def _said(said: str, wanted: str) -> None:
    if wanted.strip() == "（无）":
        assert not said, f"said: {said}"
    elif wanted.startswith("!"):
        assert not _has(said, wanted[1:]), f"said: {said}"
    else:
        assert _has(said, wanted), f"said: {said}"


def _send(stage: Stage, who: str, what: str, more: str) -> None:
    """Somebody sends what is not typed; `more` is the file's name, or where they are."""
    kind = WHAT[what]
    if kind is Kind.LOCATION:
        place, _, label = more.partition(" ")
        latitude, longitude = map(float, place.split(","))
        stage.say(PEOPLE[who], label, kind, {"latitude": latitude, "longitude": longitude})
    else:
        stage.say(PEOPLE[who], "", kind, {"name": more} if more else {})


def _pushed(stage: Stage, words: str) -> None:
    who, _, wanted = words.partition("：")
    heard = stage.heard.get(PEOPLE[who], [])
    if wanted == "（无）":
        assert not heard, f"{who} heard: {heard}"
    else:
        assert any(_has(text, wanted) for text in heard), f"{who} heard: {heard}; all: {stage.heard}"


def _table(stage: Stage, words: str) -> None:
    if count := re.fullmatch(r"(\w+) (\d+) 行", words):
        rows = stage.rows(count[1])
        assert len(rows) == int(count[2]), f"{len(rows)} rows: {rows}"
        return
    entity, _, fields = words.partition("：")
    wanted = dict(re.findall(r"(\w+)=(\S+)", fields))
    rows = stage.rows(entity)
    assert any(_matches(row, wanted) for row in rows), f"no such row among: {rows[-5:]}"


def _matches(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    return all(_has(_text(row.get(name)), value) for name, value in wanted.items())


def _text(value: Any) -> str:
    return "、".join(value) if isinstance(value, list) else "（空）" if value is None else str(value)


def _has(text: str, words: str) -> bool:
    place = 0
    for part in words.strip().split("…"):
        found = text.find(part.strip(), place)
        if found < 0:
            return False
        place = found + len(part.strip())
    return True
