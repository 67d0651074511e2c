"""How somebody was in touch with a customer, by the words that tell of it."""

from __future__ import annotations

import re

from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.text import simplified


class Method:
    """How they were in touch; the Chinese is what the database keeps."""

    visit, call, wechat = Text("拜访"), Text("电话"), Text("微信")
    sms, mail, online, other = Text("短信"), Text("邮件"), Text("线上会议"), Text("其他")


METHODS = (
    (Method.visit, ("visited", "met ", "dropped by", "had lunch", "had dinner", "had coffee")),  # and will call
    (
        Method.call,
        (
            "打电话",
            "电话",
            "来电",
            "致电",
            "打了",
            "通话",
            "没人接",
            "没接",
            "打过",
            "打不通",
            "打给",
            "call",
            "phoned",
            "rang ",
            "spoke to",
        ),
    ),
    (Method.wechat, ("微信", "企微", "发消息", "私聊", "wechat", "messaged")),
    (Method.mail, ("邮件", "email", "mail")),
    (Method.online, ("视频", "线上", "腾讯会议", "远程", "online", "zoom")),
    (Method.sms, ("短信", "texted")),
    (
        Method.visit,
        (
            "拜访",
            "去了",
            "见了",
            "见到",
            "见面",
            "跑了",
            "到访",
            "回访",
            "上门",
            "面谈",
            "吃饭",
            "吃了",
            "刚从",
            "现场",
            "开会",
            "走访",
            "visited",
            "演示",
            "门口",
        ),
    ),
)


_MOVED = re.compile(r"[过出回上下进][来去]了")  # 发过去了: nobody went anywhere


_PLAYED = re.compile(r"打(?:了|过)?.{0,3}?(?:[场局](?!电话)|球|牌|麻将|高尔夫)")  # 打了场高尔夫 is no call


_MET = re.compile(  # 开了个会, 碰了个头, 到佳威跟王厂长聊了聊, 刚去送了趟资料
    r"开(?:了|过|完)(?:一?[个场次])?会|碰(?:了|过|完)?(?:一?个)?[头面]|[吃喝](?:了|过|完)?(?:一?[个顿杯])?[饭茶酒]"
    r"|(?<!过)[去到跑](?![期账货款底时]).{0,14}[送谈聊见碰看坐转待](?:[了过到完趟]|一下)"
)


def method_of(text: str) -> str:
    """How they were in touch, by the words."""
    lower = _PLAYED.sub("见面", _MOVED.sub("", simplified(text).lower()))
    told = next((how for how, cues in METHODS if any(cue in lower for cue in cues)), None)
    return (told or (Method.visit if _MET.search(lower) else Method.other)).chinese


OTHER = Method.other.chinese
