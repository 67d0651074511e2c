"""Conversations as people have them: on both databases, and each through the platforms' callbacks too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

import pytest

from tests import company
from tests.platform_stage import PlatformStage
from tests.stage import CoreStage
from tests.story import play, stories

FOUND = stories(Path(__file__).parent / "stories")
WAYS = (("sqlite", "http"), ("postgresql", "stream"), ("sqlite", "stream"), ("postgresql", "http"))
every_story = pytest.mark.parametrize(("title", "text"), FOUND, ids=[title for title, _ in FOUND])


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@every_story
def test_the_story_holds(title: str, text: str, database_kind: str, fresh_database_url: Callable[..., str]) -> None:
    stage = CoreStage(fresh_database_url(database_kind, company.prepare))
    try:
        play(stage, text)
    finally:
        stage.close()


@every_story
def test_the_story_holds_through_the_platforms(
    title: str, text: str, tmp_path: Path, fresh_database_url: Callable[..., str], loop: asyncio.Runner
) -> None:
    """Each on one database and in one of DingTalk's modes, by its title."""
    kind, mode = WAYS[crc32(title.encode()) % len(WAYS)]
    stage = PlatformStage(tmp_path, fresh_database_url(kind, company.prepare), mode, loop)
    try:
        play(stage, text)
    finally:
        stage.close()
