"""Whatever is said with whatever choices: what goes out is within the limits that each platform documents."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.adapters import dingtalk_says, wechat_links, wecom_card, wecom_kf_menu
from scrm_bot.adapters.base import Part
from scrm_bot.message import Choice
from scrm_bot.simulator import board, dingtalk_cards, menus

WORDS = st.text(st.sampled_from("确认算了华星科技1 2\n（），。：:〔〕<>a@&\"'/%|[]*#👌é"), min_size=1, max_size=200)
LABELS = WORDS.map(lambda words: " ".join(words.split())).filter(bool)
ASKED = st.sampled_from(["", "q1f", "q1fx2", "r12", "t7"])
CHOICES = st.lists(st.builds(Choice, LABELS, LABELS, ASKED), min_size=1, max_size=12).map(tuple)


@given(WORDS, CHOICES)
@settings(max_examples=300, deadline=None)
def test_a_card_of_wecom_is_one_that_the_platform_takes(text: str, choices: tuple[Choice, ...]) -> None:
    if wecom_card.fits(text, choices):
        card = wecom_card.card(text, choices, "12-6abc-0")
        assert board.is_good(card)
        assert len(card["button_list"]) == len(choices)


@given(WORDS, CHOICES)
@settings(max_examples=300, deadline=None)
def test_a_card_of_dingtalk_is_one_that_the_platform_takes_both_ways(text: str, choices: tuple[Choice, ...]) -> None:
    if dingtalk_says.fits(text, choices):
        part = Part(text, choices)
        by_api, in_session = (
            dingtalk_cards.by_api(dingtalk_says.by_api(part)),
            dingtalk_cards.in_session(dingtalk_says.in_session(part)),
        )
        assert by_api is not None
        assert in_session is not None
        assert by_api == in_session
        assert len(by_api.buttons) == len(choices)


@given(WORDS, CHOICES)
@settings(max_examples=300, deadline=None)
def test_a_menu_of_kf_is_one_that_the_platform_takes(text: str, choices: tuple[Choice, ...]) -> None:
    if wecom_kf_menu.fits(text, choices):
        menu = menus.menu(wecom_kf_menu.menu(text, choices))
        assert menu is not None
        assert len(menu) == len(choices)


@given(CHOICES)
@settings(max_examples=300, deadline=None)
def test_a_link_of_wechat_is_one_that_can_be_tapped(choices: tuple[Choice, ...]) -> None:
    shown, links = menus.links(wechat_links.links(choices))
    assert "<a" not in shown
    assert len(links) == len({choice.label for choice in choices})
    assert len(shown) <= sum(len(choice.label) + 1 for choice in choices)
