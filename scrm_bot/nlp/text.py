"""One spelling for what is written in many: full width, traditional characters, invisible marks, endless pastes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

LONGEST: Final = 2000  # characters that are read; segmentation and regexes are bounded by it


def _simple_forms() -> dict[int, str]:
    """Every traditional character with its simplified one: one for one, so offsets stay true. OpenCC's (Apache 2.0)."""
    old, new = (files("scrm_bot.nlp") / "simple.txt").read_text(encoding="utf-8").split()
    return dict(zip(map(ord, old), new, strict=True)) | {ord("麽"): "么", ord("甚"): "什"}


def _invisible() -> dict[int, None]:
    """Zero-width, bidirectional and other format marks, and control characters except the line break."""
    codes = [
        *range(0x2000, 0x2070),
        *range(0xFE00, 0xFE10),
        0x00AD,
        0x061C,
        0x180E,
        0xFEFF,
        *range(0x20),
        *range(0x7F, 0xA0),
    ]
    return {
        code: None for code in codes if unicodedata.category(chr(code)) in ("Cf", "Cc", "Mn") and code not in (9, 10)
    }


_SIMPLE: Final = _simple_forms()
_INVISIBLE: Final = _invisible()
_MARKS: Final = str.maketrans({"～": "~", "〜": "~", "—": "-", "–": "-", "−": "-", "\t": " ", "\r": "\n", "​": None})
_SPACES: Final = re.compile(r" {2,}")
# blanks that some keyboards set around figures: 3 月 5 号, 35 万
_PADDED: Final = re.compile(
    r"(?<=\d) (?=[年月日号点时分秒天周个万亿千百元块折成%])|(?<=[年月]) (?=\d)"
    r"|(?<=[点时]) (?=\d{1,2}(?![\d天个周号日月年台万千百]))"
)
_BREAK: Final = re.compile(r"[。;!?\n…]+|,(?!\d{3}(?!\d))|(?<!\d)\.(?!\w)|、(?=.{6})")


_SPOKEN: Final = {  # Cantonese as it is written in chat, one for one
    "听日": "明天", "寻日": "昨天", "琴日": "昨天", "后日": "后天", "今朝": "今早", "听朝": "明早",
    "听晚": "明晚", "寻晚": "昨晚", "朝早": "早上", "而家": "现在", "唔系": "不是", "唔使": "不用",
    "几多": "多少", "几时": "何时", "边个": "哪个", "提我": "叫我", "咗": "了", "佢": "他", "哋": "们",
    "嘅": "的", "啲": "些", "睇": "看", "俾": "给", "畀": "给", "冇": "没", "揾": "找", "嚟": "来", "咩": "啥",
    "唔": "不", "嗰": "那", "喺": "在", "嘢": "事",
}  # fmt: skip
_UNSURE: Final = {"倾": "谈", "话": "说"}  # only before or behind some others
_CANTONESE: Final = re.compile("|".join(_SPOKEN) + r"|倾(?=[了下完过紧咗])|(?<=[总工姐哥生他佢])话(?![题费筒术])")
_ALL_SPOKEN: Final = _SPOKEN | _UNSURE
_MARKED: Final = re.compile("[咗佢哋嘅啲睇俾畀冇揾嚟唔嗰喺]|[听寻][日晚]|而家|听朝")  # nobody writes so in Mandarin


def _in_mandarin(text: str) -> str:
    """咗 as 了, 听日 as 明天, where anything says that this is Cantonese."""
    if _MARKED.search(text) is None:
        return text
    return _CANTONESE.sub(lambda found: _ALL_SPOKEN[found[0]], text)


def normalise(text: str) -> str:
    """NFKC, simplified characters, nothing invisible, at most `LONGEST` characters. Idempotent."""
    plain = unicodedata.normalize("NFKC", text[: LONGEST * 2])
    plain = plain.translate(_INVISIBLE).translate(_SIMPLE).translate(_MARKS)
    plain = unicodedata.normalize("NFKC", plain)  # a mark taken away may let its neighbours combine
    return _in_mandarin(_PADDED.sub("", _SPACES.sub(" ", plain)).strip()[:LONGEST].strip())


def simplified(text: str) -> str:
    """Simplified characters and no Cantonese ones, one for one; everything else as it was typed."""
    return _in_mandarin(text.translate(_SIMPLE))


_LEAD: Final = re.compile(
    r"(?:(?:嗯+|呃+|诶+|哎+|唉|喂|哦+|我?跟你(?:说|讲|汇报)(?:一?下|个事)?|你听我(?:说|讲)|就是(?![说不没这那])|对了(?![吗没吧]))"
    r"[啊呀哈呢]?[,、 ~…]*|(?:那个|这个|然后)[啊呀哈呢]?[,、 ~…]+)+(?=.{4})"
)


_TAIL: Final = re.compile(r"(?<=\w{4})(?:(?<!哈)哈)?[~…]*$")


def without_sounds(text: str) -> str:
    """A normalised text without the sounds and turns that speech begins with and ends in: 嗯, 就是, 跟你说下; 哈, ~."""
    lead = _LEAD.match(text)
    return _TAIL.sub("", text[lead.end() :] if lead else text)


_NUMERAL: Final = "零〇一二两三四五六七八九十百千万亿兆壹贰叁肆伍陆柒捌玖拾佰仟多余几半"
_BEHIND: Final = "十百千万亿兆余多几点折成个又年月日号天周时秒%‰"
_APART: Final = re.compile(
    rf"(?<=[{_NUMERAL}又负]) +(?=[{_NUMERAL}年月日号天周又分])|(?<=[\d{_NUMERAL}]) +(?=[{_BEHIND}]|分[之钟 ])"
    rf"|(?<=[点之又近分百负]) +(?=[\d{_NUMERAL}分之点])|(?<=[万亿千百]) +(?=\d+ ?[千百十])"
    r"|(?<=\d) +(?=[kKwWM](?![A-Za-z])|小时)"
)
_WIDE: Final = r"[^\x00-\x7f\s]"
_APART_SHARE: Final = re.compile(rf"(?<={_WIDE}) +(?={_WIDE}|\d)|(?<=\d) +(?={_WIDE}|\d ?折)")


def closed(text: str, *, shares: bool = False) -> str:
    """The blanks inside a figure taken out, as in 7 万5 千4 百, 近 三 年; for shares every blank beside a character."""
    text = _APART.sub("", text)
    return _APART_SHARE.sub("", text) if shares else text


_LINK: Final = re.compile(r"(?:https?://|www\.)[!-~]+")


def unlinked(text: str) -> str:
    """Addresses of pages blanked, as long as before: their digits say nothing."""
    return _LINK.sub(lambda link: " " * len(link.group()), text) if "://" in text or "www." in text else text


_PLAIN: Final = re.compile(
    "[a-z0-9" + "".join(chr(han) for han in range(0x4E00, 0xA000) if han not in _SIMPLE) + f"]{{0,{LONGEST}}}"
)


def plain_already(words: str) -> bool:
    """Whether some words, a name, are normalised and in lower case: told ten times as fast as it is done."""
    return _PLAIN.fullmatch(words) is not None


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between two breaks; `mark` is the punctuation that ends it."""

    text: str
    at: int
    mark: str

    @property
    def end(self) -> int:
        """The offset just behind its words."""
        return self.at + len(self.text)


def clauses(text: str) -> list[Clause]:
    """The stretches between punctuation, blank ones left out; a thousands comma does not divide."""
    found: list[Clause] = []
    start = 0
    for mark in _BREAK.finditer(text):
        _keep(found, text, start, mark.start(), mark.group())
        start = mark.end()
    _keep(found, text, start, len(text), "")
    return found


def _keep(found: list[Clause], text: str, start: int, end: int, mark: str) -> None:
    if text[start:end].strip():
        found.append(Clause(text[start:end], start, mark))
