"""Words with holes: every sentence the bot says is a Text beside the skill that says it."""

from __future__ import annotations

from typing import Any


class Text(str):
    """A sentence. Calling it fills its holes: `Say.moved(deal=deal)` for "「{deal.title}」…"."""

    __slots__ = ()

    def __call__(self, **values: Any) -> Text:
        """The sentence with its holes filled."""
        return Text(self.format(**values))
