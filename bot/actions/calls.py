"""What a dialogue asks of an action server, and what it gets back. Pure; the wire is elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from bot.content.types import Aim, Content
from gateway.ports import BotReply


class ActionFailed(Exception):
    """The server isn't there, is too slow, or answered nonsense; people take over. The text says which, without its address."""


class ActionCall(msgspec.Struct, frozen=True, kw_only=True):
    """One action to be run. ``id`` is the same whenever this turn is made again: an idempotency key.

    ``slots``: as they are; ``text``, ``intent``, ``confidence``, ``entities``: of the customer's last message; ``form`` and
    ``asks``: what runs; ``steps``: what was meant and done lately (actions begin with ``>``).
    """

    id: str
    business: str
    conversation: str
    name: str
    slots: Mapping[str, str]
    text: str = ""
    intent: str = ""
    confidence: float = 0.0
    entities: tuple[Mapping[str, Any], ...] = ()
    form: str = ""
    asks: str = ""
    steps: tuple[str, ...] = ()
    channel: str = ""
    language: str = ""


class Utter(msgspec.Struct, frozen=True, kw_only=True):
    """A response of the content by its name, with values for its places."""

    name: str
    values: Mapping[str, str] = {}


class ActionDone(msgspec.Struct, frozen=True, kw_only=True):
    """What the action did. ``slots``: "" clears one; ``says`` in order; ``following``: the action that it wants next ("":
    as the rules say); ``form``: the form that runs from now on ("": none, None: as before); ``asks``: the field that it
    wants asked; ``restart``: forget all; ``handoff``: people take over."""

    slots: Mapping[str, str] = {}
    says: tuple[BotReply | Utter, ...] = ()
    following: str = ""
    form: str | None = None
    asks: str = ""
    restart: bool = False
    handoff: Aim | None = None


class Actions(Protocol):
    """Runs actions for all businesses. ``run`` raises ``ActionFailed``, at the latest when a few seconds are over."""

    async def run(self, call: ActionCall, content: Content) -> ActionDone: ...

    async def aclose(self) -> None: ...
