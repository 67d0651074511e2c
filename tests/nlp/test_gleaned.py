"""What words of others hold is found: money, dates to come, what they mind, who they are."""

from __future__ import annotations

from datetime import datetime

import pytest

from scrm_bot.nlp.gleaned import gleaned
from scrm_bot.nlp.meaning import Scene
from scrm_bot.nlp.pasted import Spoken, conversation
from scrm_bot.nlp.text import normalise

NOW = datetime(2026, 4, 15, 10, 20)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("预算就20万 月底前定", [("budget", "20万"), ("deadline", "月底前定")]),
        ("你们那个能不能便宜点", [("objection", "price")]),
        ("别家报得比你们低", [("objection", "rival")]),
        ("账期能不能60天 售后响应太慢", [("objection", "service"), ("objection", "terms")]),
        ("等不了太久 交期要短", [("objection", "delivery")]),
        ("下周三来一趟吧", [("time", "下周三来一趟吧")]),
        ("昨天收到了 挺好的", []),
        ("找王总 13812345678", [("person", "王总")]),
    ],
)
def test_it_is_found(brain, text, found):
    values = brain.read(normalise(text), NOW, Scene())
    told = [(one.kind, one.value if one.kind == "objection" else one.words) for one in gleaned(values, NOW)]
    assert told == found


@pytest.mark.parametrize(
    "text",
    [
        "王总 10:21\n便宜点\n小周 10:22\n不行",
        "王总:\n便宜点\n\n小周:\n不行",
        "王总(2026-03-18 10:21:05):\n便宜点\n小周(2026-03-18 10:25:00):\n不行",
        "-----  2026-03-18  -----\n\n王总  10:21\n\n便宜点\n\n小周  10:25\n\n不行",
        "王总和小周的聊天记录\n王总：便宜点\n小周：不行",
        "[10:21] 王总：便宜点\n[10:22] 小周：不行",
    ],
)
def test_who_said_what_is_told_in_every_format(text):
    assert conversation(normalise(text)) == [Spoken("王总", "便宜点"), Spoken("小周", "不行")]
