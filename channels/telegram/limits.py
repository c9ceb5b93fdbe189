"""How fast a bot may send, before Telegram has to say so (Bots FAQ, "My bot is hitting limits"). Pure.

One message a second in a chat, with a short burst; 20 a minute in a group; 30 a second in all. What Telegram then still
asks for (``retry_after``) is a ``hold``. Nothing here is kept over a restart: the worst of that is one such answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

CHAT_BURST = 3
"""Messages that may follow at once in a chat that was silent."""

GROUP_A_MINUTE, BOT_A_SECOND = 20, 30
_SHORTEST = 0.001
_FEW = 1024


class _Window:
    """At most ``most`` in any ``period`` seconds."""

    def __init__(self, most: int, period: float) -> None:
        self._most, self._period = most, period
        self._times: deque[float] = deque(maxlen=most)

    def wait(self, now: float, cost: int) -> float:
        oldest = len(self._times) - self._most + cost - 1
        return self._times[oldest] + self._period - now if oldest >= 0 else 0.0

    def count(self, now: float, cost: int) -> None:
        self._times.extend([now] * cost)

    def idle(self, now: float) -> bool:
        return not self._times or self._times[-1] + self._period <= now


class _Chat:
    """``paid``: the instant up to which what was sent is paid for at one a second."""

    __slots__ = ("group", "held", "paid")

    def __init__(self, *, group: bool) -> None:
        self.paid = float("-inf")
        self.held = float("-inf")
        self.group = _Window(GROUP_A_MINUTE, 60.0) if group else None

    def wait(self, now: float, cost: int) -> float:
        slow = self.group.wait(now, cost) if self.group else 0.0
        return max(self.paid - now - (CHAT_BURST - 1), slow, self.held - now)

    def count(self, now: float, cost: int) -> None:
        self.paid = max(self.paid, now) + cost
        if self.group:
            self.group.count(now, cost)

    def idle(self, now: float) -> bool:
        return self.paid <= now and self.held <= now and (self.group is None or self.group.idle(now))


class Limits:
    """The limits of one bot. ``clock``: seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._bot = _Window(BOT_A_SECOND, 1.0)
        self._held = float("-inf")
        self._chats: dict[str, _Chat] = {}
        self._look_again = _FEW

    def wait(self, chat: str, cost: int = 1) -> float:
        """Seconds to wait; 0: go, and ``cost`` messages (1 to 20: an album has several) are counted."""
        cost = min(max(cost, 1), GROUP_A_MINUTE)
        now = self._clock()
        about = self._chats.get(chat) or _Chat(group=chat.startswith("-"))
        wait = max(about.wait(now, cost), self._bot.wait(now, cost), self._held - now)
        if wait > 0:
            return max(wait, _SHORTEST)
        about.count(now, cost)
        self._bot.count(now, cost)
        self._keep(chat, about, now)
        return 0.0

    def hold(self, chat: str | None, seconds: float) -> None:
        """Telegram wants silence for so long: in one chat, or (None) of the whole bot. A longer one stands."""
        now = self._clock()
        if chat is None:
            self._held = max(self._held, now + seconds)
            return
        about = self._chats.get(chat) or _Chat(group=chat.startswith("-"))
        about.held = max(about.held, now + seconds)
        self._keep(chat, about, now)

    def __len__(self) -> int:
        """Chats that are remembered."""
        return len(self._chats)

    def _keep(self, chat: str, about: _Chat, now: float) -> None:
        """Idle chats are forgotten whenever there are twice as many as were busy the last time."""
        self._chats[chat] = about
        if len(self._chats) >= self._look_again:
            self._chats = {name: one for name, one in self._chats.items() if not one.idle(now)}
            self._look_again = max(_FEW, 2 * len(self._chats))
