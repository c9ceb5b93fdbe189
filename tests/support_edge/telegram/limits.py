"""The documented rates: about one message a second in a chat (short bursts pass), 20 a minute in a group, 30 a second
for the bot in all (core.telegram.org/bots/faq, "My bot is hitting limits"). Off unless a test turns them on."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support_edge.telegram.errors import too_many

SENDS = frozenset({
    "sendmessage", "sendphoto", "senddocument", "sendaudio", "sendvoice", "sendvideo", "sendmediagroup", "sendlocation",
    "sendvenue", "sendcontact", "editmessagetext", "editmessagecaption", "editmessagereplymarkup",
})  # fmt: skip
"""Methods that count."""


@dataclass(frozen=True, slots=True)
class Violation:
    bot: int
    chat: int
    rule: str
    at: float


@dataclass(slots=True)
class _Window:
    """So many in so many seconds."""

    most: int
    seconds: float
    times: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        while self.times and self.times[0] <= now - self.seconds:
            self.times.popleft()
        return 0.0 if len(self.times) < self.most else self.times[0] + self.seconds - now


class Limits:
    def __init__(self, clock: Callable[[], float], *, burst: int = 5) -> None:
        """``burst``: messages that may go into one chat at once before it must keep to one a second."""
        self.clock = clock
        self.on = False
        self.enforced = True
        """False: violations are only recorded."""
        self.violations: list[Violation] = []
        self.burst = burst
        self._windows: dict[tuple[int, int, str], _Window] = {}

    def pass_(self, bot: int, chat: int) -> None:
        """Counts one message. Raises ``Refusal`` with ``retry_after``, which does not count."""
        now = self.clock()
        rules = {"chat": (chat, self.burst, float(self.burst)), "bot": (0, 30, 1.0)}
        if chat < 0:
            rules["group"] = (chat, 20, 60.0)
        windows = []
        for rule, (where, most, seconds) in rules.items():
            window = self._windows.setdefault((bot, where, rule), _Window(most, seconds))
            wait = window.wait(now)
            if wait > 0:
                self.violations.append(Violation(bot, chat, rule, now))
                if self.enforced:
                    raise too_many(max(1, math.ceil(wait)))
            windows.append(window)
        for window in windows:
            window.times.append(now)
