"""A large company's names: in one file, found as those in memory are, but short ones only where they are at home."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from scrm_bot.nlp.meaning import Scene
from scrm_bot.nlp.namebook import spoken
from scrm_bot.nlp.names import NameIndex
from scrm_bot.nlp.register import Register
from scrm_bot.nlp.registering import Draft
from tests.nlp.crowds import SMALL, crowd

ORDINARY = {"东方", "能力", "今天", "客户", "拜访", "联系", "看看", "科技", "公司", "明天"}
ME = 7  # an owner
OWN = {
    1: "上海华东精密机械有限公司",
    2: "江苏华东医药包装有限公司",
    3: "株洲晟通铝业有限公司",
    4: "苏州Acme自动化有限公司",
    5: "深圳绿源环境工程有限公司",
    6: "南京鸿途国际旅行社有限公司",
    7: "北京字节跳动网络技术有限公司",
}


def written(folder: Path, rows: Iterable[tuple[int, str, str, int | None]], mark: int = 1) -> Register:
    draft = Draft()
    draft.take(rows)
    draft.write(folder / "names", mark)
    return Register(folder / "names")


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    rows = [(number, name, name, ME) for number, name in OWN.items()]
    rows += [(number, name, name, 1) for number, name in enumerate(crowd(3000), 100)]
    rows += [(9000, "国际商业机器有限公司", "国际商业机器有限公司", ME), (9000, "国际商业机器有限公司", "蓝色巨人", ME)]
    return written(tmp_path_factory.mktemp("names"), rows)


@pytest.fixture
def index(register: Register) -> NameIndex:
    index = NameIndex(ORDINARY.__contains__)
    index.rest_on(register)
    return index


def found(index: NameIndex, text: str, scene: Scene | None = None) -> list[list[int]]:
    near = index.near(scene or Scene())
    return [[named.id for named in mention.candidates] for mention in index.find(text, near=near)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("拜访了上海华东精密机械有限公司", 1),
        ("上海华东精密机械那边说要缓一缓", 1),
        ("去了趟华东精密机械", 1),
        ("去了趟华东机械", 1),
        ("给华东医药包装报价", 2),
        ("上海华东的合同", 1),
        ("acme自动化的合同", 4),
        ("字节跳动的合同", 7),
        ("跟蓝色巨人谈了", 9000),
    ],
)
def test_a_customer_among_many_is_found_by_what_is_said_of_its_name(index, text, number):
    assert found(index, text) == [[number]]
    assert all(mention.sure for mention in index.find(text))


@pytest.mark.parametrize(
    "text", ["晟桶铝业的杜经理", "拜访了晟X铝业", "给晟铝业发合同", "上海华东精蜜机械的合同", "拜访了通晟铝业"]
)
def test_what_is_misspelt_is_found_and_never_sure(index, text):
    (mention,) = index.find(text)
    assert mention.candidates[0].id in (1, 3)
    assert not mention.sure


def test_a_short_name_means_whom_the_conversation_is_about_then_the_speakers_own(index, register):
    shared = "绿源"
    index.add(20_001, "广州绿源食品有限公司")
    assert found(index, f"拜访了{shared}", Scene(recent=(20_001,))) == [[20_001]]
    assert found(index, f"拜访了{shared}", Scene(owners=lambda: {ME})) == [[5]]


def test_a_name_that_hundreds_share_names_none_of_them(tmp_path):
    names = [(number, f"{name}", f"{name}", 1) for number, name in enumerate(crowd(100, core="恒瑞"), 1)]
    index = NameIndex(ORDINARY.__contains__)
    index.rest_on(written(tmp_path, names))
    assert found(index, "拜访了恒瑞") == []
    assert found(index, "拜访了恒瑞", Scene(recent=(5,))) == [[5]]


def test_whoever_is_new_renamed_or_gone_is_so_at_once(index):
    index.add(30_000, "大连渤海船务有限公司")
    assert found(index, "渤海船务来电") == [[30_000]]
    index.call(3, "株洲晟达新材料有限公司", ["株洲晟达新材料有限公司"])
    assert found(index, "拜访了晟达新材料") == found(index, "拜访了晟通铝业") == [[3]]
    assert index.get(3).name == "株洲晟达新材料有限公司"
    index.remove(1)
    assert found(index, "拜访了上海华东精密机械有限公司") == []
    assert index.get(1) is None


def test_the_names_of_a_customer_are_read_back(register):
    assert [entry.words for entry in register.called(9000)] == ["国际商业机器有限公司", "蓝色巨人"]
    assert register.called(4)[0].named.name == "苏州Acme自动化有限公司"
    assert 4 in register
    assert 50_000 not in register


def test_every_full_name_is_found_also_when_very_many_begin_alike(index):
    lost = [name for number, name in enumerate(crowd(400), 100) if [number] not in found(index, f"拜访了{name}")]
    assert lost == []


@pytest.mark.parametrize("damage", [b"", b"\0" * 40_000, b"\xff" * 100])
def test_a_file_that_is_no_register_is_refused(tmp_path, damage):
    (tmp_path / "names").write_bytes(damage)
    with pytest.raises((OSError, ValueError)):
        Register(tmp_path / "names")


def test_a_file_cut_short_is_refused(tmp_path):
    written(tmp_path, [(1, "华星科技有限公司", "华星科技有限公司", None)])
    whole = (tmp_path / "names").read_bytes()
    (tmp_path / "names").write_bytes(whole[:-8])
    with pytest.raises(ValueError, match="layout"):
        Register(tmp_path / "names")


@pytest.mark.parametrize("text", SMALL)
def test_everyday_sentences_name_nobody_among_many(index, text):
    assert index.find(text) == []


def test_strange_names_are_kept_as_they_are(tmp_path):
    strange = ["\ud800", "😀", " ", "(", "中国", "A" * 500, "ﬁ", "한국"]
    register = written(tmp_path, [(number, name, name, None) for number, name in enumerate(strange, 1)])
    for number, name in enumerate(strange, 1):
        assert register.called(number)[0].named.name == name[:200]
        assert register.called(number)[0].words == spoken(name[:200])
