"""Conversations as people have them, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import company
from tests.story import Stage, play, stories

FOUND = stories(Path(__file__).parent / "stories")


@pytest.mark.parametrize(("title", "text"), FOUND, ids=[title for title, _ in FOUND])
def test_the_story_holds(title: str, text: str, database_kind: str, fresh_database_url: Callable[..., str]) -> None:
    stage = Stage(fresh_database_url(database_kind, company.prepare))
    try:
        play(stage, text)
    finally:
        stage.close()
