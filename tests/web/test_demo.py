"""The demo in a real browser: what a visitor tries first must work, on a desk and on a phone."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from scrm_bot import demo
from scrm_bot.simulator.media import PNG
from tests.web.phone import Phone, running_browser, running_demo

DESK = {"width": 1280, "height": 800}
POCKET = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with running_browser(chromium_path) as browser:
        yield browser


@pytest.fixture(scope="module")
def address(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_demo(tmp_path_factory.mktemp("demo") / "data") as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Phone]]:
    """Open the page as another visitor; at the end none of their pages may have complained."""
    phones, contexts = [], []

    def open_page(**options: Any) -> Phone:
        contexts.append(browser.new_context(**({"viewport": DESK, "locale": "zh-CN"} | options)))
        phones.append(Phone(contexts[-1].new_page(), address))
        return phones[-1]

    yield open_page
    trouble = [line for phone in phones for line in phone.trouble]
    for context in contexts:
        context.close()
    assert not trouble


@pytest.fixture
def phone(visit: Callable[..., Phone]) -> Phone:
    return visit()


def test_a_visit_is_logged_and_the_panel_says_what_was_understood_written_and_sent(phone: Phone) -> None:
    phone.become("zhouxm")
    phone.say("今天拜访了华星王总，对方案认可，就是价格有点高，下周三再报一版")
    phone.hears("华星科技(深圳)有限公司")
    expect(phone.told("怎么理解的")).to_contain_text("王总")
    expect(phone.told("怎么理解的")).to_contain_text("拜访了")
    expect(phone.told("写了什么").locator(".card").first).to_contain_text("新建跟进记录")
    expect(phone.told("写了什么")).to_contain_text("提醒")
    expect(phone.told("推给了谁").locator(".state")).to_have_text("回复 · 已送达")


def test_an_ambiguous_name_is_chosen_with_a_button(phone: Phone) -> None:
    phone.become("zhouxm")
    phone.say("恒通见了 聊得还行")
    phone.hears("回数字")
    expect(phone.told("写了什么")).to_contain_text("什么都没写")
    phone.tap("恒通物流(东莞)有限公司")
    expect(phone.told("写了什么")).to_contain_text("恒通物流(东莞)有限公司")
    phone.hears("✅ 恒通物流(东莞)有限公司")


def test_a_list_is_handed_out_as_a_file_to_save(phone: Phone) -> None:
    phone.become("zhouxm")
    phone.say("好久没联系的客户")
    phone.say("导出")
    link = phone.page.locator("#log > li").last.locator("a.file")
    expect(link).to_contain_text(".xlsx")
    with phone.page.expect_download() as saved:
        link.click()
    assert saved.value.suggested_filename.endswith(".xlsx")
    assert Path(saved.value.path()).read_bytes().startswith(b"PK")


def test_an_undo_takes_the_record_back_and_the_panel_shows_both(phone: Phone) -> None:
    phone.become("lisq")
    phone.say("刚给顺达刘经理打了电话，她说等领导回来再定，周五再问一次")
    phone.hears("回“撤销”可撤回")
    phone.say("撤销")
    phone.hears("已撤回")
    expect(phone.told("写了什么").locator(".tag.verb-gone").first).to_have_text("撤回")
    phone.page.locator(".me .meta").nth(-2).click()
    expect(phone.told("写了什么")).to_contain_text("后来撤回了")


def test_a_request_of_a_customer_reaches_the_engineer_and_the_answer_the_customer(phone: Phone) -> None:
    phone.become("wangjg")
    phone.say("我们厂那台X200今天早上开机就报警E07，急，生产停了")
    phone.hears("已受理")
    expect(phone.told("推给了谁")).to_contain_text("张建国")
    expect(phone.badge("zhangjg")).to_have_text("1")
    phone.become("zhangjg")
    phone.hears("E07")
    phone.tap("接单")
    phone.hears("已接")
    expect(phone.badge("wangjg")).to_be_visible()
    phone.become("wangjg")
    phone.hears("工程师张建国接单")


def test_a_reminder_pops_up_by_itself(phone: Phone) -> None:
    phone.become("zhouxm")
    phone.say("3秒后提醒我喝水")
    phone.hears("⏰ 提醒")
    expect(phone.bubbles.last).to_contain_text("喝水")
    expect(phone.page.locator("#feed li").first).to_contain_text("喝水")


def test_somebody_else_hears_at_once_in_another_window(visit: Callable[..., Phone]) -> None:
    customer, engineer = visit(), visit()
    engineer.become("wuq")
    customer.become("liufang")
    customer.say("修到哪了")
    customer.hears("工单")
    engineer.say("我的工单")
    customer.become("wuq")
    customer.hears("工单")
    expect(customer.page.locator(".me .bubble").last).to_have_text("我的工单")


def test_a_reload_keeps_the_conversation_and_who_one_was(phone: Phone) -> None:
    phone.become("chenzy")
    phone.say("本月漏斗")
    phone.hears("漏斗")
    said = phone.bubbles.all_inner_texts()
    phone.page.reload()
    expect(phone.bubbles).to_have_count(len(said))
    assert phone.bubbles.all_inner_texts() == said
    expect(phone.page.locator(".person[aria-current]")).to_contain_text("陈志远")


def test_a_sentence_to_try_goes_into_the_composer_and_is_gone_once_said(phone: Phone) -> None:
    phone.become("zhangjg")
    chip = phone.page.locator(".chip", has_text="我的工单")
    chip.click()
    expect(phone.page.locator("#say")).to_have_value("我的工单")
    phone.page.locator("#send").click()
    expect(chip).to_have_count(0)
    phone.hears("工单")


def test_a_step_of_a_story_picks_the_person_and_fills_in_the_words(phone: Phone) -> None:
    phone.page.get_by_text("客户报修，工程师那边马上响").click()
    phone.page.locator(".story[open] button").first.click()
    expect(phone.page.locator(".person[aria-current]")).to_contain_text("王建国")
    expect(phone.page.locator("#say")).to_have_value(re.compile("E07"))


def test_enter_that_ends_an_input_method_sends_nothing(phone: Phone) -> None:
    phone.become("zhouxm")
    before = phone.bubbles.count()
    phone.page.locator("#say").fill("nihao")
    phone.page.evaluate(
        "document.getElementById('say').dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    phone.page.locator("#say").press("Shift+Enter")
    expect(phone.page.locator("#say")).to_have_value("nihao\n")
    assert phone.bubbles.count() == before


def test_markup_in_a_message_stays_words(phone: Phone) -> None:
    phone.become("visitor")
    words = "<img src=x onerror=alert(1)> <b>坏了</b> 一开机就跳闸"
    phone.say(words)
    expect(phone.page.locator(".me .bubble").last).to_have_text(words)
    assert phone.page.locator("#log .bubble img, #log .bubble b, #insight q b").count() == 0


def test_a_phone_shows_the_chat_and_the_rest_on_demand(visit: Callable[..., Phone]) -> None:
    phone = visit(viewport=POCKET, is_mobile=True, has_touch=True)
    phone.become("lisq")
    phone.say("华兴到哪步了")
    phone.hears("华兴机械")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= POCKET["width"]
    expect(phone.page.locator("#panel")).not_to_be_visible()
    phone.page.locator("#open-panel").click()
    expect(phone.told("怎么理解的")).to_be_in_viewport()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= POCKET["width"]
    phone.page.locator("#close-panel").click()
    expect(phone.page.locator("#panel")).not_to_be_visible()


def test_no_page_of_another_site_may_speak_for_anybody(address: str) -> None:
    body = b'{"user": "zhouxm", "id": "forged-1", "text": "hi"}'
    request = urllib.request.Request(f"{address}/hooks/wecom", body, {"Sec-Fetch-Site": "cross-site"})
    with pytest.raises(urllib.error.HTTPError, match="403") as refused:
        urllib.request.urlopen(request, timeout=10)
    refused.value.close()


def test_the_page_allows_nothing_from_elsewhere(address: str) -> None:
    with urllib.request.urlopen(address, timeout=10) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_port_that_is_taken_is_said_in_a_sentence(address: str, tmp_path: Path) -> None:
    port = int(address.rsplit(":", 1)[1])
    with pytest.raises(SystemExit, match=f"端口 {port} 用不了（已经被占用）.*--port {port + 1}"):
        demo.run(tmp_path, port)


def test_a_picture_is_attached_shown_and_found_again(visit: Callable[..., Phone], tmp_path: Path) -> None:
    phone = visit(viewport=POCKET)
    picture = tmp_path / "门头.png"
    picture.write_bytes(PNG)
    phone.become("zhouxm")
    phone.say("今天拜访了华星王总 看了产线 下周三报价")
    phone.page.locator("#attach").set_input_files(picture)
    phone.hears("图片已附到 华星科技(深圳)有限公司")
    shown = phone.page.locator("#log img.picture").last
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 1
    phone.page.wait_for_timeout(1500)  # it is fetched beside the conversation
    phone.say("看下华星的照片")
    expect(phone.page.locator("#log .bot .bubble a", has_text="打开").last).to_be_visible()
    phone.page.reload()
    expect(phone.page.locator("#log img.picture").last).to_be_visible()
