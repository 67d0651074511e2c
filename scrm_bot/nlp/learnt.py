"""Words that one person has taught: nicknames of customers, slang for products and stages, laid over the lexicon."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.lexicon import Found
from scrm_bot.nlp.meaning import Mention, Named
from scrm_bot.nlp.text import normalise

LONGEST: Final = 16  # characters of a taught word


@dataclass(frozen=True, slots=True)
class Meant:
    """What a taught word stands for: `kind` is customer, product or stage; `number` is a customer's."""

    kind: str
    name: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Learnt:
    """The taught words of whoever speaks. `means` tells what one stands for now, None if for nothing any more."""

    pattern: re.Pattern[str]
    means: Callable[[str], Meant | None]

    def customers(self, text: str, found: Sequence[Mention], but: Container[int]) -> list[Mention]:
        """The mentions with those that were taught; where a customer's own name fits better, that one stays."""
        mentions = list(found)
        for at, words, meant in self._in(text, "customer"):
            if meant.number in but:
                continue
            near = [one for one in mentions if one.at < at + len(words) and at < one.at + len(one.text)]
            if any(one.sure and len(one.text) > len(words) for one in near):
                continue
            ours = Named(meant.number, meant.name)
            rivals = [one.candidates[0] for one in near if one.sure and len(one.candidates) == 1]
            several = tuple(dict.fromkeys((ours, *rivals)))  # it has become the name of another one: ask
            mentions = [one for one in mentions if one not in near] + [Mention(words, at, several, True, True)]
        return sorted(mentions, key=lambda one: one.at)

    def terms(self, kind: str, text: str, found: Sequence[Found]) -> list[Found]:
        """The products or stages with those that were taught; the longer one of two that overlap stays."""
        terms = list(found)
        for at, words, meant in self._in(text, kind):
            near = [one for one in terms if one.at < at + len(words) and at < one.at + len(one.text)]
            if all(len(one.text) <= len(words) for one in near):
                terms = [one for one in terms if one not in near] + [Found(meant.name, words, at)]
        return sorted(terms, key=lambda one: one.at)

    def _in(self, text: str, kind: str) -> Iterator[tuple[int, str, Meant]]:
        for match in self.pattern.finditer(text):
            meant = self.means(key(match.group()))
            if meant is not None and meant.kind == kind:
                yield match.start(), match.group(), meant


def key(words: str) -> str:
    """How a taught word is kept and compared."""
    return normalise(words).lower()


def pattern(words: Collection[str]) -> re.Pattern[str]:
    """Finds any of these, the longest at each place; Latin ones end where letters end."""
    return re.compile("|".join(map(_alone, sorted(words, key=len, reverse=True))), re.IGNORECASE)


def _alone(words: str) -> str:
    return rf"(?<![A-Za-z0-9]){re.escape(words)}(?![A-Za-z0-9])" if words.isascii() else re.escape(words)


_QUOTED: Final = r"[“”\"「」『』'‘’《》]"
_LEAD: Final = r"(?:请|麻烦)?(?:你)?(?:记住|记好|记着|以后|今后|往后|从今以后|从现在起|下次|我说的?)"
_IS: Final = r"(?:就?是指|指的?就?是|就是|是|就?等于|=|==|means|stands for)"
_WORD: Final = r"[^,。!?“”\"「」『』'‘’《》]{1,20}?"
_TAUGHT: Final = re.compile(
    rf"(?P<lead>(?:{_LEAD}[,:\s了]*(?:我们?说的?)?){{1,3}})?(?:把)?(?P<open>{_QUOTED})?"
    rf"(?P<words>{_WORD})(?(open){_QUOTED})(?:的?时候)?[,\s]*(?P<link>{_IS})[\s:]*{_QUOTED}?"
    rf"(?P<means>[^,。!?“”\"「」『』'‘’《》]{{2,40}}?){_QUOTED}?\s*(?:的意思|哦|啊|呀|哈|吧)?[。!~\s]*"
)
_SORT: Final = r"(?:这个?(?:叫法|说法|词|名字)|的?(?:叫法|说法))?"
_FORGET: Final = re.compile(
    rf"(?:请|帮我|你)?(?:(?:忘掉|忘记掉|忘了(?={_QUOTED})|别再记得?|不要再记得?)[:\s]*{_QUOTED}?(?P<words>{_WORD}){_QUOTED}?{_SORT}"
    rf"|把{_QUOTED}?(?P<before>{_WORD}){_QUOTED}?{_SORT}忘掉)(?:吧|了)?[。!~\s]*"
    rf"|forget (?!it\b|that\b|about\b){_QUOTED}?(?P<name>{_WORD}){_QUOTED}?[.!\s]*",
    re.IGNORECASE,
)


_MAY_TEACH: Final = re.compile(  # how every teaching begins, and what stands in it
    rf"\s*(?:[请請麻你记記从從把]|[以今往][后後]|下次|我[说說]|{_QUOTED})"
    r"(?=.*(?:是|指|[=＝]|等[于於]|means|stands for))",
    re.DOTALL,
)
_MAY_FORGET: Final = re.compile(r"忘|再[记記]|^\s*forget", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lecture:
    """An outright teaching: these words mean that. `quoted`: the words stand in quotation marks."""

    words: str
    means: str
    quoted: bool


def taught(text: str) -> Lecture | None:
    """以后“老华”就是华兴电子, 记住：小机器就是智能网关; None for what is no teaching."""
    found = _TAUGHT.fullmatch(normalise(text)) if _MAY_TEACH.match(text) else None
    if found is None or not (found["open"] or (found["lead"] and found["link"] != "是")):
        return None
    return Lecture(found["words"].strip(), found["means"].strip(), bool(found["open"]))


def forgotten(text: str) -> str:
    """老华 in 忘掉“老华”; "" for what asks nothing to be forgotten."""
    found = _FORGET.fullmatch(normalise(text)) if _MAY_FORGET.search(text) else None
    return (found["before"] or found["words"] or found["name"] or "").strip() if found else ""
