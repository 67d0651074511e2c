"""People read what the bot really says: its own texts are read here."""

from __future__ import annotations

from scrm_bot.dialogs import afterwards, notices, talk
from scrm_bot.dialogs.skills import deals, followups, guiding, reminders, undoing
from scrm_bot.floor.reading import is_like, pushed, read, reminds, ticket_in


def test_a_receipt_asks_nothing() -> None:
    words = followups.Say.logged(customer="锐宇家具", facts="拜访｜今天", number=3, gist="今天去了锐宇家具")
    assert read(words).question == ""


def test_when_to_be_in_touch_again_may_be_skipped() -> None:
    assert read(f"✅ 锐宇家具\n{afterwards.Say.when_next()}").question == "next"


def test_choices_are_picked_by_what_they_say() -> None:
    found = read(talk.Say.which(options="1 恒通电子(深圳)有限公司\n2 恒通物流(东莞)有限公司"))
    assert found.question == "pick"
    assert found.number_of("恒通物流") == "2"
    assert found.number_of("华星") == ""


def test_a_confirmation_is_one() -> None:
    assert read(deals.Say.confirm_won(title="锐宇家具-一期", amount="¥5万", before="")).question == "confirm"
    assert read(talk.Say.likely(what="记一次跟进")).question == "confirm"


def test_open_questions_are_told_apart() -> None:
    assert read(followups.Say.which_customer()).question == "customer"
    assert read(reminders.Say.when()).question == "moment"
    assert read(deals.Say.why_lost(title="锐宇家具-一期")).question == "reason"


def test_not_understood_is_lost() -> None:
    assert read(guiding.Say.lost(heard="", lines="· 今天拜访了")).question == "lost"


def test_what_nobody_asked_for_is_a_push() -> None:
    ring = notices.Say.rings(what="给锐宇家具发报价")
    ticket = notices.Say.opened(
        number="T260318-01", priority="P1", customer="锐宇家具", contact="王总", text="坏了", phone="1"
    )
    assert pushed(ring)
    assert reminds(ring)
    assert pushed(ticket)
    assert ticket_in(ticket) == "T260318-01"
    assert not pushed(afterwards.Say.when_next())
    assert not pushed(reminders.Say.done(what="给锐宇家具发报价"))


def test_a_correction_that_cannot_be_made_is_known_by_its_words() -> None:
    assert is_like(undoing.Say.correct(), undoing.Say.correct)
