"""Several customers on one round, each told of in a part of its own: 跑了两家，华星…，顺达…; 上午去了A…下午去了B…"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from scrm_bot.nlp.meaning import Mention
from scrm_bot.nlp.values import Values

_NUMBERS: Final = {char: number for number, char in enumerate("二三四五六七八九", 2)} | {"两": 2, "俩": 2}
COUNTED: Final = re.compile(
    r"(?:跑|去|拜访|走访|见|看|转|聊|打|走)[了完过]*\s*(?P<count>[两俩二三四五六七八九几2-9])(?P=count)?\s*[家个](?:客户|公司|厂)?"
)
_LED: Final = r"(?:[\ue001 ]|先|又|再|还|是|接着|然后|后来|之后|完了|最后|顺路|我|早上|上午|中午|下午|晚上)*"
_LED_IN: Final = re.compile(_LED)
_BEFORE: Final = re.compile(rf"{_LED}$")
_WENT: Final = re.compile(rf"{_LED}(?:拜访|走访|跑|去|到|见)(?:完|过)?(?:了|的)(?:一?趟)?(?:是)?\s?$")
_TOLD: Final = re.compile(r"[^\W\d_\ue000-\ue00c]")
_ENOUGH: Final = 3  # letters about each; fewer only list the names


def stops(values: Values) -> list[range]:
    """Where the second customer's part begins, the third's..., each up to the name; nothing if this is no round."""
    mentions = _different(values.customers)
    if len(mentions) < 2 or len(mentions) != len(values.customers):
        return []
    masked, names = values.masked, [one.at - values.at for one in mentions]
    went = [_WENT.search(masked, 0, name) for name in names]
    starts = [_start(masked, name, match) for name, match in zip(names, went, strict=True)]
    each = zip(names, [*starts[1:], len(masked)], strict=True)
    if any(len(_TOLD.findall(masked, name, end)) < _ENOUGH for name, end in each):
        return []
    if not all(went) and not _are_counted(masked[: names[0]], len(mentions)):
        return []
    return [range(values.at + start, values.at + name + 1) for start, name in list(zip(starts, names, strict=True))[1:]]


def _start(masked: str, name: int, went: re.Match[str] | None) -> int:
    before = went or _BEFORE.search(masked, 0, name)
    start = before.start() if before else name
    clause = max(masked.rfind(mark, 0, start) for mark in ",。;!? ") + 1
    led = _LED_IN.match(masked, clause, start)
    return clause if clause and led and len(_TOLD.findall(masked, led.end(), start)) < _ENOUGH else start


def _are_counted(before: str, many: int) -> bool:
    counted = COUNTED.search(before)
    return counted is not None and _NUMBERS.get(counted["count"], counted["count"]) in (many, str(many), "几")


def _different(mentions: Sequence[Mention]) -> list[Mention]:
    return list({one.candidates: one for one in reversed(mentions)}.values())[::-1]
