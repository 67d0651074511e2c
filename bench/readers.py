"""Who else reads times and money out of Chinese: the same messages for everybody, in the same run.

Nobody needs the others: they are asked only where they can be imported (requirements-rivals.txt).
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import mean
from typing import Any

from bench import chat, meter
from scrm_bot.nlp.frame import values_of
from scrm_bot.nlp.text import normalise

Reader = Callable[[str, datetime], int]  # how many values stand in it
WARM = 60  # messages


@dataclass(frozen=True, slots=True)
class Read:
    """Microseconds a message, how many values were found, and how many messages ended in an exception."""

    name: str
    mean: float
    p50: float
    p99: float
    values: int
    raised: int


def ours(text: str, ref: datetime) -> int:
    """Ours, from the text as it was typed."""
    plain = normalise(text)
    return len(values_of(plain, "time", ref)) + len(values_of(plain, "amount", ref))


def jionlp() -> Reader:
    """JioNLP's two extractors, with their parsers. Raises ImportError."""
    ner: Any = importlib.import_module("jionlp").ner

    def read(text: str, ref: datetime) -> int:
        return len(ner.extract_time(text, time_base=ref.timestamp())) + len(ner.extract_money(text))

    return read


def recognizers() -> Reader:
    """Recognizers-Text's two Chinese models. Raises ImportError."""
    chinese = importlib.import_module("recognizers_text").Culture.Chinese
    times: Any = importlib.import_module("recognizers_date_time").recognize_datetime
    money: Any = importlib.import_module("recognizers_number_with_unit").recognize_currency

    def read(text: str, ref: datetime) -> int:
        return len(times(text, chinese, reference=ref)) + len(money(text, chinese))

    return read


def present() -> tuple[dict[str, Reader], list[str]]:
    """Those that can be imported, and the names of those that cannot."""
    found: dict[str, Reader] = {"scrm-bot": ours}
    absent: list[str] = []
    for name, reader in (("JioNLP", jionlp), ("Recognizers-Text", recognizers)):
        try:
            found[name] = reader()
        except ImportError:
            absent.append(name)
    return found, absent


def measured() -> tuple[list[Read], list[str]]:
    """Everybody reads the messages of one company, then of the next."""
    readers, absent = present()
    said = [chat.messages(folder) for folder in chat.FOLDERS]
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in readers}
    for reader in readers.values():
        _reading(reader, said[0][:WARM])
    for some in said:
        for name, reader in readers.items():
            found[name] += _reading(reader, some)
    return [_read(name, some) for name, some in found.items()], absent


def table(figures: Sequence[Read], absent: Sequence[str]) -> str:
    """One line for each, the ratio of medians at its end."""
    title = "times and money, CPU us a message"
    lines = [f"{title:44}{'mean':>9}{'p50':>9}{'p99':>9}{'values':>8}{'raised':>8}{'x ours':>8}"]
    for one in figures:
        ratio = one.p50 / figures[0].p50
        times = f"{one.mean:9.0f}{one.p50:9.0f}{one.p99:9.0f}"
        lines.append(f"{one.name:44}{times}{one.values:8}{one.raised:8}{ratio:8.1f}")
    return "\n".join([*lines, *(f"{name}: not installed (bench/requirements-rivals.txt)" for name in absent)])


def _reading(reader: Reader, said: Sequence[chat.Said]) -> list[tuple[float, int]]:
    """Microseconds and values, -1 for an exception, for each message."""
    return [_one(reader, one) for one in said]


def _one(reader: Reader, said: chat.Said) -> tuple[float, int]:
    began = time.thread_time()
    try:
        count = reader(said.text, said.now)
    except Exception:  # somebody else's, and what it is does not matter here
        count = -1
    return (time.thread_time() - began) * 1e6, count


def _read(name: str, found: Sequence[tuple[float, int]]) -> Read:
    took, counts = [us for us, _ in found], [count for _, count in found]
    p50, p99 = meter.percentile(took, 0.5), meter.percentile(took, 0.99)
    return Read(name, mean(took), p50, p99, sum(max(count, 0) for count in counts), counts.count(-1))
