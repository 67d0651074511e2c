"""Talking about words: teaching one, forgetting one, seeing what was taught, deciding what everybody means by it."""

from __future__ import annotations

import re
from typing import Final

from scrm_bot.crm import customers, words
from scrm_bot.crm.people import LEADERS, Role, Staff
from scrm_bot.crm.words import Target, Word
from scrm_bot.dialogs import openings
from scrm_bot.dialogs.skill import STAFF, Answer, Need, Told, skill
from scrm_bot.dialogs.slots import Chosen
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.taps import Tap, about
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.learnt import LONGEST, Lecture, forgotten, key, taught
from scrm_bot.nlp.lexicon import COMMON
from scrm_bot.nlp.meaning import Meaning, Mention

JUDGES: Final = LEADERS | {Role.ADMIN, Role.EXECUTIVE}
MOST: Final = 20


class Say:
    """What is said about words."""

    how = Text("教我一个叫法，可以说：以后“老华”就是华兴电子。")
    learnt = Text("🧠 记住了，以后你说「{text}」就是{name}。不对就回“忘掉{text}”。")
    known = Text("「{text}」我本来就认得是{name}。")
    which = Text("「{text}」是哪一家？")
    not_found = Text("没找到「{means}」这样的客户、产品或阶段，所以没记。")
    too_common = Text("「{text}」太常用了，容易弄混，换个特别一点的叫法吧。")
    another = Text("「{text}」已经是{name}的名字了，容易弄混，换个叫法吧。")
    what = Text("要忘掉哪个叫法？比如：忘掉“老华”。")
    forgotten = Text("好，「{text}」忘掉了{whose}。")
    never = Text("我没记过「{text}」这个叫法。")
    not_yours = Text("「{text}」是大家都在用的叫法，要改找管理员。")
    none = Text("还没学过叫法。教我一个：以后“老华”就是华兴电子。")
    list = Text("学会的叫法 {count} 个：\n{lines}\n要忘掉哪个，回“忘掉…”。")
    line = Text("· {whose}「{text}」→ {name}")
    mine, everybodys, of = Text(""), Text("（大家）"), Text("（{name}）")
    gone = Text("（那家客户已不在你名下）")
    waiting = Text("等你点头的叫法：\n{lines}\n回“同意”或“不用”。")
    no_proposals = Text("没有等你点头的叫法。")
    which_word = Text("是哪一个叫法？")
    agreed = Text("✅ 以后大家说「{text}」都是{name}。")
    declined = Text("好，「{text}」就不给大家用了，教过的人自己还能用。")


def teaches(text: str, meaning: Meaning | None) -> bool:
    """Whether this is a teaching beyond doubt: in quotation marks, or it ends in a name that we know."""
    lecture = taught(text)
    if lecture is None or lecture.quoted or meaning is None:
        return lecture is not None and lecture.quoted
    start = meaning.text.rfind(lecture.means)
    named = any(mention.at >= start for mention in meaning.slots.get("customer", ()))
    return named or bool(meaning.slots.get("product") or meaning.slots.get("stage"))


def asks_to_forget(text: str, _meaning: Meaning | None) -> bool:
    """忘掉“老华”."""
    return bool(forgotten(text))


@skill(
    label="teach_word",
    examples=["以后“老黑”就是{customer}", "记住：“小机器”就是{product}", "教你个叫法"],
    allow=STAFF,
    says=teaches,
)
def teach_word(talk: Talk, chosen: Chosen | None = None) -> Answer:
    """教我一个叫法：以后“老华”就是华兴电子"""
    lecture = taught(talk.act.text)
    if lecture is None:
        return Say.how()
    if (trouble := _unfit(talk, lecture.words)) is not None:
        return trouble
    targets = [words.customer(chosen)] if chosen else _targets(talk, lecture)
    if not targets:
        return Say.not_found(means=lecture.means)
    if len(targets) > 1:
        rows = [customers.get(talk.desk, one.customer_id or 0) for one in targets]
        options = tuple((row.name, row) for row in rows if row)
        return Need("chosen", Say.which(text=lecture.means), options)
    (meant,) = targets
    if key(lecture.words) == key(meant.name):
        return Say.known(text=lecture.words, name=meant.name)
    if other := _other(talk, lecture.words, meant):
        return Say.another(text=lecture.words, name=other)
    words.teach(talk.desk, key(lecture.words), meant, "taught")
    return Say.learnt(text=lecture.words, name=meant.name)


def _unfit(talk: Talk, said: str) -> str | None:
    """Why these words may not be taught; None if they may."""
    text, known = key(said), talk.brain.lexicon
    alone = talk.brain.understand(said, talk.local)
    means_something = alone.main.label not in ("none", "query_customer") or alone.slots.keys() & {"time", "amount"}
    ordinary = known.words.frequency(text) >= COMMON or len(text) < 2 or len(text) > LONGEST
    if ordinary or text.isdigit() or means_something or not re.search(r"\w", text):
        return Say.too_common(text=said)
    return None


def _targets(talk: Talk, lecture: Lecture) -> list[Target]:
    """The customers, the product or the stage that these words name, whole."""
    named = [one for one in _mentions(talk, lecture.means) if _whole(one.text, lecture.means) and one.sure]
    if named:
        found = (customers.get(talk.desk, one.id) for one in named[0].candidates)
        return [words.customer(one) for one in found if one][:5]
    known = talk.brain.lexicon
    for kind, vocabulary in (("product", known.products), ("stage", known.stages)):
        for term in vocabulary.find(lecture.means):
            if _whole(term.text, lecture.means):
                return [Target(kind, term.name)]
    return []


def _whole(found: str, said: str) -> bool:
    return len(said) - len(found) <= 1


def _mentions(talk: Talk, text: str) -> list[Mention]:
    """The customers named in a text, but those that are no names to the actor."""
    found = talk.brain.lexicon.customers.find(text)
    hidden = customers.hidden(talk.desk, {one.id for mention in found for one in mention.candidates})
    return talk.brain.lexicon.customers.find(text, (), hidden) if hidden else list(found)


def _other(talk: Talk, said: str, meant: Target) -> str:
    """Another customer whose very name that is, alone."""
    for mention in _mentions(talk, said):
        if _whole(mention.text, said) and mention.sure and len(mention.candidates) == 1:
            only = mention.candidates[0]
            return only.name if only.id != meant.customer_id else ""
    return ""


@skill(
    label="forget_word",
    examples=["忘掉“老黑”", "忘掉叫法", "把“老黑”忘掉"],
    allow=STAFF,
    says=asks_to_forget,
)
def forget_word(talk: Talk) -> Answer:
    """忘掉教过的叫法：忘掉“老华”"""
    said = forgotten(talk.act.text)
    if not said or key(said) == "叫法":
        return Say.what()
    found = words.forget(talk.desk, key(said))
    if not found:
        everybodys = words.everybodys(talk.desk, key(said))
        return Say.not_yours(text=said) if everybodys else Say.never(text=said)
    others = [_whose(talk, word) for word in found if word.staff_id != talk.desk.staff.id]
    return Say.forgotten(text=said, whose="".join(dict.fromkeys(others)))


@skill(
    label="list_words",
    examples=[
        "我教过你什么",
        "你学会了什么",
        "你都记住了哪些叫法",
        "我教你的叫法",
        "学会的叫法",
        "你学了哪些词",
        "what have you learnt",
    ],
    allow=STAFF,
)
def list_words(talk: Talk) -> Answer:
    """看我学会了哪些叫法"""
    found = [*words.of_people(talk.desk), *words.everybodys(talk.desk)]
    if not found:
        return Say.none()
    lines = [_line(talk, word) for word in found[-MOST:]]
    return Say.list(count=len(found), lines="\n".join(lines))


@skill(
    label="word_proposals",
    examples=["有哪些新叫法", "大家的新叫法", "等我同意的叫法", "新叫法", "new names"],
    allow=JUDGES,
)
def word_proposals(talk: Talk) -> Answer:
    """看大家的新叫法，同意就给全公司用"""
    found = words.waiting(talk.desk)
    if not found:
        return Say.no_proposals()
    lines = "\n".join(Say.line(whose="", text=word.text, name=_name(talk, word)) for word in found)
    return Told(Say.waiting(lines=lines), choices=(Tap.agree, Tap.no_need))


@skill(
    label="agree_word",
    examples=["同意", "可以", "大家都这么叫", "同意用", "agree", "agreed"],
    allow=JUDGES,
    about=openings.WORD,
)
def agree_word(talk: Talk, word: Word | None = None) -> Answer:
    """同意让大家都用这个叫法"""
    chosen = word or _the_one(talk)
    if not isinstance(chosen, Word):
        return chosen
    name = _name(talk, chosen)
    words.agree(talk.desk, chosen)
    return Say.agreed(text=chosen.text, name=name)


@skill(
    label="decline_word",
    examples=["不用", "不同意", "先不用", "不要给大家用", "no need", "disagree"],
    allow=JUDGES,
    about=openings.WORD,
)
def decline_word(talk: Talk, word: Word | None = None) -> Answer:
    """不让大家都用这个叫法"""
    chosen = word or _the_one(talk)
    if not isinstance(chosen, Word):
        return chosen
    words.decline(talk.desk, chosen)
    return Say.declined(text=chosen.text)


def _the_one(talk: Talk) -> Word | Answer:
    found = words.waiting(talk.desk)
    if (pressed := about(talk.message, "w")) is not None:
        found = [one for one in found if one.id == pressed]
    if len(found) == 1:
        return found[0]
    if not found:
        return Say.no_proposals()
    return Need("word", Say.which_word(), tuple((f"{one.text} → {_name(talk, one)}", one) for one in found[:5]))


def _line(talk: Talk, word: Word) -> str:
    return Say.line(whose=_whose(talk, word), text=word.text, name=_name(talk, word))


def _name(talk: Talk, word: Word) -> str:
    """What it stands for, as far as the actor may know."""
    meant = words.target(talk.desk, word)
    return meant.name if meant else Say.gone()


def _whose(talk: Talk, word: Word) -> str:
    if word.staff_id is None:
        return Say.everybodys()
    if word.staff_id == talk.desk.staff.id:
        return Say.mine()
    owner = talk.desk.session.get(Staff, word.staff_id)
    return Say.of(name=owner.name if owner else "")
