"""The labelled messages to learn from, read with the names of those whose messages they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scrm_bot.nlp.acts import Reading
from scrm_bot.nlp.frame import lexicon_of
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.text import normalise
from scrm_bot.nlp.values import read_values
from scrm_bot.nlp.words import Words


@dataclass(frozen=True, slots=True)
class Said:
    """A message with its gold: acts as (start, end, label); one act without a place stands for the whole."""

    id: str
    reading: Reading
    acts: tuple[tuple[int, int, str], ...]
    label: str
    single: bool
    placed: bool  # whether the places of its acts are known


def corpora(root: Path, words: Words) -> Iterator[tuple[str, list[Said]]]:
    """Every folder of messages that may be learnt from, by its name."""
    for folder in sorted({path.parent for path in root.rglob("customers.json")}):
        lexicon = _lexicon(folder, words)
        for path in sorted(folder.glob("*.jsonl")):
            rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
            yield str(path.relative_to(root)), [_said(row, lexicon) for row in rows if row.get("split") != "held"]


def _lexicon(folder: Path, words: Words) -> Lexicon:
    names = json.loads((folder / "customers.json").read_text("utf-8"))
    catalog = json.loads((folder / "catalog.json").read_text("utf-8"))
    return lexicon_of(names, catalog, words)


def _said(row: dict[str, Any], lexicon: Lexicon) -> Said:
    text, now = normalise(row["text"]), datetime.fromisoformat(row["ref"])
    reading = Reading(read_values(text, now, lexicon), str(row.get("role") or "rep"), now, lexicon)
    acts = row.get("acts") or []
    placed = _places(text, acts) if len(acts) > 1 and all("text" in act for act in acts) else []
    whole = [(0, len(text), row["intent"])]
    return Said(row["id"], reading, tuple(placed or whole), row["intent"], len(acts) < 2, bool(placed) or len(acts) < 2)


def _places(text: str, acts: list[dict[str, Any]]) -> list[tuple[int, int, str]]:
    """Where each act stands; nothing if one cannot be found."""
    starts, at = [], 0
    for act in acts:
        at = text.find(normalise(act["text"]), at)
        if at < 0:
            return []
        starts.append(at)
        at += 1
    starts[0] = 0
    return [(start, end, act["intent"]) for start, end, act in zip(starts, [*starts[1:], len(text)], acts, strict=True)]
