"""What operators can see of a running process, as Prometheus text. Counted where it happens; labels are few and known.

Counters are this process's own. Gauges of rows (open messages, the outbox, channels out of order) are the database's,
the same in every process: take their maximum, not their sum.
"""

from __future__ import annotations

import platform

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest

QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
LATE = (0.5, 1, 2, 5, 15, 60, 300, 3600)


class Metrics:
    """One registry per application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._count_messages()
        self._count_edges()
        self._measure_rows()

    def _count_messages(self) -> None:
        known = self.registry
        self.messages = Counter("scrm_messages", "Messages taken in", ["channel", "result"], registry=known)
        self.refused = Counter("scrm_refused", "Callbacks refused", ["channel", "status"], registry=known)
        self.fates = Counter("scrm_fates", "Messages that have met their fate", ["fate"], registry=known)
        self.turns = Histogram("scrm_turn_seconds", "Duration of a turn", buckets=QUICK, registry=known)
        self.sends = Counter("scrm_sends", "Attempts to send", ["channel", "result"], registry=known)
        self.files = Counter("scrm_files", "Files that were to be fetched", ["channel", "result"], registry=known)
        self.lease_losses = Counter("scrm_lease_losses", "Rows taken over by others", registry=known)
        self.clock_lag = Histogram("scrm_clock_lag_seconds", "From due to written", buckets=LATE, registry=known)

    def _count_edges(self) -> None:
        known = self.registry
        self.tokens = Counter("scrm_token_fetches", "Access tokens asked of platforms", ["result"], registry=known)
        self.database_errors = Counter("scrm_database_errors", "Statements that failed", ["error"], registry=known)
        self.database_up = Gauge("scrm_database_up", "1 if it answered when it was asked just now", registry=known)
        self.redis_away = Gauge("scrm_redis_away", "1 while a configured Redis does not answer", registry=known)
        self.ready = Gauge("scrm_words_loaded", "1 when turns are taken", registry=known)
        self.build = Info("scrm_build", "What runs here", registry=known)

    def _measure_rows(self) -> None:
        known = self.registry
        self.open_messages = Gauge("scrm_open_messages", "Messages without a fate", registry=known)
        self.open_age = Gauge("scrm_open_messages_oldest_seconds", "Age of the oldest of them", registry=known)
        self.outbox_depth = Gauge("scrm_outbox_depth", "Messages still to be sent", registry=known)
        self.outbox_age = Gauge("scrm_outbox_oldest_seconds", "How long the oldest of them is due", registry=known)
        self.shut = Gauge("scrm_channel_shut", "1: refused by its platform, not tried", ["channel"], registry=known)
        self.deaf = Gauge("scrm_channel_deaf", "1: the channel's own connection is down", ["channel"], registry=known)

    def describe(self, version: str, revision: str, database: str) -> None:
        """What runs here."""
        about = {"version": version, "revision": revision, "database": database, "python": platform.python_version()}
        self.build.info(about)

    def text(self) -> bytes:
        """For /metrics."""
        return generate_latest(self.registry)
