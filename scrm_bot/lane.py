"""Group commit: what many callers want done meanwhile is done in one transaction, and all hear after its commit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

T = TypeVar("T")
TOGETHER = 64  # works in one commit: some tens of milliseconds at most


@dataclass(slots=True)
class Job:
    """One caller's work, and where its outcome is waited for."""

    work: Callable[..., Any]
    args: tuple[Any, ...]
    outcome: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        """The waiting caller goes on."""
        if self.outcome.done():
            return
        if self.error is None:
            self.outcome.set_result(self.result)
        else:
            self.outcome.set_exception(self.error)


class Lane:
    """One transaction at a time, in a thread of the executor; whatever comes meanwhile waits for the next one."""

    def __init__(self, transaction: Callable[[], Any], threads: Executor) -> None:
        self._transaction, self._threads = transaction, threads
        self._waiting: deque[Job] = deque()
        self._busy = False  # read and written by the event loop's thread only

    async def within(self, work: Callable[..., T], *args: Any) -> T:
        """The work's result, after its commit."""
        loop = asyncio.get_running_loop()
        job = Job(work, args, loop.create_future())
        self._waiting.append(job)
        self._go_on(loop)
        return await job.outcome  # type: ignore[no-any-return]

    def _go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._waiting and not self._busy:
            self._busy = True
            jobs = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            self._threads.submit(self._do, jobs, loop)

    def _do(self, jobs: list[Job], loop: asyncio.AbstractEventLoop) -> None:
        self._together(jobs)
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._done, jobs, loop)

    def _done(self, jobs: list[Job], loop: asyncio.AbstractEventLoop) -> None:
        self._busy = False
        for job in jobs:
            job.tell()
        self._go_on(loop)

    def _together(self, jobs: list[Job]) -> None:
        done = 0
        try:
            with self._transaction() as session:
                for job in jobs:
                    done += 1
                    job.result = job.work(session, *job.args)
                    if session.info.get("concluded"):
                        break
        except BaseException as error:
            if len(jobs) == 1 or not done:  # nobody else is to blame, or nobody could begin
                for job in jobs:
                    job.error = error
                return
            for job in jobs[:done]:
                self._together([job])
        if done < len(jobs):
            self._together(jobs[done:])


def conclude(session: Session) -> None:
    """What this work writes must be committed before anybody else's begins."""
    session.info["concluded"] = True
