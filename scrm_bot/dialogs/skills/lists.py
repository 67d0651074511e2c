"""Acting on what was listed: by number and verb, page by page."""

from __future__ import annotations

from scrm_bot.dialogs import listed, openings
from scrm_bot.dialogs.phrases import short
from scrm_bot.dialogs.skill import STAFF, Again, Answer, Confirm, Saying, skill
from scrm_bot.dialogs.slots import Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import READING

MANY = 3  # more rows at once are asked about first, and all of them in any case


class Say:
    """What is said about lists."""

    all_of_them = Text("{count} 条都按“{words}”办，对吗？\n{lines}")
    line = Text("· {text}")
    and_more = Text("……等 {count} 条")
    no_list = Text("最近没有列过清单，先问一句，比如“今天要干啥”“我的商机”。")
    only = Text("刚才的清单只有 {count} 条，看看是哪一条？")
    no_more = Text("没有更多了。")


@skill(label="on_listed", examples=[], allow=STAFF)
def on_listed(talk: Talk, said: Said = Said("")) -> Answer:
    """办清单里的几条：3推到周五、2和5都打过了没接"""
    sayings = talk.of_list(said)
    if not sayings:
        return Say.only(count=len(talk.listing.rows)) if talk.listing else Say.no_list()
    rows = list(dict.fromkeys(one.given[0] for one in sayings))
    picked = talk.picked(said)
    many = len(rows) > MANY or (len(rows) > 1 and picked is not None and picked.everything)
    if many and not talk.confirmed and _writes(talk, sayings):
        return Confirm(_spelt_out(talk, said, rows))
    return Again(tuple(sayings))


def _writes(talk: Talk, sayings: list[Saying]) -> bool:
    return any(talk.understood(one.text, one.about).main.label not in READING for one in sayings)


def _spelt_out(talk: Talk, said: str, rows: list[object]) -> str:
    picked = listed.pick(said, listed.LONGEST)
    lines = [Say.line(text=short(listed.title(row), 24)) for row in rows[:5]]
    if len(rows) > 5:
        lines.append(Say.and_more(count=len(rows)))
    return Say.all_of_them(count=len(rows), words=picked.words if picked else said, lines="\n".join(lines))


@skill(
    label="more",
    examples=["更多", "下一页", "还有呢", "接着看", "继续看", "more", "next page"],
    allow=STAFF,
    about=openings.LIST,
)
def show_more(talk: Talk) -> Answer:
    """清单的下一页"""
    last = talk.listing
    if last is None:
        return Say.no_list()
    if len(last.rows) < (last.page + 1) * listed.PAGE:
        return Say.no_more()
    talk.page = last.page + 1
    return Again((Saying(last.asked),))


@skill(
    label="export_list",
    examples=["导出", "导出来", "导出表格", "发个表格", "发我表格", "导出excel", "export"],
    allow=STAFF,
    about=openings.LIST,
)
def export_list(talk: Talk) -> Answer:
    """把清单导出成表格"""
    if talk.listing is None or not talk.listing.asked:
        return Say.no_list()
    talk.as_file = True
    return Again((Saying(talk.listing.asked),))
