"""Clocks jump under load, and days have 23 or 25 hours: what was promised for a moment comes once, at that moment."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from scrm_bot import app, inbox
from scrm_bot.clock import Clock
from scrm_bot.message import Address, Kind, Message
from scrm_bot.settings import Company, Database, Secret, Settings
from scrm_bot.simulator import Simulator
from tests import company
from tests.chaos.auditor import audit, settled
from tests.chaos.crowd import REMINDER, Crowd, Said
from tests.chaos.fleet import stage
from tests.chaos.ground import Ground
from tests.chaos.processes import Start
from tests.chaos.report import Report
from tests.stage import WORDS

JUMPS = (120, -120, 240, -60, 0)  # seconds from the true time; callbacks are refused where it is too far off
RINGS_WITHIN = 15.0  # seconds, of a reminder asked for after a jump
TICK = timedelta(minutes=10)
CHANGES = {  # the night in which the clock changes
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),  # by half an hour
}
ASKED = (  # what a rep says the evening before, when that is by the wall, and how far off it may ring
    ("明天早上9点提醒我办第1号事", "09:00", TICK),
    ("明天凌晨1点50分提醒我办第2号事", "01:50", timedelta(hours=1) + TICK),  # may be there twice
    ("明天凌晨2点20分提醒我办第3号事", "02:20", timedelta(hours=1) + TICK),  # may not be there at all
    ("明天晚上11点提醒我办第4号事", "23:00", TICK),
)


async def jumps(ground: Ground, begin: Start, *, offsets: tuple[int, ...] = JUMPS, pause: float) -> Report:
    """The clock of both processes jumps while people talk; a reminder asked for afterwards still rings."""
    clock = ground.folder / "clock"
    clock.write_text("+0s")
    wrongs: list[str] = []
    slowest = 0.0
    async with stage(ground, begin, 2, clock=str(clock), lease=10) as (sim, _bots, crowd):
        async with crowd.talking():
            for number, offset in enumerate(offsets):
                await asyncio.sleep(ground.random.uniform(pause / 2, pause))
                _set(clock, offset)
                took = await _ring(sim, crowd, number)
                slowest = max(slowest, took)
                wrongs += [f"no reminder rang after the jump to {offset:+} s"] if took > 60 else []
        _set(clock, 0)
        waited = await settled(ground.rows, 400)
        found = audit(ground.rows, sim, crowd.said)
    figures = found.figures() | {"jumps": len(offsets), "slowest_ring_s": slowest, "settled_s": waited}
    report = Report(ground.name, ground.seed, figures, wrongs + found.wrongs())
    report.rarely_twice()
    report.late("slowest_ring_s", RINGS_WITHIN)
    return report


def _set(clock: Path, offset: int) -> None:
    (clock.parent / "clock.new").write_text(f"{offset:+}s")
    (clock.parent / "clock.new").rename(clock)


async def _ring(sim: Simulator, crowd: Crowd, number: int) -> float:
    """Somebody asks to be reminded in a second: how long that takes, at most a minute."""
    said = Said("sales", f"rep{30 + number}", f"1秒后提醒我办第{900_000 + number}号事", REMINDER)
    began = time.monotonic()
    await crowd.say(said)
    while time.monotonic() - began < 61:
        if any(f"提醒：办第{900_000 + number}号事" in text for text in sim.seen(said.user)):
            break
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def short_and_long_days(ground: Ground, *, zones: Sequence[str] = tuple(CHANGES)) -> Report:
    """Companies where the clock changes: reminders and morning lists around each change."""
    wrongs: list[str] = []
    nights = [(zone, night) for zone in zones for night in CHANGES[zone]]
    for zone, night in nights:
        found = await asyncio.to_thread(_night, ground, ZoneInfo(zone), night, f"{zone}{night}")
        wrongs += [f"{zone} {night}: {wrong}" for wrong in found]
    figures = {"nights": len(nights), "reminders": len(nights) * len(ASKED), "mornings": len(nights)}
    return Report(ground.name, ground.seed, figures, wrongs)


def _night(ground: Ground, zone: ZoneInfo, night: date, key: str) -> list[str]:
    """From eight in the evening before to noon on the day after, in steps of real time."""
    moment = datetime.combine(night - timedelta(days=1), datetime.min.time(), zone).replace(hour=20)
    moment = moment.astimezone(ZoneInfo("UTC"))
    place = Settings(company=Company(name="示例", timezone=zone), database=Database(url=Secret(ground.url)))
    middle = app.core(place, company.AUDIENCES, lambda: moment, WORDS)
    clock = Clock(middle.db, middle.shape, lambda: moment, lambda: None)
    numbers = []
    for text, _, _ in ASKED:
        with middle.db.transaction() as session:
            said = Message(Address("sales", "rep1"), f"{key}{text}", Kind.TEXT, text, moment)
            numbers.append(inbox.accept(session, said, moment)[0])
        middle.turns.take(numbers[-1])
    while moment.astimezone(zone).date() <= night or moment.astimezone(zone).hour < 12:
        clock.tick()
        moment += TICK
    middle.db.close()
    return _rang_wrong(ground, zone, night, numbers) + _mornings_wrong(ground, zone, night)


def _rang_wrong(ground: Ground, zone: ZoneInfo, night: date, numbers: list[int]) -> list[str]:
    rows = {row["message_id"]: row for row in ground.rows.all("reminders")}
    pushes = Counter(row["once"] for row in ground.rows.all("outbox"))
    wrongs = []
    for number, (text, wall, tolerance) in zip(numbers, ASKED, strict=True):
        row = rows.get(number)
        if row is None or row["state"] != "sent" or pushes[f"reminder:{row['id']}:0"] != 1:
            wrongs.append(f"{text}: {row['state'] if row else 'not understood'}")
            continue
        wanted = datetime.combine(night, datetime.strptime(wall, "%H:%M").time(), zone)
        if not -tolerance < row["sent_at"] - wanted < tolerance:
            wrongs.append(f"{text}: rang at {row['sent_at'].astimezone(zone)}")
    return wrongs


def _mornings_wrong(ground: Ground, zone: ZoneInfo, night: date) -> list[str]:
    """One list on the day itself for who has something to do then, after half past eight by the wall, not before."""
    rep = next(row["id"] for row in ground.rows.all("staff") if row["name"] == "业务员001")
    told = [row for row in ground.rows.all("outbox") if row["once"] == f"morning:{rep}:{night}"]
    wrongs = [] if len(told) == 1 else [f"{len(told)} morning lists"]
    for row in told:
        local = row["created_at"].astimezone(zone)
        if not timedelta(0) <= local - local.replace(hour=8, minute=30, second=0, microsecond=0) <= TICK:
            wrongs.append(f"the morning list came at {local}")
    return wrongs
