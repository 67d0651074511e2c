"""What people write is cleaned at the border, once: the same rows and the same answers on every database."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scrm_bot import sheets
from scrm_bot.adapters.base import Malformed
from scrm_bot.adapters.text import clean
from scrm_bot.adapters.wire import read_id
from scrm_bot.message import Address
from tests import company, office
from tests.security.mutants import STRANGE
from tests.security.sizes import chance, size
from tests.stage import CoreStage

EMOJI = ["👨‍👩‍👧‍👦", "❤️‍🔥", "🏳️‍🌈", "👩🏽‍💻", "👩‍❤️‍👨", "🧑‍⚕️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👍🏽", "🇨🇳", "e\u0301"]
INVISIBLE = (
    "\u200b\u2060\ufeff\u00ad\u180e\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufff9\u3164\u115f"
)


@given(st.text(st.characters(), max_size=60))
@example("\ud800\udc00 \x00 \x85 \u2028 \ufffe")
@example("华\u200d星\u200b科\u202e技")
@settings(max_examples=300, deadline=None)
def test_what_is_clean_can_be_stored_shown_and_cleaned_again(text: str) -> None:
    tidy = clean(text)
    assert tidy == clean(tidy)
    tidy.encode()
    kinds = {unicodedata.category(char) for char in tidy if char not in "\t\n\u200d\u200c" and not _in_a_flag(char)}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(tidy) & set(INVISIBLE)


def _in_a_flag(char: str) -> bool:
    return "\U000e0020" <= char <= "\U000e007f"


@pytest.mark.parametrize("emoji", EMOJI)
def test_an_emoji_stays_one(emoji: str) -> None:
    assert clean(f"好{emoji}的") == f"好{emoji}的"


def test_a_name_cannot_be_faked_with_what_nobody_sees() -> None:
    for char in INVISIBLE + "\u200d":
        assert clean(f"华{char}星") == "华星"
        assert sheets.tidy(f"华{char}星") == "华星"


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "a\u202eb", "a\u200bb", "a\nb", "\x7f", "\u2028", "a" * 257])
def test_an_account_with_a_strange_name_is_no_account(name: str) -> None:
    with pytest.raises(Malformed):
        read_id(name)


def test_both_databases_keep_and_answer_the_same(fresh_database_url: Callable[..., str]) -> None:
    luck = chance()
    stages = [CoreStage(fresh_database_url(kind, company.prepare)) for kind in ("sqlite", "postgresql")]
    who = [Address("sales", "zhouxm"), Address("service", "openid-wang"), Address("service", "openid-new")]
    frames = (
        "今天拜访了华星王总，{}",
        "{}",
        "新增客户 {}",
        "机器坏了 {}",
        "明天提醒我{}",
        "{}的王总手机是13812345678",
        "撤销",
    )
    for _ in range(size("TEXTS", 40)):
        odd = luck.choice([*STRANGE, *EMOJI, *INVISIBLE]) + chr(luck.randrange(1, 0x2FFF)) * luck.randrange(3)
        speaker, said = luck.choice(who), clean(luck.choice(frames).format(odd))
        replies = [stage.say(speaker, said) for stage in stages]
        assert replies[0] == replies[1], said
        later = timedelta(minutes=luck.choice([0, 3]))
        for stage in stages:
            stage.now += later
    for entity in ("messages", "followups", "customers", "contacts", "reminders", "tickets", "audit", "outbox"):
        assert stages[0].rows(entity) == stages[1].rows(entity)
    for stage in stages:
        stage.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_typed_at_a_terminal_is_cleaned_too(
    kind: str, fresh_database_url: Callable[..., str], tmp_path: Path
) -> None:
    desk = office.Office(tmp_path, fresh_database_url(kind, office.staffed))
    assert "新客户" in desk.does("say", "--as", "周小明", "新增客户 珠海\udcff蓝海\x00电器有限公司")
    assert '"珠海蓝海电器有限公司"' in desk.does("export", "customers")
    for who in ("周\udcff小明\x00", "customer:\ud800", "\x00"):
        desk.cannot("say", "--as", who, "你好")
    rows = "name,owner\n华\u200b星\x9f科\u2066技,周小明\n"
    desk.does("import", "customers", desk.table("rows.csv", rows))
    assert '"华星科技"' in desk.does("export", "customers")
