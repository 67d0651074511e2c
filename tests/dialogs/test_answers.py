import pytest

from scrm_bot.dialogs import answers

LABELS = ["恒通电子(深圳)有限公司", "恒通物流(东莞)有限公司"]


@pytest.mark.parametrize(
    ("text", "chosen"), [("2", 1), ("第二个", 1), ("选1", 0), ("二", 1), ("第一家吧", 0), ("１", 0)]
)
def test_a_choice_is_made_by_number(text: str, chosen: int) -> None:
    assert answers.option(text, LABELS) == chosen


@pytest.mark.parametrize(("text", "chosen"), [("深圳那个", 0), ("物流", 1), ("东莞那家", 1), ("是物流的", 1)])
def test_a_choice_is_made_by_words_that_only_one_has(text: str, chosen: int) -> None:
    assert answers.option(text, LABELS) == chosen


@pytest.mark.parametrize("text", ["3", "0", "恒通", "那个", "", "今天拜访了物流的王总"])
def test_what_fits_none_or_several_is_no_choice(text: str) -> None:
    assert answers.option(text, LABELS) is None


@pytest.mark.parametrize("text", ["算了", "取消", "不用了吧", "别记了。"])
def test_never_mind(text: str) -> None:
    assert answers.cancels(text)


@pytest.mark.parametrize("text", ["算了一下总价是五万", "取消订单的客户有几个"])
def test_words_that_only_begin_like_never_mind(text: str) -> None:
    assert not answers.cancels(text)


@pytest.mark.parametrize("text", ["跳过", "没有", "不知道", "还没定", "再说吧"])
def test_skipping(text: str) -> None:
    assert answers.skips(text)


@pytest.mark.parametrize(
    ("text", "yes"), [("是的", True), ("确认", True), ("OK", True), ("好的", True), ("不是", False)]
)
def test_yes_and_no(text: str, yes: bool) -> None:
    assert answers.agrees(text) is yes
    assert answers.declines(text) is not yes
