"""What people wrote stays what they wrote, in every format that it leaves us in: no link, no mention, no formula."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot import sheets
from scrm_bot.adapters.base import Limits, as_parts
from scrm_bot.adapters.dingtalk_says import harmless
from scrm_bot.adapters.text import clean, inert
from scrm_bot.message import Reply
from scrm_bot.simulator import Simulator
from tests import office
from tests.bot import Bot

LINK = re.compile(r"<\s*/?\s*a[\s>]", re.IGNORECASE)
NASTY = [
    '<a href="https://evil.example">查看工单</a>',
    "<A\nHREF='weixin://bizmsgmenu?msgmenucontent=撤销&msgmenuid=1'>好</A >",
    '< a href="https://evil.example">x< /a>',
    "<@all> <@zhouxm> @all @所有人",
    "a]]>b<![CDATA[c",
    "]]></Content><MsgType><![CDATA[image]]></MsgType><Content><![CDATA[",
    '"},"touser":"@all","x":{"a":"\\u4f60\\',
    "<font color='warning'>**加粗** [点这里](https://evil.example) `x`</font>",
    "if a<b and c>d: <abc> <article>",
    "\x07响\x1b[31m红\x00",
    "=HYPERLINK(\"https://evil.example\")",
]  # fmt: skip


async def test_a_customers_words_reach_the_engineer_as_words_on_every_platform(sim: Simulator, bot: Bot) -> None:
    for number, words in enumerate(NASTY):
        customer, shown = f"openid-{number}", harmless(inert(clean(words)).strip())
        asked = await sim.wechat.say(bot.hook("service"), customer, f"机器坏了，生产停了 {words}")
        assert "机器坏了" in asked.reply, words
        reminder = await sim.wecom.say(bot.hook("sales"), "zhouxm", f"明天提醒我{words}")
        for text in (asked.reply, reminder.reply):
            assert not LINK.search(text), text
            assert "<@" not in text
        where = "zhangjg" if number % 2 == 0 else "wuq"
        heard = await sim.until_seen(where, shown.splitlines()[0][:20].rstrip())
        assert not LINK.search(heard), heard


def test_comparisons_and_other_brackets_are_left_alone() -> None:
    for words in ("a<b", "1<2", "<abc>", "<article>", "<>", "x < y", "<b>粗</b>", "->", "<--"):
        assert inert(words) == words


@given(st.text(st.sampled_from("<a/ @>\nAhref=\u200b\x00好"), max_size=30))
@settings(max_examples=400, deadline=None)
def test_no_text_makes_a_link_or_a_mention(text: str) -> None:
    for part in (one.text for one in as_parts(Reply(text), Limits(2048))):
        squeezed = "".join(part.lower().split())
        assert "<@" not in part
        assert "<a>" not in squeezed
        assert "</a>" not in squeezed
        assert "<ahref" not in squeezed or "<ahref" in part.lower()  # one word, and no tag


FORMULAS = st.text(st.sampled_from("=+-@＝＋－＠\t\r'\"|,;\n1a好 "), max_size=12)


@given(st.lists(FORMULAS, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_a_spreadsheet_runs_nothing_of_an_export_and_an_import_gives_it_back(cells: list[str]) -> None:
    stream = io.StringIO()
    sheets.csv_rows(stream)(cells)
    (row,) = csv.reader(io.StringIO(stream.getvalue()))
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))]
    kept = [clean(cell).strip() for cell in cells if not cell.startswith("'")]
    assert [sheets.tidy(sheets.harmless(cell)) for cell in kept] == [sheets.tidy(cell) for cell in kept]


def test_an_export_of_customers_with_formulas_for_names_is_text_in_every_format(
    fresh_database_url: Callable[..., str], tmp_path: Path
) -> None:
    names = ["=1+1有限公司", "+cmd|'/C calc'!A0", "@SUM(1)", "-2+3", "<script>alert(1)</script>", '甲,"乙"\n丙']
    desk = office.Office(tmp_path, fresh_database_url("sqlite", office.staffed))
    stream = io.StringIO()
    csv.writer(stream).writerows([["name", "owner"], *([name, "周小明"] for name in names)])
    desk.does("import", "customers", desk.table("in.csv", stream.getvalue()))
    plain = [" ".join(name.split()) for name in names]
    assert [json.loads(line)["name"] for line in desk.does("export", "customers").splitlines()] == plain
    for ending in ("csv", "xlsx"):
        file = tmp_path / f"out.{ending}"
        desk.does("export", "customers", "--format", ending, "-o", str(file))
        with sheets.opened(file) as table:
            at = table.header.index("name")
            assert [line.cells[at] for line in table.lines] == plain
