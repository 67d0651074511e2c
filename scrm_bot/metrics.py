"""What operators can see of a running process, as Prometheus text."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """One registry per application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter("scrm_messages", "Messages taken in", ["channel", "result"], registry=self.registry)
        self.refused = Counter("scrm_refused", "Callbacks refused", ["channel", "status"], registry=self.registry)
        self.sends = Counter("scrm_sends", "Attempts to send", ["channel", "result"], registry=self.registry)
        self.lease_losses = Counter("scrm_lease_losses", "Rows taken over by others", registry=self.registry)
        self.turns = Histogram("scrm_turn_seconds", "Duration of a turn", registry=self.registry)
        self.open_messages = Gauge("scrm_open_messages", "Messages without a fate", registry=self.registry)
        self.outbox_depth = Gauge("scrm_outbox_depth", "Messages still to be sent", registry=self.registry)

    def text(self) -> bytes:
        """For /metrics."""
        return generate_latest(self.registry)
