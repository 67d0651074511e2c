"""Reads TOML into frozen dataclasses, strictly, and collects every mistake with its line and the nearest right word.

tomllib knows no line numbers, pydantic knows no TOML: the dataclass is the grammar here, and a second, shallow look at
the text tells on which line a key stands.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

Where = tuple[str | int, ...]  # ("channels", "sales", "token"), ("stages", 3, "name")

_SAID_TWICE = {"Cannot declare": "这一节写了两次", "Cannot overwrite": "这个键写了两次"}


class SettingsError(Exception):
    """The configuration cannot be used; `problems` are sentences, each beginning with file and line."""

    def __init__(self, problems: Collection[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Secret(str):
    """A string that does not show itself when what holds it is printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(***)" if self else "Secret()"


class Document:
    """A TOML file that knows where everything stands in it, and what is wrong with it so far."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path
        self.environ = environ
        self.problems: list[tuple[int, str]] = []
        try:
            text = path.read_text(encoding="utf-8-sig")  # Notepad likes to begin with a mark
        except OSError as error:
            raise SettingsError([f"{path}: 打不开（{error.strerror}）"]) from None
        except UnicodeDecodeError:
            raise SettingsError([f"{path}: 不是 UTF-8 编码，请另存为 UTF-8"]) from None
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError([_syntax_error(path, text, str(error))]) from None
        self.lines = dict(_lines(text))

    def complain(self, where: Where, sentence: str) -> None:
        """Note a mistake; go on reading, there may be more."""
        while where and where not in self.lines:
            where = where[:-1]
        self.problems.append((self.lines.get(where, 1), sentence))

    def finish(self) -> None:
        """Raise SettingsError if anything was wrong."""
        if self.problems:
            ordered = sorted(self.problems, key=lambda problem: problem[0])
            raise SettingsError([f"{self.path}:{line}: {sentence}" for line, sentence in ordered])

    def table(self, table: object, where: Where, allowed: Collection[str]) -> dict[str, Any]:
        """A table with known keys only; strangers are named, with the key that was probably meant."""
        if not isinstance(table, dict):
            self.complain(where, f"{_shown(where)}应是一节，不是一个值")
            return {}
        for key in table.keys() - set(allowed):
            self.complain((*where, key), f"{_shown(where)}不认识 {key}，{nearest(key, allowed)}")
        return table

    def read(self, shape: type, table: object, where: Where, given: Mapping[str, object]) -> Any:
        """A `shape` from a table: its fields are the keys, but for `given`. None if that cannot be."""
        before = len(self.problems)
        hints = get_type_hints(shape, include_extras=True)
        wanted = [item for item in fields(shape) if item.name not in given]
        table = self.table(table, where, [item.name for item in wanted])
        values = dict(given)
        for item in wanted:
            if item.name in table:
                try:
                    values[item.name] = self.value(hints[item.name], table[item.name])
                except ValueError as error:
                    self.complain((*where, item.name), f"{_shown(where)}{item.name} {error}")
            elif item.default is MISSING and item.default_factory is MISSING:
                self.complain(where, f"{_shown(where)}缺少 {item.name}")
        return shape(**values) if len(self.problems) == before else None

    def kind(self, table: object, where: Where, kinds: Collection[str]) -> bool:
        """Whether the table says which of the kinds it is; only then its other keys can be judged."""
        if not isinstance(table, dict):
            self.table(table, where, ())
        elif "kind" not in table:
            self.complain(where, f"{_shown(where)}缺少 kind，可用的有：{'、'.join(kinds)}")
        elif table["kind"] not in list(kinds):  # a list compares, a dict would hash: it may be anything
            said = f"不能是 {_quoted(table['kind'])}，{nearest(str(table['kind']), kinds)}"
            self.complain((*where, "kind"), f"{_shown(where)}kind {said}")
        else:
            return True
        return False

    def value(self, kind: Any, raw: Any) -> Any:
        """The raw value as what the annotation asks for. ValueError: half a sentence that says what is wrong."""
        if hasattr(kind, "__metadata__"):  # Annotated[kind, check, ...]
            value = self.value(kind.__origin__, raw)
            for check in kind.__metadata__:
                value = type(value)(check(value))
            return value
        if get_origin(kind) is Literal:
            return _one_of(get_args(kind), raw)
        if get_origin(kind) is tuple:
            return tuple(self.value(get_args(kind)[0], item) for item in _typed(list, raw))
        if kind is Secret:
            return Secret(self.secret(raw))
        return _READERS[kind](raw)

    def secret(self, raw: object) -> str:
        """A string as it stands, or from the environment, or from a file."""
        match raw:
            case str():
                return raw
            case {"env": str(name), **rest} if not rest:
                if name not in self.environ:
                    raise ValueError(f"要读环境变量 {name}，但它没有设置")
                return self.environ[name]
            case {"file": str(name), **rest} if not rest:
                try:
                    return (self.path.parent / name).read_text(encoding="utf-8").strip()
                except (OSError, UnicodeDecodeError):
                    raise ValueError(f"要读文件 {name}，但它打不开") from None
        raise ValueError('应是字符串、{ env = "变量名" } 或 { file = "文件" }')


def _typed(kind: type, raw: Any) -> Any:
    if not isinstance(raw, kind) or (isinstance(raw, bool) and kind is not bool):
        raise ValueError(f"应是{_NAMES[kind]}，现在是 {_quoted(raw)}")
    return raw


def _one_of(choices: tuple[str, ...], raw: object) -> str:
    if raw not in choices:
        raise ValueError(f"不能是 {_quoted(raw)}，{nearest(str(raw), choices)}")
    return str(raw)


def _decimal(raw: Any) -> Decimal:
    try:
        value = Decimal(str(raw))
    except InvalidOperation:
        value = Decimal("NaN")
    if isinstance(raw, bool) or not value.is_finite() or value < 0:
        raise ValueError(f"应是不小于 0 的数，现在是 {_quoted(raw)}")
    return value


def _time(raw: Any) -> time:
    if isinstance(raw, time):
        return raw
    if isinstance(raw, str) and re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", raw):
        hour, minute = raw.split(":")
        return time(int(hour), int(minute))
    raise ValueError(f'应是 "08:30" 这样的时刻，现在是 {_quoted(raw)}')


def _zone(raw: Any) -> ZoneInfo:
    name: str = _typed(str, raw)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "Asia" is a folder
        raise ValueError(f"没有 {_quoted(raw)} 这个时区，{nearest(raw, available_timezones())}") from None


_NAMES = {str: "字符串", int: "整数", bool: " true 或 false", list: "列表"}
_READERS: Mapping[Any, Any] = {
    str: lambda raw: _typed(str, raw),
    int: lambda raw: _typed(int, raw),
    bool: lambda raw: _typed(bool, raw),
    Decimal: _decimal,
    time: _time,
    ZoneInfo: _zone,
}


def _quoted(raw: object) -> str:
    """A wrong value, short: it may be a secret put in the wrong place."""
    text = f'"{raw}"' if isinstance(raw, str) else str(raw).lower() if isinstance(raw, bool) else str(raw)
    return text if len(text) <= 24 else f"{text[:8]}…"


def nearest(word: str, allowed: Collection[str], otherwise: str = "例如 Asia/Shanghai") -> str:
    """What was probably meant, as a question; else what there is, or `otherwise` if that is too much to list."""
    close = get_close_matches(word.lower(), {name.lower(): name for name in allowed}, n=1, cutoff=0.5)
    if close:
        return "是不是 " + next(name for name in allowed if name.lower() == close[0]) + "？"
    return "可用的有：" + "、".join(allowed) if len(allowed) < 20 else otherwise


def _shown(where: Where) -> str:
    """A section as the file writes it, the fourth [[stages]] as [[stages]] 第 4 项."""
    if not where:
        return ""
    if isinstance(where[-1], int):
        return f"[[{'.'.join(map(str, where[:-1]))}]] 第 {where[-1] + 1} 项 "
    return f"[{'.'.join(map(str, where))}] "


def _syntax_error(path: Path, text: str, said: str) -> str:
    found = re.search(r"\(at line (\d+), column (\d+)\)", said)
    line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 2)
    if column == 1:  # it stopped at the start of the next line: what it means stands before
        line -= 1
    meaning = next((chinese for english, chinese in _SAID_TWICE.items() if said.startswith(english)), "")
    return f"{path}:{line}: {meaning or 'TOML 写法有误'}（{said.split(' (at ')[0]}）"


def _lines(text: str) -> Iterator[tuple[Where, int]]:
    """Where every section and key stands. Shallow: what an inline table holds stands where the table begins."""
    section: Where = ()
    counts: dict[Where, int] = {}
    inside = ""  # the quotes of a string over several lines
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            inside = "" if inside in line else inside
            continue
        if line.lstrip().startswith("["):
            section = _header(line, counts) or section
            yield section, number
        elif found := re.match(r"\s*([\w\-.\"' ]+?)\s*=", line):
            key = _path(f"{found[1]} = 0")
            yield from (((*section, *key[:depth]), number) for depth in range(1, len(key) + 1))
        inside = next((quotes for quotes in ('"""', "'''") if line.count(quotes) == 1), "")


def _header(line: str, counts: dict[Where, int]) -> Where:
    path = _path(line)
    if path and line.lstrip().startswith("[["):
        counts[path] = counts.get(path, -1) + 1
        return (*path, counts[path])
    return path


def _path(line: str) -> Where:
    """The keys of one line that is TOML by itself; nothing if it is not."""
    try:
        node: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str | int] = []
    while isinstance(node, dict) and node:
        ((key, node),) = node.items()
        path.append(key)
        node = node[0] if isinstance(node, list) and node else node
    return tuple(path)
