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
CALLS = Gauge("switchboard_calls", "Calls going on here")
CALLS_BEGUN = Counter("switchboard_calls_begun_total", "Calls begun here")
CALLS_ENDED = Counter("switchboard_calls_ended_total", "Calls ended here, by why", ["why"])
CALL_ANSWERS = Histogram(
    "switchboard_call_answer_seconds", "From the caller's last sound to the first of the answer, as the line has them",
    buckets=(0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10, 20),
)  # fmt: skip
CALL_FIRST_AUDIO = Histogram(
    "switchboard_call_first_audio_seconds", "Of that what comes after the silence by which the turn was taken for over",
    buckets=(0.02, 0.04, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10, 20),
)  # fmt: skip
CALL_MISSES = Counter(
    "switchboard_call_misses_total", "Turns of callers in which nothing was said (no_input) or understood (no_match)", ["kind"]
)  # fmt: skip
CALL_LOSS = Histogram(
    "switchboard_call_loss_ratio", "Share of the packets of a seat that were lost in 2 s, by direction", ["direction"],
    buckets=(0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1),
)  # fmt: skip
CALL_DELAY = Histogram(
    "switchboard_call_delay_seconds", "How long a seat's sound waited in the jitter buffer, every 2 s",
    buckets=(0.02, 0.03, 0.04, 0.06, 0.1, 0.15, 0.2, 0.3),
)  # fmt: skip
RECOGNIZED = Counter(
    "switchboard_recognized_seconds_total", "Seconds of callers' and operators' sound given to recognizers"
)
SPEECH_ENGINES = Counter(
    "switchboard_speech_engine_uses_total", "Calls in which an engine came to work; none: no engine of the order works",
    ["part", "engine"],
)  # fmt: skip
SPEECH_FAILURES = Counter("switchboard_speech_engine_failures_total", "Failures of speech engines", ["engine"])
REQUESTS = Counter("switchboard_http_requests_total", "HTTP requests", ["route", "status"])
REDIS_LOST = Gauge(
    "switchboard_redis_lost", "1 while Redis can't be heard: other nodes are told and heard of by the database alone"
)
