"""The channel ``telegram``: the way out, and what a messenger's file is fetched by."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from channels.telegram import codec
from channels.telegram.bots import BotLine, Bots
from channels.telegram.client import GroupMoved, TokenRefused
from gateway.errors import DeliveryError, RetryLater
from gateway.ports import Capabilities, Media, OutboundPart, Sent
from gateway.store import inbound
from gateway.store.store import Store

UNKNOWN = 30.0
"""Seconds after which another look is taken at a bot that this node doesn't know (yet)."""
REFUSED = 60.0
PATIENCE = 1.5
"""Seconds of a limit that are sat out; for longer ones the endpoint waits in its row."""
TOLD_FOR = 4.0
"""Seconds for which Telegram shows that somebody writes, a little less."""


class Telegram:
    """Sends for all bots of this node. Its inputs come by ``polling`` and ``webhook``."""

    name = codec.CHANNEL

    def __init__(self, store: Store, bots: Bots, *, capabilities: Capabilities, clock: Callable[[], float]) -> None:
        self.capabilities = capabilities
        self._store = store
        self._bots = bots
        self._clock = clock

    async def send(self, part: OutboundPart) -> Sent:
        line = await self._bots.find(part.endpoint.inbox)
        if line is None:
            raise RetryLater(UNKNOWN, "the bot isn't set up")
        await self._keep_to_limits(line, part)
        call = codec.calls_of(part, line.face)
        if line.keyboards.get(part.address):
            call = codec.clears_keys(call)
        try:
            result = await line.client.call(call, business=part.business)
        except RetryLater as later:
            line.limits.hold(part.address, later.after)
            raise
        except TokenRefused as refused:
            raise RetryLater(REFUSED, str(refused)) from refused
        except GroupMoved as moved:
            await self.move(line, part.address, moved.chat)
            raise RetryLater(0.1, str(moved)) from moved
        if codec.shows_keys(call):
            line.note_keyboard(part.address, is_used=False)
        elif codec.takes_keys_away(call):
            line.keyboards.pop(part.address, None)
        line.told.pop(part.address, None)  # a message ends what is shown
        return codec.ids_of(call, result)

    async def _keep_to_limits(self, line: BotLine, part: OutboundPart) -> None:
        """Telegram's own limits, before it has to say so: a short wait is sat out, a longer one is the row's."""
        cost = max(1, len(part.files))
        while wait := line.limits.wait(part.address, cost):
            if wait > PATIENCE:
                raise RetryLater(wait, "Telegram's own pace")
            await asyncio.sleep(wait)

    async def move(self, line: BotLine, old: str, new: str) -> None:
        """A group has another address now."""

        def unit(tx: object, now: int) -> None:
            inbound.move_address(tx, line.set_up.inbox, old, new)  # type: ignore[arg-type]

        await self._store.write(line.set_up.business, unit, key=old)

    async def tell(self, inbox: str, address: str) -> None:
        line, now = self._bots.of(inbox), self._clock()
        if line is None or now - line.told.get(address, -TOLD_FOR) < TOLD_FOR:
            return
        if len(line.told) > 1000:
            line.told = {chat: at for chat, at in line.told.items() if now - at < TOLD_FOR}
        line.told[address] = now
        with contextlib.suppress(DeliveryError):
            await line.client.call(codec.chat_action(address, line.topics.get(address, "")), timeout=5)

    async def fetch(self, inbox: str, media: Media) -> AsyncIterator[bytes]:
        line = self._bots.of(inbox)
        if line is None:
            raise RetryLater(UNKNOWN, "the bot isn't set up")
        async for piece in line.client.download(media.reference, size=media.size):
            yield piece

    async def aclose(self) -> None:
        await self._bots.aclose()
