"""Practice: what is said there does nothing, and one hears how good it was, how far one has come, what to try next."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scrm_bot.crm import deals, followups
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs import examples
from scrm_bot.dialogs.heard import Heard
from scrm_bot.dialogs.memory import Memory, Practice
from scrm_bot.dialogs.phrases import names
from scrm_bot.dialogs.taps import Tap, taps
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Reply


class Say:
    """Around what is said in practice."""

    begun = Text(
        "🎓 演练开始。放心说：什么都不会真记，提醒不会真响，别人也不会收到。说“退出演练”结束。"
        "\n第 1 题：{exercise}\n试试：{example}"
    )
    already = Text("🎓 正在演练中。\n{next}")
    marked = Text("🎓 演练｜{text}")
    silent = Text("（这句不用回）")
    next = Text("下一题：{exercise}\n试试：{example}")
    finished = Text("题都做完了，真厉害！说“退出演练”，就可以上手了。")
    score = Text("{stars} {done}/{all}")
    over = Text("🎓 演练结束：{stars} {done}/{all}，说了 {count} 句，什么都没有真记。{left}")
    enough = Text("🎓 练了 {count} 句，够多啦，这一轮先到这儿。\n{over}")
    lapsed = Text("（演练半小时没动静，已自动结束；这句是真的。）")
    left = Text("还没试过：{exercises}。")
    whole = Text("💡 下次说“演练模式”还能再练。")


class Exercises:
    """What can be practised."""

    visit, fix, undo = Text("记一次拜访，带上下一步"), Text("说错了，改一下"), Text("撤销")
    remind, deal, ask = Text("设个提醒"), Text("建个商机"), Text("问一句")


class Hint:
    """What was good, or would make it better."""

    whole = Text("👍 人、事、下一步都齐了，就这么说。")
    who = Text("💡 带上见了谁，比如“{words}”，以后找人更快。")
    next = Text("💡 句尾加一句下次，比如“{words}”，提醒自动就有。")
    remind = Text("👍 到点就会叫你（演练里不会真响）。")
    deal = Text("👍 客户和金额都有了。")
    amount = Text("💡 带上金额，比如“{words}”，漏斗里才算得进去。")
    undo = Text("👍 说错不用怕，十分钟内都能撤。")
    fix = Text("👍 直接说对的就行，不用重来。")
    ask = Text("👍 想到就问，不用翻表。")
    lost = Text("💡 没听懂也没关系，照下面的例句说。")
    answer = Text("👉 它在等你回一句。")


PATIENCE = timedelta(minutes=30)
MOST = 30  # messages: each is heard again with every further one
_BEGINS = re.compile(r"(?:进入|开始|打开|开启)?演练(?:模式)?|practice", re.I)
_ENDS = re.compile(
    r"(?:退出|结束|关闭|停止|关掉)(?:演练|练习|练)(?:模式)?(?:了|吧)?|演练(?:结束|完了)|不练了|练完了"
    r"|(?:exit|stop|end|quit) practice",
    re.I,
)
_WORDS = {
    "visit": examples.Sentence.log_visit,
    "remind": examples.Sentence.remind_me,
    "deal": examples.Sentence.create_deal,
    "ask": examples.Sentence.last_followups,
}
_FIX = "不是下周三是下周四"
_ADD = {"who": "{customer}王总", "next": "下周三再报价", "amount": "20万"}
_WITHOUT = {  # who has no customers
    "visit": "今天拜访了珠海蓝海电器，下周三再去",
    "deal": "有个单子 珠海蓝海电器 20万",
    "remind": "明天下午三点提醒我开会",
    "ask": "今天要干啥",
    "fix": "不是明天是后天",
}
_ASKING = frozenset(
    "deal_status list_deals funnel last_followups show_customer show_agenda count_followups silent_customers expiring"
    " list_tickets count_tickets reminder_proof".split()
)
_DONE = {  # an exercise: the skills that may do it, and what must have been written
    "visit": (frozenset({"log_visit"}), frozenset({"followups", "reminders"})),
    "fix": (frozenset({"correct"}), frozenset[str]()),
    "undo": (frozenset({"undo"}), frozenset[str]()),
    "remind": (frozenset({"remind_me", "plan_meeting", "plan_next"}), frozenset({"reminders"})),
    "deal": (frozenset({"create_deal"}), frozenset({"deals"})),
    "ask": (_ASKING, frozenset[str]()),
}


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a message came to in the sandbox, and which tables it would have written."""

    heard: Heard
    wrote: frozenset[str]

    @property
    def skills(self) -> frozenset[str]:
        """Those that ran."""
        return frozenset(self.heard.reason.split("; "))


Play = Callable[[Practice], Rehearsed]


def begin(desk: Desk, memory: Memory) -> str:
    """From the next message on nothing is real; the words that say so."""
    now = desk.now.isoformat()
    memory.pending, memory.record, memory.practice = [], None, Practice(now, now)
    first = _todo(desk, memory.practice)[0]
    return Say.begun(exercise=_title(first), example=_example(desk, first, memory.practice))


def lapsed(memory: Memory, now: datetime) -> str:
    """After a long silence it is over, and said so once."""
    if memory.practice is None or now - datetime.fromisoformat(memory.practice.last) < PATIENCE:
        return ""
    memory.practice = None
    return Say.lapsed()


def with_note(heard: Heard, note: str) -> Heard:
    """The answer, with a line before it."""
    if not note:
        return heard
    reply = heard.reply or Reply("")
    return replace(heard, reply=replace(reply, text="\n".join(filter(None, (note, reply.text)))))


def hear(desk: Desk, memory: Memory, text: str, play: Play) -> Heard:
    """One message of a practice."""
    on = memory.practice
    assert on is not None
    assert desk.message_id is not None
    if _ENDS.fullmatch(text):
        memory.practice = None
        return _said(_summary(desk, on))
    if _BEGINS.fullmatch(text):
        return _said(Say.already(next=_next(desk, on)))
    if len(on.heard) >= MOST:
        memory.practice = None
        return _said(Say.enough(count=len(on.heard), over=_summary(desk, on)))
    rehearsed = play(on)
    on.heard.append((desk.message_id, desk.now.isoformat()))
    on.last = desk.now.isoformat()
    on.done += [one for one in _all(desk) if one not in on.done and _is_done(one, rehearsed)]
    return _graded(desk, on, rehearsed)


def _graded(desk: Desk, on: Practice, rehearsed: Rehearsed) -> Heard:
    reply = rehearsed.heard.reply or Reply(Say.silent())
    score = Say.score(stars=_stars(desk, on), done=len(on.done), all=len(_all(desk)))
    lines = [Say.marked(text=reply.text), _hint(desk, rehearsed), score]
    if rehearsed.heard.fate != "asked":
        lines.append(_next(desk, on))
    told = replace(reply, text="\n".join(filter(None, lines)), file=None, listing=None)
    return Heard(told, "answered", "practice", rehearsed.heard.understood, rehearsed.heard.private)


def _is_done(exercise: str, rehearsed: Rehearsed) -> bool:
    skills, tables = _DONE[exercise]
    return (
        bool(skills & rehearsed.skills)
        and tables <= rehearsed.wrote
        and rehearsed.heard.fate in ("written", "answered")
        and "refused" not in rehearsed.heard.reason
    )


def _hint(desk: Desk, rehearsed: Rehearsed) -> str:
    skills, wrote = rehearsed.skills, rehearsed.wrote
    if rehearsed.heard.fate == "asked":
        return Hint.answer()
    if rehearsed.heard.fate == "parked":
        return Hint.lost()
    if "log_visit" in skills and "followups" in wrote:
        return _of_visit(desk, rehearsed)
    slots = {name for act in rehearsed.heard.understood for name in act["slots"]}
    if "create_deal" in skills and "amount" not in slots:
        return Hint.amount(words=_ADD["amount"])
    hints = (
        ("correct", Hint.fix), ("undo", Hint.undo), ("create_deal", Hint.deal),
        ("remind_me", Hint.remind), ("plan_meeting", Hint.remind), ("plan_next", Hint.remind),
        *((skill, Hint.ask) for skill in sorted(_ASKING)),
    )  # fmt: skip
    fitting = (hint() for skill, hint in hints if skill in skills)
    return next(fitting, "") if "refused" not in rehearsed.heard.reason else ""


def _of_visit(desk: Desk, rehearsed: Rehearsed) -> str:
    if "followup_contacts" not in rehearsed.wrote:
        known = examples.material(desk).words.get("customer", [])
        return Hint.who(words=_ADD["who"].format(customer=known[0] if known else ""))
    return Hint.whole() if "reminders" in rehearsed.wrote else Hint.next(words=_ADD["next"])


def _all(desk: Desk) -> list[str]:
    """The exercises of this person's role, in order."""
    role = desk.staff.role if isinstance(desk.actor, Staff) else ""
    kept = ["visit"] if role in followups.WRITERS else ["remind"]
    kept += ["fix", "undo"] + (["remind"] if kept == ["visit"] else [])
    return [*kept, *(["deal"] if role in deals.SELLERS else []), "ask"]


def _todo(desk: Desk, on: Practice) -> list[str]:
    return [one for one in _all(desk) if one not in on.done]


def _next(desk: Desk, on: Practice) -> str:
    todo = _todo(desk, on)
    return Say.next(exercise=_title(todo[0]), example=_example(desk, todo[0], on)) if todo else Say.finished()


def _example(desk: Desk, exercise: str, on: Practice) -> str:
    if exercise == "undo":
        return Tap.undo()
    if exercise == "fix":
        return _FIX if "visit" in on.done else _WITHOUT["fix"]
    return examples.material(desk).fill(_WORDS[exercise].template, len(on.heard)) or _WITHOUT[exercise]


def _title(exercise: str) -> str:
    text: Text = getattr(Exercises, exercise)
    return text()


def _stars(desk: Desk, on: Practice) -> str:
    return "".join("⭐" if one in on.done else "☆" for one in _all(desk))


def _summary(desk: Desk, on: Practice) -> str:
    todo = _todo(desk, on)
    left = Say.left(exercises=names(map(_title, todo))) if todo else Say.whole()
    return Say.over(stars=_stars(desk, on), done=len(on.done), all=len(_all(desk)), count=len(on.heard), left=left)


def _said(words: str) -> Heard:
    return Heard(Reply(words, taps(Tap.help)), "answered", "practice", [])
