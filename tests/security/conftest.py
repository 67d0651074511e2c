"""A bot in this process beside its simulated platforms, for those who attack it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from scrm_bot.simulator import Simulator
from tests import company
from tests.bot import Bot, configure, running


@pytest.fixture
async def bot(sim: Simulator, fresh_database_url: Callable[..., str], tmp_path: Path) -> AsyncIterator[Bot]:
    async with running(configure(tmp_path, sim, fresh_database_url("sqlite", company.prepare))) as bot:
        yield bot
