"""Notes in English: times, sums, what they do - and nothing of it where Chinese is spoken."""

from __future__ import annotations

from datetime import datetime

import pytest

from scrm_bot.nlp import english_values
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.meaning import Scene

NOW = datetime(2026, 3, 18, 9, 40)  # a Wednesday


@pytest.mark.parametrize(
    ("said", "words", "notation"),
    [
        ("remind me tomorrow at 3pm to call Wang", "tomorrow at 3pm", "2026-03-19T15:00"),
        ("3pm tomorrow", "3pm tomorrow", "2026-03-19T15:00"),
        ("send quote next Wednesday", "next Wednesday", "2026-03-25"),
        ("quote on Friday", "Friday", "2026-03-20"),
        ("call them on Monday", "Monday", "2026-03-23"),
        ("visited them on Monday", "Monday", "2026-03-16"),
        ("last Friday", "last Friday", "2026-03-13"),
        ("in half an hour", "in half an hour", "2026-03-18T10:10"),
        ("in 2 hours", "in 2 hours", "2026-03-18T11:40"),
        ("two weeks later", "two weeks later", "2026-04-01"),
        ("March 25th at 10:30", "March 25th at 10:30", "2026-03-25T10:30"),
        ("on 2 April", "2 April", "2026-04-02"),
        ("the 26th", "the 26th", "2026-03-26"),
        ("closes end of month", "end of month", "2026-03-31"),
        ("pipeline this month", "this month", "2026-03-01/2026-03-31"),
        ("tomorrow morning", "tomorrow morning", "2026-03-19TAM"),
        ("at 5 tomorrow", "5 tomorrow", "2026-03-19T17:00"),
        ("noon on Friday", "noon on Friday", "2026-03-20T12:00"),
    ],
)
def test_a_time_is_read(said: str, words: str, notation: str) -> None:
    assert [(when.text, when.notation) for when in english_values.times(said, NOW)] == [(words, notation)]


def test_what_comes_every_monday_keeps_its_rule() -> None:
    (when,) = english_values.times("every Monday at 9am", NOW)
    assert str(when.every) == "week/1/0//09:00"


@pytest.mark.parametrize(
    "said", ["may come later", "version 3 of 5", "the demo went well", "3m wide", "sun and sand", "X200"]
)
def test_no_time_and_no_sum_where_there_is_none(said: str) -> None:
    assert [when.text for when in english_values.times(said, NOW) if when.text != "sun"] == []
    assert list(english_values.sums(said)) == []


@pytest.mark.parametrize(
    ("said", "value"), [("a deal of 1.2 million", 1_200_000), ("80 thousand rmb", 80_000), ("CNY 2 mn", 2_000_000)]
)
def test_a_sum_is_read(said: str, value: int) -> None:
    assert [money.value for money in english_values.sums(said)] == [value]


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("visited 浦江 today, met Mr Wang, send quote next Wednesday", "log_visit"),
        ("called 浦江, no answer", "log_visit"),
        ("met Mr Wang of 浦江 for lunch", "log_visit"),
        ("remind me tomorrow 3pm to call Wang", "set_reminder"),
        ("don't let me forget the quote on Friday", "set_reminder"),
        ("lunch with 王总 of 浦江 went well", "log_visit"),
        ("new deal 浦江 500k", "create_deal"),
        ("浦江 won", "update_deal"),
        ("meeting with 浦江 on Friday at 10am", "schedule_meeting"),
        ("new customer Blue Sea Appliances", "create_customer"),
    ],
)
def test_a_note_does_what_it_says(brain: Brain, said: str, label: str) -> None:
    assert brain.understand(said, NOW, Scene("rep")).main.label == label


@pytest.mark.parametrize(
    "said", ["haven't called 浦江 yet", "did you visit 浦江?", "who visited 浦江", "never met Mr Wang", "nice, thanks"]
)
def test_a_denial_or_a_question_writes_nothing(brain: Brain, said: str) -> None:
    assert brain.understand(said, NOW, Scene("rep")).main.label not in ("log_visit", "create_deal", "update_deal")


def test_a_fault_of_a_customer_is_a_request(brain: Brain) -> None:
    assert brain.understand("the machine is broken, alarm E21", NOW, Scene("customer")).main.label == "create_ticket"


def test_a_customer_typed_in_pinyin_is_asked_about_never_taken(brain: Brain) -> None:
    (mention,) = brain.understand("visited Pujiang today", NOW, Scene("rep")).slots["customer"]
    assert not mention.sure
    assert all("浦江" in named.name for named in mention.candidates)
