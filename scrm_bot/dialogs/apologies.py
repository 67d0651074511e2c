"""A polite sentence for every refusal."""

from __future__ import annotations

from scrm_bot.crm import errors
from scrm_bot.crm.desk import Desk
from scrm_bot.dialogs import undone
from scrm_bot.dialogs.phrases import masked, moment, money
from scrm_bot.dialogs.states import state_called
from scrm_bot.dialogs.texts import Text


class Say:
    """The apologies."""

    not_yours = Text("这家客户不在你的权限内，当前负责人 {owner}。要一起跟的话，找 TA 或你们经理说一声。")
    not_allowed = Text("这个我不能替你办，权限不够。")
    no_open_deal = Text("「{customer}」现在没有进行中的商机。要建的话，说“{customer} 建个商机 50万”。")
    already_closed = Text("「{what}」已经结束了，没有再动它。")
    taken = Text("{number} 现在是「{who}」，不用再接。")
    past = Text("{moment}已经过去了，换个时间？")
    too_large = Text("{amount} 这个数太大了，麻烦再确认一下。")
    nothing_to_undo = Text("最近 {minutes} 分钟里没有可以撤回的记录。")
    changed_since = Text("这条改不了了：{why}。")
    wrong_code = Text("这个绑定码不对，或者已经用过、过期了。请联系您的销售重新要一个。")
    sorry = Text("这个暂时办不了。")


def words(refusal: errors.Refused, desk: Desk) -> str:
    """What to say."""
    match refusal:
        case errors.NotYours(_, owner):
            return Say.not_yours(owner=masked(owner))
        case errors.NotAllowed():
            return Say.not_allowed()
        case errors.NoOpenDeal(customer):
            return Say.no_open_deal(customer=customer)
        case errors.AlreadyClosed(what):
            return Say.already_closed(what=what)
        case errors.TakenBy(number, who):
            return Say.taken(number=number, who=state_called(who))
        case errors.InThePast(due_at):
            return Say.past(moment=moment(due_at.astimezone(desk.shape.zone), desk.today))
        case errors.TooLarge(amount):
            return Say.too_large(amount=money(amount))
        case errors.NothingToUndo(minutes):
            return Say.nothing_to_undo(minutes=minutes)
        case errors.ChangedSince(kept):
            return Say.changed_since(why=undone.why(desk, kept))
        case errors.WrongCode():
            return Say.wrong_code()
        case _:
            return Say.sorry()
