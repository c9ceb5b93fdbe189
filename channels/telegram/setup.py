"""The channel's parts on a node, put together."""

from __future__ import annotations

import time

from aiohttp import web

from channels.telegram import codec
from channels.telegram.bots import Bots
from channels.telegram.channel import Telegram
from channels.telegram.desk import Desk
from channels.telegram.intake import Intake
from channels.telegram.polling import Poller
from channels.telegram.webhook import Webhook
from gateway.dispatcher import Dispatcher
from gateway.dispatcher.hub import Hub
from gateway.ports import Capabilities, FileSource, Phrases
from gateway.settings import Settings
from gateway.store.store import Store
from gateway.vault import Vault


def telegram_capabilities(settings: Settings) -> Capabilities:
    """What can be sent; a server of one's own takes larger files."""
    return codec.LOCAL_CAPABILITIES if settings.telegram_local else codec.CAPABILITIES


class TelegramSetup:
    """Everything of this channel that a node runs."""

    def __init__(
        self, store: Store, dispatcher: Dispatcher, *, vault: Vault, files: FileSource, settings: Settings, node: str,
        phrases: Phrases, hub: Hub,
    ) -> None:  # fmt: skip
        self.bots = Bots(store, vault, files, settings=settings, clock=time.monotonic)
        self.channel = Telegram(
            store, self.bots, capabilities=telegram_capabilities(settings), clock=time.monotonic
        )  # fmt: skip
        self._intake = Intake(store, dispatcher, self.channel, hub=hub, phrases=phrases)
        # Over a folder of its own (its lock says so) no other node runs: a killed process's leases are its successor's.
        self.poller = Poller(
            store, self.bots, self._intake, node=node if settings.database else "alone", phrases=phrases,
            url=settings.public_url.rstrip("/"),
        )  # fmt: skip
        self._webhook = Webhook(self.bots, self._intake)
        self.desk = Desk(self.bots, self.poller, settings=settings)

    def mount(self, app: web.Application) -> None:
        """Registers where Telegram calls."""
        self._webhook.mount(app)

    def start(self) -> None:
        self.poller.start()

    def look(self) -> None:
        """Some business has set something up: perhaps a bot."""
        self.poller.look()

    async def aclose(self) -> None:
        """Nothing comes in any more; what leaves is the courier's."""
        await self.poller.aclose()
        await self._intake.aclose()
