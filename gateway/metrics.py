"""What ``/metrics`` tells. No customer, conversation or business is ever a label."""

from __future__ import annotations

from functools import cache
from typing import Any

from prometheus_client import Counter, Gauge, Histogram


@cache
def one_of(metric: Any, *labels: str) -> Any:
    """A metric's child for these labels; finding it each time costs more than counting."""
    return metric.labels(*labels)


INPUTS = Counter("switchboard_inputs_total", "Customers' inputs stored", ["channel"])
TURNS = Counter("switchboard_bot_turns_total", "Bot turns by outcome", ["outcome"])
TURN_FAILURES = Counter("switchboard_bot_turn_failures_total", "Bot turns whose engine failed")
DELIVERIES = Counter("switchboard_deliveries_total", "Provider calls by result", ["channel", "result"])
MEDIA = Counter("switchboard_media_total", "Files fetched from providers by result", ["channel", "result"])
LISTENED = Counter("switchboard_listened_total", "Voice messages listened to by result", ["result"])
SOCKETS = Gauge("switchboard_sockets", "Open sockets", ["audience"])
SLOW_SOCKETS = Counter("switchboard_slow_sockets_total", "Sockets closed because they read too slowly", ["audience"])
GAPS = Counter("switchboard_gaps_total", "Gaps in a followed log that were read from the database")
GROUP_SIZE = Histogram(
    "switchboard_group_size", "Units of work in one transaction", buckets=(1, 2, 4, 8, 16, 32, 64, 128)
)
REQUESTS = Counter("switchboard_http_requests_total", "HTTP requests", ["route", "status"])
