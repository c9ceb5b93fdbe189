"""A bot's updates: numbered, kept for 24 hours, confirmed by a higher offset (Bot API, "Getting updates")."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.support_edge.telegram.errors import Refusal, conflict

KEPT = 24 * 3600
"""Seconds after which an update that nobody fetched is dropped."""

KINDS = frozenset({
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "guest_message", "message_reaction",
    "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
    "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
    "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot", "subscription",
    "stopped_message_generation",
})  # fmt: skip
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that a bot gets only when it names them in ``allowed_updates``."""


@dataclass(frozen=True, slots=True)
class Update:
    id: int
    kind: str
    body: bytes
    at: float
    queue: int
    """Updates of one chat (or user) are delivered to a webhook in order."""


class Updates:
    """The queue of one bot."""

    def __init__(self, clock: Callable[[], float], first: int) -> None:
        self.clock = clock
        self.pending: deque[Update] = deque()
        self.history: list[Update] = []
        self.again: deque[Update] = deque()
        """To be delivered although confirmed: what a test replays."""
        self.copies = 1
        self.conflicts = 0
        """So many of the next getUpdates are refused as terminated by another."""
        self.default: frozenset[str] = KINDS - ON_REQUEST
        self.allowed = self.default
        self.on_new: Callable[[], None] | None = None
        self._next = first
        self._poll: asyncio.Future[str] | None = None

    def add(self, kind: str, content: dict[str, Any], queue: int) -> int:
        """The update's id; 0 if the bot doesn't want this kind."""
        if kind not in self.allowed:
            return 0
        id = self._next
        self._next += 1
        update = Update(id, kind, msgspec.json.encode({"update_id": id, kind: content}), self.clock(), queue)
        self.pending.append(update)
        self.history.append(update)
        self._wake()
        return id

    def replay(self, ids: Sequence[int] = ()) -> int:
        """Delivers updates again (all that there were, if none is named), confirmed or not; how many."""
        chosen = [update for update in self.history if not ids or update.id in ids]
        self.again.extend(chosen)
        self._wake()
        return len(chosen)

    def allow(self, kinds: Sequence[str] | None) -> None:
        """``None`` keeps the former choice; an empty list is all but those ``ON_REQUEST``. Unknown names are dropped."""
        if kinds is not None:
            self.allowed = frozenset(kinds) & KINDS or self.default

    def confirm(self, offset: int) -> None:
        if offset > 0:
            while self.pending and self.pending[0].id < offset:
                self.pending.popleft()
        elif offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()

    def expire(self) -> None:
        before = self.clock() - KEPT
        while self.pending and self.pending[0].at < before:
            self.pending.popleft()

    async def fetch(self, offset: int, limit: int, timeout: float) -> bytes:
        """The JSON of one answer's ``result``. A newer call ends an older one that still waits, with 409."""
        self.end_poll("other getUpdates")
        if self.conflicts:
            self.conflicts -= 1
            raise terminated("other getUpdates")
        self.expire()
        self.confirm(offset)
        if not self.pending and not self.again and timeout > 0:
            self._poll = mine = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout):
                    if ender := await mine:
                        raise terminated(ender)
            except TimeoutError:
                return b"[]"
            finally:
                if self._poll is mine:
                    self._poll = None
        return self._take(max(1, min(limit, 100)) if limit else 100)

    def _take(self, limit: int) -> bytes:
        bodies: list[bytes] = []
        while self.again and len(bodies) < limit:
            bodies.append(self.again.popleft().body)
        for update in self.pending:
            if len(bodies) >= limit:
                break
            bodies.extend([update.body] * self.copies)
        return b"[" + b",".join(bodies) + b"]"

    def end_poll(self, ender: str) -> None:
        """Ends a call that waits, for ``ender``'s sake."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(ender)

    def poke(self) -> None:
        """Whoever delivers looks again."""
        if self.on_new is not None:
            self.on_new()

    def _wake(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result("")
        self.poke()


def terminated(ender: str) -> Refusal:
    if ender == "setWebhook":
        return conflict("terminated by setWebhook request")
    return conflict(f"terminated by {ender} request; make sure that only one bot instance is running")
