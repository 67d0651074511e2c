"""Understanding alone, without a database: processor time a message."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from bench import company, hostile, meter, sentences
from scrm_bot import app, settings
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.words import Words

WARM = 50  # messages


@dataclass(frozen=True, slots=True)
class Understanding:
    """Microseconds a message in a company of so many customers."""

    customers: int
    mean: float
    p50: float
    p99: float


def measured(customers: int, count: int, words: Words | None = None) -> Understanding:
    """So many visits. `words`: a dictionary that is loaded already."""
    brain, now = _understanding(customers, words)
    took = []
    for number, (_, text) in enumerate(itertools.islice(sentences.said(customers, 1), count + WARM)):
        began = time.thread_time()
        brain.understand(text, now)
        if number >= WARM:
            took.append((time.thread_time() - began) * 1e6)
    return Understanding(customers, mean(took), meter.percentile(took, 0.5), meter.percentile(took, 0.99))


def at_worst(customers: int, count: int, words: Words | None = None) -> list[hostile.Took]:
    """So many hostile texts, torn out of visits, the longest to understand first."""
    brain, now = _understanding(customers, words)
    names = [client.name for client in sentences.clients(customers)]
    said = [text for _, text in itertools.islice(sentences.said(customers, 1), 300)]
    return hostile.measured(lambda text: brain.understand(text, now), count, 1, names, said)


def _understanding(customers: int, words: Words | None) -> tuple[Brain, datetime]:
    """Whoever understands in such a company, and what time it is there."""
    with TemporaryDirectory() as place:
        core = app.core(settings.default(Path(place)), words=words)
        company.prepare(core.db.url, customers)
        with core.db.transaction() as session:
            core.turns.vocabulary.refresh(session)
        core.db.close()
    core.turns.brain.warm()
    return core.turns.brain, app.utc_now().astimezone(core.shape.zone).replace(tzinfo=None)


def table(figures: list[Understanding]) -> str:
    """One line for each company."""
    lines = [f"{'understanding, CPU us a message':36}{'mean':>9}{'p50':>9}{'p99':>9}"]
    for one in figures:
        lines.append(f"{f'{one.customers} customers':36}{one.mean:9.0f}{one.p50:9.0f}{one.p99:9.0f}")
    return "\n".join(lines)
