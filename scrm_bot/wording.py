"""What is said in another language, or in a company's own words: files of texts by their names, held to what there is.

The Chinese stands in the code, beside whoever says it. `locales/en.toml` is the whole English; a company's file changes
what it likes in either: `[zh.skills.followups]`, `[en.skills.followups]`.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from scrm_bot.dialogs.texts import Text
from scrm_bot.strict import Document, Where, nearest

LANGUAGES = ("zh", "en")
LOCALES = Path(__file__).parent / "locales"
ALL = "scrm-bot wording 列出全部"
Wordings = dict[str, dict[str, str]]


def load(path: Path | None) -> Wordings:
    """By language what is said instead of the Chinese. Raises SettingsError with all that is wrong with the file."""
    found: Wordings = {language: shipped(language) for language in LANGUAGES}
    if path is not None:
        for language, texts in _own(path).items():
            found[language] |= texts
    return found


def shipped(language: str) -> dict[str, str]:
    """A language as it comes with the program; Chinese needs none."""
    file = LOCALES / f"{language}.toml"
    return dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")))) if file.exists() else {}


def texts() -> dict[str, Text]:
    """Every text of the modules that are loaded, by its name."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("scrm_bot.")]
    classes = (
        value for module in modules for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == module.__name__
    )  # fmt: skip
    return {text.name: text for one in classes for text in vars(one).values() if isinstance(text, Text)}


def holes(template: str) -> set[str]:
    """The names of what is filled in. ValueError: half a sentence that says what is wrong with its braces."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        raise ValueError("里的花括号没有配对；要写花括号本身，写两个") from None
    if any(spec or conversion for _, _, spec, conversion in parts):
        raise ValueError("的占位符只能是 {名字}")
    return {name for _, name, _, _ in parts if name is not None}


def listed(language: str, wordings: Mapping[str, Mapping[str, str]]) -> str:
    """Every text with its name, as the file has it in which a company changes what it likes."""
    lines, section = [], ""
    for name, text in sorted(texts().items(), key=lambda one: one[0].rpartition(".")[::2]):
        table, _, key = name.rpartition(".")
        if table != section:
            lines.append(f"\n[{language}.{table}]")
            section = table
        lines.append(f"{key} = {json.dumps(wordings[language].get(name, text.chinese), ensure_ascii=False)}")
    return "\n".join(lines).strip()


def _own(path: Path) -> Wordings:
    document = Document(path, {})
    known = texts()
    tables = document.table(document.data, (), LANGUAGES)
    found = {
        language: dict(_checked(document, known, (language,), table))
        for language, table in tables.items()
        if language in LANGUAGES
    }
    document.finish()
    return found


def _checked(document: Document, known: Mapping[str, Text], where: Where, table: Any) -> Iterator[tuple[str, str]]:
    """The texts of a table and of those in it; what cannot be used is complained of."""
    for key, value in document.table(table, where, table if isinstance(table, dict) else ()).items():
        here = (*where, key)
        name = ".".join(map(str, here[1:]))
        if isinstance(value, dict):
            yield from _checked(document, known, here, value)
        elif name not in known:
            document.complain(here, f"没有叫 {name} 的话，{nearest(name, known, ALL)}")
        elif wrong := _wrong(known[name], value):
            document.complain(here, f"{name} {wrong}")
        else:
            yield name, value


def _wrong(text: Text, value: object) -> str:
    """What is wrong with saying this instead; "" if nothing is."""
    if not isinstance(value, str):
        return "应是字符串"
    try:
        said, wanted = holes(value), holes(text.chinese)
    except ValueError as error:
        return str(error)
    if lacking := sorted(wanted - said):
        return f"少了 {_braced(lacking)}"
    return (
        f"不认识 {_braced(more)}，能用的有 {_braced(sorted(wanted)) or '：没有'}"
        if (more := sorted(said - wanted))
        else ""
    )


def _braced(names: list[str]) -> str:
    return "、".join(f"{{{name}}}" for name in names)


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
