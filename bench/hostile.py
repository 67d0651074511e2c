"""Texts that nobody would type and somebody will paste: how long understanding takes at worst."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from bench import meter

LONG: Final = 2000
SLOW: Final = 50  # milliseconds
MARKS: Final = ",。、;:!?…~()（）“”[]【】/\\|-_=+*&^%$#@.，；：！？\n \t"
INVISIBLE: Final = "\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u00ad\u0301\ufe0f\x00\x1b"
STRANGE: Final = "ﷺ①½㎏Ⅷ機體뷁ありがとうДшعربية👩‍🔧🇨🇳𠮷\ue000\ue001\uffff" + INVISIBLE
CUES: Final = (
    "今天拜访了 下周三 上午 九点半 提醒我 改成 不是 没 还没 如果 要是 吗 ？ 签了 丢了 推进到 报价谈判 二十万 30多万 "
    "三成 九折 13800138000 T260318-01 1,000 王总 老陈 小李 张经理 欧阳 有限公司 公司 的 了 说 又说 算了 撤销 开票 回款 "
    "工单 商机 坏了 报修 什么时候 多少 能不能 还是 上上上 前年 大年初三 每周一 到 至 之间 个 台 套 万 亿 百 点 号 日 "
    "年 的的 中山 深圳 北京市 科技 机械 电子 10:21 2026-03-18 王总 10:21\n 客户： 联系人： 不不 X200 Fri 1.2M 15w"
).split(" ")


@dataclass(frozen=True, slots=True)
class Took:
    """A text, and the processor milliseconds that it took."""

    ms: float
    text: str


def texts(seed: int, names: Sequence[str] = (), said: Sequence[str] = ()) -> Iterator[str]:
    """Endless hostile texts of about two thousand characters. `said`: sentences to tear pieces out of."""
    chance = random.Random(seed)
    kinds = [_repeated, _thrown_together, _marked, _digits, _nested, _pasted, _torn]
    while True:
        pool = [*CUES, *chance.sample(list(names), min(20, len(names)))]
        yield chance.choice(kinds)(chance, pool, said or CUES)[: LONG * 2]


def _repeated(chance: random.Random, pool: Sequence[str], _said: Sequence[str]) -> str:
    piece = "".join(chance.choices(pool, k=chance.randint(1, 4)))
    return piece * (LONG // len(piece) + 1)


def _thrown_together(chance: random.Random, pool: Sequence[str], _said: Sequence[str]) -> str:
    return "".join(chance.choices(pool, k=700))


def _marked(chance: random.Random, pool: Sequence[str], _said: Sequence[str]) -> str:
    few = chance.choices(pool, k=5) + chance.choices(MARKS + STRANGE, k=4)
    return "".join(chance.choices(few, k=1000))


def _digits(chance: random.Random, _pool: Sequence[str], _said: Sequence[str]) -> str:
    alphabet = chance.choice(
        ["0123456789", "1,", "12:.", "一二三四五六七八九十百千万亿", "1-/", "0 ", "1点半", "９，", "-+1"]
    )
    return "".join(chance.choices(alphabet, k=LONG))


def _nested(chance: random.Random, pool: Sequence[str], _said: Sequence[str]) -> str:
    left, right = chance.choice([("(", ")"), ("“", "”"), ("如果", "就"), ("不是", "是"), ("把", "改成"), ("跟", "的")])
    half = LONG // (len(left) + len(right))
    return left * half + chance.choice(pool) + right * half


def _pasted(chance: random.Random, _pool: Sequence[str], said: Sequence[str]) -> str:
    return "\n".join(
        f"{chance.choice(('王总', '我', '小李'))} 1{i % 10}:2{i % 10}\n{chance.choice(said)}" for i in range(90)
    )


def _torn(chance: random.Random, _pool: Sequence[str], said: Sequence[str]) -> str:
    def piece() -> str:
        words = chance.choice(said)
        start = chance.randrange(max(1, len(words)))
        return words[start : start + chance.randint(1, 30)]

    return chance.choice(["", "，", "。", "\n", " "]).join(piece() for _ in range(200))


def measured(
    understand: Callable[[str], object], count: int, seed: int, names: Sequence[str] = (), said: Sequence[str] = ()
) -> list[Took]:
    """So many texts, those that took longest first."""
    took = []
    for text in islice(texts(seed, names, said), count):
        began = time.thread_time()
        understand(text)
        took.append(Took((time.thread_time() - began) * 1e3, text))
    return sorted(took, key=lambda one: one.ms, reverse=True)


def table(took: Sequence[Took], most: int = 8) -> str:
    """What one reads."""
    times = [one.ms for one in took]
    p50, p99 = meter.percentile(times, 0.5), meter.percentile(times, 0.99)
    slow = sum(ms > SLOW for ms in times)
    head = f"{len(took)} texts, CPU ms: p50 {p50:.1f}  p99 {p99:.1f}  over {SLOW} ms: {slow}"
    return "\n".join([head, *(f"{one.ms:8.1f}  {one.text[:50]!r}" for one in took[:most])])
