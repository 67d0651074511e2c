"""Names among very many customers: what the register costs, how fast it is, how often it is right."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from rapidfuzz import process
from sqlalchemy import insert

from bench import meter, ways
from bench.companies import Company, companies
from bench.everyday import EVERYDAY
from scrm_bot import app, schema, settings
from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.db import Database
from scrm_bot.dialogs.roster import LARGE, Roster
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.register import Register
from scrm_bot.nlp.words import Words

OWNERS = 500  # staff that the customers are shared among
NOW = datetime(2026, 3, 18, 9, 40)
SEED = 5
ABSENT = 300  # messages that name somebody who is no customer
MISSPELT = ("wrong character", "lost character", "added character", "swapped", "homophone")
_READER = """
import sys
from datetime import datetime
from pathlib import Path
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.register import Register
lexicon = Lexicon()
lexicon.warm()
register = Register(Path(sys.argv[1]))
lexicon.customers.rest_on(register)
brain = Brain(lexicon)
for text in sys.stdin.readline().split("|"):
    brain.understand(text, datetime(2026, 3, 18, 9, 40))
print("ready", flush=True)
sys.stdin.readline()
"""


@dataclass
class Way:
    """What became of the names said in one way, and how long messages took, in microseconds of processor time."""

    fates: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Making:
    """Seconds and megabytes."""

    customers: int
    made: float  # by the process that makes it, from the database to the file, with its start
    processor: float
    load: float
    size: float
    one: float  # of the register, in one process: PSS of the mapping
    two: float  # and in two, both together


def accuracy(known: Sequence[Company], brain: Brain, count: int) -> dict[str, Way]:
    """So many customers, each said in every way."""
    said = {form.lower() for one in known for form in (ways.full(one, _NONE), *_forms(one))}
    chance = random.Random(SEED)
    sample = [chance.randrange(len(known)) for _ in range(count)]
    found: dict[str, Way] = {}
    for name, say in ways.WAYS.items():
        way = found[name] = Way()
        for number in sample:
            words = say(known[number], chance)
            if name in MISSPELT and words.lower() in said:
                continue  # it is another's name now
            text = chance.choice(ways.CARRIERS).format(words)
            fate = fate_of(brain, text, number + 1, way.took)
            way.fates[fate] += 1
            if fate.startswith("wrong"):
                way.examples.append(f"{fate}: {text} ({known[number].name})")
    return found


def _forms(one: Company) -> Iterator[str]:
    for say in (ways.without_form, ways.traded):
        yield say(one, _NONE)


_NONE = random.Random(0)


def fate_of(brain: Brain, text: str, number: int, took: list[float]) -> str:
    """Whether this customer was found; `took` is told how long that took."""
    began = time.thread_time()
    mentions = brain.understand(text, NOW).slots.get("customer", ())
    took.append((time.thread_time() - began) * 1e6)
    ids = [named.id for mention in mentions for named in mention.candidates]
    if not ids:
        return "missed"
    sure = "" if all(mention.sure for mention in mentions) else ", asked"
    return ("wrong" if number not in ids else "right" if len(ids) == 1 else "among several") + sure


def everyday(brain: Brain) -> list[str]:
    """Sentences that name nobody, in which somebody was found."""
    found = []
    for text in EVERYDAY:
        mentions = brain.understand(text, NOW).slots.get("customer", ())
        found += [f"{text}: {mention.text} ({'sure' if mention.sure else 'asked'})" for mention in mentions]
    return found


def absent(known: Sequence[Company], brain: Brain) -> Way:
    """Companies that are no customers, some of them named much like one."""
    names, way, chance = {one.name for one in known}, Way(), random.Random(SEED)
    others = (one for one in companies(3 * ABSENT, seed=77) if one.name not in names)
    for _, one in zip(range(ABSENT), others, strict=False):
        way.fates[fate_of(brain, chance.choice(ways.CARRIERS).format(one.name), 0, way.took)] += 1
    return way


def brain_of(known: Sequence[Company], words: Words, file: Path) -> Brain:
    """A brain that knows them: from memory, or from a register once there are many."""
    lexicon = Lexicon(words)
    lexicon.warm()
    if len(known) > LARGE:
        lexicon.customers.rest_on(Register(file))
    else:
        for number, one in enumerate(known, 1):
            lexicon.customers.add(number, one.name)
    return Brain(lexicon, [lesson for skill in app.skills().values() for lesson in skill.lessons()])


def made(known: Sequence[Company], place: Path) -> tuple[Making, Path]:
    """Fill a database, make its register, load it in one process and in two."""
    url = str(settings.default(place).database.url)
    fill(url, known)
    began, before = time.perf_counter(), meter.children()
    roster = Roster(url)
    assert roster.made() is not None
    assert roster.file is not None
    took, processor = time.perf_counter() - began, meter.children() - before
    began = time.perf_counter()
    Register(roster.file)
    load = time.perf_counter() - began
    texts = "|".join(chance_texts(known, 400))
    readers = [_reading(roster.file, texts)]
    one = sum(map(_mapped, readers))
    readers.append(_reading(roster.file, texts))
    two = sum(map(_mapped, readers))
    for reader in readers:
        reader.communicate("\n")
    size = roster.file.stat().st_size / 1e6
    return Making(len(known), took, processor, load, size, one, two), roster.file


def chance_texts(known: Sequence[Company], count: int) -> list[str]:
    """Messages that name some of them, said in all ways."""
    chance = random.Random(SEED)
    says = list(ways.WAYS.values())
    return [
        chance.choice(ways.CARRIERS).format(chance.choice(says)(chance.choice(known), chance)) for _ in range(count)
    ]


def _reading(file: Path, texts: str) -> subprocess.Popen[str]:
    reader = subprocess.Popen(
        [sys.executable, "-c", _READER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdin
    assert reader.stdout
    reader.stdin.write(texts + "\n")
    reader.stdin.flush()
    reader.stdout.readline()
    return reader


def _mapped(reader: subprocess.Popen[str]) -> float:
    """Megabytes of the register's mapping that this process answers for (PSS)."""
    found, inside = 0, False
    for line in Path(f"/proc/{reader.pid}/smaps").read_text().splitlines():
        if "-" in line.split(" ")[0]:
            inside = line.endswith("-names")
        elif inside and line.startswith("Pss:"):
            found += int(line.split()[1])
    return found / 1e3


def fill(url: str, known: Sequence[Company], first: int = 1) -> None:
    """A database with these customers, numbered from `first`."""
    db, born = Database(url), app.utc_now()
    schema.upgrade(db)
    for start in range(0, len(known), 50_000):
        with db.transaction() as session:
            some = list(enumerate(known[start : start + 50_000], start + first))
            session.execute(insert(Customer), [{"id": id, "name": one.name, "created_at": born} for id, one in some])
            session.execute(
                insert(CustomerName),
                [{"customer_id": id, "name": one.name, "short": False, "created_at": born} for id, one in some],
            )
    db.close()


def bare(known: Sequence[Company]) -> tuple[float, float]:
    """What one look-up in a dict, and one scan with rapidfuzz, take: seconds."""
    index = {one.name: number for number, one in enumerate(known)}
    names = [one.name for one in known]
    wanted = names[len(names) // 2]
    began = time.perf_counter()
    for _ in range(100_000):
        index.get(wanted)
    looked = (time.perf_counter() - began) / 100_000
    began = time.perf_counter()
    process.extractOne(wanted[:-1], names)
    return looked, time.perf_counter() - began


@dataclass
class Names:
    """All of it for one number of customers."""

    making: Making | None
    found: dict[str, Way]
    absent: Way
    false: list[str]
    bare: tuple[float, float]

    def table(self) -> str:
        """As lines."""
        took = [one for way in self.found.values() for one in way.took]
        lines = [
            f"{'':18}{'right':>7}{'several':>9}{'asked':>7}{'missed':>8}{'wrong':>7}{'asked':>7}{'p50 us':>9}{'p99':>8}"
        ]
        lines += [_line(name, way) for name, way in [*self.found.items(), ("not a customer", self.absent)]]
        lines.append(f"all: mean {mean(took):.0f} us, {_times(took)}")
        scan = self.bare[1] / meter.percentile(took, 0.5) * 1e6
        lines.append(f"a dict look-up takes {self.bare[0] * 1e6:.2f} us, a rapidfuzz scan {scan:.0f} x our p50")
        if self.making:
            lines.append(", ".join(f"{name} {value:.4g}" for name, value in asdict(self.making).items()))
        lines.append(f"everyday sentences in which somebody was found: {len(self.false)} of {len(EVERYDAY)}")
        return "\n".join([*lines, *self.false[:10]])


def measured(count: int, sample: int, words: Words) -> Names:
    """Everything, for so many customers."""
    known = list(companies(count))
    with TemporaryDirectory() as place:
        making, file = made(known, Path(place)) if count > LARGE else (None, Path())
        brain = brain_of(known, words, file)
        return Names(making, accuracy(known, brain, sample), absent(known, brain), everyday(brain), bare(known))


def _line(name: str, way: Way) -> str:
    fates = way.fates
    asked = fates["right, asked"] + fates["among several, asked"]
    counts = (fates["right"], fates["among several"], asked, fates["missed"], fates["wrong"], fates["wrong, asked"])
    shown = "".join(f"{count:>{width}}" for count, width in zip(counts, (7, 9, 7, 8, 7, 7), strict=True))
    return f"{name:18}{shown}{meter.percentile(way.took, 0.5):9.0f}{meter.percentile(way.took, 0.99):8.0f}"


def _times(took: list[float]) -> str:
    return f"p50 {meter.percentile(took, 0.5):.0f}, p99 {meter.percentile(took, 0.99):.0f}"


def plain(names: Names) -> object:
    """As JSON keeps it."""
    found = {**names.found, "not a customer": names.absent}
    return {
        "making": asdict(names.making) if names.making else None,
        "ways": {name: {"fates": dict(way.fates), "us": sorted(way.took)[:: len(way.took) // 20 or 1]}
                 for name, way in found.items()},
        "examples": [example for way in found.values() for example in way.examples],
        "false": names.false,
    }  # fmt: skip
