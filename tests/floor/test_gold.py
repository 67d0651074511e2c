"""The gold tells what is as wanted from what is wrong, twice, missing, lost or never heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from scrm_bot.dialogs import notices
from scrm_bot.floor.cast import Person
from scrm_bot.floor.gold import Judge, Verdict
from scrm_bot.floor.habits import PERFECT
from scrm_bot.floor.matters import After, Changed, Journal, Matter, Ring, Said, Wanted
from scrm_bot.floor.rows import Rows
from scrm_bot.floor.values import Moment
from scrm_bot.simulator import Pushed, Request, Seen
from scrm_bot.simulator.pushing import Answered
from tests import company
from tests.stage import CoreStage
from tests.story import PEOPLE

TODAY = Moment("今天", company.NOW.date())
XIAO_ZHOU = Person("周晓明", "小周", "sales", "sales", "zhouxm", PERFECT)
VISIT = Wanted("followups", {"customer": "华星科技(深圳)有限公司", "author": "周晓明", "happened_at": TODAY})
HUAXING, SHUNDA = "华星科技(深圳)有限公司", "佛山顺达五金有限公司"


@dataclass
class Day:
    """Something was said to a real bot; now it is judged."""

    stage: CoreStage
    url: str
    journal: Journal

    def say(self, text: str, *wanted: Wanted | Changed, status: int = 200, key: str = "") -> Matter:
        key = key or f"k{len(self.journal.said) + 100}"
        answer = self.stage.say(PEOPLE["小周"], text, key=key)
        matter = Matter("", "周晓明", [one for one in wanted if isinstance(one, Wanted)])
        matter.changed = [one for one in wanted if isinstance(one, Changed)]
        matter.said = [said(text, key, status, answer)]
        return self.journal.open(matter)

    def verdict(self, *screens: Seen) -> Verdict:
        return Judge(Rows(self.url, company.ZONE), [XIAO_ZHOU]).judge(self.journal, screens or self._shown())

    def _shown(self) -> list[Seen]:
        rows = Rows(self.url, company.ZONE).all("outbox")
        return [Seen("wecom", row["to_user"], row["text"], "api", 0.0) for row in rows]


def said(text: str, key: str, status: int, answer: str) -> Said:
    pushed = Pushed("zhouxm", key, Request("", {}, b""), {}, (Answered(status, b"", 0.0),))
    return Said(text, True, 0.0, pushed, answer=answer)


@pytest.fixture
def day(fresh_database_url: Callable[..., str]) -> Iterator[Day]:
    url = fresh_database_url("sqlite", company.prepare)
    with closing(CoreStage(url)) as stage:
        yield Day(stage, url, Journal())


def test_what_is_written_as_it_was_wanted_is_right(day: Day) -> None:
    day.say("今天拜访了华星王总，对方案认可", VISIT)
    found = day.verdict()
    assert (found.written, found.broken, found.missing) == (1, [], [])


def test_another_customer_another_day_and_a_row_too_many_are_wrong(day: Day) -> None:
    day.say("今天拜访了顺达，聊了聊报价", VISIT)
    day.say("昨天拜访了华星王总，聊了聊报价", VISIT)
    day.say("今天拜访了顺达，下周三再报一版价", replace(VISIT, values={**VISIT.values, "customer": SHUNDA}))
    found = day.verdict()
    assert len(found.wrong) == 3
    assert len(found.missing) == 2
    assert "reminders" in found.wrong[2]


def test_another_amount_is_wrong_whatever_it_was_changed_to_later(day: Day) -> None:
    deal = {"customer": SHUNDA, "amount": Decimal(500_000)}
    day.say("顺达建个商机 50万", Wanted("deals", deal))
    day.say("顺达建个商机 15万", Wanted("deals", deal))
    assert [one.count("150000") for one in day.verdict().wrong] == [1]


def test_a_row_is_judged_as_it_was_born_and_its_changes_by_themselves(day: Day) -> None:
    move = Changed("deals", HUAXING, "stage", "quote")
    day.say("华星推进到报价谈判", move)
    day.say("把华星的金额改成四十八万", Changed("deals", HUAXING, "amount", Decimal(480_000)))
    assert day.verdict().broken == []
    day.say("把华星的金额改成四十九万", Changed("deals", HUAXING, "amount", Decimal(940_000)))
    found = day.verdict()
    assert len(found.wrong) == len(found.missing) == 1


def test_what_was_taken_back_is_not_there(day: Day) -> None:
    day.say("今天拜访了华星王总，对方案认可")
    day.say("撤销")
    assert day.verdict().broken == []


def test_what_is_not_written_is_missing_but_not_wrong(day: Day) -> None:
    day.say("蓝色的大象在天上飞", VISIT)
    found = day.verdict()
    assert (len(found.missing), found.broken) == (1, [])


def test_rows_that_nobody_asked_for_are_wrong(day: Day) -> None:
    day.stage.say(PEOPLE["小周"], "今天拜访了华星王总，对方案认可")
    assert len(day.verdict().wrong) == 1


def test_a_second_row_is_double_unless_somebody_typed_again_what_nobody_had_acknowledged(day: Day) -> None:
    matter = day.say("今天拜访了华星王总，对方案认可", VISIT)
    day.stage.say(PEOPLE["小周"], "今天拜访了华星王总，对方案认可", key="again")
    matter.said.append(said("今天拜访了华星王总，对方案认可", "again", 200, "✅"))
    assert len(day.verdict().doubled) == 1
    matter.said[0] = said("今天拜访了华星王总，对方案认可", matter.said[0].pushed.msg_id, 0, "✅")  # type: ignore[union-attr]
    assert day.verdict().broken == []


def test_an_acknowledged_message_without_a_row_is_lost(day: Day) -> None:
    matter = day.say("今天拜访了华星王总，对方案认可", VISIT)
    matter.said.append(said("还有", "never-came", 200, ""))
    matter.said.append(said("而且", "not-acknowledged", 0, ""))
    found = day.verdict()
    assert len(found.lost) == 1
    assert "还有" in found.lost[0]
    assert len(found.unanswered) == 1


def test_what_the_bot_wrote_down_to_say_must_be_seen(day: Day) -> None:
    day.say("今天拜访了华星王总，对方案认可", VISIT)
    found = day.verdict(Seen("wecom", "zhouxm", "别的", "api", 0.0))
    assert len(found.unsent) == 1


def test_a_reminder_of_the_day_must_ring_and_it_is_known_how_late(day: Day) -> None:
    due = After(timedelta(seconds=20))
    matter = day.say("20秒后提醒我喝水", Wanted("reminders", {"for": "周晓明", "due_at": due}))
    day.journal.rings.append(Ring("周晓明", "喝水", matter, 0.0))
    answered = Seen("wecom", "zhouxm", matter.said[0].answer, "api", 0.0)
    assert len(day.verdict(answered).rings_missed) == 1
    moment = company.NOW + timedelta(seconds=23)
    found = day.verdict(answered, Seen("wecom", "zhouxm", notices.Say.rings(what="喝水"), "api", moment.timestamp()))
    assert (found.rings_missed, found.wrong) == ([], [])
    assert found.slowest_ring() == pytest.approx(3)


def test_a_reminder_is_held_to_the_time_at_which_its_message_was_taken() -> None:
    came = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)
    after = After(timedelta(seconds=20))
    assert after.fits((came + timedelta(seconds=21), came, came + timedelta(seconds=1)))
    assert after.fits((came + timedelta(seconds=80), came, came + timedelta(seconds=60)))
    assert not after.fits((came + timedelta(hours=20), came, came + timedelta(seconds=1)))


def test_a_day_is_not_a_date_of_last_year() -> None:
    moment = Moment("12月11日", date(2026, 12, 11))
    row: dict[str, Any] = {"happened_at": datetime(2025, 12, 11, 12, tzinfo=company.ZONE)}
    assert not moment.fits(row["happened_at"])
