"""Business cards are told from forms, notes and chats; what stands on them is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scrm_bot.nlp.card import Card, read_card
from scrm_bot.nlp.text import normalise

CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize(
    ("text", "card"),
    [
        (
            "王建国\n销售总监\n广州明珠食品有限公司\n13812345678\nwang@mingzhu.com\n广州市天河区天河路1号",
            Card(
                "王建国",
                "销售总监",
                "广州明珠食品有限公司",
                "13812345678",
                "",
                "wang@mingzhu.com",
                "广州市天河区天河路1号",
            ),
        ),
        (
            "珠海蓝海电器有限公司\n李建国 总经理\n手机：13900001234 电话：0756-3321234\n地址：珠海市香洲区",
            Card("李建国", "总经理", "珠海蓝海电器有限公司", "13900001234", "07563321234", "", "珠海市香洲区"),
        ),
        (
            "【名片】\n采购部经理 欧阳明\n东莞恒力机械有限公司\nM: 138 1234 5678\nFax: 0769-22334455\nwww.hengli.com",
            Card("欧阳明", "采购部经理", "东莞恒力机械有限公司", "13812345678"),
        ),
    ],
)
def test_a_card_is_read(text, card):
    assert read_card(normalise(text)) == card


@pytest.mark.parametrize(
    "text",
    [
        "客户：珠海蓝海电器有限公司\n联系人：李建国\n电话：13900001234",
        "今天拜访了珠海蓝海电器有限公司\n李建国 总经理\n13900001234",
        "李建国\n13900001234",
        "物料清单\n网关 3台\n控制器 2台",
        "华星科技\n顺达五金\n恒通电子\n13812345678",
        "王总 10:21\n你们那个能不能便宜点\n13812345678",
    ],
)
def test_what_else_has_names_and_numbers_is_no_card(text):
    assert read_card(normalise(text)) is None


def test_no_message_of_the_corpora_is_a_card():
    for file in CORPUS.rglob("*.jsonl"):
        for line in file.read_text("utf-8").splitlines():
            text = json.loads(line).get("text", "")
            assert read_card(normalise(text)) is None, text
