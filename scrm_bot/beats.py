"""When the clock beats. APScheduler holds nothing of ours: what is due stands in tables, and a beat asks them.

The system's clock may jump, a minute back or fifty years ahead when a machine first hears of the time. Neither may
stop the beats, nor have every second between be beaten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

PAUSE = timedelta(seconds=1)
Beat = Callable[[], Awaitable[None]]


class Steadily(BaseTrigger):  # type: ignore[misc]
    """At once, then always a pause from now: time that has jumped over beats is not caught up on."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """APScheduler asks with its own clock's time."""
        return now if previous_fire_time is None else now + PAUSE


class Beats:
    """Beats a second apart, none of them twice at the same time."""

    def __init__(self, *beats: Beat) -> None:
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        for beat in beats:
            self._scheduler.add_job(_unless_over, Steadily(), [beat])
        self._winding: asyncio.Task[None] | None = None

    def start(self) -> None:
        """In the running loop."""
        self._scheduler.start()
        self._winding = asyncio.create_task(self._wind(), name="winding the clock")

    def stop(self) -> None:
        """No more beats; one in work goes on."""
        if self._winding is not None:
            self._winding.cancel()
            self._scheduler.shutdown(wait=False)

    async def _wind(self) -> None:
        """Where the system's clock was set back, the next beat would wait until it has caught up."""
        while True:
            await asyncio.sleep(PAUSE.total_seconds())
            now = datetime.now(UTC)
            for job in self._scheduler.get_jobs():
                if job.next_run_time > now + 2 * PAUSE:
                    job.modify(next_run_time=now)


async def _unless_over(beat: Beat) -> None:
    """A beat that is cut short when the bot stops is no error: the next start goes on."""
    with suppress(asyncio.CancelledError):
        await beat()
