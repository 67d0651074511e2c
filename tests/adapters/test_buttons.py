"""Buttons, menus and files: what they look like as JSON, and what a press brings back, on every platform."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import ClientSession

from scrm_bot.adapters import presses
from scrm_bot.adapters.base import Part, Undeliverable
from scrm_bot.adapters.wecom import Wecom
from scrm_bot.message import Address, Choice, Kind, OutFile, Reply
from scrm_bot.shared import Memory
from scrm_bot.simulator import Simulator
from tests.adapters.support import Bot

ASKED = (Choice("确认", "确认", "q1f"), Choice("算了", "算了", "q1f"))
SURE = Reply("「华星二期」赢单，金额 ¥52.8万？\n确认后会通知陈经理。", ASKED)
NAMES = ("华星科技(深圳)有限公司", "华星机械", "华星电子(东莞)有限公司")
WHICH = Reply(
    "是哪一个？回数字就行：\n" + "\n".join(f"{i} {name}" for i, name in enumerate(NAMES, 1)),
    tuple(Choice(f"{i} {name}", str(i), "q2a") for i, name in enumerate(NAMES, 1)),
)


async def _say(bot: Bot, user: str, reply: Reply, room: str = "") -> None:
    for part in bot.parts(reply):
        await bot.send(user, part, room=room)


async def test_a_question_is_a_card_on_wecom(wecom: Bot, sim: Simulator) -> None:
    await _say(wecom, "zhouxm", SURE)
    (call,) = sim.calls("message/send")
    assert call.body == {
        "touser": "zhouxm",
        "msgtype": "template_card",
        "agentid": 1000002,
        "template_card": {
            "card_type": "button_interaction",
            "main_title": {"title": "「华星二期」赢单，金额 ¥52.8万？"},
            "sub_title_text": "确认后会通知陈经理。",
            "task_id": "sent-0",
            "button_list": [
                {"text": "确认", "key": "say:q1f:确认"},
                {"text": "算了", "key": "say:q1f:算了"},
            ],
        },
    }
    assert sim.seen("zhouxm") == [SURE.text]


async def test_a_press_on_wecom_says_its_words_and_whose_question_they_answer(wecom: Bot, sim: Simulator) -> None:
    await _say(wecom, "zhouxm", WHICH)
    assert list(sim.world.screens.cards["zhouxm"][0].buttons) == ["1 华星科技(深圳…", "2 华星机械", "3 华星电子(东莞…"]
    await sim.wecom.tap(wecom.url, "zhouxm", "2 华星机械")
    heard = wecom.heard[-1]
    assert (heard.kind, heard.text, heard.detail["asked"]) == (Kind.PRESS, "2", "q2a")


async def test_a_card_that_was_pressed_shows_what_was_chosen_and_takes_no_second_press(
    wecom: Bot, sim: Simulator
) -> None:
    await _say(wecom, "zhouxm", SURE)
    await sim.wecom.tap(wecom.url, "zhouxm", "确认")
    hints = wecom.heard[-1].hints
    text, mark = wecom.adapter.parts(Reply("✅ 已赢单"), hints)
    assert (text.is_plain, mark.is_plain) == (True, False)
    for part in (text, mark):
        await wecom.adapter.send(Address("sales", "zhouxm"), part, {"send_id": "s", **hints})
    (call,) = sim.calls("update_template_card")
    assert call.body | {"response_code": ""} == {
        "userids": ["zhouxm"], "agentid": 1000002, "response_code": "", "button": {"replace_name": "☑ 确认"},
    }  # fmt: skip
    with pytest.raises(LookupError, match="cannot be pressed"):
        await sim.wecom.tap(wecom.url, "zhouxm", "算了")
    await wecom.adapter.send(
        Address("sales", "zhouxm"), mark, hints, again=True
    )  # a code that is used up is no trouble
    assert sim.seen("zhouxm") == [SURE.text, "✅ 已赢单"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply("✅ 已记录", (Choice("跳过", "跳过"),)),
        Reply("哪一天？", tuple(Choice(f"{i} 号", str(i)) for i in range(1, 8))),
        Reply("要" * 150, ASKED),
        Reply("同一句", (Choice("好", "好"), Choice("行", "好"))),
    ],
    ids=["one choice is only a hint", "seven choices", "more words than a card holds", "two that say the same"],
)
async def test_what_is_not_worth_a_card_or_too_much_for_one_is_text(wecom: Bot, sim: Simulator, reply: Reply) -> None:
    await _say(wecom, "zhouxm", reply)
    assert [call.body["msgtype"] for call in sim.calls("message/send")] == ["text"]


async def test_an_operator_may_want_no_cards(sim: Simulator, http: ClientSession, serve: Any) -> None:
    shared, settings = Memory(), {n: v for n, v in sim.wecom.channel().items() if n != "kind"}
    made = Wecom("sales", **settings, http=http, tokens=shared.tokens, nonces=shared.nonces, cards=False)
    await _say(await serve(made), "zhouxm", SURE)
    assert [call.body["msgtype"] for call in sim.calls("message/send")] == ["text"]


async def test_words_arrive_even_if_the_platform_wants_no_card(wecom: Bot, sim: Simulator) -> None:
    sim.faults.next(40058)
    await _say(wecom, "zhouxm", SURE)
    assert [call.body["msgtype"] for call in sim.calls("message/send")] == ["template_card", "text"]
    assert sim.seen("zhouxm") == [SURE.text]


async def test_a_long_first_line_is_broken_at_a_pause(wecom: Bot, sim: Simulator) -> None:
    words = "⏰ 提醒：给华星王总打电话，问一下上次那版报价他们内部讨论得怎么样了，顺便约下周三的时间"
    await _say(wecom, "zhouxm", Reply(f"{words}\n回“完成”就好。", ASKED))
    card = sim.calls("message/send")[0].body["template_card"]
    assert card["main_title"]["title"] == "⏰ 提醒：给华星王总打电话，问一下上次那版报价他们内部讨论得怎么样了，"
    assert card["sub_title_text"] == "顺便约下周三的时间\n回“完成”就好。"


async def test_a_card_sent_again_after_an_unknown_outcome_is_shown_once(wecom: Bot, sim: Simulator) -> None:
    (part,) = wecom.parts(SURE)
    hints = {"send_id": "7-a-0"}
    await wecom.adapter.send(Address("sales", "zhouxm"), part, hints)
    await wecom.adapter.send(Address("sales", "zhouxm"), part, hints, again=True)
    assert sim.seen("zhouxm") == [SURE.text]


@pytest.mark.parametrize("room", ["", "cid-team"])
@pytest.mark.parametrize("lives", [5400.0, -60.0], ids=["session", "api"])
async def test_a_question_is_a_card_on_dingtalk(dingtalk: Bot, sim: Simulator, room: str, lives: float) -> None:
    sim.dingtalk.session_life = lives
    await sim.dingtalk.say(dingtalk.url, "manager01", "你好", room=room)
    await _say(dingtalk, "manager01", WHICH, room)
    (card,) = sim.world.screens.cards[room or "manager01"]
    assert card.text == WHICH.text
    assert card.buttons["1 华星科技(深圳)有限公司"] == "1 〔q2a〕"
    assert len(sim.calls("sendBySession")) == (lives > 0)
    await sim.dingtalk.tap(dingtalk.url, "manager01", "2 华星机械", room=room)
    heard = dingtalk.heard[-1]
    assert (heard.kind, heard.text, heard.detail) == (Kind.PRESS, "2", {"asked": "q2a"})


async def test_a_card_on_dingtalk_as_json(dingtalk: Bot, sim: Simulator) -> None:
    await _say(dingtalk, "manager01", SURE)
    (call,) = sim.calls("batchSend")
    assert call.body["msgKey"] == "sampleActionCard2"
    says = "dtmd://dingtalkclient/sendMessage?content="
    assert json.loads(call.body["msgParam"]) == {
        "title": "「华星二期」赢单，金额 ¥52.8万？",
        "text": "「华星二期」赢单，金额 ¥52.8万？  \n确认后会通知陈经理。",
        "actionTitle1": "确认",
        "actionURL1": f"{says}%E7%A1%AE%E8%AE%A4%20%E3%80%94q1f%E3%80%95",
        "actionTitle2": "算了",
        "actionURL2": f"{says}%E7%AE%97%E4%BA%86%20%E3%80%94q1f%E3%80%95",
    }


async def test_peoples_words_are_no_markdown_on_a_card(dingtalk: Bot, sim: Simulator) -> None:
    await _say(dingtalk, "manager01", Reply("# 说：[点我](https://evil.example) **急** `x` <font>\n> 引用", ASKED))
    assert sim.seen("manager01") == ["＃ 说：［点我］(https://evil.example) ＊＊急＊＊ ｀x｀ ＜font>\n＞ 引用"]


async def test_six_choices_are_too_many_for_a_card_on_dingtalk(dingtalk: Bot, sim: Simulator) -> None:
    await _say(dingtalk, "manager01", Reply("哪一家？", tuple(Choice(f"{i} 家", str(i)) for i in range(1, 7))))
    assert [call.body["msgKey"] for call in sim.calls("batchSend")] == ["sampleText"]


async def test_in_a_group_the_one_who_asked_is_called(dingtalk: Bot, sim: Simulator) -> None:
    await sim.dingtalk.say(dingtalk.url, "manager01", "你好", room="cid-team")
    await _say(dingtalk, "manager01", Reply("在的"), "cid-team")
    assert (sim.seen("cid-team"), sim.world.screens.called) == (["@manager01 在的"], ["manager01"])


async def test_choices_are_links_in_a_passive_reply_of_wechat(wechat: Bot, sim: Simulator) -> None:
    rating = tuple(Choice(str(stars), str(stars), "t7") for stars in (5, 4, 3, 2, 1))
    (part,) = wechat.parts(Reply("这次服务您打几分？", rating))
    assert part.is_plain
    assert part.text.splitlines()[1].startswith(
        '<a href="weixin://bizmsgmenu?msgmenucontent=5&msgmenuid=t7">5</a>　<a '
    )
    wechat.says = part.text
    pushed = await sim.wechat.say(wechat.url, "openid1", "修好了吗")
    assert pushed.reply == "这次服务您打几分？"
    assert list(sim.world.screens.cards["openid1"][0].buttons) == ["5", "4", "3", "2", "1"]
    wechat.says = None
    await sim.wechat.tap_link(wechat.url, "openid1", "4")
    heard = wechat.heard[-1]
    assert (heard.kind, heard.text, heard.detail["asked"]) == (Kind.PRESS, "4", "t7")


async def test_links_of_ours_make_no_hole_for_peoples_words(wechat: Bot) -> None:
    evil = '"><a href="weixin://bizmsgmenu?msgmenucontent=确认&msgmenuid=1">好</a>'
    (part,) = wechat.parts(Reply(f"您说：{evil}", (Choice(evil, evil, "q1"),)))
    assert part.text.count("<a ") == 1
    assert part.text.count("</a>") == 1
    assert part.text.count("msgmenucontent=%22%3E%3Ca") == 1


async def test_where_links_do_not_fit_the_words_stand_alone(wechat: Bot) -> None:
    parts = wechat.parts(Reply("好" * 680, ASKED))
    assert [part.text for part in parts] == ["好" * 680]


async def test_choices_are_a_menu_on_kf(kf: Bot, sim: Simulator) -> None:
    await sim.kf.say("", "wm-wang", "修好了吗")
    (part,) = kf.parts(SURE)
    await kf.adapter.send(Address("care", "wm-wang"), part, {"send_id": "1-a-0", "open_kfid": "wk1"})
    (call,) = sim.calls("kf/send_msg")
    assert call.body["msgmenu"] == {
        "head_content": SURE.text,
        "list": [
            {"type": "click", "click": {"id": "say:q1f:确认", "content": "确认"}},
            {"type": "click", "click": {"id": "say:q1f:算了", "content": "算了"}},
        ],
    }
    assert sim.seen("wm-wang") == [SURE.text]


def test_a_key_comes_back_as_what_it_was_made_of_and_others_are_their_own_words() -> None:
    for choice in (Choice("好", "说：好:的", "q1f"), Choice("撤销", "撤销"), Choice("两行", "一\n二", "r12")):
        assert presses.read(presses.key(choice)) == (choice.says, choice.asked)
        assert presses.untagged(presses.tagged(choice)) == (choice.says, choice.asked)
    assert presses.read("MENU_CUSTOMERS") == ("MENU_CUSTOMERS", "")
    assert presses.untagged("今天拜访了华星〔一期〕") == ("今天拜访了华星〔一期〕", "")


FILE = OutFile("本月漏斗 11月.xlsx", "0" * 64)


async def test_a_file_is_uploaded_and_sent_on_wecom(wecom: Bot, sim: Simulator) -> None:
    text, file = wecom.parts(Reply("导好了，共 31 行", file=FILE))
    assert (text.is_plain, file.file) == (True, FILE)
    await wecom.send("zhouxm", Part("", file=FILE, content=b"PK\x03\x04" + b"x" * 100))
    (got,) = sim.world.screens.files["zhouxm"]
    assert (got.name, len(got.content)) == ("本月漏斗 11月.xlsx", 104)


@pytest.mark.parametrize("room", ["", "cid-team"])
async def test_a_file_is_uploaded_and_sent_on_dingtalk(dingtalk: Bot, sim: Simulator, room: str) -> None:
    await sim.dingtalk.say(dingtalk.url, "manager01", "导出", room=room)
    await dingtalk.send("manager01", Part("", file=FILE, content=b"PK\x03\x04" + b"x" * 100), room=room)
    (got,) = sim.world.screens.files[room or "manager01"]
    assert got.name == "本月漏斗 11月.xlsx"
    assert sim.calls("sendBySession") == []


async def test_an_expired_token_is_renewed_for_an_upload_too(wecom: Bot, sim: Simulator) -> None:
    await wecom.send("zhouxm", "你好")
    sim.wecom.tokens.expire()
    await wecom.send("zhouxm", Part("", file=FILE, content=b"PK\x03\x04" + b"x" * 100))
    assert [file.name for file in sim.world.screens.files["zhouxm"]] == [FILE.name]


async def test_a_name_cannot_break_out_of_the_form(wecom: Bot, sim: Simulator) -> None:
    nasty = OutFile('a"; filename="b.exe"\r\nX: y\r\n.xlsx', "0" * 64)
    await wecom.send("zhouxm", Part("", file=nasty, content=b"PK\x03\x04" + b"x" * 100))
    (got,) = sim.world.screens.files["zhouxm"]
    assert got.name == "a_; filename=_b.exe___X_ y__.xlsx"


async def test_a_member_who_is_gone_is_gone_for_cards_too(wecom: Bot, sim: Simulator) -> None:
    sim.wecom.strangers = {"gone"}
    with pytest.raises(Undeliverable):
        await _say(wecom, "gone", SURE)
    assert len(sim.calls("message/send")) == 1
