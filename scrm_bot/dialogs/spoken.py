"""What was spoken and understood by a platform is noisy: before it costs anything, it is shown and asked about."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scrm_bot.crm.customers import Customer
from scrm_bot.crm.shape import Stage
from scrm_bot.dialogs.phrases import money, short
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Kind
from scrm_bot.nlp.meaning import WRITING, Act, When


class Say:
    """Before a costly write that was spoken."""

    heard = Text("🎤 我听到的是：{said}{facts}\n对吗？回“对”就办，不对就再说一遍。")
    fact = Text("\n· {what}")
    amount = Text("金额 {amount}")
    stage = Text("阶段 {stage}")
    when = Text("时间 {when}")


COSTLY = frozenset({"create_deal", "update_deal", "create_quote", "record_payment", "create_invoice"})
FREE = frozenset({"log_visit", "set_reminder"})  # undone as soon as said


def doubt(kind: Kind, act: Act, values: Mapping[str, Any]) -> str:
    """What to ask before this is done; "" if it may be done at once."""
    if kind is not Kind.VOICE or act.label not in WRITING - FREE:
        return ""
    if act.label not in COSTLY and "amount" not in act.slots:
        return ""
    facts = "".join(Say.fact(what=what) for value in values.values() if (what := _fact(value)))
    return Say.heard(said=short(act.text, 80), facts=facts)


def _fact(value: Any) -> str:
    match value:
        case Customer():
            return value.name
        case Decimal():
            return Say.amount(amount=money(value))
        case Stage():
            return Say.stage(stage=value.name)
        case When():
            return Say.when(when=value.text)
    return ""
