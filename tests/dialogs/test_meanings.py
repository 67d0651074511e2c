"""What understanding says in English, in words for people."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path

import pytest

from scrm_bot.dialogs import meanings
from scrm_bot.dialogs.meanings import known_reason, reason, value

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("it happened: 拜访了", "说的是已经发生的事：「拜访了」"),
        ("nearest example 今天拜访了\ue000\ue001 (0.29)", "最像例句「今天拜访了……」（相似度 0.29）"),
        ("a customer tells of a fault", "客户在说故障"),
        ("something that nobody has thought of yet", "something that nobody has thought of yet"),
    ],
)
def test_a_reason_is_told_in_chinese_where_we_know_it(said: str, shown: str) -> None:
    assert reason(said) == shown


@pytest.mark.parametrize(
    ("slot", "text", "shown"),
    [
        ("amount", "300000", "¥30万"),
        ("time", "2026-03-11", "明天（周三）"),
        ("time", "2026-03-10T15:04:05", "今天15:04:05"),
        ("time", "2026-03-01/2026-03-31", "3月1日（周日） 到 3月31日（周二）"),
        ("time", "../2026-03-12", "后天（周四）之前"),
        ("time", "2026-03-10TAM", "今天上午"),
        ("next_time", "2026-03-13TEV", "3月13日（周五）晚上"),
        ("duration", "P7D", "7 天"),
        ("duration", "PT40M", "40 分钟"),
        ("sentiment", "pos", "积极"),
        ("time", "no time at all", "no time at all"),
        ("person", "王总", "王总"),
    ],
)
def test_a_value_is_shown_as_one_reads_it(slot: str, text: str, shown: str) -> None:
    assert value(slot, text, TODAY) == shown


def test_a_reason_without_chinese_words_is_not_told_in_chat() -> None:
    assert known_reason("something that nobody has thought of yet") == ""


def given() -> list[str]:
    """Every reason that a rule gives, as its source says it."""
    found = []
    for file in sorted((Path(meanings.__file__).parents[1] / "nlp").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "verdict_of":
                found.append(re.sub(r"\{[^}]*\}", "拜访", ast.unparse(node.args[1]).lstrip("f").strip("\"'")))
    return found


def test_every_reason_of_a_rule_has_chinese_words() -> None:
    said = [text.replace("拜访: 拜访", "won: 拜访").replace("\\", "") for text in given()]
    assert len(said) > 50
    assert [text for text in said if not known_reason(text)] == []
