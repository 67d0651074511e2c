"""What people are told: every sentence in every language, each a Text, each called before it is said."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from scrm_bot import app, wording
from scrm_bot.cli.checking import findings
from scrm_bot.crm.people import Staff
from scrm_bot.crm.shape import Shape
from scrm_bot.dialogs.texts import Text, speaking_to
from scrm_bot.settings import SettingsError
from tests.test_architecture import modules, room

ENGLISH = wording.shipped("en")
TEXTS = wording.texts()
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
SCREEN = 38 * 9  # columns times lines: what is said at once, its holes filled with a little, is seen without scrolling
SAYS_CHINESE = {"skills.accounts.bind_code", "skills.languages.chosen"} | {  # what the other side has to type
    f"skills.rooms.{name}" for name in ("where", "only_leaders", "bound")
}
HEARD = {"NUMBERS", "METHODS", "NAMED", "REASONS", "PRONOUNS", "FILL"}  # module constants that hold what people say
ASKS = {"ask", "skill", "Text", "Saying"} | set(
    "search match fullmatch sub split compile findall startswith endswith removeprefix removesuffix strip rstrip lstrip"
    " replace index find partition".split()
)


def width(text: str) -> int:
    """Columns on a screen: a Chinese character takes two."""
    return sum(2 if CHINESE.match(letter) else 1 for letter in text)


def test_every_text_has_a_name_of_its_own_and_is_found() -> None:
    written = sum(
        isinstance(node, ast.Call) and ast.unparse(node.func) == "Text"
        for module, tree in modules().items()
        if room(module) in {"dialogs", "turn"}
        for node in ast.walk(tree)
    )
    assert len(TEXTS) == written


def test_english_is_complete_and_holds_nothing_else() -> None:
    assert {"missing": TEXTS.keys() - ENGLISH.keys(), "unknown": ENGLISH.keys() - TEXTS.keys()} == {
        "missing": set(),
        "unknown": set(),
    }


def test_english_fills_the_same_holes() -> None:
    wrong = {
        name: (text.chinese, ENGLISH[name])
        for name, text in TEXTS.items()
        if wording.holes(text.chinese) != wording.holes(ENGLISH.get(name, text.chinese))
    }
    assert not wrong


def test_english_is_english() -> None:
    assert {n: t for n, t in ENGLISH.items() if CHINESE.search(t)}.keys() == SAYS_CHINESE


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_said_fits_on_a_phone(language: str) -> None:
    said = {name: ENGLISH[name] if language == "en" else text.chinese for name, text in TEXTS.items()}
    filled = {name: re.sub(r"\{\w+\}", "........", text) for name, text in said.items()}
    assert {name: width(text) for name, text in filled.items() if width(text) > SCREEN // 2} == {}


def said_by(tree: ast.Module) -> list[ast.Constant]:
    """Chinese in a module that is neither a Text nor there to be recognised."""
    fine: set[int] = set()
    for node in ast.walk(tree):
        doc = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False)
        if doc:
            fine.add(id(node.body[0].value))  # type: ignore[attr-defined]
        heard = isinstance(node, ast.Compare | ast.Raise) or (
            isinstance(node, ast.Call) and ast.unparse(node.func).rsplit(".")[-1] in ASKS
        )
        if heard or (is_heard(node)):
            fine |= {id(child) for child in ast.walk(node)}
    constants = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return [node for node in constants if CHINESE.search(str(node.value)) and id(node) not in fine]


def is_heard(node: ast.AST) -> bool:
    """A constant of the module that says by its name that it is there to be recognised."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    return bool(names) and all(name in HEARD or (name.startswith("_") and name.isupper()) for name in names)


def test_no_sentence_for_people_stands_outside_a_text() -> None:
    wrong = [
        f"{module}:{node.lineno} {node.value!r}"
        for module, tree in modules().items()
        if room(module) in {"dialogs", "turn", "posting", "clock"}
        for node in said_by(tree)
    ]
    assert not wrong


def test_a_text_is_said_by_calling_it_never_by_writing_it() -> None:
    for name, text in TEXTS.items():
        with pytest.raises(TypeError, match=re.escape(name)):
            f"{text}"
    assert not isinstance(Text(""), str)  # and mypy sees every other way


def test_whoever_is_spoken_to_decides_the_words_and_only_inside() -> None:
    shape = Shape(wordings={"zh": {}, "en": ENGLISH})
    undo = TEXTS["taps.tap.undo"]
    tom = Staff(name="Tom", role="sales", language="en")
    with speaking_to(shape, tom):
        assert undo() == "Undo"
        with speaking_to(shape, Staff(name="小周", role="sales", language="")):
            assert undo() == "撤销"
        assert undo() == "Undo"
    assert undo() == "撤销"


def own(folder: Path, texts: str) -> Path:
    (folder / "wording.toml").write_text(texts, encoding="utf-8")
    config = folder / "scrm.toml"
    config.write_text('[company]\nname = "示例"\nlanguage = "en"\nwording = "wording.toml"\n', encoding="utf-8")
    return config


def test_a_company_says_it_in_its_own_words(tmp_path: Path) -> None:
    shape = app.shape(
        app.settings.load(own(tmp_path, '[zh.skills.languages]\nwhich = "都会"\n[en.taps.tap]\nundo = "Oops"\n'), {})
    )
    with speaking_to(shape, Staff(name="小周", role="sales", language="zh")):
        assert TEXTS["skills.languages.which"]() == "都会"
        assert TEXTS["taps.tap.undo"]() == "撤销"
    with speaking_to(shape, Staff(name="Tom", role="sales", language="")):
        assert TEXTS["taps.tap.undo"]() == "Oops"


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        ('[zh.phrases]\nment = "撤"\n', "wording.toml:2: 没有叫 phrases.ment 的话，是不是 phrases.meant？"),
        ('[zh.phrases]\nmeant = "{what}"\n', "wording.toml:2: phrases.meant 少了 {words}"),
        (
            '[en.phrases]\nmeant = "{what} {words} {who}"\n',
            "wording.toml:2: phrases.meant 不认识 {who}，能用的有 {what}、{words}",
        ),
        ('[zh.phrases]\nmeant = "{words!r}"\n', "wording.toml:2: phrases.meant 的占位符只能是 {名字}"),
        ('[zh.phrases]\nmeant = "{words"\n', "wording.toml:2: phrases.meant 里的花括号没有配对"),
        ("[zh.phrases]\nmeant = 3\n", "wording.toml:2: phrases.meant 应是字符串"),
        ('[fr.phrases]\nmeant = "bon"\n', "不认识 fr，可用的有：zh、en"),
    ],
)
def test_a_wrong_word_of_a_company_is_told_with_its_line(tmp_path: Path, texts: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(complaint)):
        list(findings(own(tmp_path, texts)))


def test_what_is_listed_can_be_read_back(tmp_path: Path) -> None:
    for language in wording.LANGUAGES:
        file = tmp_path / f"{language}.toml"
        file.write_text(wording.listed(language, wording.load(None)), encoding="utf-8")
        found = wording.load(file)[language]
        assert {name: found[name] for name in TEXTS} == {
            name: wording.load(None)[language].get(name, text.chinese) for name, text in TEXTS.items()
        }
