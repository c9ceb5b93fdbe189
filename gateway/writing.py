"""That somebody writes, told in messengers that can show it: the bot where its turn takes long, people as they type."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from gateway.dispatcher.policy import Policy
from gateway.model.events import Endpoint
from gateway.model.state import Conversation
from gateway.ports import Channel, Signal
from gateway.store import contacts, log
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

LOOKED_UP_FOR = 10.0
"""Seconds for which it is known where a conversation's replies go."""
REMEMBERED = 1000


class Writing:
    """Tells the channels of ``channels``."""

    def __init__(self, store: Store, channels: Mapping[str, Channel], policy: Policy) -> None:
        self._store = store
        self._channels = channels
        self._policy = policy
        self._known: OrderedDict[str, tuple[float, Endpoint | None, str]] = OrderedDict()
        self._tasks = TaskSet("writing")

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    def bot(self, business: str, state: Conversation) -> None:
        """The bot's turn goes on."""
        if self._shows(state.endpoint):
            self._tasks.start(self._tell(business, state.id), name="bot")

    def person(self, signal: Signal) -> None:
        """A signal of this node's consoles."""
        if signal.kind == "typing" and signal.who not in ("customer", "bot") and signal.body.get("on"):
            self._tasks.start(self._tell(signal.business, signal.conversation), name="person")

    def _shows(self, endpoint: Endpoint) -> bool:
        capabilities = self._policy.pushed.get(endpoint.channel)
        return capabilities is not None and capabilities.typing

    async def _tell(self, business: str, conversation: str) -> None:
        now = asyncio.get_running_loop().time()
        known = self._known.get(conversation)
        if known is None or now - known[0] > LOOKED_UP_FOR:
            known = self._known[conversation] = (now, *await self._look(business, conversation))
            self._known.move_to_end(conversation)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        _, endpoint, address = known
        if endpoint is not None and (channel := self._channels.get(endpoint.channel)) is not None:
            await channel.tell(endpoint.inbox, address)

    async def _look(self, business: str, conversation: str) -> tuple[Endpoint | None, str]:
        def unit(tx: Tx, now: int) -> tuple[Endpoint | None, str]:
            state = log.peek(tx, conversation)
            if state is None or not self._shows(state.endpoint):
                return None, ""
            found = contacts.address(tx, state.endpoint.identity)
            return (state.endpoint, found.address) if found is not None and not found.is_gone else (None, "")

        return await self._store.read(business, unit)
