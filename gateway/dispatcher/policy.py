"""What the dispatcher's units may know beside the database: settings, this node's name, the words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.dispatcher.setup import SetUps
from gateway.ports import Capabilities, Phrases

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Policy:
    """All durations in microseconds.

    ``burst_pause``: how long a turn waits for more of a burst; where the channel tells that the customer types on
    (``live``), only ``beat`` of it, since the typing signal holds the turn back. ``reopen_window``: how long after its end a
    conversation opens again instead of a new one. ``idle_after``: silence after which the bot's conversation ends.
    ``turn_lease``: how long a turn is a node's that says nothing more of it; longer than a customer may type on. ``turn_timeout``: how long
    one try of a turn may take; ``turn_limit``: all of them together, with the pauses between, until people are called: with the
    pause of a burst within fifteen seconds. ``pushed``: channels whose messages
    the courier sends, with what they can show. ``mail``: letters can be sent. ``listens``: what is said in
    voice messages is understood here, so that turns wait for it. ``set_ups``: what businesses have set up. ``there``: whether a console of an
    account may be open at a business. ``deserted``: whether it is certain that nobody of it is there to answer.
    """

    node: str
    phrases: Phrases
    burst_pause: int = SECOND
    beat: float = 0.25
    reopen_window: int = 24 * HOUR
    idle_after: int = 24 * HOUR
    turn_lease: int = 8 * SECOND
    turn_timeout: int = 10 * SECOND
    turn_limit: int = 14 * SECOND
    turn_attempts: int = 3
    not_ready_limit: int = 60 * SECOND
    pushed: Mapping[str, Capabilities] = field(default_factory=dict)
    live: frozenset[str] = frozenset()
    mail: bool = False
    listens: bool = False
    set_ups: SetUps = field(default_factory=SetUps)
    there: Callable[[str, str], bool] = lambda business, account: True
    deserted: Callable[[str], bool] = lambda business: False

    def pause(self, channel: str) -> int:
        """How long a turn waits after an input of ``channel``."""
        return int(self.burst_pause * self.beat) if channel in self.live else self.burst_pause
